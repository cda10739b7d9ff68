import { cancelled, StraingaugeError, unavailable } from './error.js';

/** A host that has not answered a cancel by then is stopped from outside: the caller was promised 200 ms. */
const PATIENCE_MILLIS = 150;

/** Requests to a host behind a port, which is replaced when it crashes or does not answer. */
export class Transport {
  /** Grows with every fresh engine: what an older one had loaded is gone. */
  generation = 0;
  lastCrash = null;
  #openPort;
  #wasm;
  #port;
  #pending = new Map();
  #next = 1;
  #ready;
  #closed = false;
  /** Whether this port's host has ever been ready. */
  #started = false;

  /** `openPort(onMessage, onFailure)` makes a host; `wasm` is what it is to compile. */
  constructor(openPort, wasm) {
    this.#openPort = openPort;
    this.#wasm = wasm;
  }

  /** Resolves when the engine is ready. */
  ready() {
    if (!this.#port) this.#open();
    return this.#ready.promise;
  }

  /** Asks the host. Rejects with a `StraingaugeError`. */
  request(op, args, { signal, onProgress } = {}) {
    if (this.#closed) return Promise.reject(new StraingaugeError('closed', 'This client was closed. Create another one.'));
    if (signal?.aborted) return Promise.reject(cancelled());
    if (!this.#port) this.#open();
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      const entry = { resolve, reject, onProgress, settle: () => {} };
      if (signal) {
        let timer;
        const abort = () => {
          this.#port?.post({ id, cancel: true });
          if (this.#port?.terminate) timer = setTimeout(() => this.#stop(id), PATIENCE_MILLIS);
        };
        signal.addEventListener('abort', abort, { once: true });
        entry.settle = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', abort);
        };
      }
      this.#pending.set(id, entry);
      this.#port.busy?.(this.#pending.size);
      try {
        this.#port.post({ id, op, args });
      } catch (thrown) {
        this.#take(id)?.reject(StraingaugeError.from(thrown));
      }
    });
  }

  close() {
    this.#closed = true;
    this.#drop();
    this.#rejectAll(cancelled());
  }

  #open() {
    this.generation += 1;
    this.#started = false;
    const { generation } = this;
    const ours = (then) => (message) => generation === this.generation && then(message);
    this.#ready = Promise.withResolvers?.() ?? deferred();
    this.#ready.promise.catch(() => {});
    this.#port = this.#openPort(
      ours((message) => this.#receive(message)),
      ours((error) => this.#crashed(error.message)),
    );
    this.#port.post({ init: this.#wasm });
  }

  #receive(message) {
    if (message.ready) {
      this.#wasm = message.module;
      this.#started = true;
      this.#ready.resolve();
    } else if (message.unavailable) {
      this.#lost(StraingaugeError.from(message.unavailable));
    } else if (message.crashed) this.#crashed(message.crashed.message);
    else if ('progress' in message) this.#pending.get(message.id)?.onProgress?.(message.progress);
    else if ('error' in message) this.#take(message.id)?.reject(StraingaugeError.from(message.error));
    else this.#take(message.id)?.resolve(message.value);
  }

  #take(id) {
    const entry = this.#pending.get(id);
    this.#pending.delete(id);
    this.#port?.busy?.(this.#pending.size);
    entry?.settle();
    return entry;
  }

  #crashed(message) {
    if (!this.#started) return this.#lost(unavailable(message));
    this.lastCrash = { message };
    return this.#lost(new StraingaugeError('engine_crashed', `The engine stopped: ${message}. A fresh one takes its place; what was loaded is read again when it is next needed, and finished runs are kept.`, { cause: message }));
  }

  #lost(error) {
    this.#drop();
    this.#ready.reject(error);
    this.#rejectAll(error);
  }

  /** A host that does not answer a cancel is replaced. */
  #stop(id) {
    this.#take(id)?.reject(cancelled());
    this.#drop();
    this.#rejectAll(new StraingaugeError('engine_restarted', 'The engine was restarted because another call was cancelled. Ask again.'));
  }

  #drop() {
    this.#port?.terminate?.();
    this.#port?.close?.();
    this.#port = undefined;
    this.generation += 1;
  }

  #rejectAll(error) {
    for (const id of [...this.#pending.keys()]) this.#take(id).reject(error);
  }
}

const deferred = () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
