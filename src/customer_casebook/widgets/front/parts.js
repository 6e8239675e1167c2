// What our front ends share: nodes, the notebook's keys kept out of them, and a question with its options.

// JupyterLab takes command keys (d d deletes the cell) from whatever has focus, unless that very element says no.
const keepKeys = (node) => (node.dataset.lmSuppressShortcuts = "true");

let isReached = false; // whether a key has led to what has the focus, and nobody has scrolled since
const noteReach = ({ type, key }) => (isReached = type === "keydown" && !/^Page/.test(key));
for (const type of ["keydown", "wheel", "pointerdown", "touchmove"]) window.addEventListener(type, noteReach, true);

if (!window.ccbKeepsKeys) {
  window.ccbKeepsKeys = true; // once a page
  // The folds and links that an author writes into Markdown cannot say so themselves: JupyterLab cleans it away.
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(".jp-Notebook :is(summary, a[href])")) keepKeys(target);
  });
  // Some keys do no harm and are needed: the palette, Save, and those that lead away from a text that was clicked.
  const harmless = ({ key, ctrlKey, metaKey, shiftKey, target }) =>
    ctrlKey || metaKey
      ? key.toLowerCase() === (shiftKey ? "c" : "s")
      : /^(Arrow|Page|Escape)/.test(key) && target.matches(".ccb");
  // The window hears a key before JupyterLab does.
  const letPass = (event) => {
    if (!harmless(event)) return;
    // What is around the focus says no, too, where it can have the focus itself.
    const around = event.composedPath().filter((node) => node.dataset?.lmSuppressShortcuts);
    for (const node of around) delete node.dataset.lmSuppressShortcuts;
    setTimeout(() => around.forEach(keepKeys));
  };
  window.addEventListener("keydown", letPass, true);
}

const KERNEL_TIMEOUT_MS = 8000; // without an answer from the kernel, until a learner is told what to do about it
const SEND_DELAY_MS = 20; // until a press is sent at the latest
const PROBE_DELAY_MS = 1000; // from getting the focus until we try whether Python can be reached

// The letter or digit of a key, or, on a keyboard that writes others, of its place: as the key caps on a card say.
const keyOf = ({ key, code }) =>
  (/^[a-z0-9]$/i.test(key) ? key : (code.match(/^(?:Key|Digit)(.)$/)?.[1] ?? key)).toLowerCase();

// What an author wrote stands in its own direction, each paragraph by itself.
function direct(node) {
  for (const each of [node, ...node.querySelectorAll("p, li, td, th, h3, h4, summary")]) each.dir = "auto";
}

function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "html") {
      node.innerHTML = value; // escaped by the kernel
      node.querySelectorAll("summary").forEach(keepKeys);
      direct(node);
    } else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  if (["BUTTON", "INPUT", "SELECT", "SUMMARY"].includes(node.tagName) || "tabindex" in attributes) keepKeys(node);
  return node;
}

// Call handlers when the model's events come. anywidget takes them off when the view goes.
function listen(model, handlers) {
  for (const [event, handler] of Object.entries(handlers)) model.on(event, handler);
}

function button(text, key, action, extra = {}) {
  const attributes = { type: "button", class: "ccb-button", onclick: action, ...extra };
  return h("button", attributes, text, key && h("kbd", { "aria-hidden": "true" }, key));
}

// The one button of a place that leads on.
const primary = (text, key, action, extra = {}) =>
  button(text, key, action, { class: "ccb-button ccb-primary", ...extra });

// Fields to fill in. What is written is held to what a field allows when one leaves it. `values` are what they hold.
function makeForm(fields) {
  const id = groupName();
  const controls = fields.map(({ name, start, options, least, most, kind }) => {
    const same = { id: `${id}-${name}`, class: "ccb-field" };
    if (kind === "text") return h("input", { ...same, class: "ccb-field ccb-words", type: "text", maxlength: most, value: start, dir: "auto" });
    if (kind === "date") return h("input", { ...same, type: "date", value: start });
    if (options) return h("select", same, ...options.map(([value, label]) => h("option", { value, selected: value === start }, label)));
    const hold = ({ target }) => {
      const number = parseInt(target.value, 10);
      target.value = Number.isNaN(number) ? start : Math.min(Math.max(number, least ?? 0), most);
    };
    const input = h("input", { ...same, type: "text", inputmode: "numeric", onchange: hold });
    input.value = start;
    return input;
  });
  const rows = fields.map(({ label, help, none }, place) => {
    const input = controls[place];
    const { id } = input;
    const clear = () => (input.focus(), (input.value = ""));
    const field = none ? h("span", { class: "ccb-day" }, input, button(none, null, clear)) : input;
    if (help) input.setAttribute("aria-describedby", `${id}-help`);
    return h("p", {}, h("label", { for: id }, label), field, help && h("small", { id: `${id}-help` }, help));
  });
  const values = () => Object.fromEntries(fields.map(({ name }, place) => [name, controls[place].value]));
  return { node: h("div", { class: "ccb-form" }, ...rows), values };
}

