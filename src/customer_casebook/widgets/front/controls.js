// Controls and what follows from them: rows of radio pills, sliders with a number, and buttons that write values.
//
// The page writes `values`, all of them in one message. The kernel answers with one `view`. While an answer is on its
// way, ipywidgets holds back what is written and then sends the newest only, so a burst leaves no queue behind it.

function renderControls({ model, el }) {
  const spec = model.get("spec");
  const group = groupName();
  const values = () => model.get("values");

  const live = liveRegion();
  const task = h("div", { class: "ccb-task" });
  const pressed = (place) => () => press(model.get("view").buttons[place].values);
  const buttons = model.get("view").buttons.map(({ label }, place) => button(label, null, pressed(place)));
  const row = h("div", { class: "ccb-row" }, ...buttons);
  const error = h("div");
  const picture = h("div", { class: "ccb-picture" });
  const headline = h("p", { class: "ccb-headline" });
  const blocks = h("div");
  const controls = spec.controls.map((control) => (control.options ? choice(control) : range(control)));
  const nodes = controls.map(({ node }) => node);
  const below = h("div", { html: spec.below });
  const ordered = spec.buttonsFirst ? [task, row, error, ...nodes, below] : [task, ...nodes, row, error, below];
  const switches = h("div", { class: "ccb-switches" }, ...ordered);
  const bench = h("div", { class: "ccb-bench" }, switches, h("div", { class: "ccb-outcome" }, picture, headline, blocks));
  const root = h("div", { class: "ccb ccb-controls" }, live, h("div", { html: spec.intro }), bench);
  el.append(root);

  function write(changes) {
    model.set("values", { ...values(), ...changes });
    model.save_changes();
  }

  function choice({ name, label, options, help }) {
    const inputs = options.map(([value]) =>
      h("input", { type: "radio", name: `${group}-${name}`, value, onchange: () => write({ [name]: value }) }),
    );
    const pills = inputs.map((input, place) => h("label", { class: "ccb-pill" }, input, h("span", {}, options[place][1])));
    const row = h("div", { class: "ccb-choice-row" }, ...pills);
    const node = h("fieldset", { class: "ccb-choice", title: help || null }, h("legend", {}, label), row);
    const show = (value) => inputs.forEach((input) => (input.checked = input.value === value));
    return { name, node, show };
  }

  function range({ name, label, min, max, step, digits }) {
    const id = `${group}-${name}`;
    const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const written = (value) => Number(value).toLocaleString("en-US", format);
    const slider = h("input", { type: "range", id, min, max, step, oninput: () => move(slider.value) });
    const typed = { type: "text", class: "ccb-number", inputmode: "decimal", "aria-label": `${label}, as a number` };
    const read = () => move(number.value.replaceAll(",", ""));
    const number = h("input", { ...typed, onchange: read, onkeydown: ({ key }) => key === "Enter" && read() });
    const node = h("div", { class: "ccb-range" }, h("label", { for: id }, label), number, slider);
    function move(text) {
      if (Number.isFinite(parseFloat(text))) slider.value = parseFloat(text); // which holds it to its ends and steps
      show(slider.value);
      write({ [name]: Number(slider.value) });
    }
    function show(value) {
      if (slider.value !== String(value)) slider.value = value;
      number.value = written(value);
      slider.setAttribute("aria-valuetext", number.value);
    }
    return { name, node, show };
  }

  function press(changes) {
    const same = Object.entries(changes).every(([name, value]) => values()[name] === value);
    if (same) model.send("again"); // after a failure, the same values may do
    else write(changes);
  }

  function showValues() {
    for (const { name, show } of controls) show(values()[name]);
  }

  function showView() {
    const view = model.get("view");
    redraw(picture, view.picture);
    say(headline, view.headline);
    redraw(blocks, view.blocks);
    redraw(task, view.task);
    redraw(error, view.error);
    for (const { name, node } of controls) {
      node.hidden = view.hidden.includes(name);
      node.classList.toggle("ccb-changed", view.changed.includes(name));
    }
  }

  const onView = () => {
    showView();
    say(live, model.get("view").announcement);
  };
  const onShown = () => (bench.hidden = !model.get("shown"));
  listen(model, { "change:values": showValues, "change:view": onView, "change:shown": onShown });
  showValues();
  showView();
  onShown();
  return watchPython(model, el, () => [...nodes, row], switches);
}
