// A card in a page without Python: a model that keeps each answer in the browser's storage, as a line of the journal.
//
// The elements draw themselves as the page is read, so nothing moves. Python is not there to judge, so the key of each
// question comes with it. What this browser does not store is kept until the page is closed.

const BOOK = document.documentElement.dataset.book; // a casebook of one's own keeps its answers apart from the course's
const NAMES = BOOK ? `customer-casebook of ${BOOK} ` : "customer-casebook ";
const LINE = `${NAMES}line `; // and the id of an answer
const CARD = `${NAMES}card `; // and the id of a card: which round it is in, and the answers of that
const SAVED = { state: "saved", text: "Saved in this browser." };
const KEEP = "The feedback is right, and you can go on. Before you close this page, export your answers at its end.";
const FULL = { state: "memory", text: `Not saved: the storage of this browser is full. ${KEEP}` };
const DENIED = { state: "memory", text: `Not saved: this browser does not let the page store anything. ${KEEP}` };
const MOMENT = /^[0-8][^"]{22}(?:[^"]{3})?\+00:00$/; // as the journal reads one

const unsaved = new Map(); // id to line

const readStored = (name) => attempt(() => localStorage.getItem(name))?.[0] ?? null;
const store = (name, text) => Boolean(attempt(() => localStorage.setItem(name, text)));

function record(id, line) {
  if (readStored(LINE + id)) return true; // it is said again
  unsaved.set(id, line);
  return store(LINE + id, line) && unsaved.delete(id);
}

// Firefox takes what a page stores to its main process a moment later, and a tab that dies in that moment loses it. What
// one channel says to another takes the same way, after it.
function isHandedOver() {
  const [mouth, ear] = [new BroadcastChannel(LINE), new BroadcastChannel(LINE)];
  return new Promise((resolve) => {
    ear.onmessage = () => resolve([mouth, ear].forEach((each) => each.close()));
    mouth.postMessage("");
  });
}

function allLines() {
  const names = Object.keys(attempt(() => localStorage)?.[0] ?? {}).filter((name) => name.startsWith(LINE));
  const lines = [...names.map(readStored), ...unsaved.values()].map((line) => attempt(() => JSON.parse(line))?.[0]);
  return lines.filter(isLine).sort((one, other) => (one.at < other.at ? -1 : 1));
}

function isLine(line) {
  const texts = [line?.item, line?.content, line?.event, line?.at, ...(line?.choice ?? [0])];
  return line?.kind === "attempt" && texts.every((each) => typeof each === "string") && MOMENT.test(line.at);
}

// The line of a press, as Python would write it.
function lineOf({ item, content, answer, options, order, many, right }, { ids, misconceptions }, age) {
  const places = many ? [options.join()] : inOrder(options.map((place) => order.indexOf(place))).map((at) => order[at]);
  return JSON.stringify({
    v: 2,
    kind: "attempt",
    item,
    choice: options.map((place) => ids[place]),
    sure: answer.sure,
    right,
    misconception: places.map((place) => misconceptions[place]).find(Boolean) ?? null,
    ms: answer.ms,
    content,
    event: answer.press,
    at: new Date(Date.now() - age).toISOString().replace("Z", "000+00:00"),
  });
}

function makeModel({ card, spec, keys }) {
  const handlers = [];
  const read = () => attempt(() => JSON.parse(readStored(CARD + card)))?.[0] ?? { round: 0, answers: {} };
  const state = { spec, card_id: card, note: "", acknowledged: {} };
  const trigger = (event, said) => handlers.filter(([name]) => name === event).forEach(([, handler]) => handler(said));

  function take({ round, answers }) {
    const known = Object.values(answers).map(({ press }) => [press, state.acknowledged[press] ?? SAVED]);
    Object.assign(state, { round, answers, acknowledged: { ...state.acknowledged, ...Object.fromEntries(known) } });
    trigger("change:answers");
  }

  // Another page with this card may have gone on.
  function show(round, more) {
    const last = read();
    const now = last.round < state.round ? state : last;
    const both = { ...(last.round === state.round && state.answers), ...now.answers };
    if (round < now.round) return take({ round: now.round, answers: both });
    const answers = round === now.round ? { ...more, ...both } : more;
    store(CARD + card, JSON.stringify({ round, answers }));
    take({ round, answers });
  }

  async function send({ item, content, options, answer, age, round, place, card: sender }) {
    if (!item) return show(round, {});
    const found = spec.questions.findIndex((each) => each.item === item && each.content === content);
    if (found < 0) return; // its own lesson will hear it
    const question = spec.questions[found];
    const places = inOrder(options);
    const right = String(places) === String(inOrder(question.answer.map((each) => question.order[each])));
    const line = lineOf({ ...question, answer, options: places, right }, keys[found], age);
    const news = record(answer.press, line) ? SAVED : attempt(() => localStorage.length) ? FULL : DENIED;
    if (news === SAVED) await isHandedOver();
    if (news !== SAVED && state.acknowledged[answer.press] === news) return; // who was told is not told again
    state.acknowledged = { ...state.acknowledged, [answer.press]: news };
    if (sender === card) show(round, { [place]: answer });
    trigger("msg:custom", { heard: answer.press, state: news });
  }

  take(read());
  addEventListener("storage", ({ key, newValue }) => key === CARD + card && newValue && take(read()));
  return {
    get: (name) => state[name],
    set: (name, value) => (state[name] = value),
    on: (event, handler) => handlers.push([event, handler]),
    off() {},
    save_changes() {},
    send,
  };
}

