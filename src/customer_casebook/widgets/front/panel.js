// A text that Python writes and rewrites, and a row of buttons that call Python.

function renderPanel({ model, el }) {
  const live = liveRegion();
  const text = h("div", { class: `ccb-text ${model.get("look")}` });
  const row = h("div", { class: "ccb-row" });
  const error = h("div");
  el.append(h("div", { class: "ccb" }, ...(model.get("buttons") ? [live, text, row, error] : [text])));

  const showText = () => redraw(text, model.get("text"));
  const showError = () => redraw(error, model.get("error"));
  const onLive = () => say(live, model.get("live"));
  const buttons = {};
  function showButtons() {
    const focused = row.contains(document.activeElement) && document.activeElement;
    const nodes = Object.entries(model.get("buttons") ?? {}).map(([name, label]) => {
      buttons[name] ??= button(label, null, () => model.send(name));
      buttons[name].textContent = label;
      return buttons[name];
    });
    row.replaceChildren(...nodes);
    row.hidden = !nodes.length;
    if (focused) focused.focus();
  }
  listen(model, {
    "change:text": showText,
    "change:error": showError,
    "change:live": onLive,
    "change:buttons": showButtons,
  });
  showText();
  showError();
  showButtons();
  return watchPython(model, el, () => (row.hidden ? [] : [row]));
}

export default { card: renderCard, controls: renderControls, exam: renderExam, panel: renderPanel };
