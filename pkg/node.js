// What only Node has: files by URL, worker threads, wasm from the disk. Loaded on demand, so that browsers never see `node:`.
import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';

import { StraingaugeError } from './error.js';

const missing = (url, error) => new StraingaugeError('source_unreadable', `${url.pathname} cannot be read: ${error.message}.`, { file: url.pathname.split('/').pop() });

export async function fileSize(url) {
  try {
    return (await stat(url)).size;
  } catch (error) {
    throw missing(url, error);
  }
}

export async function* fileSlices(url, size) {
  const file = await open(url);
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read({ buffer: new Uint8Array(size), length: size });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

export const sha256 = () => createHash('sha256');

export const readWasm = (url) => readFile(url);

/** A worker thread behind the same four functions that a browser's worker offers. */
export function threadPort(onMessage, onFailure) {
  const worker = new Worker(new URL('./worker-node.js', import.meta.url));
  worker.unref();
  let waiting = 0;
  worker.on('message', onMessage);
  worker.on('error', onFailure);
  return {
    post: (message) => worker.postMessage(message),
    // An idle worker must not keep the process alive, a busy one must.
    busy: (count) => (count > 0 !== waiting > 0 ? ((waiting = count), count > 0 ? worker.ref() : worker.unref()) : (waiting = count)),
    terminate: () => void worker.terminate(),
  };
}
