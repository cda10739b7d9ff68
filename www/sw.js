// The service worker: keeps the page working offline, counts every request that the page and its workers make, and gives
// each script the page's policy on hosts that send no headers.

const CACHE = 'straingauge-shell-1';

// The same words as in www/_headers; a test compares them.
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// Counted since this worker started. Browsers stop an idle worker and start it anew, which `since` tells.
const counts = { since: Date.now(), sameOrigin: 0, otherOrigin: 0 };

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const files = await (await fetch('./files.json')).json();
      // One missing file must not cost the reader the whole offline copy.
      await Promise.allSettled(files.map((path) => cache.add(path)));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      const stale = names.filter((name) => name.startsWith('straingauge-shell-') && name !== CACHE);
      await Promise.all(stale.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('message', (event) => {
  if (event.data?.type === 'requests') {
    (event.ports[0] ?? event.source)?.postMessage({ type: 'requests', ...counts });
  }
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) {
    // The page's policy stops these before they come here. Should one come all the same, it is counted and refused.
    counts.otherOrigin += 1;
    event.respondWith(Response.error());
    return;
  }
  counts.sameOrigin += 1;
  if (request.method === 'GET') event.respondWith(answer(request));
});

// The network first, so that a new build shows at once; the kept copy when the network is gone.
async function answer(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok && response.type === 'basic') await cache.put(request, response.clone());
    return withPolicy(response);
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
    const shell = kept ?? (request.mode === 'navigate' ? await cache.match('./') : undefined);
    if (!shell) throw error;
    return withPolicy(shell);
  }
}

function withPolicy(response) {
  if (response.headers.has('Content-Security-Policy') || response.type === 'opaqueredirect' || response.status === 304) return response;
  const headers = new Headers(response.headers);
  headers.set('Content-Security-Policy', POLICY);
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Referrer-Policy', 'no-referrer');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
