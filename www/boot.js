// Starts the page: first the service worker, which counts requests and keeps the page working offline, then the page's wasm.
// An external file, because the page's policy allows no script inside the HTML.
import init from './app.js';

if ('serviceWorker' in navigator) {
  // Without one (private windows, plain http) the page works all the same, only not offline and without the count.
  navigator.serviceWorker.register('./sw.js').catch(() => {});
}

init({ module_or_path: new URL('./app_bg.wasm', import.meta.url) }).catch((error) => {
  const place = document.getElementById('boot-error');
  if (place) {
    place.hidden = false;
    place.textContent = `This page could not start: ${error.message}. It needs WebAssembly with SIMD: Chrome or Edge 91, Firefox 89, Safari 16.4 or later.`;
  }
});
