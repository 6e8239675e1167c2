// The outbox: what a learner has answered and Python has not acknowledged. It is said again until it is.
//
// The browser's storage keeps it too, for the card that comes in place of another after Run All Cells, a restart or a
// reload. Every message has an id, so Python counts it once, however often it comes. Messages go by `send`: what is set
// with `save_changes` waits for the reply to what was set before, and is gone if that reply is lost.

const SAY_AGAIN_MS = [1000, 2000, 4000, 8000]; // from one time to the next; the last stays
const LATE_MS = 2000; // until a learner reads that what is shown waits for Python
const OWN = 3; // the rank of the view that a message comes from
const MAX_STORED = 1000; // messages in the browser's storage
// On a hub each learner has a server with a path of its own, and several may use one browser after each other.
const [SERVER] = attempt(() => JSON.parse(document.getElementById("jupyter-config-data").textContent).baseUrl) ?? [];
const STORED = `customer-casebook ${SERVER ?? ""} `;

const waiting = new Map(); // id to message
const states = new Map(); // id to what Python has said of a message
const boxes = new Set(); // the views that can say it
let turn = 0;
let flushing = null;

const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
const steadyMs = () => performance.timeOrigin + performance.now(); // nobody sets it, and it may stand in a sleep
const ageMs = ({ since: [wall, steady] }) => Math.round(Math.max(Date.now() - wall, steadyMs() - steady));
const pauseMs = (times) => SAY_AGAIN_MS[Math.min(times, SAY_AGAIN_MS.length - 1)];

// The storage may be forbidden, full, or hold what is not ours; Python may be gone, which watchPython says.
function attempt(work) {
  try {
    return [work()];
  } catch {
    return null;
  }
}

const storedNames = () => Object.keys(attempt(() => localStorage)?.[0] ?? {}).filter((name) => name.startsWith(STORED));

// Do something once what a press has changed is painted, or the kernel's answer may come before it. A hidden page paints
// nothing, and waits no longer than the timer.
function afterPaint(work) {
  const { port1, port2 } = new MessageChannel();
  const timer = setTimeout(() => port2.postMessage(null), SEND_DELAY_MS);
  requestAnimationFrame(() => port2.postMessage(null));
  port1.onmessage = () => {
    port1.close();
    clearTimeout(timer);
    work();
  };
}

// Put a message into the outbox. Another one with its id is replaced.
function post(id, message) {
  states.delete(id); // of what it replaces
  waiting.set(id, { ...message, id, since: [Date.now(), steadyMs()] });
  if (storedNames().length < MAX_STORED) attempt(() => (localStorage[STORED + id] = JSON.stringify(waiting.get(id))));
  afterPaint(() => {
    for (const { changed } of boxes) changed();
    if (waiting.has(id)) carry(waiting.get(id));
    flushLater(pauseMs((turn = 0)));
  });
}

// Say a message by the view that it comes from or, where that is gone, by one that may know what it is about.
function carry(message) {
  const able = [...boxes].map((box) => [box.rank(message), box]).filter(([rank]) => rank > 0);
  able.sort(([one], [other]) => other - one);
  const [rank, box] = able[able[0]?.[0] === OWN ? 0 : turn % able.length] ?? [];
  if (!rank || attempt(() => box.model.send({ ...message, age: ageMs(message) }))) return;
  box.rank = () => 0; // its Python is gone
  carry(message);
}

function flushLater(ms = pauseMs(turn)) {
  clearTimeout(flushing);
  flushing = setTimeout(() => {
    for (const message of waiting.values()) carry(message);
    turn += 1;
    if (waiting.size) flushLater();
  }, ms);
}

// A view opens the outbox. `rank` says how well it can carry a message, `changed` hears of news.
function openOutbox(model, rank, changed) {
  const box = { model, rank, changed };
  boxes.add(box);
  for (const name of storedNames()) {
    const [message] = attempt(() => JSON.parse(localStorage[name])) ?? [];
    if (message && !waiting.has(message.id)) waiting.set(message.id, message);
  }
  listen(model, { "msg:custom": acknowledged });
  turn = 0;
  if (waiting.size) flushLater(SEND_DELAY_MS);
  return () => boxes.delete(box);
}

function acknowledged({ heard, seq, state }) {
  const message = waiting.get(heard);
  if (!heard || (message && message.seq !== seq)) return; // it was of another answer there
  states.set(heard, state);
  if (message && state.state !== "memory") {
    waiting.delete(heard);
    attempt(() => localStorage.removeItem(STORED + heard));
    turn = 0; // Python listens, so the others have their turn now
    if (waiting.size) flushLater(SEND_DELAY_MS);
  }
  for (const { changed } of boxes) changed();
}

// Say something until it is answered.
function sayUntil(answered, say, times = 0) {
  if (!answered() && attempt(say)) setTimeout(sayUntil, pauseMs(times), answered, say, times + 1);
}

const LATE =
  "This is not up to date yet. Python is busy, or cannot be reached. What you did is kept and is sent again. " +
  IF_THIS_STAYS;

// Mark nodes that wait for Python, at once; after a moment, say so in words.
function lateness(live, ...nodes) {
  const sentence = h("p", { class: "ccb-late" });
  let timer = null;
  const tell = () => [sentence, live].forEach((node) => say(node, LATE));
  function mark(late) {
    for (const node of nodes) node.setAttribute("aria-busy", String(late));
    if (late) timer ??= setTimeout(tell, LATE_MS);
    if (late || !timer) return;
    timer = clearTimeout(timer);
    for (const node of [sentence, live]) if (node.textContent === LATE) say(node, ""); // what has come of it stays
  }
  return { sentence, mark };
}
