// The question card: a deck of questions beside their story, with a board that fills as answers come.
//
// It shows what `spec` holds. Every text a learner can be told is in there from the start, so feedback appears at the
// press, whatever the kernel is doing. Nothing here decides what is right: a choice is a key, and the key picks a text.
// What was pressed goes to the kernel in `given`; the kernel judges and records it and answers in `saved`.

const SILENT = 8000; // ms without an answer from the kernel before the card says what to do about it

let cards = 0;

// JupyterLab takes command keys (d d deletes the cell) from whatever has focus, unless that very element says no.
const keepKeys = (node) => (node.dataset.lmSuppressShortcuts = "true");

function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "html") {
      node.innerHTML = value; // escaped by the kernel
      node.querySelectorAll("summary").forEach(keepKeys);
    } else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  if (["BUTTON", "INPUT", "SUMMARY"].includes(node.tagName) || "tabindex" in attributes) keepKeys(node);
  return node;
}

function render({ model, el }) {
  const spec = model.get("spec");
  const deck = spec.questions;
  const name = `ccb-${(cards += 1)}`;
  let at = 0;
  let shownAt = performance.now();
  let draft = new Set();
  let late = null;

  const given = () => model.get("given");
  const answered = (index) => given()[index] !== undefined;
  const firstOpen = () => deck.findIndex((_, index) => !answered(index));

  const intro = h("div", { class: "ccb-intro", html: spec.intro });
  const panel = h("div", { class: "ccb-panel" });
  // The live region stands before its text does, or a screen reader may miss it.
  const live = h("div", { class: "ccb-feedback", role: "status" });
  const saved = h("p", { class: "ccb-saved" });
  const after = h("div", { class: "ccb-after" });
  const board = h("div", { class: "ccb-board" });
  const root = h(
    "section",
    { class: `ccb ccb-${spec.layout}`, "aria-label": spec.title },
    intro,
    h("div", { class: "ccb-work" }, panel, live, saved, after, board),
  );
  root.addEventListener("keydown", onKey);
  el.append(root);

  // One choice in each group: most questions are one group, sorting has one for each party.
  const groupsOf = (question) => question.groups ?? [{ label: null, options: question.options.map(({ id }) => id) }];
  const ready = (question) => draft.size >= (question.many ? 1 : groupsOf(question).length);
  const button = (text, key, action, extra = {}) =>
    h(
      "button",
      { type: "button", class: "ccb-button", onclick: action, ...extra },
      text,
      key && h("kbd", { "aria-hidden": "true" }, key),
    );

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || answered(at) || at >= deck.length) return;
    const group = event.target.closest("fieldset") ?? panel.querySelector("fieldset");
    const input = group?.querySelectorAll("input")[Number(event.key) - 1];
    if (input) {
      input.focus();
      input.click();
    } else if ("st".includes(event.key.toLowerCase()) && ready(deck[at])) {
      press(event.key.toLowerCase() === "s");
    } else return;
    event.preventDefault();
  }

  function choose(question, option, on) {
    if (!question.many)
      groupsOf(question)
        .find(({ options }) => options.includes(option))
        .options.forEach((id) => draft.delete(id));
    if (on) draft.add(option);
    else draft.delete(option);
    for (const each of panel.querySelectorAll(".ccb-press button")) each.disabled = !ready(question);
  }

  function press(sure) {
    if (answered(at) || !ready(deck[at])) return; // one click is one attempt
    const question = deck[at];
    const choice = question.options.map(({ id }) => id).filter((id) => draft.has(id));
    const answer = { press: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, choice, sure };
    answer.ms = Math.round(performance.now() - shownAt);
    model.set("given", { ...given(), [at]: answer });
    model.save_changes();
  }

  function go(index, focus = true) {
    at = index;
    draft = new Set();
    shownAt = performance.now();
    draw();
    if (!focus) return;
    // A story of its own comes before its question, and is read first.
    const heading = panel.querySelector(".ccb-told h3, [tabindex='-1']");
    if (heading) {
      heading.tabIndex = -1;
      keepKeys(heading);
    }
    (heading ?? panel.querySelector("input:not([disabled])"))?.focus();
  }

  function draw() {
    const closed = at >= deck.length;
    panel.replaceChildren(...(closed ? closing() : asking(deck[at])));
    feedback();
    drawBoard();
  }

  function asking(question) {
    const answer = given()[at];
    const chosen = answer ? new Set(answer.choice) : draft;
    const labels = new Map(question.options.map(({ id, label }) => [id, label]));
    const option = (group) => (id, index) =>
      h(
        "label",
        {
          class: "ccb-option",
          "data-mark": answer && (question.answer.includes(id) ? "answer" : chosen.has(id) ? "miss" : null),
        },
        h("input", {
          type: question.many ? "checkbox" : "radio",
          name: `${name}-${at}-${group}`,
          value: id,
          checked: chosen.has(id),
          disabled: Boolean(answer),
          onchange: (event) => choose(question, id, event.target.checked),
        }),
        h("kbd", { "aria-hidden": "true" }, String(index + 1)),
        h("span", {}, labels.get(id)),
        answer && question.answer.includes(id) ? h("span", { class: "ccb-tag" }, "the answer") : null,
        answer && chosen.has(id)
          ? h("span", { class: "ccb-tag" }, question.answer.includes(id) ? "you ✓" : "you ✗")
          : null,
      );
    const choices = groupsOf(question).map(({ label, options }, group) => {
      const nodes = options.map(option(group)).flatMap((node) => [node, " "]); // so a story has its spaces
      const offered = h("div", { class: `ccb-${question.shape}` }, ...nodes);
      return label ? h("fieldset", { class: "ccb-group" }, h("legend", {}, label), offered) : offered;
    });
    const where = `Question ${at + 1} of ${deck.length} · ${question.topic}`;
    const legend = h(
      "legend",
      {},
      h("span", { class: "ccb-where" }, deck.length > 1 ? where : question.topic),
      h("span", { class: "ccb-prompt", html: question.prompt }),
      question.many ? h("span", { class: "ccb-hint" }, "Tick all that hold.") : null,
    );
    const how = h(
      "div",
      { class: "ccb-press", role: "group", "aria-label": "Answer, and say how sure you are" },
      button("I am sure", "S", () => press(true), { disabled: !ready(question) }),
      button("I think so", "T", () => press(false), { disabled: !ready(question) }),
    );
    const told = question.intro ? h("div", { class: "ccb-told", html: question.intro }) : null;
    return [told, h("fieldset", {}, legend, ...choices), answer ? null : how].filter(Boolean);
  }

  function closing() {
    const answers = Object.entries(given());
    const right = answers.filter(([index, { choice }]) => picked(deck[index], choice).tone === "right");
    const sure = answers.filter(([, answer]) => answer.sure);
    const sureWrong = sure.filter((each) => !right.includes(each));
    const missed = answers.filter((each) => !right.includes(each)).map(([index]) => Number(index));
    const look = () => go(missed[0] ?? 0);
    const score =
      deck.length === 1
        ? right.length ? "Right." : "Not this time."
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
      h("div", { class: "ccb-press" }, button("Start again", null, restart), button(missed.length ? "Look at what you missed" : "Look back", null, look)),
    ];
  }

  function restart() {
    model.set("given", {});
    model.save_changes();
    go(0);
  }

  const picked = (question, choice) => question.heads[choice.join("+")] ?? question.otherwise;

  function feedback() {
    const question = deck[at];
    const answer = question && given()[at];
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
      live.innerHTML = head.html + parts.join("") + question.tail;
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
    const answer = given()[at];
    const state = answer && model.get("saved")[answer.press];
    saved.dataset.state = answer ? (state?.state ?? "waiting") : "";
    saved.replaceChildren();
    if (!answer) return;
    saved.append(state?.text ?? "Not saved yet.");
    if (state?.details)
      saved.append(h("details", {}, h("summary", {}, "For whoever looks after this"), h("pre", {}, state.details)));
    if (!state)
      late = setTimeout(() => {
        saved.textContent =
          "Not saved yet. Python is busy or has stopped; the feedback stands, and you can go on. " +
          "If this stays, choose Run, then Run All Cells.";
      }, SILENT);
  }

  function drawBoard() {
    if (!spec.board) return;
    const { caption, columns, rows } = spec.board;
    const cell = ({ html, after: index }, place, row) => {
      const marked = row.findIndex(({ after }) => after === index) === place; // once a question
      const answer = given()[index];
      if (!answer && firstOpen() >= 0) return h("td", { class: "ccb-open" }, "…");
      const tone = answer && marked ? picked(deck[index], answer.choice).tone : null;
      const mark = tone && { right: ["✓", "you had it right"], wrong: ["✗", "you had it wrong"] }[tone];
      return h(
        "td",
        { "data-tone": tone },
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

  const onGiven = () => {
    const hadFocus = root.contains(document.activeElement);
    draw();
    if (!hadFocus || !answered(at)) return;
    // The way on has the focus, but what there is to read stays in view: a long explanation would scroll it away.
    after.firstElementChild.focus({ preventScroll: true });
    for (const node of [after, live.firstElementChild]) node.scrollIntoView({ block: "nearest" });
  };
  model.on("change:given", onGiven);
  model.on("change:saved", acknowledge);
  go(Math.max(firstOpen(), 0), false);

  return () => {
    clearTimeout(late);
    model.off("change:given", onGiven);
    model.off("change:saved", acknowledge);
  };
}

export default { render };
