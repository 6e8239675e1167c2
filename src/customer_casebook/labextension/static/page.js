// What course mode changes of the page: parts of it, keys, and where it stands.

import { isLite } from "./lite.js";

// What has the focus where no control has it.
const NO_CONTROL = ".ccb-lesson :is(.jp-Notebook, .jp-WindowedPanel-outer, .jp-Cell)";

const ACTS = ["keydown", "pointerdown", "wheel"]; // of a reader

export const file = (name) => new URL(name, import.meta.url).href;

// The lesson of the course that a notebook has its name from.
export const lessonAt = ({ path }, course) => course.find(({ name }) => name === path.split("/").at(-1));

export function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter(Boolean));
  return made;
}

// A bar above the notebook, as high as what is in it.
export function addBar(Widget, panel, ...children) {
  const bar = element("nav", { className: "ccb-bar", ariaLabel: "Course" }, ...children);
  const widget = new Widget({ node: element("div", {}, bar) });
  panel.contentHeader.addWidget(widget);
  const fit = () => {
    widget.node.style.minHeight = `${bar.offsetHeight}px`;
    widget.parent?.fit();
  };
  new ResizeObserver(fit).observe(bar);
  return widget;
}

// Once it has its list of files, JupyterLab opens what the page's address names, in front of what was opened before.
async function hasList() {
  while (document.querySelector(".jp-FileBrowser.jp-mod-restoring")) await new Promise(requestAnimationFrame);
}

// Links to the lesson before and the one after, where there is one.
export async function linksTo(before, after, path, { commands, serviceManager: { contents, serverSettings } }) {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const files = await contents.get(folder.slice(0, -1)).catch(() => ({ content: [] }));
  const isLab = document.body.dataset.notebook !== "notebooks"; // Notebook 7 has one notebook a page
  return [before, after].map((other) => {
    if (!files.content.some(({ name }) => name === other?.name)) return null;
    const word = other === before ? "Previous" : "Next";
    const app = isLab ? "lab" : "notebooks";
    const inApp = isLite ? "/index.html?path=" : isLab ? "/tree/" : "/";
    const address = app + inApp + encodeURI(folder + other.name);
    const link = { textContent: `${word} lesson`, ariaLabel: `${word} lesson: ${other.title}`, title: other.title };
    const open = async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab of the browser
      event.preventDefault();
      await hasList();
      commands.execute("docmanager:open", { path: folder + other.name });
    };
    return element("a", { ...link, href: serverSettings.baseUrl + address, onclick: isLab ? open : null });
  });
}

// Where no code is seen, no key changes a cell: only moving, and what is pressed with Ctrl, goes on to JupyterLab.
export function holdKey(event) {
  const { key, shiftKey, ctrlKey, metaKey, altKey, target } = event;
  if (!target.matches?.(NO_CONTROL)) return;
  const isShortcut = key.length === 1 ? ctrlKey || metaKey || altKey : !/^(Enter|Delete|Backspace)$/.test(key);
  if (!isShortcut || (/^Arrow/.test(key) && (shiftKey || ctrlKey || metaKey))) event.stopImmediatePropagation();
}

// A text stays a text.
export function holdDoubleClick(event) {
  if (event.target.closest(".ccb-lesson .jp-MarkdownCell")) event.stopPropagation();
}

// What one edition says is open in a text. Once a card tells the edition that the learner prepares for, what only others
// say is closed, once: the learner may open it.
export function closeFolds(node) {
  let edition;
  const close = () => {
    edition = node.querySelector("[data-edition]")?.dataset.edition ?? edition;
    if (!edition) return;
    for (const fold of node.querySelectorAll(".jp-MarkdownOutput details:not([data-edition-told])")) {
      fold.dataset.editionTold = edition;
      const named = fold.querySelector("summary")?.textContent.match(/^In (?=ITIL|Version).*/)?.[0].match(/v3|\b[45]\b/g);
      if (named && !named.includes(edition)) fold.open = false;
    }
  };
  new MutationObserver(close).observe(node, { childList: true, subtree: true });
}

// A page that is opened in the background waits until it is looked at.
export function isSeen(node) {
  if (node.offsetParent && document.visibilityState === "visible") return null;
  return new Promise((resolve) => {
    const look = (entries, observer) => entries.some((each) => each.isIntersecting) && resolve(observer.disconnect());
    new IntersectionObserver(look).observe(node);
  });
}

const scrollerOf = (panel) => panel.node.querySelector(".jp-WindowedPanel-outer");
const topOf = (cell, scroller) => cell.getBoundingClientRect().top - scroller.getBoundingClientRect().top;

// Whether a node begins in the upper half of the window, or above it.
export function isTopAbove(node, panel) {
  const scroller = scrollerOf(panel);
  return node.isConnected && topOf(node, scroller) < scroller.clientHeight / 2;
}

// Where the reader is: the first cell that is seen, and how far it is from the top.
export function placeOf(panel) {
  const scroller = scrollerOf(panel);
  const cell = [...scroller.querySelectorAll(".jp-Cell")].find((each) => topOf(each, scroller) + each.offsetHeight > 0);
  return { cell, top: cell && topOf(cell, scroller) };
}

// Keeps a place while outputs come and go; whoever scrolls chooses another one. The function that is returned lets go
// with the next thing the reader does.
export function holdPlace(panel, place = placeOf(panel)) {
  const scroller = scrollerOf(panel);
  let scrolled;
  const keep = () => {
    if (place.cell?.isConnected) scroller.scrollTop += topOf(place.cell, scroller) - place.top;
    scrolled = scroller.scrollTop;
  };
  const isAtEnd = () => scroller.scrollTop + scroller.clientHeight > scroller.scrollHeight - 2;
  const follow = () => {
    const isCut = scroller.scrollTop < scrolled && isAtEnd(); // there is less to scroll than before
    if (Math.abs(scroller.scrollTop - scrolled) < 2 || isCut) return;
    place = placeOf(panel);
    scrolled = scroller.scrollTop;
  };
  const observer = new ResizeObserver(keep);
  const letGo = () => {
    observer.disconnect();
    scroller.removeEventListener("scroll", follow);
    for (const type of ACTS) removeEventListener(type, letGo, true);
  };
  keep();
  observer.observe(scroller.querySelector(".jp-WindowedPanel-viewport"));
  scroller.addEventListener("scroll", follow);
  return () => ACTS.forEach((type) => addEventListener(type, letGo, true));
}
