import { cancelled, StraingaugeError } from './error.js';
import { FirewallStore } from './firewall-store.js';
import { Job } from './job.js';
import { RELEASE } from './registry.js';
import { ResultTable } from './result-table.js';
import { TestRun } from './run.js';
import { jsonCell } from './sources.js';

/** Rows that are checked in one request. */
const CHECKED = 2000;

/** A client's way to take a firewall from its document. */
export const IMPORT = Symbol('import');
/** Whether a firewall is still the one that its store holds; it catches up with what others changed, unless it is at work. */
export const STANDS = Symbol('stands');

const today = () => new Date().toISOString().slice(0, 10);

const idOf = (thing) => (typeof thing === 'string' ? thing : thing?.id);

/** A moment in milliseconds. */
const millis = (moment) => {
  const at = typeof moment === 'number' ? moment : moment instanceof Date ? moment.getTime() : Date.parse(moment);
  if (!Number.isFinite(at)) throw new StraingaugeError('invalid_date', `"${moment}" is no moment. Give milliseconds since 1970, a Date, or a text like 2024-05-01T00:00:00Z.`);
  return at;
};

/** A bin but for the events it belongs to, which are made anew from all bins whenever a firewall is looked at. */
const essence = (bin) => JSON.stringify({ ...bin, events: undefined });

/** What is said about a firewall without opening it. */
const infoOf = ({ id, config, bins, events, incidents, status, headline }) => ({
  id, model: config.model, reference: config.reference, binSize: config.binSize, bins: bins.length, lastBin: bins.at(-1)?.start ?? null,
  openEvents: events.filter((event) => event.open && !event.resolved && !event.muted).length,
  openIncidents: incidents.filter((incident) => incident.open && !incident.resolved && !incident.muted).length, status, headline, updated: new Date().toISOString(),
});

const aboutRuns = (what) =>
  new StraingaugeError('continuous_test', `${what} is for stress tests. Of a continuous test, mute the monitor or resolve the event; rows come from \`firewall.rows(bin, caseId)\`.`);

/** A number that is followed over time, with the events in which it went wrong. */
export class Monitor {
  #events;

  constructor(monitor, events) {
    Object.assign(this, monitor);
    this.#events = events;
  }

  detectedEvents() {
    return structuredClone(this.#events);
  }
}

/** A promoted model watched over bins of production data. */
export class Firewall {
  #engine;
  #store;
  #context;
  #live;
  #revision;
  #look;
  #lastReport = null;
  #opening = null;
  /** Settles when whatever changes the firewall has ended; the next in line waits for it. */
  #turn = Promise.resolve();
  #busy = 0;

  /**
   * `context` is what a firewall needs of its project: `id`, `side(dataset, model, firewall, hooks)` and `dataset(name, hooks)` give
   * engine ids, `values(metrics, side, hooks)` what custom metrics say of a side's rows. `live` is `{ generation, id }` in the engine, `look` what it looks like, `revision` what of the store that is.
   */
  constructor({ engine, store, context, live, revision, look }) {
    this.#engine = engine;
    this.#store = store;
    this.#context = context;
    this.#live = live;
    this.#revision = revision;
    this.#look = look;
  }

  static fromJSON(client, json) {
    return client[IMPORT](json);
  }

  get id() {
    return this.#look.view.id;
  }

  get view() {
    return this.#look.view;
  }

  get headline() {
    return this.#look.view.headline;
  }

  get status() {
    return this.#look.view.status;
  }

  get lastReport() {
    return this.#lastReport;
  }

