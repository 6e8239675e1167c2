// Makes stock widgets safe and clear inside an activity: JupyterLab's command keys stay out of them, groups of toggle
// buttons get a role, a name and a pressed state, and are one stop for Tab, with the arrows to move inside; sliders get a
// name, and one live region says in words what changed. When their Python is gone they are closed, and a sentence says
// what to do.

const FOCUSABLE = "button, input, select, textarea, a[href], summary, [tabindex], [contenteditable]";

// What is of no use without Python. A question card is: it shows its feedback all the same.
const NEEDS_PYTHON = ".widget-toggle-buttons, .widget-slider, .widget-button, .ccb-exam:has(.ccb-press)";
const GONE =
  "Python has stopped or was started anew, so the controls here no longer answer. Choose Run, then Run All Cells.";
const EXAM_GONE = " The exam goes on with what was saved, and so does its clock.";

const PAUSE = 1000; // ms from getting the focus until we see whether Python can still be reached

// Setting what is set already would call the observer again, and so on for ever.
function set(node, name, value) {
  if (node && node.getAttribute(name) !== value) node.setAttribute(name, value);
}

function tend(root) {
  for (const node of root.querySelectorAll(FOCUSABLE)) {
    set(node, "data-lm-suppress-shortcuts", "true"); // an attribute on an ancestor is not enough
  }
  for (const group of root.querySelectorAll(".widget-toggle-buttons")) {
    set(group, "role", "group");
    set(group, "aria-label", group.querySelector("label").textContent);
    for (const button of group.querySelectorAll("button")) {
      const pressed = button.classList.contains("mod-active"); // always one of them
      set(button, "aria-pressed", String(pressed));
      set(button, "tabindex", pressed ? "0" : "-1");
    }
  }
  for (const slider of root.querySelectorAll(".widget-slider")) {
    const name = slider.querySelector("label").textContent;
    const readout = slider.querySelector(".widget-readout");
    const handle = slider.querySelector(".noUi-handle");
    set(handle, "aria-label", name);
    set(handle, "aria-valuetext", readout.textContent);
    set(readout, "role", "textbox");
    set(readout, "aria-label", `${name}, as a number`);
  }
}

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function moveInside(event) {
  const buttons = [...(event.target.closest(".widget-toggle-buttons")?.querySelectorAll("button") ?? [])];
  if (!buttons.length || !STEPS[event.key]) return;
  buttons.at((buttons.indexOf(event.target) + STEPS[event.key]) % buttons.length).focus();
  event.preventDefault();
}

// Python redraws by sending new nodes. A fold among them stays as the learner left it, and gets the focus back.
function keepFolds(root) {
  const seen = new WeakSet();
  const opened = new Map();
  let held = null;
  const title = (fold) => fold.querySelector("summary").textContent;
  root.addEventListener("toggle", ({ target }) => opened.set(title(target), target.open), true);
  root.addEventListener("focusin", ({ target }) => (held = target.localName === "summary" ? target.textContent : null));
  return () => {
    for (const fold of root.querySelectorAll("details")) {
      if (seen.has(fold)) continue;
      seen.add(fold);
      if (opened.has(title(fold))) fold.open = opened.get(title(fold));
      if (held === title(fold) && document.activeElement === document.body) fold.querySelector("summary").focus();
    }
  };
}

// Close what answers no more, and say so where it is seen; a new output makes it good.
function close(root, live) {
  const closing = [...root.querySelectorAll(NEEDS_PYTHON)];
  if (!closing.length || root.querySelector(".ccb-gone")) return;
  const words = GONE + (root.querySelector(".ccb-places:not([hidden])") ? EXAM_GONE : "");
  const said = h("p", { class: "ccb-gone", tabindex: "-1" }, words);
  const switches = root.querySelector(".ccb-switches");
  (switches?.checkVisibility() ? switches : root).prepend(said);
  const focused = closing.some((each) => each.contains(document.activeElement));
  for (const each of closing) each.inert = true;
  if (focused) said.focus();
  else live.textContent = words;
}

function render({ model, el }) {
  const live = h("div", { class: "ccb-live", role: "status" });
  el.append(live);
  const say = () => (live.textContent = model.get("live"));
  model.on("change:live", say);

  let observer = null;
  let asking = null;
  let waiting = requestAnimationFrame(function watch() {
    const root = el.closest(".ccb-activity");
    if (!root) {
      waiting = requestAnimationFrame(watch); // not in the page yet
      return;
    }
    // Of a kernel that was shut down nobody tells. To ask at once would hold up what the press itself has to say.
    const ask = () => {
      try {
        model.send({});
      } catch {
        close(root, live);
      }
    };
    const tendFolds = keepFolds(root);
    const look = () => {
      tendFolds();
      tend(root);
      if (root.classList.contains("jupyter-widgets-disconnected")) close(root, live);
    };
    look();
    root.addEventListener("keydown", moveInside);
    root.addEventListener("focusin", () => {
      clearTimeout(asking);
      asking = setTimeout(ask, PAUSE);
    });
    observer = new MutationObserver(look);
    observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "aria-valuetext"] });
  });
  return () => {
    cancelAnimationFrame(waiting);
    clearTimeout(asking);
    observer?.disconnect();
    model.off("change:live", say);
  };
}

export default { render };
