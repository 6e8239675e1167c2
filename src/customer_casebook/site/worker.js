// Keeps the whole site for when there is no network. With one, every page comes from there, so none is ever stale.

const PREFIX = `customer-casebook ${self.registration.scope} `; // other sites of this host have caches of their own
const NAME = PREFIX + VERSION;

async function keepAll() {
  const cache = await caches.open(NAME);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
  await self.skipWaiting();
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(request) {
  try {
    return await fetch(request, { cache: "no-cache" });
  } catch (error) {
    const kept = await caches.match(request, { cacheName: NAME, ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { scope } = self.registration;
  const isOurs = url.startsWith(scope) && !url.startsWith(`${scope}live/`); // there, JupyterLite has a worker of its own
  if (method === "GET" && isOurs) event.respondWith(answer(event.request));
});
