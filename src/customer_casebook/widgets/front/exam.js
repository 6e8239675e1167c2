// The mock exam: questions to move about in, a clock, and no feedback until it is handed in.
//
// What is chosen and flagged goes to the kernel by the outbox, with a number by which the last one wins, and the kernel
// keeps it in the journal. What it has is in `answers`. The kernel says in `phase` and `deadline` when the exam begins and
// ends. The clock shows the time that is left until the deadline.

const NO_ANSWER = { choice: [], ms: 0, flag: false };
const WARNINGS = [10, 5, 1]; // minutes before the end, in an exam of twice as long at least

function renderExam({ model, el }) {
  const name = groupName();
  let at = 0;
  let shownAt = performance.now();
  let ahead = null; // ms that the exam's time is ahead of this page's, once it is known
  let jump = Date.now() - performance.now(); // another number after a sleep, or a jump of the clock
  let hidden = false;
  let leaving = false;
  let warned = Infinity;
  let unanswered = null;
  const mine = new Map(); // what was answered in this view
  let shown = ""; // the answers as they are drawn

  const deck = () => model.get("questions");
  const unheard = () => [...waiting.values()].filter(({ id, exam }) => exam === model.get("exam") && !states.has(id));
  function answerAt(place) {
    const id = `${model.get("exam")}/${place}`;
    const all = [model.get("answers")[place], mine.get(id), waiting.get(id)?.answer].filter(Boolean);
    return all.reduce((one, other) => ((other.seq ?? 0) > (one.seq ?? 0) ? other : one), all[0] ?? NO_ANSWER);
  }
  const drawn = () => JSON.stringify(deck().map((_, place) => [answerAt(place).choice, answerAt(place).flag]));
  const left = () => model.get("deadline") - (performance.now() + ahead);
  const running = () => model.get("phase") === "running" && deck().length > 0; // one may come before the other

  const clock = h("span", { class: "ccb-clock", role: "timer" });
  const hide = button("Hide the clock", null, () => {
    hidden = !hidden;
    hide.textContent = hidden ? "Show the clock" : "Hide the clock";
    tick();
  });
  const warning = h("p", { class: "ccb-warning", role: "status" });
  const bar = h("div", { class: "ccb-bar" }, hide, clock, warning);
  const panel = h("div", { class: "ccb-panel" });
  const saved = h("p", { class: "ccb-saved", role: "status" });
  const places = h("ol", { class: "ccb-places", "aria-label": "All questions" });
  const section = { class: "ccb ccb-exam", "aria-label": model.get("title"), tabindex: "-1" };
  const intro = h("div", { class: "ccb-intro" });
  const root = h("section", section, bar, makeDesk(intro, panel, saved), places);
  root.addEventListener("keydown", onKey);
  el.append(root);

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !running() || leaving) return;
    if (chooseByKey(event, panel)) return;
    const key = keyOf(event);
    const step = { n: 1, p: -1 }[key];
    if (step && deck()[at + step]) go(at + step);
    else if (key === "f") flag();
    else return;
    event.preventDefault();
  }

  function note(change) {
    const ms = answerAt(at).ms + Math.max(1, Math.round(performance.now() - shownAt)); // always news, so always answered
    shownAt = performance.now();
    const answer = { ...answerAt(at), ms, ...change, seq: (answerAt(at).seq ?? 0) + 1 };
    const exam = model.get("exam");
    mine.set(`${exam}/${at}`, answer);
    const { asks } = deck()[at]; // the course may ask something else by the time it is heard
    post(`${exam}/${at}`, { what: "answer", exam, asks, seq: answer.seq, answer });
    shown = drawn();
    awaitAnswer();
  }

  function choose(question, option, on) {
    const chosen = new Set(answerAt(at).choice);
    pick(question, chosen, option, on);
    note({ choice: inOrder(chosen) });
    drawPlaces();
  }

  function flag() {
    note({ flag: !answerAt(at).flag });
    showFlag(panel.querySelector(".ccb-flag"));
    drawPlaces();
  }

  function showFlag(node) {
    node.firstChild.textContent = answerAt(at).flag ? "⚑ Flagged" : "Flag it";
    node.setAttribute("aria-pressed", String(answerAt(at).flag));
    return node;
  }

  function go(place) {
    if (running() && deck()[at]) note({});
    at = place;
    leaving = false;
    shownAt = performance.now();
    draw();
    enter(panel);
    bar.scrollIntoView({ block: "nearest" });
  }

  function request(what, more = {}) {
    const before = model.get("phase");
    const exam = model.get("exam");
    const first = () => unheard().map((each) => ({ ...each, age: ageMs(each) }));
    sayUntil(() => model.get("phase") !== before, () => model.send({ what, exam, first: first(), ...more }));
    awaitAnswer();
  }

  function finish() {
    note({});
    request("finish");
  }

  const askTime = () => attempt(() => model.send({ what: "clock" })); // or watchPython says so

  // The kernel answers every message. Where it does not, the learner should know before an answer is lost.
  function awaitAnswer() {
    unanswered ??= setTimeout(() => {
      saved.textContent =
        `Python is busy or has stopped, and your latest answers are not saved yet. ${IF_THIS_STAYS}${EXAM_GONE}`;
    }, KERNEL_TIMEOUT_MS);
  }

  const count = (holds) => deck().filter((question, place) => holds(question, answerAt(place))).length;
  const isAnswered = (question, { choice }) => complete(question, new Set(choice));

  function draw() {
    shown = drawn();
    const phase = model.get("phase");
    bar.hidden = places.hidden = !running();
    redraw(intro, (running() && !leaving && deck()[at].intro) || "");
    if (phase === "ready") panel.replaceChildren(...ready());
    else if (phase === "done") panel.replaceChildren(h("h3", { tabindex: "-1" }, model.get("verdict")));
    else if (running()) panel.replaceChildren(...(leaving ? handIn() : asking(deck()[at])));
    drawPlaces();
    tick();
  }

  function ready() {
    let pressed = false; // one click is one exam
    const form = makeForm(model.get("fields"));
    const begin = primary("Start the clock", null, () => {
      if (!pressed) request("start", { values: form.values() });
      pressed = true;
    });
    return [h("div", { html: model.get("intro") }), form.node, h("div", { class: "ccb-press" }, begin)];
  }

  function asking(question) {
    const { choice } = answerAt(at);
    const isSame = deck()[at].intro && deck()[at - 1]?.intro === deck()[at].intro;
    const where = `Question ${at + 1} of ${deck().length}${isSame ? " · the same story as before" : ""}`;
    const nodes = ask(question, { name: `${name}-${at}`, where, chosen: new Set(choice), choose });
    const last = at === deck().length - 1;
    const leave = () => {
      leaving = true;
      draw();
      panel.querySelector("h3").focus();
    };
    const flagButton = showFlag(button("Flag it", "F", flag, { class: "ccb-button ccb-flag" }));
    const moves = [
      !last && primary("Next", "N", () => go(at + 1)),
      at > 0 && button("Previous", "P", () => go(at - 1)),
      flagButton,
      (last ? primary : button)("Hand in", null, leave),
    ];
    return [...nodes, h("div", { class: "ccb-press" }, ...moves.filter(Boolean))];
  }

  function handIn() {
    const open = deck().length - count(isAnswered);
    const flagged = count((_, { flag }) => flag);
    const counts = `${open ? `${open} not answered` : "All answered"}, ${flagged || "none"} flagged.`;
    const warning = open ? " What is not answered counts as wrong." : "";
    const buttons = [primary("Yes, hand in", null, finish), button("Go on", null, () => go(at))];
    return [
      h("h3", { tabindex: "-1" }, "Hand it in?"),
      h("p", {}, counts + warning),
      h("div", { class: "ccb-press" }, ...buttons),
    ];
  }

  function drawPlaces() {
    const place = (question, index) => {
      const { choice, flag } = answerAt(index);
      const done = isAnswered(question, { choice });
      const state = [done ? "answered" : "open", flag && "flagged"].filter(Boolean);
      const label = `Question ${index + 1}, ${state.join(", ")}`;
      const here = index === at && !leaving;
      const attributes = { class: "ccb-place", "data-done": done, "aria-label": label };
      const number = button(`${index + 1}${flag ? "⚑" : ""}`, null, () => go(index), attributes);
      if (here) number.setAttribute("aria-current", "step");
      return h("li", {}, number);
    };
    const focused = [...places.children].findIndex((each) => each.contains(document.activeElement));
    places.replaceChildren(...(running() ? deck().map(place) : []));
    places.children[focused]?.firstChild.focus({ preventScroll: true });
  }

  function tick() {
    if (!running()) warning.textContent = "";
    if (!running() || ahead === null) return; // the clock here may be wrong by any time
    const jumped = Date.now() - performance.now();
    if (Math.abs(jumped - jump) > 5000) askTime();
    jump = jumped;
    const minutes = Math.max(0, left()) / 60000;
    const seconds = Math.ceil(minutes * 60);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    clock.textContent = hidden ? "" : `${time} left`;
    const passed = WARNINGS.filter((each) => minutes <= each && 2 * each <= model.get("minutes")).at(-1);
    if (passed && passed < warned && minutes > 0) {
      warned = passed;
      warning.textContent = `Less than ${passed === 1 ? "a minute" : `${passed} minutes`} left.`;
    }
    if (minutes <= 0 && warned) {
      warned = 0;
      warning.textContent = "Time is up.";
      finish();
    }
  }

  function onPhase() {
    const first = deck().findIndex((question, place) => !isAnswered(question, answerAt(place)));
    at = running() ? Math.max(first, 0) : 0;
    leaving = false;
    warned = Infinity;
    shownAt = performance.now();
    const all = root.closest(".ccb-activity") ?? root; // the buttons around it too
    const inside = all.contains(document.activeElement);
    draw();
    if (inside) (running() ? enter(panel) : panel.querySelector("[tabindex], button").focus());
  }

  const onAnswers = () => running() && drawn() !== shown && draw();
  const onQuestions = () => running() && onPhase();
  const onNote = () => (saved.textContent = model.get("note"));
  const onMessage = ({ now }) => {
    if (now) ahead = now - performance.now();
    if (unheard().length) return;
    clearTimeout(unanswered);
    unanswered = null;
    onNote();
    tick();
  };
  listen(model, { "change:phase": onPhase, "change:answers": onAnswers, "change:questions": onQuestions });
  listen(model, { "change:note": onNote, "change:fields": () => model.get("phase") === "ready" && draw(), "msg:custom": onMessage });
  const close = openOutbox(model, ({ exam }) => (exam === model.get("exam") ? OWN : 0), onAnswers);
  const clockwork = setInterval(tick, 500);
  onPhase();
  onNote();
  askTime();
  const unwatch = watchPython(model, el, () => (panel.querySelector(".ccb-press") ? [root] : []));

  return () => {
    unwatch();
    close();
    clearInterval(clockwork);
    clearTimeout(unanswered);
  };
}
