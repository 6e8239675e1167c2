// A text that Python writes and rewrites, and a row of buttons that call Python.

function renderPanel({ model, el }) {
  const live = liveRegion();
  const text = h("div", { class: `ccb-text ${model.get("look")}` });
  const row = h("div", { class: "ccb-row" });
  const below = h("div");
  const late = lateness(live, row);
  const form = makeForm(model.get("fields"));
  const nodes = model.get("buttons") ? [live, text, form.node, row, late.sentence, below] : [text];
  el.append(h("div", { class: "ccb" }, ...nodes));
  const unheard = new Set(); // presses

  const showText = () => {
    redraw(text, model.get("text"));
    openInLab(text, model);
  };
  const showBelow = () => redraw(below, model.get("below"));
  const onLive = () => say(live, model.get("live"));
  const buttons = {};
  function press(name) {
    const [id, values] = [newId(), form.values()];
    unheard.add(id);
    late.mark(true);
    sayUntil(() => !unheard.has(id), () => model.send({ button: name, press: id, values }));
  }
  const onMessage = ({ heard }) => {
    unheard.delete(heard);
    late.mark(unheard.size > 0);
  };
  function showButtons() {
    const focused = row.contains(document.activeElement) && document.activeElement;
    const nodes = Object.entries(model.get("buttons") ?? {}).map(([name, label]) => {
      buttons[name] ??= button(label, null, () => press(name));
      buttons[name].textContent = label;
      return buttons[name];
    });
    row.replaceChildren(...nodes);
    row.hidden = !nodes.length;
    if (focused) focused.focus();
  }
  listen(model, {
    "change:text": showText,
    "change:below": showBelow,
    "change:live": onLive,
    "change:buttons": showButtons,
    "msg:custom": onMessage,
  });
  showText();
  showBelow();
  showButtons();
  return watchPython(model, el, () => (row.hidden ? [] : [row]));
}

export default { card: renderCard, controls: renderControls, exam: renderExam, inquiry: renderInquiry, panel: renderPanel };
