// Makes stock widgets safe and clear inside an activity: JupyterLab's command keys stay out of them, groups of
// toggle buttons get a role, a name and a pressed state, and one live region says in words what changed.

const FOCUSABLE = "button, input, select, textarea, a[href], summary, [tabindex]";

function tend(root) {
  for (const node of root.querySelectorAll(FOCUSABLE)) {
    // An attribute on an ancestor is not enough; an attribute already set is not set again, or this would loop.
    if (!node.dataset.lmSuppressShortcuts) node.dataset.lmSuppressShortcuts = "true";
  }
  for (const group of root.querySelectorAll(".widget-toggle-buttons")) {
    const label = group.querySelector("label");
    if (label && group.getAttribute("role") !== "group") {
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", label.textContent);
    }
    for (const button of group.querySelectorAll("button")) {
      const pressed = String(button.classList.contains("mod-active"));
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    }
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
    observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
  });
  return () => {
    cancelAnimationFrame(waiting);
    observer?.disconnect();
    model.off("change:live", say);
  };
}

export default { render };
