import { StraingaugeError } from './error.js';
import { portable } from './sources.js';

/** Files that were read and not yet forgotten: enough for the four that a reader drops, twice over. */
const TABLES_KEPT = 8;

/** Lets go of everything that the engine holds for a project or a firewall; the client's business, not the caller's. */
export const RELEASE = Symbol('release');

/** Options without the keys that say nothing: the engine takes `undefined` for a wrong type where a number is due. */
export const said = (options) => Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));

/** Parameters as the engine takes them. */
const given = (params) => {
  const { read, ...rest } = said(params);
  return { ...rest, ...(read && { read: said(read) }) };
};

const notLoaded = (what, file) =>
  new StraingaugeError('not_loaded', `The rows of ${what} are not loaded. Only their fingerprint was kept: register ${file} again.`, { file });

/**
 * Knows how to bring data sets and predictions into the engine, whichever engine that is by now: an entry remembers its source, and
 * what it became in which generation of the engine.
 */
export class Registry {
  #transport;
  #tables = [];

  constructor(transport) {
    this.#transport = transport;
  }

  /** Reads a source: `{ table, inspection }`. An unchanged `File` that was read with the same options is not read again. */
  async table(source, read, hooks) {
    const options = said(read);
    const key = JSON.stringify(options);
    const { generation } = this.#transport;
    const known = this.#tables.find((t) => t.blob === source.blob && t.url === source.url && t.key === key && t.name === source.name && t.generation === generation);
    // What lies behind an address may have changed since.
    if (known && source.blob) return known.read;
    const read_ = await this.#transport.request('load', { source, options }, hooks);
    this.#tables.push({ blob: source.blob, url: source.url, name: source.name, key, generation: this.#transport.generation, read: read_ });
    while (this.#tables.length > TABLES_KEPT) await this.#forgetTable(this.#tables.shift());
    return read_;
  }

  /** The fingerprint of a source. */
  async fingerprint(source, hooks) {
    const { inspection } = await this.table(await portable(source, hooks?.fileName ?? fileNameFor(source, 'file')), undefined, hooks);
    return { file: inspection.name, sha256: inspection.sha256 };
  }

  async #forgetTable({ generation, read }) {
    if (generation === this.#transport.generation) await this.#transport.request('forget', { kind: 'table', ids: [read.table] });
  }

  /** Reads `source` and makes a data set of it: an entry. */
  async newDataset(name, source, params, task, hooks) {
    const from = await portable(source, hooks?.fileName ?? fileNameFor(source, name));
    const entry = { name, source: from, params, task, info: null, loaded: null };
    await this.#loadDataset(entry, hooks);
    return entry;
  }

  async newPredictions(dataset, model, source, params, hooks) {
    const from = source === undefined ? null : await portable(source, hooks?.fileName ?? fileNameFor(source, `${dataset.name}.${model}`));
    const entry = { dataset: dataset.name, model, source: from, params, info: null, loaded: null };
    await this.#loadPredictions(entry, dataset, hooks);
    return entry;
  }

  /** Gives a data set the labels of `source`; where they do not fit, it keeps what it had. */
  async newLabels(entry, source, params, hooks) {
    const former = entry.labels;
    const from = await portable(source, hooks?.fileName ?? fileNameFor(source, `${entry.name}.labels`));
    const loaded = entry.loaded;
    entry.labels = { dataset: entry.name, source: from, params, info: null };
    try {
      await this.#loadDataset(entry, hooks);
    } catch (thrown) {
      entry.labels = former;
      throw thrown;
    }
    await this.release('dataset', { loaded });
    return entry.labels;
  }

  /** The two parts of `whole`. */
  async newSplit(whole, by, seed) {
    const cut = { by, seed, whole };
    const entries = ['reference', 'evaluation'].map((part) => ({ name: `${whole.name} (${part})`, part, cut, params: whole.params, info: null, loaded: null }));
    cut.entries = entries;
    await this.#loadSplit(cut);
    return entries;
  }

  /** Makes a data set anew from its sources. */
  async reload(entry, hooks) {
    const { loaded } = entry;
    await this.#loadDataset(entry, hooks);
    await this.release('dataset', { loaded });
  }

  /** The engine's id of a data set; reads its file again where the engine is a fresh one. */
  async dataset(entry, hooks) {
    if (entry.loaded?.generation !== this.#transport.generation) await (entry.cut ? this.#loadSplit(entry.cut, hooks) : this.#loadDataset(entry, hooks));
    return entry.loaded.id;
  }

  /** The engine's id of predictions; reads their file again where the engine, or the data set in it, is a fresh one. */
  async predictions(entry, dataset, hooks) {
    const id = await this.dataset(dataset, hooks);
    if (entry.loaded?.generation !== this.#transport.generation || entry.loaded.dataset !== id) await this.#loadPredictions(entry, dataset, hooks);
    return entry.loaded.id;
  }

  /** Predictions for a part of `whole.dataset`, cut like it. */
  async newPartPredictions(part, partOf, wholeDataset) {
    const entry = { dataset: part.name, model: partOf.model, partOf, wholeDataset, params: partOf.params, info: null, loaded: null };
    await this.#loadPredictions(entry, part);
    return entry;
  }

  /** Lets go of what an entry holds in the engine. */
  async release(kind, entry) {
    if (entry?.loaded?.generation === this.#transport.generation) await this.#transport.request('forget', { kind, ids: [entry.loaded.id] });
  }

  async #loadDataset(entry, hooks) {
    if (!entry.source) throw notLoaded(`data set ${entry.name}`, entry.fingerprint?.file ?? 'its file');
    const { table } = await this.table(entry.source, entry.params.read, hooks);
    const made = await this.#transport.request('dataset', { table, name: entry.name, params: given(entry.params), task: entry.task ?? null });
    this.#sameFile(entry, made.info);
    const { dataset, info } = await this.#labelled(made, entry, hooks);
    entry.info = info;
    entry.loaded = { generation: this.#transport.generation, id: dataset };
  }

  /** The data set with the labels of their own file, where it has some. */
  async #labelled(made, { labels, task }, hooks) {
    if (!labels?.source) return made;
    const { table } = await this.table(labels.source, labels.params.read, hooks);
    const joined = await this.#transport.request('labels', { dataset: made.dataset, table, params: given(labels.params), task: task ?? null });
    await this.#transport.request('forget', { kind: 'dataset', ids: [made.dataset] });
    this.#sameFile(labels, joined.labels);
    labels.info = joined.labels;
    return joined;
  }

  async #loadPredictions(entry, dataset, hooks) {
    const id = await this.dataset(dataset, hooks);
    if (entry.fingerprint && !entry.info) throw notLoaded(`the predictions of ${entry.model} for ${entry.dataset}`, entry.fingerprint.file);
    if (entry.partOf) {
      const whole = await this.predictions(entry.partOf, entry.wholeDataset, hooks);
      const { predictions, info } = await this.#transport.request('predictionsOfPart', { predictions: whole, part: id });
      await this.release('predictions', entry);
      entry.info = info;
      entry.loaded = { generation: this.#transport.generation, dataset: id, id: predictions };
      return;
    }
    const table = entry.source ? (await this.table(entry.source, entry.params.read, hooks)).table : null;
    const { predictions, info } = await this.#transport.request('predictions', { dataset: id, table, model: entry.model, params: given(entry.params) });
    this.#sameFile(entry, info);
    await this.release('predictions', entry);
    entry.info = info;
    entry.loaded = { generation: this.#transport.generation, dataset: id, id: predictions };
  }

  async #loadSplit(cut, hooks) {
    const whole = await this.dataset(cut.whole, hooks);
    const parts = await this.#transport.request('split', { dataset: whole, by: cut.by, seed: cut.seed, names: cut.entries.map((entry) => entry.name) });
    for (const [i, { dataset, info }] of parts.entries()) {
      cut.entries[i].info = info;
      cut.entries[i].loaded = { generation: this.#transport.generation, id: dataset };
    }
  }

  /** A file that is read again must be the one that was read before: runs and roles rest on it. */
  #sameFile(entry, info) {
    if (entry.info && entry.info.sha256 !== info.sha256) {
      throw new StraingaugeError('source_changed', `${info.file} is not the file that it was when it was registered. Register it again.`, { file: info.file });
    }
  }
}

/** A source without a name of its own is called after what it is for. */
const fileNameFor = (source, name) => (source instanceof URL || (typeof File === 'function' && source instanceof File) ? undefined : name);
