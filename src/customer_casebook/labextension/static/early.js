// Where the page's address names a lesson, Python starts and loads the course while the page is still being drawn.
// JupyterLab looks for a session by its path, and finds this one.

import { isLite } from "./lite.js";

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

// In JupyterLite, Python reads and writes files through the service worker that the page has, and is known a little
// after all else. A page may at first have a worker that is on its way out.
async function canStart(kernelspecs) {
  const { controller } = navigator.serviceWorker;
  const { active } = (await navigator.serviceWorker.getRegistration()) ?? {};
  await kernelspecs.refreshSpecs();
  return kernelspecs.specs.default && controller === active && active?.state === "activated";
}

export async function startEarly(lessons, { kernelspecs, sessions, serverSettings: { baseUrl } }, worker) {
  const path = pathInAddress(baseUrl);
  const [course] = await Promise.all([lessons, kernelspecs.ready, sessions.ready]);
  const isOpen = () => [...sessions.running()].some((each) => each.path === path);
  const lesson = course.find(({ name }) => name === path.split("/").at(-1));
  if (isLite) await worker.ready;
  while (isLite && lesson && !isOpen() && !(await canStart(kernelspecs))) await new Promise(requestAnimationFrame);
  if (isOpen() || !lesson) return null;
  const options = { name: lesson.name, path, type: "notebook", kernel: { name: kernelspecs.specs.default } };
  // One that handled comms would close those that it does not know, which are the notebook's.
  const session = await sessions.startNew(options, { kernelConnectionOptions: { handleComms: false } });
  session.kernel.requestExecute({ code: LOAD, silent: true, store_history: false });
  return session;
}

// The early session ends when the notebook has its own, with the kernel that the notebook asks for.
export async function handOver(session, { path, ready, model, sessionContext }, { specs }) {
  if (session?.path !== path || session.isDisposed) return;
  await Promise.all([ready, sessionContext.ready, session.kernel.info]);
  session.dispose();
  const { defaultKernelName: name } = model;
  if (name !== sessionContext.session?.kernel?.name && name in specs.kernelspecs) await sessionContext.changeKernel({ name });
}
