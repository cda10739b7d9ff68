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
      case 'labels':
        return engine.labels(args.dataset, args.table, args.params, args.task);
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
      case 'firewall':
        return this.#firewall(args, task);
      case 'firewallImport':
        return engine.firewallImport(args.document);
      case 'firewallBatch':
        return this.#firewallBatch(args, task);
      case 'firewallLabels':
        return engine.firewallLabels(args.firewall, args.dataset);
      case 'firewallChange':
        return engine.firewallChange(args.firewall, args.change);
      case 'firewallLook':
        return engine.firewallLook(args.firewall);
      case 'firewallSeries':
        return engine.firewallSeries(args.firewall, args.monitor);
      case 'firewallRecords':
        return this.#firewallRecords(args, task);
      case 'firewallDocument':
        return engine.firewallDocument(args.firewall, args.what);
      case 'firewallRun': {
        const began = performance.now();
        const document = engine.firewallRun(args.firewall, args.from, args.to);
        const stamp = stampOf(args.project, began, 'continuous_test');
        return { document, stamp, tables: engine.tables(document, stamp) };
      }
      case 'firewallRows':
        return engine.firewallRows(args.firewall, args.bin, args.caseId, args.offset, args.limit);
      case 'firewallCheck':
        return this.#firewallCheck(args);
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
      const testMillis = await this.#steps(() => engine.step(run), task, quiet);
      if (quiet) return { run };
      const document = engine.document(run);
      const stamp = { ...stampOf(project.id, began, 'stress_test'), testMillis };
      return { run, document, stamp, tables: engine.tables(document, stamp) };
    } catch (thrown) {
      if (!isCrash(thrown)) engine.forget('run', [run]);
      throw thrown;
    }
  }

  /** Learns from a reference; gives the engine's id. `metrics` are custom ones with their numbers of the reference's rows. */
  async #firewall({ config, reference, metrics }, task) {
    const engine = this.#engine;
    const firewall = engine.firewall(config, reference);
    try {
      if (metrics?.length) engine.firewallFollow(firewall, metrics);
      await this.#steps(() => engine.firewallStep(firewall), task);
      return firewall;
    } catch (thrown) {
      if (!isCrash(thrown)) engine.forget('firewall', [firewall]);
      throw thrown;
    }
  }

  /** Takes a batch in; gives the report. A batch that is cancelled or fails leaves the firewall as it was. */
  async #firewallBatch({ firewall, batch, options, values }, task) {
    const engine = this.#engine;
    engine.firewallAdd(firewall, batch, options);
    try {
      if (values) engine.firewallMeasure(firewall, values);
      await this.#steps(() => engine.firewallStep(firewall), task);
    } catch (thrown) {
      if (!isCrash(thrown)) engine.firewallAbandon(firewall);
      throw thrown;
    }
    return engine.firewallDocument(firewall, 'report');
  }

  /** The header, and the bins that begin at `bins`: `{ header, records: [start, text][] }`. */
  async #firewallRecords({ firewall, bins }, task) {
    const records = [];
    let began = performance.now();
    for (const start of bins) {
      records.push([start, this.#engine.firewallBin(firewall, start)]);
      if (performance.now() - began < SLICE_MILLIS) continue;
      await breathe();
      if (task.cancelled) throw cancelled();
      began = performance.now();
    }
    return { header: this.#engine.firewallDocument(firewall, 'header'), records };
  }

  /** One of many requests in a row, so others get their turn first. */
  async #firewallCheck({ firewall, rows }) {
    await breathe();
    return this.#engine.firewallCheck(firewall, rows);
  }

  /** Takes one step after another, in slices, to the end. Gives the time of each test, as those of a step share it equally. */
  async #steps(step, task, quiet = false) {
    let progress;
    const testMillis = {};
    do {
      await breathe();
      if (task.cancelled) throw cancelled();
      const slice = performance.now();
      const batches = [];
      do {
        const began = performance.now();
        progress = JSON.parse(step());
        const { measured = [] } = progress;
        for (const test of measured) testMillis[test] = (testMillis[test] ?? 0) + (performance.now() - began) / measured.length;
        batches.push(...progress.batches);
      } while (progress.stage !== 'done' && performance.now() - slice < SLICE_MILLIS);
      if (!quiet) task.progress({ ...progress, batches });
    } while (progress.stage !== 'done');
    return testMillis;
  }
}

/** What a run cannot know of itself. */
const stampOf = (projectId, began, testingType) => ({ projectId, uploadTime: new Date().toISOString(), durationMillis: Math.round(performance.now() - began), testingType });
