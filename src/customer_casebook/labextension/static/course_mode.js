// A notebook of the course is a page that one opens and reads: it runs by itself and stays where one reads, its code is
// hidden until one wants it, and a bar above it tells the place in the course and the state of Python.
//
// Code runs by itself only where all of it is what the package brings (lessons.json). Else the reader decides, as ever.
import { handOver, startEarly } from "./early.js";
import { addBar, closeFolds, element, file, holdDoubleClick, holdKey, holdPlace, isSeen, isTopAbove, lessonAt, linksTo, placeOf } from "./page.js";
import { exportAnswers, isLite, isUnsure, readOnly, renew } from "./lite.js";
import { viewOf } from "./reattach.js";

const STATES = {
  starting: "Starting Python…",
  ready: "Ready. Answers save themselves.",
  away: "There is no connection to Python. Your answers are kept.",
  failed: "Not everything could start.",
  stopped: "Python has stopped. Your answers are kept.",
  unsure: "Starting Python… This browser may not be able to run it. Then you can read and answer this lesson here:",
  other: "This notebook is not the course's. It does not start by itself: choose Run, then Run All Cells.",
  changed: "This notebook differs from the course's. It does not start by itself: choose Run, then Run All Cells.",
};
const NARROW_PX = 700;
const RUNS_OR_RESTARTS = /run-all|restart/; // the commands that do

// A file beside a notebook must not be imported in the place of what a lesson imports.
const WITHOUT_OWN_FOLDER = "import sys; sys.path[:] = filter(None, sys.path)";

