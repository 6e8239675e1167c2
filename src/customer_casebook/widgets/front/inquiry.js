// A case of one's own: three names, then one question at a time, and beside them what follows.
//
// Python alone knows the step, the answers and what follows; the page says each press until it is heard. Every question
// has its place from the start, on top of the others, so that nothing moves when another one is shown.

function renderInquiry({ model, el }) {
  const { heading, intro, orStart, situations, fileLabels } = model.get("spec");
  const group = groupName();
  const unheard = new Set();
  const view = () => model.get("view");
  const leading = new Set(); // presses that lead to another step, to which the focus goes when it is shown
  let [questions, form] = [[], null];
  let chosen = new Set(); // the option of the question that is shown, by its place

  function tell(message, isStep = true) {
    const id = newId();
    unheard.add(id);
    if (isStep) leading.add(id);
    late.mark(true);
    sayUntil(() => !unheard.has(id), () => model.send({ ...message, press: id }));
  }
  const teller = (message, isStep) => () => tell(message, isStep);
  // What nobody has changed here may be older than what Python has from a press before.
  const begin = () => {
    const now = form.values();
    const changed = view().fields.filter(({ name, start }) => now[name] !== start);
    tell({ do: "begin", ...Object.fromEntries(changed.map(({ name }) => [name, now[name]])) });
  };

  const live = liveRegion();
  const fields = h("div", { onkeydown: ({ key, target }) => key === "Enter" && target.matches("input") && begin() });
  const starts = situations.map(([name, title, about]) => button(title, null, teller({ do: "situation", name }), { title: about }));
  const offer = h("div", {}, h("p", {}, orStart), h("div", { class: "ccb-row" }, ...starts));
  const names = h("div", {}, h("h4", {}, heading), h("p", {}, intro), fields, h("div", { class: "ccb-row" }, primary("Begin", null, begin)), offer);
  const ending = h("h4", { class: "ccb-head", tabindex: "-1" });
  const [presumed, given, kept] = [0, 1, 2].map(() => h("ul", { class: "ccb-given" }));
  const end = h("div", {}, ending, presumed);
  const stage = h("div", { class: "ccb-one-of", onkeydown: byKey });
  const next = primary("Next", null, answer);
  const others = [["Back", "back"], ["Change the names", "names"]].map(([label, to]) => button(label, null, teller({ do: to })));
  const steps = h("div", { class: "ccb-row" }, next, ...others);
  const taken = h("p");
  const asking = h("div", {}, stage, steps, taken, given);
  const [error, picture, page] = ["failure", "picture", "page"].map((name) => h("div", { class: `ccb-${name}` }));
  const headline = h("p", { class: "ccb-headline" });
  const table = h("div");
  const late = lateness(live, steps, table);
  const result = h("div", { class: "ccb-result" }, headline, late.sentence, error, picture);
  const bench = h("div", { class: "ccb-bench" }, h("div", { class: "ccb-switches" }, names, asking), h("div", { class: "ccb-outcome" }, result, table));
  const download = ([kind, label]) => button(label, null, teller({ do: "file", kind }, false), { "data-kind": kind });
  const files = Object.entries(fileLabels).map(download);
  const save = button("Save", null, teller({ do: "save" }, false));
  const nearest = button("Compare with the nearest case of the course", null, teller({ do: "compare", file: "" }, false));
  const actions = h("div", { class: "ccb-row" }, save, ...files, nearest, button("A new case", null, teller({ do: "new" })));
  const saved = h("p", { class: "ccb-saved" });
  const [beside, faults] = [h("div"), h("ul")];
  const shelf = h("div", {}, h("h4", {}, "Your cases"), kept, faults);
  el.append(h("div", { class: "ccb ccb-own" }, live, bench, actions, saved, beside, shelf, page));

  function answer() {
    const question = questions.find(({ fact }) => fact === view().step);
    if (question && complete(question, chosen)) tell({ do: "answer", fact: question.fact, value: question.values[[...chosen][0]] });
  }

  function byKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && event.target.matches("input")) answer();
    else if (/^[1-9]$/.test(keyOf(event))) chooseByKey(event, stage.querySelector("[data-fact]:not(.ccb-unseen)") ?? stage);
  }

  function makeQuestion(question) {
    const choose = (_, place) => {
      chosen = new Set([place]);
      next.disabled = false;
    };
    const nodes = ask(question, { name: `${group}-${question.fact}`, where: "", chosen: new Set(), choose });
    return h("div", { "data-fact": question.fact }, ...nodes);
  }

  function showStep() {
    const { step, fields: now, questions: asked, where, values } = view();
    if (JSON.stringify(now) !== fields.dataset.drawn) {
      fields.dataset.drawn = JSON.stringify(now);
      form = makeForm(now);
      fields.replaceChildren(form.node);
    }
    if (JSON.stringify(asked) !== JSON.stringify(questions)) {
      questions = asked;
      stage.replaceChildren(...questions.map(makeQuestion), end);
    }
    names.hidden = step !== "names";
    asking.hidden = step === "names";
    stage.classList.toggle("ccb-at-end", step === "end");
    const question = questions.find(({ fact }) => fact === step);
    const isNew = stage.dataset.shown !== `${step} ${values[step]}`; // else what is chosen there stays
    stage.dataset.shown = `${step} ${values[step]}`;
    if (isNew) chosen = new Set(question && step in values ? [question.values.indexOf(values[step])] : []);
    next.disabled = !chosen.size;
    for (const node of stage.children) {
      const { fact } = node.dataset;
      node.classList.toggle("ccb-unseen", fact ? fact !== step : Boolean(question));
      if (fact !== step) continue;
      say(node.querySelector(".ccb-where"), where);
      node.querySelectorAll("input").forEach((input, place) => (input.checked = chosen.has(place)));
    }
    say(ending, question ? "" : where);
    next.hidden = !question;
  }

  // What stays the same keeps its nodes, and the focus with them.
  function showList(node, lines, make) {
    if (node.dataset.drawn === JSON.stringify(lines)) return;
    node.dataset.drawn = JSON.stringify(lines);
    node.replaceChildren(...lines.map((line) => h("li", {}, ...make(line))));
  }

  function showView() {
    const now = view();
    showStep();
    for (const [name, node] of Object.entries({ picture, table, page, beside, error })) redraw(node, now[name]);
    for (const [name, node] of Object.entries({ headline, saved, live, taken })) say(node, now[name]);
    const named = (words) => h("span", { dir: "auto" }, `${words} `);
    const small = (label, words, message, isStep) => button(label, null, teller(message, isStep), { "aria-label": `${label}: ${words}` });
    const own = ([fact, words]) => [named(words), small("Say it yourself", words, { do: "go", fact })];
    showList(presumed, now.step === "end" ? now.presumed : [], own);
    showList(given, now.given, ([fact, words, label]) => [named(words), h("strong", {}, label), " ", small("Change", words, { do: "go", fact })]);
    const open = (file, title) => small("Open", title, { do: "open", file });
    showList(kept, now.kept, ([file, title]) => [named(title), open(file, title), " ", small("Compare", title, { do: "compare", file }, false)]);
    showList(faults, now.faults, (fault) => [fault]);
    taken.hidden = !now.taken;
    shelf.hidden = !kept.children.length && !faults.children.length;
    offer.hidden = !now.offers;
    actions.hidden = !now.given.length; // there is nothing yet to keep or to take along
    for (const file of files) file.hidden = !now.files.includes(file.dataset.kind);
    if (!leading.delete(now.press)) return;
    const place = now.step === "names" ? names : stage.querySelector(":scope > :not(.ccb-unseen)");
    (place.querySelector("input:checked") ?? place.querySelector("input") ?? ending).focus();
    place.scrollIntoView({ block: "nearest" }); // with what is asked
  }

  function onMessage({ heard, file, text, type }) {
    unheard.delete(heard);
    late.mark(unheard.size > 0);
    if (!file) return;
    const href = URL.createObjectURL(new Blob([text], { type }));
    h("a", { href, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10000);
  }

  listen(model, { "change:view": showView, "msg:custom": onMessage });
  showView();
  return watchPython(model, el, () => [names, asking, actions, shelf]);
}
