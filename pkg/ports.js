import { Host } from './host.js';
import { compile } from './wasm.js';

// A port is where a host can be reached: `post(message)`, and `terminate()` where its thread can be stopped from outside.

/** A browser's module worker. */
export function workerPort(onMessage, onFailure) {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'straingauge' });
  worker.onmessage = ({ data }) => onMessage(data);
  worker.onerror = (event) => {
    event.preventDefault?.();
    onFailure(new Error(event.message || 'its script could not be loaded'));
  };
  worker.onmessageerror = () => onFailure(new Error('a message could not be read'));
  return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate() };
}

let instances = 0;
let current;

/** The one wasm instance of this thread. After a crash the glue is loaded anew under another address: it keeps its instance to itself. */
async function instance(wasm) {
  current ??= (async () => {
    const module = await compile(wasm);
    const glue = await (instances === 0 ? import('./dist/engine.js') : import(/* webpackIgnore: true */ /* @vite-ignore */ `./dist/engine.js?instance=${instances}`));
    instances += 1;
    // Compiled already; browsers refuse to instantiate a large module at once on their main thread.
    await glue.default({ module_or_path: module });
    return { glue, module };
  })();
  try {
    return await current;
  } catch (thrown) {
    current = undefined;
    throw thrown;
  }
}

/** The caller's own thread. It cannot be stopped from outside; the host's slices let a cancel in. */
export function localPort(onMessage) {
  const host = new Host(instance, (message) => {
    if (message.crashed) current = undefined;
    onMessage(message);
  });
  return { post: (message) => host.receive(message), close: () => host.close() };
}