// JupyterLite fetches a package, where the site has it, for an import that it reads in a cell.
const WITH_CHARTS = "try:\n    import matplotlib\nexcept ImportError:\n    pass";
const DRAWS = /^(ledger|service_levels|expectation_gap|progress)\(/m;

let course = []; // known before the first notebook opens
const lessons = fetch(file("lessons.json"), { cache: "no-cache" }).then(async (reply) => (course = await reply.json()));

const codeCells = ({ widgets }) => widgets.filter(({ model }) => model.type === "code");
const sourceOf = ({ model }) => model.sharedModel.getSource();
const outputsOf = ({ model: { outputs } }) => Array.from({ length: outputs.length }, (_, at) => outputs.get(at));
const isActivity = (cell) => outputsOf(cell).some(({ data }) => "text/html" in data && !/ccb-verdict/.test(data["text/html"]));
const toPlayWith = ({ play }, notebook) => codeCells(notebook).filter((_, at) => play.includes(at)); // changed at will
const asShipped = ({ code }, notebook) => codeCells(notebook).filter((cell, at) => sourceOf(cell) === code[at]);

// Cells out of view are drawn once Python is on its way, for to draw them takes as long as Python needs to start.
function drawLater({ content: notebook }) {
  notebook.notebookConfig = { ...notebook.notebookConfig, windowingMode: "defer" };
}

// While one saving is on its way, JupyterLab takes what it writes for a change by somebody else when the next begins, and
// asks the reader which one is to stay.
function saveInTurn(context) {
  if (Object.hasOwn(context, "save")) return; // another view has done it
  const save = context.save.bind(context);
  let last = Promise.resolve();
  context.save = () => (last = last.then(save, save));
}

function isIn(notebook, lesson) {
  const ours = new Set([...asShipped(lesson, notebook), ...toPlayWith(lesson, notebook)]);
  return lesson.code.length === codeCells(notebook).length && ours.size === lesson.code.length;
}

export function courseMode(app, Widget, worker) {
  const orders = new WeakMap(); // the reader's last one, for each view, and the place before the window that it opens
  const firsts = new WeakMap(); // of the views of a notebook: the others leave the running to it
  app.commands.commandExecuted.connect((_, { id, result }) => {
    const { currentWidget: panel } = app.shell;
    if (!RUNS_OR_RESTARTS.test(id) || !panel?.hasClass("ccb-course")) return;
    orders.set(panel, { result, place: placeOf(panel) });
    const forget = () => orders.delete(panel);
    Promise.resolve(result).then(forget, forget);
  });
  const early = startEarly(lessons, app.serviceManager, worker);
  document.head.append(element("link", { rel: "stylesheet", href: file("course_mode.css") }));
  addEventListener("keydown", holdKey, true);

  // What JupyterLab calls for each view of a notebook; it would dispose of what is returned.
  return (panel, context) => {
    if (lessonAt(context, course)) drawLater(panel);
    early.then((session) => handOver(session, context, app.serviceManager.kernelspecs)).catch(() => {});
    void open(panel, context);
  };

  async function open(panel, context) {
    const { content: notebook, sessionContext } = panel;
    const { contents } = app.serviceManager;
    await Promise.all([lessons, context.ready]);
    if (isLite) await renew(context, contents);
    if (panel.isDisposed) return;
    const lesson = course.find((each) => isIn(notebook, each));
    const state = element("p", { role: "status" });
    const again = element("button", { textContent: "Start again", onclick: startAgain });
    const toggle = element("button", { onclick: () => hideCode(!panel.hasClass("ccb-lesson")) });
    const place = element("p");
    const page = isUnsure && lesson && element("a", { textContent: lesson.title, href: readOnly(lesson.name) });
    const timed = course.filter(({ minutes }) => minutes); // the lessons among the course's notebooks
    let activities = codeCells(notebook).filter(isActivity);

    if (!lesson) {
      const isOurs = lessonAt(context, course);
      if (!isOurs && !codeCells(notebook).map(sourceOf).join().includes("customer_casebook")) return say("foreign");
      say(isOurs ? "changed" : "other");
      const bar = addBar(Widget, panel, element("div", {}, state));
      sessionContext.iopubMessage.connect((_, { header }) => {
        if (header.msg_type === "execute_input") bar.dispose(); // the reader has found the way
      });
      return;
    }
    panel.addClass("ccb-course");
    saveInTurn(context);
    if (innerWidth < NARROW_PX) app.shell.collapseLeft?.(); // the list of files would leave no room to read
    say("starting");
    hideCode(true);
    for (const cell of toPlayWith(lesson, notebook)) cell.addClass("ccb-play");
    notebook.widgets.at(-1).addClass("ccb-end");
    notebook.node.addEventListener("dblclick", holdDoubleClick, true);
    closeFolds(notebook.node);
    context.model.stateChanged.connect(({ dirty }, { name }) => {
      const isWriting = panel.node.contains(document.activeElement?.closest(".cm-editor"));
      if (name !== "dirty" || !dirty || isWriting) return;
      if (panel.node.dataset.ccb === "starting") context.model.dirty = false; // it is saved when all has run
      else if (panel.node.dataset.ccb === "ready") save();
    });
    const at = course.indexOf(lesson);
    const links = await linksTo(course[at - 1], course[at + 1], context.path, app);
    const take = isLite && element("button", { textContent: "Export answers", onclick: () => exportAnswers(contents) });
    addBar(Widget, panel, element("div", {}, place, state, page), element("div", {}, again, take, ...links, toggle));
    panel.node.addEventListener("scroll", tellPlace, true);
    await sessionContext.ready;
    let isNew = false; // Python, perhaps, when it is next heard of
    let letGo = null; // of the reader's place
    let turn = begin();
    const beginNext = () => (turn = turn.then(begin));
    sessionContext.kernelChanged.connect(beginNext);
    sessionContext.statusChanged.connect((_, status) => {
      if (/restarting/.test(status)) {
        isNew = true;
        letGo ??= holdPlace(panel, orders.get(panel)?.place);
        say("starting");
      } else if (status === "dead") say("stopped");
      else if (sessionContext.isRestarting) return;
      else if (status === "idle" && isNew) beginNext();
      else if (status === "unknown" && !isNew) {
        isNew = true;
        say(sessionContext.session?.kernel ? "away" : "stopped");
      }
    });

    function say(name) {
      panel.node.dataset.ccb = name;
      state.textContent = STATES[isUnsure && name === "starting" ? "unsure" : name];
      if (page) page.hidden = name !== "starting";
      again.hidden = !["failed", "stopped"].includes(name);
      if (!lesson) return;
      if (name !== "starting") activities = codeCells(notebook).filter(isActivity);
      tellPlace();
    }

    // In words that take the same room wherever one is, so that nothing moves under the pointer.
    function tellPlace() {
      const number = timed.indexOf(lesson) + 1;
      const activity = Math.max(1, activities.findLastIndex(({ node }) => isTopAbove(node, panel)) + 1);
      place.textContent = [
        number && `Lesson ${number} of ${timed.length}`,
        lesson.title,
        number && `${lesson.minutes} minutes`,
        activities.length && `activity ${activity} of ${activities.length}`,
      ].filter(Boolean).join(" · ");
    }

    function hideCode(isHidden) {
      panel.toggleClass("ccb-lesson", isHidden);
      panel.toolbar.setHidden(isHidden);
      toggle.textContent = isHidden ? "Show the code" : "Hide the code";
    }

    async function startAgain() {
      toggle.focus(); // this button goes
      say("starting");
      const { kernel } = sessionContext.session ?? {};
      try {
        if (kernel && kernel.status !== "dead") return await sessionContext.restartKernel();
        await app.serviceManager.sessions.refreshRunning(); // else one that has gone would be asked for another Python
        await sessionContext.changeKernel({ name: kernel?.name ?? sessionContext.prevKernelName });
      } catch {
        say("stopped");
      }
    }

    async function begin() {
      isNew = false;
      await Promise.resolve(orders.get(panel)?.result).catch(() => {});
      const kernel = sessionContext.session?.kernel;
      if (!kernel) return say("stopped");
      if (sessionContext.isRestarting || panel.isDisposed) return;
      say("starting");
      try {
        say((await isAlive(kernel)) ? "ready" : await run(kernel));
        letGo?.();
        letGo = null;
      } catch {
        // The kernel has gone: what comes after it begins, or its status is told.
      }
    }

    // Nobody is asked to save what the course itself has changed, perhaps a moment after it ran.
    async function save() {
      if (context.contentsModel.writable) await context.save().catch(() => {});
      else context.model.dirty = false;
    }

    // Whether Python has all activities that the page shows, or showed when it was saved.
    async function isAlive(kernel) {
      const views = asShipped(lesson, notebook).flatMap(outputsOf).map(viewOf).filter(Boolean);
      if (!views.length) return false;
      if (isLite) return views.every(({ model_id: id }) => kernel.hasComm(id)); // it never answers what follows
      const { content } = await kernel.requestCommInfo({ target_name: "jupyter.widget" });
      return views.every(({ model_id: id }) => id in content.comms);
    }

    async function run(kernel) {
      await isSeen(panel.node);
      if (!isIn(notebook, lesson)) {
        context.model.dirty = true;
        return "changed";
      }
      const first = firsts.get(context);
      if (first && first !== panel && !first.isDisposed) return "ready";
      firsts.set(context, panel);
      letGo ??= holdPlace(panel);
      const execute = (code) => kernel.requestExecute({ code, silent: true, store_history: false });
      execute(WITHOUT_OWN_FOLDER);
      if (isLite && lesson.code.some((code) => DRAWS.test(code))) execute(WITH_CHARTS);
      // Not as Run All Cells does it, which goes to the last cell.
      const replies = asShipped(lesson, notebook).map((cell) => cell.constructor.execute(cell, sessionContext));
      const ran = (await Promise.all(replies)).every((reply) => reply?.content.status === "ok");
      await save(); // with the ids of its activities, for reattach.js
      return ran ? "ready" : "failed";
    }
  }
}