  startContinuousTest(dataset, { overrideExistingBins = false, model } = {}) {
    return new Job((signal, onProgress) => this.#exclusive(() => this.#batch(dataset, { overrideExistingBins }, model, { signal, onProgress }), signal));
  }

  bins() {
    return structuredClone(this.#look.view.bins);
  }

  listMonitors() {
    const { monitors, events } = this.#look.view;
    return monitors.map((monitor) => new Monitor(structuredClone(monitor), events.filter((event) => event.monitor === monitor.id)));
  }

  events() {
    return new ResultTable(this.#look.events, this.#engine);
  }

  event(id) {
    const event = this.#look.view.events.find((e) => e.id === id);
    if (!event) throw new StraingaugeError('unknown_event', `This firewall has no event ${id}.`);
    return structuredClone(event);
  }

  incidents() {
    return new ResultTable(this.#look.incidents, this.#engine);
  }

  incident(id) {
    const incident = this.#look.view.incidents.find((one) => one.id === id || one.events.includes(id));
    if (!incident) throw new StraingaugeError('unknown_incident', `This firewall has no incident ${id}.`);
    return structuredClone(incident);
  }

  binsTable() {
    return new ResultTable(this.#look.bins, this.#engine);
  }

  async seriesTable(monitor) {
    return new ResultTable(JSON.parse(await this.#ask('firewallSeries', { monitor: idOf(monitor) })), this.#engine);
  }

  async run(bins) {
    const span = bins !== null && typeof bins === 'object' && !(bins instanceof Date) ? bins : this.#bin(bins);
    const { document, tables, stamp } = await this.#ask('firewallRun', { from: millis(span.from ?? span.start), to: millis(span.to ?? span.end), project: this.#context.id });
    const refuse = (what) => async () => {
      throw aboutRuns(what);
    };
    return new TestRun({
      text: document, tables, stamp, engine: this.#engine, live: refuse('A page with rows of the data'), accept: refuse('Accepting a case'), revoke: refuse('Accepting a case'),
    });
  }

  async rows(bin, caseId, { offset = 0, limit = 50 } = {}) {
    return this.#ask('firewallRows', { bin: millis(bin), caseId, offset, limit });
  }

  async check(rows) {
    const list = Array.isArray(rows) ? rows : [rows];
    const decisions = [];
    for (let at = 0; at < list.length; at += CHECKED) {
      const text = JSON.stringify(list.slice(at, at + CHECKED), jsonCell);
      decisions.push(...JSON.parse(await this.#ask('firewallCheck', { rows: text })));
    }
    return decisions;
  }

  rules() {
    return structuredClone(this.#look.view.rules);
  }

  setRule(rule, action) {
    return this.#change({ change: 'rule', rule, action });
  }

  pin(monitor) {
    return this.#change({ change: 'pin', monitor: idOf(monitor), on: true });
  }

  unpin(monitor) {
    return this.#change({ change: 'pin', monitor: idOf(monitor), on: false });
  }

  mute(monitor) {
    return this.#change({ change: 'mute', monitor: idOf(monitor), on: true });
  }

  unmute(monitor) {
    return this.#change({ change: 'mute', monitor: idOf(monitor), on: false });
  }

  note(on, text) {
    return this.#change({ change: 'note', on: idOf(on), day: today(), text });
  }

  resolve(event, note = '') {
    return this.#change({ change: 'resolve', event: idOf(event), resolution: { on: today(), note } });
  }

  reopen(event) {
    return this.#change({ change: 'resolve', event: idOf(event), resolution: null });
  }

  async monitorChoices() {
    return JSON.parse(await this.#ask('firewallDocument', { what: 'choices' }));
  }

  addMonitor(monitor) {
    return this.#change({ change: 'add_monitor', monitor });
  }

  removeMonitor(monitor) {
    return this.#change({ change: 'remove_monitor', monitor: idOf(monitor) });
  }

  setBudget(falseEventsAYear) {
    return this.#change({ change: 'budget', false_events_a_year: falseEventsAYear }, { all: true });
  }

  addLabels(dataset, hooks = {}) {
    return this.#exclusive(async () => {
      await this.#context.dataset(dataset, hooks);
      const firewall = await this.#current();
      const report = JSON.parse(await this.#engine.request('firewallLabels', { firewall, dataset: await this.#context.dataset(dataset, hooks) }));
      await this.#keep({ all: true });
      this.#lastReport = report;
      return report;
    }, hooks.signal);
  }

  async toJSON() {
    return JSON.parse(await this.#ask('firewallDocument', { what: 'export' }));
  }

  async [STANDS]() {
    try {
      if ((await this.#store.revision()) !== this.#revision && this.#busy === 0) {
        await this[RELEASE]();
        await this.#handle();
      }
      return true;
    } catch (thrown) {
      if (thrown.code === 'no_firewall') return false;
      throw thrown;
    }
  }

  /** Lets go of what the engine holds of it. */
  async [RELEASE]() {
    const live = this.#live;
    this.#live = null;
    if (live?.generation === this.#engine.generation) await this.#engine.request('forget', { kind: 'firewall', ids: [live.id] }).catch(() => {});
  }

  #bin(start) {
    const bin = this.#look.view.bins.find((b) => b.start === millis(start));
    if (!bin) throw new StraingaugeError('unknown_bin', `No bin of this firewall begins at ${start}. \`bins()\` lists those that there are.`);
    return bin;
  }

  async #batch(dataset, options, model, hooks) {
    const side = () => this.#context.side(dataset, model, this, hooks);
    const metrics = this.#look.view.customMetrics ?? [];
    const values = metrics.length ? await this.#context.values(metrics, await side(), hooks) : undefined;
    await side();
    const firewall = await this.#current();
    // A crash in between would have left the batch behind; what is loaded costs nothing.
    const batch = await side();
    const report = JSON.parse(await this.#engine.request('firewallBatch', { firewall, batch, options, values }, hooks));
    await this.#keep({ touched: report.bins }, hooks);
    this.#lastReport = report;
    return this.bins().filter((bin) => report.bins.includes(bin.start));
  }

  #change(change, scope = {}) {
    return this.#exclusive(async () => {
      const firewall = await this.#current();
      await this.#engine.request('firewallChange', { firewall, change });
      await this.#keep(scope);
    });
  }

  /**
   * Keeps what the engine now holds: the header and the bins that are new or otherwise than they were. What cannot be kept is taken back,
   * so that a call that rejects has changed nothing.
   */
  async #keep({ touched = [], all = false }, hooks = {}) {
    try {
      const { generation, id: firewall } = this.#live;
      const look = JSON.parse(await this.#engine.request('firewallLook', { firewall }, hooks));
      const former = new Map(this.#look.view.bins.map((bin) => [bin.start, essence(bin)]));
      const { bins } = look.view;
      const wanted = bins.filter((bin) => all || touched.includes(bin.start) || former.get(bin.start) !== essence(bin)).map((bin) => bin.start);
      for (const { start } of bins) former.delete(start);
      const { header, records } = await this.#engine.request('firewallRecords', { firewall, bins: wanted }, hooks);
      if (generation !== this.#engine.generation) throw new StraingaugeError('engine_restarted', 'The engine was restarted while the firewall was being kept. Ask again.');
      this.#revision = await this.#store.update({ info: infoOf(look.view), header, bins: new Map(records), gone: [...former.keys()] }, this.#revision);
      this.#look = look;
    } catch (thrown) {
      await this[RELEASE]();
      throw thrown;
    }
  }

  async #ask(op, args) {
    return this.#engine.request(op, { firewall: await this.#handle(), ...args });
  }

  /** The engine's id of the firewall as the store has it now, whoever changed it. */
  async #current() {
    if ((await this.#store.revision()) !== this.#revision) await this[RELEASE]();
    return this.#handle();
  }

  /** The engine's id of the firewall, which a fresh engine takes from the store. */
  async #handle() {
    if (this.#live?.generation === this.#engine.generation) return this.#live.id;
    this.#opening ??= opened(this.#engine, this.#store).finally(() => {
      this.#opening = null;
    });
    ({ live: this.#live, revision: this.#revision, look: this.#look } = await this.#opening);
    return this.#live.id;
  }

  /** One at a time; who is cancelled while waiting need not wait on. */
  #exclusive(work, signal) {
    const before = this.#turn;
    this.#busy += 1;
    const turn = (async () => {
      try {
        await Promise.race([before, aborted(signal)]);
        return await work();
      } finally {
        this.#busy -= 1;
      }
    })();
    this.#turn = Promise.allSettled([before, turn]);
    return turn;
  }
}

const aborted = (signal) =>
  new Promise((_, reject) => {
    if (signal?.aborted) reject(cancelled());
    signal?.addEventListener('abort', () => reject(cancelled()), { once: true });
  });

/** The firewall of a store, in the engine: `{ live, revision, look }`. */
async function opened(engine, store) {
  const { revision, document } = await store.read();
  return { ...(await taken(engine, document)), revision };
}

/** A document, in the engine: `{ live, look }`. */
async function taken(engine, document) {
  const id = await engine.request('firewallImport', { document });
  const live = { generation: engine.generation, id };
  return { live, look: JSON.parse(await engine.request('firewallLook', { firewall: id })) };
}

/** Keeps a firewall that the engine holds as the one of its store. */
async function founded({ engine, store, context, replace }, id) {
  try {
    const live = { generation: engine.generation, id };
    const look = JSON.parse(await engine.request('firewallLook', { firewall: id }));
    const { header, records } = await engine.request('firewallRecords', { firewall: id, bins: look.view.bins.map((bin) => bin.start) });
    const revision = await store.create({ info: infoOf(look.view), header, bins: new Map(records) }, replace);
    return new Firewall({ engine, store, context, live, revision, look });
  } catch (thrown) {
    await engine.request('forget', { kind: 'firewall', ids: [id] }).catch(() => {});
    throw thrown;
  }
}

/** Learns from a reference, given by engine ids, and follows custom metrics. */
export async function learntFirewall(parts, config, reference, metrics, hooks) {
  return founded(parts, await parts.engine.request('firewall', { config, reference, metrics }, hooks));
}

/** A firewall from its document, an object or its JSON. */
export async function importedFirewall(parts, json) {
  return founded(parts, await parts.engine.request('firewallImport', { document: typeof json === 'string' ? json : JSON.stringify(json) }));
}

/** The firewall that a store holds. */
export async function keptFirewall({ engine, store, context }) {
  return new Firewall({ engine, store, context, ...(await opened(engine, store)) });
}

/** A firewall without a project: it can be asked and changed, but has no data sets to test. */
export async function detachedFirewall(engine, json) {
  const refuse = async () => {
    throw new StraingaugeError('no_project', 'This firewall stands on its own and has no data sets. Bring it into a project: `project.importFirewall(json)`.');
  };
  return importedFirewall({ engine, store: await FirewallStore.detached(), context: { id: '', side: refuse, dataset: refuse, values: refuse }, replace: false }, json);
}
