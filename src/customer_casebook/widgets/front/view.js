async function load(model) {
  const shared = await model.widget_manager.get_model(model.get("front_end"));
  try {
    shared.ccbToldZone ??= shared.send({ zone: -new Date().getTimezoneOffset() }) ?? true;
  } catch {} // Python is gone
  const loaded = (window.ccbFrontEnds ??= {});
  return (loaded[shared.get("version")] ??= start(shared));
}
function start(shared) {
  const style = document.createElement("style");
  style.textContent = shared.get("style");
  document.head.append(style);
  const script = new Blob([shared.get("script")], { type: "text/javascript" });
  return import(URL.createObjectURL(script));
}
export default {
  async render({ model, el }) {
    return (await load(model)).default[model.get("part")]({ model, el });
  },
};