// In JupyterLab a link to another notebook opens it beside this one; elsewhere it is a link like any other.
function openInLab(node, { widget_manager: manager }) {
  const path = manager?.context?.path;
  for (const link of node.querySelectorAll("a")) {
    keepKeys(link);
    if (path === undefined) continue;
    const file = decodeURIComponent(link.getAttribute("href"));
    link.dataset.commandlinkerCommand = "docmanager:open";
    link.dataset.commandlinkerArgs = JSON.stringify({ path: path.slice(0, path.lastIndexOf("/") + 1) + file });
  }
}

// Radio buttons of one name are one group in the whole page, and another version of this script may be in it too.
const groupName = () => `ccb-${Math.random().toString(36).slice(2)}`;

// One choice in each group: most questions are one group, sorting has one for each party. Options are known by place.
const groupsOf = (question) => question.groups ?? [{ label: null, options: question.options.map((_, place) => place) }];

// What is still to be chosen, in words; nothing where the question can be answered.
function stillOpen(question, chosen) {
  const row = groupsOf(question).findIndex(({ options }) => !options.some((place) => chosen.has(place)));
  return row < 0 ? "" : question.groups ? `Row ${row + 1} has no answer yet.` : "Choose first.";
}

const complete = (question, chosen) => !stillOpen(question, chosen);

const inOrder = (chosen) => [...chosen].sort((one, other) => one - other);

const isRight = (question, choice) => String(choice) === String(question.answer);

// How many of the groups have the right option chosen.
const rowsRight = ({ answer }, choice) => choice.filter((place) => answer.includes(place)).length;

// Put an option into what is chosen, or take it out.
function pick(question, chosen, option, on) {
  if (!question.many)
    groupsOf(question)
      .find(({ options }) => options.includes(option))
      .options.forEach((place) => chosen.delete(place));
  if (on) chosen.add(option);
  else chosen.delete(option);
}

// An option that is a letter has it as its key, and no digit.
const isLetter = (label) => /^[A-Z]$/.test(label);

// The keys on the options choose, in the group that has the focus; digits always do.
function chooseByKey(event, panel) {
  const one = "fieldset:not(:has(fieldset))";
  const group = event.target.closest(one) ?? panel.querySelector(one);
  const [caps, key] = [[...(group?.querySelectorAll("input:enabled + kbd") ?? [])], keyOf(event)];
  const input = (caps.find((cap) => cap.textContent.toLowerCase() === key) ?? caps[Number(key) - 1])?.previousElementSibling;
  if (!input) return false;
  input.focus();
  input.click();
  event.preventDefault();
  return true;
}

// Let a text have the focus, though Tab does not lead to it.
function focusable(node) {
  node.tabIndex = -1;
  keepKeys(node);
}

// Put the focus where a question begins: a story of its own beside it comes before it, and is read first. What can only
// be looked at has its prompt.
function enter(panel) {
  const input = panel.querySelector("[type=radio]:checked:enabled") ?? panel.querySelector("input:enabled");
  const story = input && panel.closest(".ccb-desk")?.querySelector(".ccb-intro > h3:first-child");
  const isBeside = story?.getBoundingClientRect().right < panel.getBoundingClientRect().left;
  const heading = isBeside ? story : panel.querySelector(`[tabindex='-1']${input ? "" : ", .ccb-prompt"}`);
  if (heading) focusable(heading);
  (heading ?? input)?.focus();
  // The focus alone would bring up the first option, and leave what is asked above the edge.
  for (const each of [heading, panel.querySelector(".ccb-prompt")]) each?.scrollIntoView({ block: "nearest" });
}

// A question as nodes.
function ask(question, { name, where, chosen, choose }) {
  const option = (group) => (place, index) =>
    h(
      "label",
      { class: "ccb-option" },
      h("input", {
        type: question.many ? "checkbox" : "radio",
        name: `${name}-${group}`,
        value: place,
        checked: chosen.has(place),
        onchange: (event) => choose(question, place, event.target.checked),
      }),
      h("kbd", { "aria-hidden": "true" }, isLetter(question.options[place]) ? question.options[place] : String(index + 1)),
      h("span", { dir: "auto", class: isLetter(question.options[place]) ? "ccb-same" : null }, question.options[place]),
    );
  const choices = groupsOf(question).map(({ label, intro, options }, group) => {
    const nodes = options.map(option(group)).flatMap((node) => [node, " "]); // so a story has its spaces
    const offered = h("div", { class: `ccb-${question.shape}` }, ...nodes);
    if (!label) return offered;
    const [material, row] = [intro && h("div", { html: intro }), h("div", { class: "ccb-answers" }, offered)];
    const body = material ? h("div", { class: "ccb-party" }, material, row) : row;
    return h("fieldset", { class: "ccb-group" }, h("legend", { dir: "auto" }, label), body);
  });
  const legend = h(
    "legend",
    {},
    h("span", { class: "ccb-where" }, where),
    h("span", { class: "ccb-prompt", html: question.prompt }),
    question.many ? h("span", { class: "ccb-hint" }, "Choose all that are true.") : null,
  );
  const list = question.list ? h("div", { id: `${name}-list`, html: question.list }) : null;
  return [h("fieldset", { "aria-describedby": list?.id }, legend, list, ...choices)];
}

