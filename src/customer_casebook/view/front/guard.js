// Makes stock widgets safe and clear inside an activity: JupyterLab's command keys stay out of them, groups of toggle
// buttons get a role, a name and a pressed state, sliders a name, and one live region says in words what changed.

const FOCUSABLE = "button, input, select, textarea, a[href], summary, [tabindex], [contenteditable]";

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
    for (const button of group.querySelectorAll("button"))
      set(button, "aria-pressed", String(button.classList.contains("mod-active")));
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

function render({ model, el }) {
  const live = document.createElement("div");
  live.setAttribute("role", "status");
  live.className = "ccb-live";
  el.append(live);
  const say = () => (live.textContent = model.get("live"));
  model.on("change:live", say);

  let observer = null;
  let waiting = requestAnimationFrame(function watch() {
    const root = el.closest(".ccb-activity");
    if (!root) {
      waiting = requestAnimationFrame(watch); // not in the page yet
      return;
    }
    tend(root);
    observer = new MutationObserver(() => tend(root));
    observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "aria-valuetext"] });
  });
  return () => {
    cancelAnimationFrame(waiting);
    observer?.disconnect();
    model.off("change:live", say);
  };
}

export default { render };
