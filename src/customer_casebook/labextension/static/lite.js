// JupyterLite: no server, and files in the browser's storage, in front of those of the site. What is stored there under
// a lesson's name hides each later version of it. So a lesson is stored only once the reader has changed it, with a mark
// of what it was made from; when the site has another version, it becomes "(your copy)", beside the new one.

const page = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
export const isLite = "litePluginSettings" in page;

// Where a browser cannot switch the stacks of WebAssembly, Python comes in some and not in others. The lesson is a page
// beside this site, too.
export const isUnsure = isLite && !("Suspending" in WebAssembly || "Suspender" in WebAssembly);
export const readOnly = (name) => new URL(`../${name.replace(".ipynb", ".html")}`, new URL(page.baseUrl, location.href)).href;

const VIEW = "application/vnd.jupyter.widget-view+json";
const MARK = "customer_casebook"; // in a notebook's metadata

export const MOST_MS = 20_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const isNotebook = ({ content }) => Array.isArray(content?.cells);
const join = (source) => [source].flat().join("");
const textOf = ({ cells }) => JSON.stringify(cells.map(({ cell_type, source }) => [cell_type, join(source)]));

// The lesson as the site has it; null where the site has no such file.
async function shipped(path) {
  if (!path.endsWith(".ipynb")) return null;
  const address = new URL(`files/${encodeURI(path)}`, new URL(page.baseUrl, location.href));
  const reply = await fetch(address, { cache: "no-cache" }).catch(() => null);
  return reply?.ok ? textOf(await reply.json()) : null;
}

async function digest(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes.subarray(0, 12), (each) => each.toString(16).padStart(2, "0")).join("");
}

// Where a transcript stands beside a widget, only the transcript can be shown when the page is opened again.
function dropWidgets({ cells }) {
  for (const { data } of cells.flatMap(({ outputs }) => outputs ?? [])) if (data?.["text/html"]) delete data[VIEW];
}

async function freeName(path, contents) {
  for (let number = 1; ; number += 1) {
    const name = path.replace(".ipynb", number > 1 ? ` (your copy ${number}).ipynb` : " (your copy).ipynb");
    if (!(await contents.get(name, { content: false }).catch(() => null))) return name;
  }
}

const origins = new Map(); // each lesson that is open, as the site had it then: the site may be out of reach later

// Shows the lesson of today where the browser has kept an older one.
export async function renew(context, contents) {
  const { path, model } = context;
  const now = await shipped(path);
  const mark = model.getMetadata(MARK);
  if (now) origins.set(path, now);
  if (!now || (mark ? mark === (await digest(now)) : now === textOf(model.toJSON()))) return;
  if (mark && mark !== (await digest(textOf(model.toJSON())))) {
    const copy = { type: "notebook", format: "json", content: model.toJSON() };
    await contents.save(await freeName(path, contents), copy);
  }
  if (mark) await contents.delete(path);
  await context.revert();
}

export function keepLessons(contents) {
  const save = contents.save.bind(contents);
  contents.save = async (path, options) => {
    if (/^\/?answers\//.test(path)) return save(path, options).catch(() => null); // or Python waits; it looks by itself
    if (!isNotebook(options)) return save(path, options);
    const { content } = options;
    dropWidgets(content);
    const origin = origins.get(path) ?? (await shipped(path));
    if (origin) content.metadata[MARK] ??= await digest(origin);
    if (origin !== textOf(content)) return save(path, options);
    await contents.delete(path);
    return contents.get(path).catch(() => save(path, options));
  };
}

// Python reads and writes files through the service worker that the page has as Python starts. A page may at first have
// one that is on its way out, for seconds on a slow machine. Where there is never a lasting one, Python starts all the same.
export async function lastingWorker(manager) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const end = performance.now() + MOST_MS;
  if (await Promise.race([manager.ready.then(() => false, () => true), pause(MOST_MS)])) return; // none is allowed here
  while (performance.now() < end) {
    const { active } = (await serviceWorker.getRegistration()) ?? {};
    if (active?.state === "activated" && [null, active].includes(serviceWorker.controller)) return;
    await pause(20);
  }
}

// JupyterLite first takes away every service worker of its host. Where the pages are kept for offline, theirs comes back.
export async function keepPages() {
  const site = new URL("../", new URL(page.baseUrl, location.href)).href;
  const isKept = (await caches.keys()).some((name) => name.startsWith(`customer-casebook ${site} `));
  if (isKept) await navigator.serviceWorker.register(`${site}worker.js`);
}

// What was answered on the pages of the site, which keep it in another storage of this browser, as lines of a journal.
export async function bringAnswers(contents) {
  const names = Object.keys(localStorage).filter((name) => name.startsWith("customer-casebook line "));
  const content = names.map((name) => `${localStorage.getItem(name)}\n`).join("");
  if (!content) return;
  const make = () => contents.save("answers", { type: "directory" }).catch(() => null);
  await contents.get("answers", { content: false }).catch(make);
  await contents.save("answers/pages.jsonl", { type: "file", format: "text", content });
}

// All answers of this browser, as `customer-casebook journal import` takes them.
export async function exportAnswers(contents) {
  const read = (path, format) => contents.get(path, { content: true, format });
  const { content: shards } = await read("answers").catch(() => ({ content: [] }));
  const files = await Promise.all(shards.map(({ path }) => read(path, "text")));
  const events = files.flatMap(({ content }) => content.split("\n").filter(Boolean)).map((line) => JSON.parse(line));
  const [attempts, exams] = ["attempt", "exam"].map((kind) => events.filter((each) => each.kind === kind));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify({ attempts, exams }, null, 1)], { type: "application/json" }));
  link.download = "customer-casebook-answers.json";
  link.click();
}
