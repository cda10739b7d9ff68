import { cancelled, StraingaugeError } from './error.js';

/** Work that goes on: a result to come, a way to stop it, and its progress for whoever iterates. */
export class Job {
  #status = 'running';
  #controller = new AbortController();
  #progress = [];
  #wake = [];
  #result;

  /** `work(signal, report)` does it; `report(progress)` tells where it stands. */
  constructor(work) {
    this.#result = Promise.resolve()
      .then(() => work(this.#controller.signal, (progress) => this.#tell(progress)))
      .then(
        (value) => this.#end('succeeded', value),
        (thrown) => {
          const error = StraingaugeError.from(thrown);
          this.#end(error.code === 'cancelled' ? 'cancelled' : 'failed');
          throw error;
        },
      );
    // Whoever wants the failure asks `result()`; a job that nobody asks must not bring a Node process down.
    this.#result.catch(() => {});
  }

  get status() {
    return this.#status;
  }

  result() {
    return this.#result;
  }

  cancel() {
    if (this.#status === 'running') this.#controller.abort(cancelled());
  }

  /** Every step from the first on, whenever the iteration starts; ends with the job, failed or not. */
  async *[Symbol.asyncIterator]() {
    for (let i = 0; ; i += 1) {
      while (i >= this.#progress.length) {
        if (this.#status !== 'running') return;
        await new Promise((resolve) => this.#wake.push(resolve));
      }
      yield this.#progress[i];
    }
  }

  #tell(progress) {
    this.#progress.push(progress);
    this.#rouse();
  }

  #end(status, value) {
    this.#status = status;
    this.#rouse();
    return value;
  }

  #rouse() {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }
}
