// The engine in a Node worker thread.
import { parentPort } from 'node:worker_threads';

import * as glue from './dist/engine.js';
import { Host } from './host.js';
import { compile } from './wasm.js';

const host = new Host(
  async (wasm) => {
    const module = await compile(typeof wasm === 'string' ? new URL(wasm) : wasm);
    await glue.default({ module_or_path: module });
    return { glue, module };
  },
  (message) => parentPort.postMessage(message),
);
parentPort.on('message', (message) => host.receive(message));
