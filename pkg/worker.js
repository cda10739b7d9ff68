// The engine in a browser's module worker. Once its wasm is compiled it needs nothing from outside any more, and gives up the means to ask.
import * as glue from './dist/engine.js';
import { Host } from './host.js';
import { compile } from './wasm.js';

const NETWORK = ['fetch', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'EventSource', 'WebTransport', 'importScripts', 'Worker', 'caches'];

function giveUpNetwork() {
  for (const name of NETWORK) {
    for (let holder = self; holder; holder = Object.getPrototypeOf(holder)) delete holder[name];
    Object.defineProperty(self, name, { value: undefined });
  }
}

const host = new Host(
  async (wasm) => {
    const module = await compile(typeof wasm === 'string' ? new URL(wasm) : wasm);
    giveUpNetwork();
    await glue.default({ module_or_path: module });
    return { glue, module };
  },
  (message) => self.postMessage(message),
);
self.onmessage = ({ data }) => host.receive(data);
