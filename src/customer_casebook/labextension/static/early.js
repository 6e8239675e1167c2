// Where the page's address names a lesson, Python starts and loads the course while the page is still being drawn.
// JupyterLab looks for a session by its path, and finds this one.

import { MOST_MS, isLite, keepPages, lastingWorker } from "./lite.js";
import { lessonAt } from "./page.js";

// Nothing is imported from the notebook's own folder, and no name is left behind.
const LOAD = `exec("""import sys
kept = sys.path[:]
sys.path[:] = filter(None, kept)
try:
    __import__("customer_casebook").study
    __import__("customer_casebook").cases()
finally:
    sys.path[:] = kept""", {})`;

const ADDRESS = /^(?:lab(?:\/workspaces\/[^/]+)?\/tree|doc\/tree|notebooks)\/(.+)$/;

function pathInAddress(baseUrl) {
  if (isLite) return new URLSearchParams(location.search).get("path") ?? "";
  const [, path = ""] = ADDRESS.exec(location.pathname.slice(new URL(baseUrl).pathname.length)) ?? [];
  return decodeURIComponent(path);
}

async function start(lessons, { kernelspecs, sessions, serverSettings: { baseUrl } }, worker) {
  const path = pathInAddress(baseUrl);
  const [course] = await Promise.all([lessons, kernelspecs.ready, sessions.ready]);
  const lesson = lessonAt({ path }, course);
  if (isLite) await lastingWorker(worker), keepPages().catch(() => null);
  for (const end = performance.now() + MOST_MS; isLite && lesson && !kernelspecs.specs.default; await kernelspecs.refreshSpecs()) {
    if (performance.now() > end) return null; // or never, and then JupyterLite would wait for its sessions as long
    await new Promise(requestAnimationFrame); // it knows Python a little after all else
  }
  if (!lesson || [...sessions.running()].some((each) => each.path === path)) return null;
  const options = { name: lesson.name, path, type: "notebook", kernel: { name: kernelspecs.specs.default } };
  // One that handled comms would close those that it does not know, which are the notebook's.
  const session = await sessions.startNew(options, { kernelConnectionOptions: { handleComms: false } });
  session.kernel.requestExecute({ code: LOAD, silent: true, store_history: false });
  return session;
}

// JupyterLab looks for a session when they are ready. It would start one more while this one is being started.
export function startEarly(lessons, services, worker) {
  const early = start(lessons, services, worker).catch(() => null); // then Python starts with the notebook
  Object.defineProperty(services.sessions, "ready", { value: early.then(() => {}) });
  return early;
}

// The early session ends when the notebook has its own, with the kernel that the notebook asks for.
export async function handOver(session, { path, ready, model, sessionContext }, { specs }) {
  if (session?.path !== path || session.isDisposed) return;
  await Promise.all([ready, sessionContext.ready, session.kernel.info]);
  session.dispose();
  const { defaultKernelName: name } = model;
  if (name !== sessionContext.session?.kernel?.name && name in specs.kernelspecs) await sessionContext.changeKernel({ name });
}