// A story beside the work on it, or below it where there is no room for both. The work stays in view while one reads: it
// sticks at its top, or at its bottom where it is higher than the page.
function makeDesk(intro, ...nodes) {
  const lead = (words, to) => button(words, null, () => (focusable(to), to.focus()), { class: "ccb-button ccb-way" });
  const work = h("div", { class: "ccb-work" }, lead("To the story ↓", intro), ...nodes);
  const desk = h("div", { class: "ccb-desk" }, intro, lead("To the question ↑", work), work);
  stick(work);
  return desk;
}

// What sticks does so at its top, or at its bottom where it is higher than the page: else nobody could scroll to that.
function stick(node) {
  const fit = () => {
    const room = node.closest(".jp-WindowedPanel-outer")?.clientHeight ?? innerHeight;
    node.style.setProperty("--ccb-top", `${Math.min(8, room - node.offsetHeight - 8)}px`);
    // What a key has reached stays in view, though what comes from Python makes room for itself above it.
    const focused = document.activeElement;
    if (isReached && node.contains(focused)) focused.scrollIntoView({ block: "nearest" });
  };
  new ResizeObserver(fit).observe(node);
}

// A live region stands in the page before its text does, or a screen reader may miss it.
const liveRegion = () => h("div", { class: "ccb-live", role: "status" });

function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

// Put other HTML into a node. A fold stays open or closed as the learner left it; it and a link keep the focus.
function redraw(node, html) {
  if (node.drawnHtml === html) return;
  node.drawnHtml = html;
  node.openFolds ??= new Map();
  const title = (fold) => fold.querySelector("summary").textContent;
  for (const fold of node.querySelectorAll("details")) node.openFolds.set(title(fold), fold.open);
  const focused = node.contains(document.activeElement) && document.activeElement.textContent;
  const { top, bottom } = document.activeElement.getBoundingClientRect();
  const preventScroll = bottom < 0 || top > innerHeight; // who has scrolled away stays there
  node.innerHTML = html; // escaped by the kernel
  direct(node);
  for (const fold of node.querySelectorAll("details"))
    if (node.openFolds.has(title(fold))) fold.open = node.openFolds.get(title(fold));
  for (const each of node.querySelectorAll("summary, a")) {
    keepKeys(each);
    if (focused === each.textContent) each.focus({ preventScroll });
  }
}

// Run All Cells alone, without a kernel, empties all outputs and runs one cell. Voila has no menu.
const RESTART = document.querySelector("#rendered_cells")
  ? "load this page again"
  : "choose Kernel, then Restart Kernel and Run All Cells";
// Before JupyterLab knows that the kernel is gone, that fails once.
const IF_THIS_STAYS = `If this does not change, ${RESTART}. If nothing runs then, do it again.`;
const GONE = `Python has stopped or has started again, so the controls here do not work now. To go on, ${RESTART}.`;
const EXAM_GONE = " The exam goes on with your saved answers, and its clock goes on too.";

// When Python is gone, close what needs it (`closing` finds that) and say so at the top of `place` or of the activity.
// Nothing signals a kernel shutdown, so we try to send something a while after a control has got the focus. To try at
// once would delay the message of the press itself.
function watchPython(model, el, closing, place = null) {
  let probing = null;
  function close() {
    const root = el.closest(".ccb-activity") ?? el;
    const nodes = closing();
    if (!nodes.length) return;
    const focused = nodes.some((node) => node.contains(document.activeElement));
    for (const node of nodes) node.inert = true;
    if (root.querySelector(".ccb-gone")) return;
    const words = GONE + (root.querySelector(".ccb-places:not([hidden])") ? EXAM_GONE : "");
    const sentence = h("p", { class: "ccb-gone", tabindex: "-1" }, words);
    (place?.checkVisibility() ? place : root).prepend(h("div", { class: "ccb" }, sentence));
    if (focused) sentence.focus();
    else say(root.querySelector(".ccb-live"), words);
  }
  const probe = () => {
    try {
      model.send({});
    } catch {
      close();
    }
  };
  const onFocus = () => {
    clearTimeout(probing);
    probing = setTimeout(probe, PROBE_DELAY_MS);
  };
  el.firstElementChild.addEventListener("focusin", onFocus);
  listen(model, { comm_live_update: probe });
  return () => clearTimeout(probing);
}
