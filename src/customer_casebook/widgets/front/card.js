// The question card: a deck of questions beside their story, with a board that fills as answers come.
//
// It shows what `spec` holds. Every text a learner can be told is in there from the start, so feedback appears at the
// press, whatever the kernel is doing. Nothing here decides what is right: a choice is a key, and the key picks a text.
// What was pressed goes to the kernel in `given`; the kernel judges and records it and answers in `saved`.

const SEND_DELAY_MS = 20; // until a press is sent: or the kernel's answer may come before the frame with the feedback

function renderCard({ model, el }) {
  const spec = model.get("spec");
  const deck = spec.questions;
  const name = groupName();
  let at = 0;
  let shownAt = performance.now();
  let draft = new Set();
  let late = null;

  let given = model.get("given");
  const answered = (index) => given[index] !== undefined;
  const firstOpen = () => deck.findIndex((_, index) => !answered(index));

  const intro = h("div", { class: "ccb-intro", html: spec.intro });
  const panel = h("div", { class: "ccb-panel" });
  // The live region stands before its text does, or a screen reader may miss it.
  const live = h("div", { class: "ccb-feedback", role: "status" });
  const saved = h("p", { class: "ccb-saved" });
  const after = h("div", { class: "ccb-after" });
  const board = h("div", { class: "ccb-board" });
  const note = h("p", { class: "ccb-note", role: "status" });
  const onNote = () => (note.textContent = model.get("note"));
  const root = h(
    "section",
    { class: `ccb ccb-${spec.layout}`, "aria-label": spec.title, tabindex: "-1" }, // a click into its text is in it
    intro,
    h("div", { class: "ccb-work" }, panel, live, saved, after, board),
  );
  root.addEventListener("keydown", onKey);
  el.append(root);

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || answered(at) || at >= deck.length) return;
    if (chooseByKey(event, panel)) return;
    if (!"st".includes(event.key.toLowerCase())) return;
    event.preventDefault();
    if (complete(deck[at], draft)) press(event.key.toLowerCase() === "s");
    else live.textContent = `Choose first${deck[at].groups ? ", in every row" : ""}; then say how sure you are.`;
  }

  function choose(question, option, on) {
    pick(question, draft, option, on);
    live.replaceChildren();
    for (const each of panel.querySelectorAll(".ccb-press button")) each.disabled = !complete(question, draft);
  }

  function press(sure) {
    if (answered(at) || !complete(deck[at], draft)) return; // one click is one attempt
    const question = deck[at];
    const choice = question.options.map(({ id }) => id).filter((id) => draft.has(id));
    const answer = { press: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, choice, sure };
    answer.ms = Math.round(performance.now() - shownAt);
    given = { ...given, [at]: answer };
    show();
    setTimeout(save, SEND_DELAY_MS);
  }

  function save() {
    model.set("given", given);
    model.save_changes();
  }

  function go(index, focus = true) {
    at = index;
    draft = new Set();
    shownAt = performance.now();
    draw();
    if (focus) enter(panel);
  }

  function draw() {
    const closed = at >= deck.length;
    panel.replaceChildren(...(closed ? closing() : asking(deck[at])));
    tell();
  }

  function asking(question) {
    const where = deck.length > 1 ? `Question ${at + 1} of ${deck.length} · ${question.topic}` : question.topic;
    const chosen = new Set(given[at]?.choice ?? draft);
    const how = h(
      "div",
      { class: "ccb-press", role: "group", "aria-label": "Answer, and say how sure you are" },
      button("I am sure", "S", () => press(true), { disabled: !complete(question, draft) }),
      button("I think so", "T", () => press(false), { disabled: !complete(question, draft) }),
    );
    return [...ask(question, { name: `${name}-${at}`, where, chosen, choose }), how];
  }

  // What there is to say, once an answer is given; its options can be looked at, and no longer changed.
  function tell() {
    feedback();
    drawBoard();
    const how = panel.querySelector(".ccb-press");
    if (!answered(at) || !how) return;
    mark(deck[at].answer, given[at].choice);
    // From button to button, for a focus that is lost first takes longer to set.
    if (how.contains(document.activeElement)) after.firstChild.focus({ preventScroll: true });
    how.remove();
  }

  function mark(answer, choice) {
    const tag = (text) => h("span", { class: "ccb-tag" }, text);
    for (const option of panel.querySelectorAll(".ccb-option")) {
      const input = option.querySelector("input");
      const [right, chosen] = [answer.includes(input.value), choice.includes(input.value)];
      input.disabled = true;
      if (right || chosen) option.dataset.mark = right ? "answer" : "miss";
      if (right) option.append(tag("the answer"));
      if (chosen) option.append(tag(right ? "you ✓" : "you ✗"));
    }
  }

  function closing() {
    const answers = Object.entries(given);
    const right = answers.filter(([index, { choice }]) => picked(deck[index], choice).tone === "right");
    const sure = answers.filter(([, answer]) => answer.sure);
    const sureWrong = sure.filter((each) => !right.includes(each));
    const missed = answers.filter((each) => !right.includes(each)).map(([index]) => Number(index));
    const look = () => go(missed[0] ?? 0);
    const score =
      deck.length === 1
        ? right.length ? "Right." : ""
        : `${right.length} of ${deck.length} right. ` +
          (sureWrong.length
            ? `You were sure and wrong ${sureWrong.length === 1 ? "once" : `${sureWrong.length} times`}: worth a second look.`
            : sure.length
              ? "Whenever you were sure, you were right."
              : "You were not sure of any. Next time say “I am sure” where you are, and see.");
    return [
      h("h4", { tabindex: "-1" }, spec.closed),
      h("p", { class: "ccb-score" }, score),
      h("div", { html: spec.closing }),
      note,
      h("div", { class: "ccb-press" }, button("Start again", null, restart), button(missed.length ? "Look at what you missed" : "Look back", null, look)),
    ];
  }

  function restart() {
    // While one press is under way, a later one takes its place in what waits to be sent.
    if (Object.values(given).some(({ press }) => !model.get("saved")[press])) {
      note.textContent =
        "Not all of your answers are saved yet. Start again once they are, or choose Run, then Run All Cells.";
      return;
    }
    given = {};
    save();
    go(0);
  }

  const picked = (question, choice) => question.heads[choice.join("+")] ?? question.otherwise;

  function feedback() {
    const question = deck[at];
    const answer = question && given[at];
    root.querySelectorAll("[data-slip]").forEach((slip) => {
      const marks = (slips) => Boolean(answer) && slips.includes(slip.dataset.slip);
      slip.classList.toggle("ccb-counts", marks(question?.counting ?? []));
      slip.classList.toggle("ccb-decides", marks(question?.turning ?? []));
    });
    if (!answer) {
      live.replaceChildren();
      live.removeAttribute("data-tone");
      after.replaceChildren();
    } else {
      const head = picked(question, answer.choice);
      const parts = question.options
        .map(({ id }) => question.parts[id]?.[answer.choice.includes(id) ? "on" : "off"])
        .filter(Boolean);
      live.dataset.tone = head.tone;
      live.innerHTML = head.html.replace("{rows}", rowsRight(question, answer.choice)) + parts.join("") + question.tail;
      const last = firstOpen() < 0 && at === deck.length - 1;
      const next = at + 1 < deck.length ? "Next question" : last ? spec.close : "Next open question";
      after.replaceChildren(
        ...[
          button(next, null, () => go(at + 1 < deck.length || last ? at + 1 : firstOpen()), { class: "ccb-button ccb-next" }),
          at > 0 ? button("Back", null, () => go(at - 1)) : null,
        ].filter(Boolean),
      );
    }
    acknowledge();
  }

  function acknowledge() {
    clearTimeout(late);
    const answer = given[at];
    const state = answer && model.get("saved")[answer.press];
    saved.replaceChildren();
    if (!answer) return;
    const trouble = state && state.state !== "saved";
    saved.append(h("span", { role: trouble && "alert" }, state?.text ?? "Not saved yet."));
    if (state?.details)
      saved.append(h("details", {}, h("summary", {}, "For whoever looks after this"), h("pre", {}, state.details)));
    if (!state)
      late = setTimeout(() => {
        const words =
          "Not saved yet. Python is busy or has stopped; the feedback stands, and you can go on. " +
          "If this stays, choose Run, then Run All Cells.";
        saved.replaceChildren(h("span", { role: "alert" }, words));
      }, KERNEL_TIMEOUT_MS);
  }

  function drawBoard() {
    if (!spec.board) return;
    const { caption, columns, rows } = spec.board;
    const cell = ({ html, after: index }, place, row) => {
      const marked = row.findIndex(({ after }) => after === index) === place; // once a question
      const answer = given[index];
      if (!answer && firstOpen() >= 0) return h("td", { class: "ccb-open" }, "…");
      const tone = answer && marked ? picked(deck[index], answer.choice).tone : null;
      const mark = tone && { right: ["✓", "you had it right"], wrong: ["✗ missed", "you had it wrong"] }[tone];
      return h(
        "td",
        {},
        h("span", { html }),
        mark && h("span", { class: "ccb-mark", role: "img", "aria-label": mark[1], title: mark[1] }, mark[0]),
      );
    };
    board.replaceChildren(
      h(
        "table",
        {},
        h("caption", {}, caption),
        h("thead", {}, h("tr", {}, ...columns.map((text) => h("th", { scope: "col" }, text)))),
        h(
          "tbody",
          {},
          ...rows.map(({ label, cells }) => h("tr", {}, h("th", { scope: "row" }, label), ...cells.map(cell))),
        ),
      ),
    );
  }

  function show() {
    const hadFocus = root.contains(document.activeElement);
    tell();
    if (!hadFocus) return;
    // The way on gets the focus. Where the explanation is too long to have both in view, its beginning does.
    const [head, way] = [live.firstElementChild, after.firstElementChild];
    after.scrollIntoView({ block: "nearest" });
    const { top } = way.getBoundingClientRect();
    head.scrollIntoView({ block: "nearest" });
    const seen = way.getBoundingClientRect().top === top;
    if (!seen) focusable(head);
    (seen ? way : head).focus({ preventScroll: true });
  }

  const onGiven = () => {
    if (model.get("given") === given) return; // our own
    given = model.get("given");
    if (at >= deck.length && firstOpen() >= 0) at = firstOpen();
    draw();
  };
  model.on("change:given", onGiven);
  model.on("change:saved", acknowledge);
  model.on("change:note", onNote);
  onNote();
  go(Math.max(firstOpen(), 0), false);

  // A deck takes the focus from the button beside it that has called for it, and from nothing else.
  const caller = document.activeElement;
  let coming = requestAnimationFrame(function come() {
    if (!el.isConnected) coming = requestAnimationFrame(come);
    else if (document.activeElement === caller && el.closest(".ccb-activity")?.contains(caller.closest(".ccb-row"))) enter(panel);
  });

  return () => {
    clearTimeout(late);
    cancelAnimationFrame(coming);
    model.off("change:given", onGiven);
    model.off("change:saved", acknowledge);
    model.off("change:note", onNote);
  };
}
