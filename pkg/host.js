import { digestOf } from './digest.js';
import { cancelled, StraingaugeError, unavailable } from './error.js';
import { breathe, SLICE_MILLIS } from './pace.js';
import { pieces } from './sources.js';

/** A trap or an exhausted stack leaves the wasm instance in no state to be asked again; anything else is an answer. */
const isCrash = (thrown) => thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError;

/**
 * Stands beside the wasm, in a worker or in the caller's thread, and serves requests `{ id, op, args }` with
 * `{ id, value }`, `{ id, error }` and, on the way, `{ id, progress }`. Long work goes in slices; `{ id, cancel: true }` is heard between them.
 */
export class Host {
  #send;
  #tasks = new Map();
  #open;
  #ready;
  #glue;
  #engine;
  #closed = false;
  #crashed = false;

  /** `open(wasm)` gives `{ glue, module }`, a wasm instance and what it was compiled from; `send(message)` reaches the client. */
  constructor(open, send) {
    this.#send = send;
    this.#open = open;
  }

  receive(message) {
    if ('init' in message) this.#ready = this.#start(message.init);
    else if (message.cancel) this.#cancel(message.id);
    else void this.#serve(message);
  }

  /** Lets everything go; work under way ends at its next slice. */
  close() {
    for (const task of this.#tasks.values()) task.cancelled = true;
    this.#send = () => {};
    this.#closed = true;
    this.#free();
  }

  /** Gives the engine's memory back, once nobody works with it any more. */
  #free() {
    if (!this.#closed || this.#tasks.size > 0) return;
    if (!this.#crashed) this.#engine?.free();
    this.#engine = undefined;
  }

  async #start(wasm) {
    try {
      const { glue, module } = await this.#open(wasm);
      this.#glue = glue;
      if (this.#closed) return;
      this.#engine = new glue.Engine();
      this.#send({ ready: true, module });
    } catch (thrown) {
      this.#send({ unavailable: (thrown instanceof StraingaugeError ? thrown : unavailable(thrown?.message ?? thrown)).plain() });
    }
  }

  #cancel(id) {
    const task = this.#tasks.get(id);
    if (task) task.cancelled = true;
  }

  async #serve({ id, op, args }) {
    const task = { cancelled: false, progress: (progress) => this.#send({ id, progress }) };
    this.#tasks.set(id, task);
    try {
      await this.#ready;
      if (!this.#engine) return;
      if (task.cancelled) throw cancelled();
      this.#send({ id, value: await this.#operation(op, args, task) });
    } catch (thrown) {
      if (isCrash(thrown)) {
        this.#crashed = true;
        this.#send({ crashed: { message: this.#lastWords(thrown) } });
      } else this.#send({ id, error: StraingaugeError.from(thrown).plain() });
    } finally {
      this.#tasks.delete(id);
      this.#free();
    }
  }

  /** The panic's own message where there was a panic; a trap without one speaks for itself. */
  #lastWords(thrown) {
    try {
      return this.#glue.lastPanic() ?? thrown.message;
    } catch {
      return thrown.message;
    }
  }

  #operation(op, args, task) {
    const engine = this.#engine;
    switch (op) {
      case 'load':
        return this.#load(args, task);
      case 'dataset':
        return engine.dataset(args.table, args.name, args.params, args.task);
      case 'split':
        return engine.split(args.dataset, args.by, args.seed, ...args.names);
      case 'predictionsOfPart':
        return engine.predictionsOfPart(args.predictions, args.part);
      case 'predictions':
        return engine.predictions(args.dataset, args.table, args.model, args.params);
      case 'stress':
        return this.#stress(args, task);
      case 'records':
        return engine.records(args.dataset, args.predictions ?? undefined, args.offset, args.limit);
      case 'rows':
        return engine.rows(args.run, args.caseId, args.offset, args.limit);
      case 'tables':
        return engine.tables(args.document, args.stamp);
      case 'report':
        return engine.report(args.document, args.format, args.run);
      case 'settle': {
        const document = engine.settle(args.document, args.decisions);
        return { document, tables: engine.tables(document, args.stamp) };
      }
      case 'compare':
        return engine.compare(args.before, args.after);
      case 'arrow':
        return engine.arrow(args.table);
      case 'catalogue':
        return engine.catalogue();
      case 'sample':
        return engine.sample();
      case 'forget':
        return engine.forget(args.kind, args.ids);
      case 'crash':
        return engine.crash();
      default:
        throw new StraingaugeError('unknown_operation', `The engine has no operation ${op}.`);
    }
  }

  async #load({ source, options }, task) {
    const engine = this.#engine;
    const digest = await digestOf(source);
    const reader = engine.open(source.name, { ...options, ...(source.format && !options?.format ? { format: source.format } : {}) }, digest === null);
    try {
      let done = 0;
      let began = performance.now();
      for await (const piece of pieces(source)) {
        if (task.cancelled) throw cancelled();
        engine.push(reader, piece);
        digest?.update(piece);
        done += piece.length;
        if (performance.now() - began > SLICE_MILLIS) {
          task.progress({ stage: 'reading', done, total: source.bytes, label: source.name, batches: [] });
          await breathe();
          began = performance.now();
        }
      }
      await breathe();
      if (task.cancelled) throw cancelled();
      const read = engine.finish(reader, await digest?.hex());
      task.progress({ stage: 'reading', done, total: done, label: source.name, batches: [] });
      return read;
    } catch (thrown) {
      if (!isCrash(thrown)) engine.forget('reader', [reader]);
      throw thrown;
    }
  }

  async #stress({ config, project, reference, evaluation, quiet }, task) {
    const engine = this.#engine;
    const began = performance.now();
    const run = engine.start(config, reference, evaluation);
    try {
      let progress;
      do {
        await breathe();
        if (task.cancelled) throw cancelled();
        const slice = performance.now();
        const batches = [];
        do {
          progress = JSON.parse(engine.step(run));
          batches.push(...progress.batches);
        } while (progress.stage !== 'done' && performance.now() - slice < SLICE_MILLIS);
        if (!quiet) task.progress({ ...progress, batches });
      } while (progress.stage !== 'done');
      if (quiet) return { run };
      const document = engine.document(run);
      const stamp = { projectId: project.id, uploadTime: new Date().toISOString(), durationMillis: Math.round(performance.now() - began) };
      return { run, document, stamp, tables: engine.tables(document, stamp) };
    } catch (thrown) {
      if (!isCrash(thrown)) engine.forget('run', [run]);
      throw thrown;
    }
  }
}
