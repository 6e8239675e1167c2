// Controls and what follows from them: rows of radio pills, sliders with a number, and buttons that write values.
//
// The page says all values in one message, and again until the kernel has them in `values` and answers with a `view` of
// them. While an answer is on its way, only the newest values wait, so a burst leaves no queue behind it. A view of
// other values is marked as out of date.

function renderControls({ model, el }) {
  const spec = model.get("spec");
  const group = groupName();
  const page = newId();
  let number = 0; // of presses on this page; Python follows each once, and answers 0 alone with what it has
  let wanted = null; // what is set here, until the kernel has it too
  let sent = null; // what is on its way to the kernel
  const values = () => wanted ?? model.get("values");
  const same = (one, other) => Object.keys(one).every((name) => one[name] === other[name]);
  const isShown = (set) => same(set, model.get("values")) && same(set, model.get("view").values);

  const live = liveRegion();
  const task = h("div", { class: "ccb-task" });
  const pressed = (place) => () => write(model.get("view").buttons[place].values);
  const buttons = model.get("view").buttons.map(({ label }, place) => button(label, null, pressed(place)));
  const row = h("div", { class: "ccb-row" }, ...buttons);
  const error = h("div", { class: "ccb-failure" });
  const picture = h("div", { class: "ccb-picture" });
  const headline = h("p", { class: "ccb-headline" });
  const news = h("p", { class: "ccb-news" });
  const blocks = h("div");
  const controls = spec.controls.map((control) => (control.options ? choice(control) : range(control)));
  const nodes = controls.map(({ node }) => node);
  const below = h("div", { html: spec.below });
  // What comes and goes is beside the controls or below them, so that none of them moves while it is pressed.
  const outcome = h("div", { class: "ccb-outcome" });
  const late = lateness(live, outcome, task);
  outcome.append(h("div", { class: "ccb-result" }, headline, news, late.sentence, error, picture), blocks);
  const ordered = spec.buttonsFirst ? [task, row, ...nodes] : [task, ...nodes, row];
  const switches = h("div", { class: "ccb-switches" }, ...ordered, below);
  const bench = h("div", { class: "ccb-bench" }, switches, outcome);
  const root = h("div", { class: "ccb ccb-controls" }, live, h("div", { html: spec.intro }), bench);
  el.append(root);
  stick(outcome);

  function write(changes) {
    wanted = { ...values(), ...changes };
    number += 1;
    showValues();
    if (!sent) sendValues();
    follow();
  }

  function sendValues() {
    const mine = (sent = values());
    const message = { page, number: wanted ? number : 0, values: mine };
    sayUntil(() => sent !== mine, () => model.send(message));
  }

  // Compare what is set here with what the kernel has and what is shown.
  function follow() {
    const { error } = model.get("view");
    if (sent && (isShown(sent) || (error && same(sent, model.get("values"))))) {
      if (!wanted || same(wanted, sent)) wanted = sent = null;
      else sendValues();
    }
    const isLate = !isShown(values()) && !error;
    if (isLate && !sent) sendValues(); // what has come of it may be lost
    late.mark(isLate);
  }

  function choice({ name, label, options, help }) {
    const inputs = options.map(([value]) =>
      h("input", { type: "radio", name: `${group}-${name}`, value, onchange: () => write({ [name]: value }) }),
    );
    const pills = inputs.map((input, place) => h("label", { class: "ccb-pill" }, input, h("span", {}, options[place][1])));
    const row = h("div", { class: "ccb-choice-row" }, ...pills);
    const node = h("fieldset", { class: "ccb-choice", title: help || null, hidden: !label }, h("legend", {}, label), row);
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
    let shown = null;
    function move(text) {
      if (Number.isFinite(parseFloat(text))) slider.value = parseFloat(text); // which holds it to its ends and steps
      shown = null;
      write({ [name]: Number(slider.value) });
    }
    function show(value) {
      if (shown === value) return; // so an answer of Python does not write over a number that is being typed
      shown = value;
      if (slider.value !== String(value)) slider.value = value;
      number.value = written(value);
      slider.setAttribute("aria-valuetext", number.value);
    }
    return { name, node, show };
  }

  function showValues() {
    for (const { name, show } of controls) show(values()[name]);
  }

  function showView() {
    const view = model.get("view");
    redraw(picture, view.picture);
    say(headline, view.headline);
    say(news, view.news);
    redraw(blocks, view.blocks);
    redraw(task, view.task);
    redraw(error, view.error);
    for (const { name, node } of controls) {
      node.classList.toggle("ccb-unseen", view.hidden.includes(name)); // its place stays
      node.classList.toggle("ccb-changed", view.changed.includes(name));
    }
  }

  const onValues = () => {
    follow();
    showValues();
  };
  const onView = () => {
    showView();
    follow();
    if (isShown(values())) say(live, model.get("view").announcement);
  };
  const onShown = () => (bench.hidden = !model.get("shown"));
  listen(model, { "change:values": onValues, "change:view": onView, "change:shown": onShown });
  showValues();
  showView();
  onShown();
  return watchPython(model, el, () => [...nodes, row], switches);
}
