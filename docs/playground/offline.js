// Keeps the files of the playground, so that it opens without a network. build.py puts their names and a new version here
// at each build. Files that were loaded before this worker had control are kept when the page is ready and asks for it.
const VERSION = "{{version}}";
const FILES = ["{{files}}"];
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("deltagrad-") && name !== VERSION) await caches.delete(name);
  await self.clients.claim();
})()));
self.addEventListener("message", event => {
  if (event.data === "keep") event.waitUntil(keepAll().then(() => event.source?.postMessage("kept")));
});
async function keepAll() {
  const cache = await caches.open(VERSION);
  for (const file of ["./", ...FILES]) if (!await cache.match(file)) await cache.add(file);
}
self.addEventListener("fetch", event => {
  if (event.request.method !== "GET" || !event.request.url.startsWith(self.registration.scope)) return;
  event.respondWith((async () => {
    const cache = await caches.open(VERSION), kept = await cache.match(event.request, { ignoreSearch: true });
    if (kept) return kept;
    const answer = await fetch(event.request);
    if (answer.ok) cache.put(event.request, answer.clone());
    return answer;
  })());
});
