// Pages that were seen can be read again while nothing answers, and say as of when they are.
"use strict";
const KEPT = "pages", MOST = 40, NOWHERE = "/offline";

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((kept) => kept.add(NOWHERE)));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") event.respondWith(answer(event));
});

// What is there now, kept for later; else what was there before.
async function answer(event) {
  const { request } = event;
  try {
    const fresh = await fetch(request);
    if (fresh.ok && fresh.headers.get("content-type")?.startsWith("text/html")) event.waitUntil(keep(request, fresh.clone()));
    return fresh;
  } catch {
    const kept = await caches.open(KEPT), before = await kept.match(request);
    return before ? asOf(before) : (await kept.match(NOWHERE)) ?? Response.error();
  }
}

// The pages looked at last: older ones make room.
async function keep(request, page) {
  const kept = await caches.open(KEPT);
  await kept.delete(request);
  await kept.put(request, page);
  const pages = (await kept.keys()).filter(({ url }) => new URL(url).pathname !== NOWHERE);
  for (const old of pages.slice(0, Math.max(0, pages.length - MOST))) await kept.delete(old);
}

async function asOf(page) {
  const at = new Date(page.headers.get("date") ?? Date.now());
  const before = await page.text();
  // The page brings the words, in its own language.
  const [, language] = before.match(/<html lang="([\w-]+)"/) ?? [], [, words] = before.match(/data-as-of="([^"]*)"/) ?? [];
  const time = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at);
  const said = (words ?? "%(time)s").replace("%(time)s", time);
  const html = before.replace('<main id="content">', `$&<p class="gap-note" role="status" data-offline>${said}</p>`);
  const headers = new Headers(page.headers);
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  return new Response(html, { status: page.status, headers });
}
