import { unavailable } from './error.js';

const DEFAULT = () => new URL('./dist/engine_bg.wasm', import.meta.url);

/**
 * Compiled wasm from whatever the host has: an address, a response, bytes, or a module that was compiled before.
 * Compiling while downloading asks for the media type `application/wasm`; a server without it still works, only slower.
 */
export async function compile(wasm = DEFAULT()) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  try {
    if (wasm instanceof URL && wasm.protocol === 'file:') {
      const { readWasm } = await import(/* webpackIgnore: true */ /* @vite-ignore */ './node.js');
      return await WebAssembly.compile(await readWasm(wasm));
    }
    if (wasm instanceof URL || typeof wasm === 'string') return await fromResponse(await fetch(wasm));
    if (typeof Response === 'function' && wasm instanceof Response) return await fromResponse(wasm);
    return await WebAssembly.compile(wasm);
  } catch (thrown) {
    throw unavailable(thrown?.message ?? thrown);
  }
}

async function fromResponse(response) {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** What can be posted to a worker: a module or bytes as they are, an address as text, a response compiled here. */
export async function postable(wasm) {
  if (wasm instanceof URL) return wasm.href;
  if (typeof Response === 'function' && wasm instanceof Response) return compile(wasm);
  return wasm;
}
