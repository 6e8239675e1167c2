// The question card: a deck of questions beside their story, with a board that fills as answers come.
//
// It shows what `spec` holds. Every text that a learner may need is there from the start, so feedback appears at the
// press, whatever the kernel is doing. Each press goes to the kernel by the outbox. The kernel judges and records it, and
// tells all pages by `answers` and `acknowledged`. An option is known by its place in the order shown. A new start is a
// new round, and within a round no answer is taken off the page.

function renderCard({ model, el }) {
  const spec = model.get("spec");
  const deck = spec.questions;
  const card = model.get("card_id");
  const name = groupName();
  let at = 0;
  let shownAt = performance.now();
  let draft = new Set();
  let late = null;
  let extra = null; // another question of the same kind, with its answer
  let asked = null; // the id of the request for one, until Python has answered it
  const seen = deck.map(({ item }) => item);
  let refused = false; // a new start, because of answers that are not saved yet
  // Which press answered each question is kept in the browser, for the card that a new Python makes of this deck.
  const stored = `customer-casebook deck ${SERVER ?? ""} ${deck.map(({ item, content }) => item + content)}`;
  let kept = attempt(() => JSON.parse(localStorage[stored]))?.[0] ?? {};
  let keptText = JSON.stringify(kept);
  let seeking = null; // the id of the request for the answers that Python's journal has of those presses
  const sought = new Set(); // of those, what Python was asked for after it had heard of it
  let resumedAt; // the place where the reader goes on

  let round = model.get("round");
  let answers = model.get("answers");
  const answered = (index) => answers[index] !== undefined;
  const shownPlace = () => (deck.length > 1 ? at : 0);
  const firstOpen = () => deck.findIndex((_, index) => !answered(index));
  const shownQuestion = () => extra?.question ?? deck[shownPlace()];
  const shownAnswer = () => (extra ? extra.answer : answers[shownPlace()]);

  const intro = h("div", { class: "ccb-intro" });
  const panel = h("div", { class: "ccb-panel" });
  const live = h("div", { class: "ccb-feedback", role: "status" });
  const saved = h("p", { class: "ccb-saved" });
  const after = h("div", { class: "ccb-after" });
  const board = h("div", { class: "ccb-board" });
  const note = h("div", { class: "ccb-note", role: "status" });
  const end = h("div", { class: "ccb-end" });
  const desk = makeDesk(intro, panel, live, saved, after, end);
  // It can have the focus, so a click into its text is a click into the card.
  const told = { "data-edition": spec.edition }; // the one that the learner prepares for, which course mode reads
  const section = { class: `ccb ccb-${spec.layout}`, "aria-label": spec.title, tabindex: "-1", ...told };
  const root = h("section", section, desk, board);
  root.addEventListener("keydown", onKey);
  el.append(root);

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || shownAnswer() || !shownQuestion()) return;
    if (chooseByKey(event, panel)) return;
    const key = keyOf(event);
    if (!["s", "t"].includes(key)) return;
    event.preventDefault();
    if (complete(shownQuestion(), draft)) press(key === "s");
    else live.textContent = `${stillOpen(shownQuestion(), draft)} Choose, then say how sure you are.`;
  }

  function choose(question, option, on) {
    pick(question, draft, option, on);
    live.replaceChildren();
    const open = stillOpen(question, draft);
    panel.querySelector(".ccb-why").textContent = open;
    for (const each of panel.querySelectorAll(".ccb-press button")) each.disabled = Boolean(open);
  }

  function press(sure) {
    if (shownAnswer() || !complete(shownQuestion(), draft)) return; // one click is one attempt
    const choice = inOrder(draft);
    const answer = { press: newId(), choice, sure, ms: Math.round(performance.now() - shownAt) };
    const { item, content, order } = shownQuestion();
    const options = choice.map((place) => order[place]); // which any card with this item understands
    const where = extra ? {} : { round, place: String(at) };
    if (extra) extra.answer = answer;
    else answers = { ...answers, [at]: answer };
    keep();
    show();
    post(answer.press, { card, ...where, answer, item, content, options });
  }

  // Ask Python for another question of the same kind. The first answer counts.
  function another() {
    const ask = (asked = newId());
    const { item } = shownQuestion();
    setTimeout(() => asked === ask && warn(LATE), LATE_MS);
    sayUntil(() => asked !== ask, () => model.send({ another: item, seen, ask }));
  }

  function keep() {
    if (!model.get("resumes")) return;
    for (const [place, { press }] of Object.entries(answers)) kept[place] = press;
    const text = JSON.stringify(kept);
    if (text === keptText) return; // each acknowledgement on the page comes by here
    keptText = text;
    attempt(() => (text === "{}" ? localStorage.removeItem(stored) : (localStorage[stored] = text)));
  }

  function resume() {
    const mine = (seeking = model.get("resumes") && !Object.keys(kept).every(answered) ? newId() : null);
    for (const press of Object.values(kept)) if (states.has(press)) sought.add(press);
    sayUntil(() => !mine || seeking !== mine, () => model.send({ kept, seeking: mine }));
  }

  // Python has shown what it has. What it does not have is asked for again once it has heard of it.
  function onResumed() {
    seeking = null;
    const isGone = ([place, press]) => !answered(place) && !waiting.has(press) && !states.has(press);
    for (const [place] of Object.entries(kept).filter(isGone)) delete kept[place];
    onAnswers();
    if (at !== resumedAt || draft.size || root.contains(document.activeElement)) return;
    goOn();
  }

  function onMessage({ ask, question, resumed }) {
    if (resumed && resumed === seeking) onResumed();
    if (!ask || ask !== asked) return;
    asked = null;
    if (!question) return warn("There is no other one of this kind.");
    const hadFocus = root.contains(document.activeElement);
    seen.push(question.item);
    go(at, hadFocus, { question });
  }

  // The answers of this round: those that Python has, and those that it may not have heard of.
  function known() {
    const own = [...waiting.values()].filter((each) => each.card === card && each.round === round);
    const heard = model.get("round") === round ? model.get("answers") : {};
    return { ...Object.fromEntries(own.map(({ place, answer }) => [place, answer])), ...answers, ...heard };
  }

  function go(index, focus = true, more = null) {
    at = index;
    extra = more;
    asked = null;
    draft = new Set();
    shownAt = performance.now();
    draw();
    if (!focus) return;
    enter(at < deck.length || extra ? panel : end);
    // What moves stands below the end.
    if (at === deck.length && el.closest(".ccb-activity")?.querySelector(".ccb-bench")) end.scrollIntoView();
  }

  function goOn() {
    resumedAt = firstOpen() >= 0 ? firstOpen() : deck.length > 1 ? deck.length : 0;
    go(resumedAt, false);
  }

  // The question; at the end what came of it. A question that is the only one stays, with its story and its feedback.
  function draw() {
    const closed = at >= deck.length;
    const question = shownQuestion();
    redraw(intro, (!extra && spec.intro) || (question?.intro ?? ""));
    if (spec.layout === "compare") // the story in question
      intro.querySelectorAll("details").forEach((fold, place) => (fold.open = place === at % 2));
    panel.replaceChildren(...(question ? asking(question) : []));
    end.replaceChildren(...(closed ? closing() : []));
    tell();
  }

  function asking(question) {
    const number = deck.length > 1 && `Question ${at + 1} of ${deck.length}`;
    const where = [extra ? "Another of the same kind" : number, question.topic].filter(Boolean).join(" · ");
    const chosen = new Set(shownAnswer()?.choice ?? draft);
    const group = { class: "ccb-press", role: "group", "aria-label": "Answer, and say how sure you are" };
    const open = stillOpen(question, draft);
    const sure = primary("I am sure", "S", () => press(true), { disabled: open });
    const unsure = button("I think so", "T", () => press(false), { disabled: open });
    const how = h("div", group, sure, unsure, h("span", { class: "ccb-why" }, open));
    return [...ask(question, { name: `${name}-${extra ? seen.length : at}`, where, chosen, choose }), how];
  }

  // Once a question is answered, show the feedback. Its options can be looked at, and no longer changed.
  function tell() {
    feedback();
    drawBoard();
    const how = panel.querySelector(".ccb-press");
    if (!shownAnswer() || !how) return;
    mark(shownQuestion(), shownAnswer().choice);
    explainRows(shownQuestion(), shownAnswer().choice);
    // From button to button, for a focus that is lost first takes longer to set.
    if (how.contains(document.activeElement) && after.firstChild) after.firstChild.focus({ preventScroll: true });
    how.remove();
  }

  function mark({ answer, many }, choice) {
    for (const option of panel.querySelectorAll(".ccb-option")) {
      const input = option.querySelector("input");
      const [right, chosen] = [answer, choice].map((places) => places.includes(Number(input.value)));
      input.disabled = true;
      if (!right && !chosen) continue;
      option.dataset.mark = right ? (chosen ? "hit" : "missed") : "wrong";
      option.querySelector("kbd").textContent = right ? "✓" : "✗";
      const words = chosen ? `Your answer, ${right ? "right" : "wrong"}` : many ? "You missed this" : "The right answer";
      option.append(h("span", { class: "ccb-tag" }, words));
    }
  }

  // Each row of a sort or a match says itself what was wrong and which rule decides.
  function explainRows({ parts, rules }, choice) {
    panel.querySelectorAll(".ccb-answers").forEach((row, index) => {
      const { value } = [...row.querySelectorAll("input")].find((input) => choice.includes(Number(input.value)));
      row.append(h("div", { class: "ccb-rule", html: (parts[value].chosen ?? "") + rules[index] }));
    });
  }

  // How many ticks are wrong, and how many are missing.
  function ticks({ answer }, choice) {
    const wrong = choice.filter((place) => !answer.includes(place)).length;
    const missing = answer.filter((place) => !choice.includes(place)).length;
    const said = [[wrong, "wrong"], [missing, "missing"]].filter(([number]) => number);
    return `${said.map(([number, what]) => `${number} tick${number > 1 ? "s are" : " is"} ${what}`).join(", ")}.`;
  }

  function closing() {
    const entries = Object.entries(answers);
    const right = entries.filter(([index, { choice }]) => isRight(deck[index], choice));
    const sure = entries.filter(([, answer]) => answer.sure);
    const sureWrong = sure.filter((entry) => !right.includes(entry));
    const missed = entries.filter((entry) => !right.includes(entry)).map(([index]) => Number(index));
    const times = sureWrong.length === 1 ? "once" : `${sureWrong.length} times`;
    let score = `You were ${sure.length ? "sure" : "not sure"}, and ${right.length ? "right" : "wrong"}.`;
    if (deck.length > 1) {
      score = `${right.length} of ${deck.length} right. `;
      if (sureWrong.length) score += `You were sure and wrong ${times}. Look at that again.`;
      else if (sure.length) score += "Each time you were sure, you were right.";
      else score += "You were never sure. Next time, choose “I am sure” when you are.";
    }
    const look = () => go(missed[0] ?? 0);
    const ways = [button("Start again", null, restart)];
    if (deck.length > 1 && missed.length) ways.unshift(primary("Look at what you missed", null, look));
    else if (deck.length > 1) ways.push(button("Look back", null, look));
    return [
      h("h4", { tabindex: "-1" }, spec.closed),
      h("p", { class: "ccb-score" }, score),
      h("div", { html: spec.closing }),
      note,
      h("div", { class: "ccb-press" }, ...ways),
    ];
  }

  const stateOf = (press) => {
    const said = [model.get("acknowledged")[press], states.get(press)];
    return said.find((state) => state?.state === "saved") ?? said[0] ?? said[1];
  };
  const allSaved = () => Object.values(answers).every(({ press }) => stateOf(press));

  function restart() {
    refused = !allSaved();
    showNote();
    if (refused) return;
    [answers, kept, seeking] = [{}, {}, null];
    round += 1;
    keep();
    sayUntil(() => model.get("round") >= round, () => model.send({ round }));
    go(0);
  }

  function showNote() {
    refused &&= !allSaved();
    const words = refused
      ? `Not all of your answers are saved yet. Start again once they are. ${IF_THIS_STAYS}`
      : model.get("note");
    redraw(note, words);
  }

  function feedback() {
    const [question, answer] = [shownQuestion(), shownAnswer()];
    const isSlip = (place) => answer.choice.includes(place) !== question.answer.includes(place);
    // Of several ticks, the evidence explains those that are wrong or missing.
    const wrong = answer ? question.slips.filter((_, place) => isSlip(place)) : [];
    const shown = wrong.length ? wrong : answer ? [question.evidence] : [];
    const marks = { "ccb-supporting": "supporting", "ccb-decisive": "decisive", "ccb-opens": "open" };
    for (const node of root.querySelectorAll("[data-evidence]"))
      for (const [name, kind] of Object.entries(marks))
        node.classList.toggle(name, shown.some((each) => each[kind].includes(node.dataset.evidence)));
    if (!answer) {
      live.replaceChildren();
      live.removeAttribute("data-tone");
      after.replaceChildren();
    } else {
      const tone = isRight(question, answer.choice) ? "right" : "wrong";
      const { choice } = answer;
      const said = (kind) =>
        question.parts.map((part, place) => isSlip(place) === kind && part[choice.includes(place) ? "chosen" : "left"]);
      const [slips, others] = question.groups ? [[], []] : [true, false].map((kind) => said(kind).filter(Boolean));
      const head = question.heads[tone].replace("{rows}", rowsRight(question, choice)).replace("{ticks}", ticks(question, choice));
      live.dataset.tone = tone;
      const rest = sayOnce(others);
      const fold = slips.length && rest ? `<details><summary>The other options</summary>${rest}</details>` : rest;
      const words = head + sayOnce(slips) + fold + question.tail[tone];
      live.replaceChildren(...h("div", { html: words }).childNodes);
      after.replaceChildren();
      if (at >= deck.length) return acknowledge();
      const last = firstOpen() < 0 && at === deck.length - 1;
      const next = at + 1 < deck.length ? "Next question" : last ? spec.close : "Next open question";
      const onward = () => go(at + 1 < deck.length || last ? at + 1 : firstOpen());
      after.replaceChildren(primary(next, null, onward, { class: "ccb-button ccb-primary ccb-next" }));
      if (extra || at > 0) after.append(button("Back", null, () => go(extra ? at : at - 1)));
      if (model.get("offers")) after.append(button("Show me another of the same kind", null, another));
    }
    acknowledge();
  }

  // What is the same for several options is said once, after the names of all of them.
  function sayOnce(parts) {
    const names = new Map();
    for (const part of parts) {
      const cut = part.indexOf("</strong>");
      names.set(part.slice(cut), [...(names.get(part.slice(cut)) ?? []), part.slice(0, cut)]);
    }
    return [...names].map(([why, all]) => all.join("</strong> ").replaceAll("</strong> <p>", "</strong> ") + why).join("");
  }

  const warn = (words) => saved.replaceChildren(h("span", { role: "alert" }, words));

  function acknowledge() {
    showNote();
    clearTimeout(late);
    const answer = extra ? extra.answer : answers[at];
    const state = answer && stateOf(answer.press);
    const drawn = JSON.stringify([answer?.press, state]);
    if (state && saved.drawn === drawn) return; // its details stay open, and keep the focus
    saved.drawn = drawn;
    saved.replaceChildren();
    if (!answer) return;
    const role = state && state.state !== "saved" && "alert";
    saved.append(h("span", { role }, state?.text ?? "Not saved yet."));
    if (state?.details)
      saved.append(h("details", {}, h("summary", {}, "Details for technical support"), h("pre", {}, state.details)));
    const words = `Not saved yet. Python is busy or has stopped. The feedback is right, and you can go on. ${IF_THIS_STAYS}`;
    if (!state) late = setTimeout(warn, KERNEL_TIMEOUT_MS, words);
  }

  function drawBoard() {
    board.hidden = !spec.board || (spec.layout === "deck" && at < deck.length); // there it shows what will be asked
    if (board.hidden) return;
    const { caption, columns, rows } = spec.board;
    const cell = ({ html, after: index }, place, row) => {
      const marked = row.findIndex(({ after }) => after === index) === place; // once a question
      const answer = answers[index];
      if (!answer && firstOpen() >= 0) return h("td", { class: "ccb-open" }, "…");
      const marks = [["✗ missed", "you had it wrong"], ["✓", "you had it right"]];
      const mark = answer && marked ? marks[Number(isRight(deck[index], answer.choice))] : null;
      const named = mark && { class: "ccb-mark", role: "img", "aria-label": mark[1] };
      return h("td", {}, h("span", { html }), mark && h("span", named, mark[0]));
    };
    const head = h("tr", {}, ...columns.map((text) => h("th", { scope: "col" }, text)));
    const body = rows.map(({ label, cells }) => h("tr", {}, h("th", { scope: "row" }, label), ...cells.map(cell)));
    board.replaceChildren(h("table", {}, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, ...body)));
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

  const isNew = ([place, press]) => !answered(place) && states.has(press) && !sought.has(press);
  const onAnswers = () => {
    const shown = JSON.stringify(answers);
    if (model.get("round") > round) {
      round = model.get("round");
      [answers, kept] = [{}, {}];
      extra = null;
    }
    answers = known();
    keep();
    if (!seeking && Object.entries(kept).some(isNew)) resume();
    if (JSON.stringify(answers) === shown) return acknowledge(); // our own
    if (at >= deck.length && firstOpen() >= 0) at = firstOpen();
    draw();
  };
  listen(model, { "change:answers": onAnswers, "change:acknowledged": acknowledge, "change:note": showNote });
  listen(model, { "msg:custom": onMessage });
  const own = ({ item, content }) => deck.some((each) => each.item === item && each.content === content);
  const rank = (message) => (!message.item ? 0 : message.card === card ? OWN : own(message) ? 2 : 1);
  const close = openOutbox(model, rank, onAnswers);
  onAnswers();
  goOn();
  resume();

  // A deck takes the focus from the button beside it that has called for it, and from nothing else.
  const caller = document.activeElement;
  let coming = requestAnimationFrame(function come() {
    if (!el.isConnected) coming = requestAnimationFrame(come);
    else if (document.activeElement !== caller) return;
    else if (el.closest(".ccb-activity")?.contains(caller.closest(".ccb-row"))) enter(panel);
  });

  return () => {
    close();
    clearTimeout(late);
    cancelAnimationFrame(coming);
  };
}