customElements.define(
  "casebook-card",
  class extends HTMLElement {
    connectedCallback() {
      const data = JSON.parse(this.previousElementSibling.textContent);
      const model = makeModel(data);
      const [el, map] = [h("div"), h("div", { class: "ccb-text ccb-picture" })];
      if (!data.rows.length) this.append(el);
      else this.append(h("div", { class: "ccb-activity" }, h("div", { class: "ccb-owners" }, el, h("div", { class: "ccb" }, map))));
      renderCard({ model, el });
      const draw = () => {
        const choices = data.rows.map((_, place) => model.get("answers")[place]?.choice);
        const rights = data.spec.questions.map(({ answer }, place) => String(answer) === String(choices[place]));
        map.innerHTML = data.rows.map((row, place) => row[choices[place] ? (rights[place] ? 1 : 2) : 0]).join("");
      };
      if (data.rows.length) draw(listen(model, { "change:answers": draw }));
    }
  },
);

// What was answered of a lesson, as it was the last time.
customElements.define(
  "casebook-count",
  class extends HTMLElement {
    connectedCallback() {
      const items = JSON.parse(this.dataset.items);
      const last = Object.fromEntries(allLines().map(({ item, content, right }) => [`${item} ${content}`, right]));
      const met = items.filter((item) => item in last);
      if (!met.length) return;
      this.dataset.met = met.length;
      this.replaceChildren(`${met.length} of ${items.length} answered, ${met.filter((item) => last[item]).length} right`);
    }
  },
);

customElements.define(
  "casebook-answers",
  class extends HTMLElement {
    connectedCallback() {
      const said = h("p", { role: "status" });
      const file = h("input", { type: "file", accept: ".json", hidden: true, onchange: () => this.take(file, said) });
      const take = () => file.click();
      const row = h("div", { class: "ccb-row" }, button("Export", null, give), button("Import", null, take), file);
      const about =
        "Your answers are kept in this browser, and nowhere else. Export writes them into a file. Import adds the answers of " +
        "such a file. A file that customer-casebook journal export has written will do, too.";
      this.append(h("section", { class: "ccb", "aria-label": "Your answers" }, h("h2", {}, "Your answers"), h("p", {}, about), row, said));
    }

    async take(file, said) {
      const rows = (await file.files[0].text().then(JSON.parse, () => null))?.attempts;
      file.value = "";
      if (!Array.isArray(rows) || !rows.every(isLine)) return say(said, "This is no file of answers. Nothing was added.");
      const here = new Set(allLines().map(({ event }) => event));
      const more = rows.filter(({ event }) => !here.has(event));
      const stored = more.filter((line) => record(line.event, JSON.stringify(line))).length;
      const full = stored < more.length ? ` There is no room for ${more.length - stored} more: they stay until you close this page.` : "";
      say(said, `Added ${stored}, and ${rows.length - more.length} were here already.${full}`);
      document.querySelectorAll("casebook-count").forEach((count) => count.connectedCallback());
    }
  },
);

function give() {
  const text = `{"attempts": [\n${allLines().map((line) => JSON.stringify(line)).join(",\n")}\n], "exams": []}\n`;
  const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href, download: "customer-casebook-answers.json" }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

navigator.serviceWorker?.register("worker.js").catch(() => {}); // without it, the site needs its network
