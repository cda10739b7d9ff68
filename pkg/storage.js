// Where a client keeps what it knows: projects, fingerprints of files, finished runs, firewalls. Rows never.
// Both stores hold records by (kind, project id, key) and give copies out.

import { StraingaugeError } from './error.js';

/** `firewall` holds a header and what is said about it, `firewallbin` a record a bin. */
const KINDS = ['project', 'dataset', 'label', 'prediction', 'run', 'firewall', 'firewallbin'];

/**
 * Records that are written and deleted together, or not at all: `puts` are `[kind, project, key, value]`, `deletes` are
 * `[kind, project, key]`. Where `guard` is given, `[kind, project, key, holds]`, nothing is done and `false` answered unless
 * `holds(value)` says yes to what stands there; both stores offer this as `commit({ guard, puts, deletes })`.
 */

/** Kept as long as the client lives. */
class MemoryStorage {
  #records = new Map(KINDS.map((kind) => [kind, new Map()]));

  async put(kind, project, key, value) {
    this.#records.get(kind).set(JSON.stringify([project, key]), { project, key, value: structuredClone(value) });
  }

  async get(kind, project, key) {
    return structuredClone(this.#records.get(kind).get(JSON.stringify([project, key]))?.value);
  }

  async list(kind, project) {
    return this.#of(kind, project).map((record) => structuredClone(record.value));
  }

  async keys(kind, project) {
    return this.#of(kind, project).map((record) => record.key);
  }

  async delete(kind, project, key) {
    this.#records.get(kind).delete(JSON.stringify([project, key]));
  }

  async commit({ guard, puts = [], deletes = [] }) {
    if (guard && !guard[3](this.#records.get(guard[0]).get(JSON.stringify(guard.slice(1, 3)))?.value)) return false;
    for (const record of deletes) void this.delete(...record);
    for (const record of puts) void this.put(...record);
    return true;
  }

  close() {}

  #of(kind, project) {
    return [...this.#records.get(kind).values()].filter((record) => project === undefined || record.project === project);
  }
}

const DATABASE = 'straingauge';
/** 1: projects, data sets, predictions, runs. 2: firewalls. 3: labels in files of their own. */
const VERSION = 3;

const refused = (error) =>
  new StraingaugeError('storage_failed', `The browser's storage refused: ${error?.message || error?.name || 'no reason given'}. Free some space, or use the memory storage.`);

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(refused(request.error));
  });

/** Kept by the browser, for this origin. */
class IndexedDbStorage {
  #database;

  static async open() {
    if (typeof indexedDB === 'undefined') throw new StraingaugeError('storage_unavailable', 'There is no IndexedDB here. Use the memory storage.');
    const request = indexedDB.open(DATABASE, VERSION);
    // What an older version kept stays; only the kinds that it did not know are added.
    request.onupgradeneeded = () => {
      for (const kind of KINDS) {
        if (!request.result.objectStoreNames.contains(kind)) request.result.createObjectStore(kind, { keyPath: ['project', 'key'] }).createIndex('project', 'project');
      }
    };
    const storage = new IndexedDbStorage();
    storage.#database = await done(request);
    // Another tab with a newer version must not wait for this one.
    storage.#database.onversionchange = () => storage.#database.close();
    return storage;
  }

  #transaction(kinds, mode) {
    try {
      return this.#database.transaction(kinds, mode);
    } catch (thrown) {
      throw refused(thrown);
    }
  }

  #store(kind) {
    return this.#transaction(kind, 'readonly').objectStore(kind);
  }

  async put(kind, project, key, value) {
    await this.commit({ puts: [[kind, project, key, value]] });
  }

  async get(kind, project, key) {
    return (await done(this.#store(kind).get([project, key])))?.value;
  }

  async list(kind, project) {
    const store = this.#store(kind);
    return (await done(project === undefined ? store.getAll() : store.index('project').getAll(project))).map((record) => record.value);
  }

  async keys(kind, project) {
    return (await done(this.#store(kind).index('project').getAllKeys(project))).map(([, key]) => key);
  }

  async delete(kind, project, key) {
    await this.commit({ deletes: [[kind, project, key]] });
  }

  /** A disk that is full is often noticed only when the transaction ends, so its end is waited for. */
  async commit({ guard, puts = [], deletes = [] }) {
    const kinds = [...new Set([...(guard ? [guard] : []), ...puts, ...deletes].map(([kind]) => kind))];
    if (kinds.length === 0) return true;
    const transaction = this.#transaction(kinds, 'readwrite');
    return new Promise((resolve, reject) => {
      let held = true;
      transaction.oncomplete = () => resolve(held);
      transaction.onabort = () => reject(refused(transaction.error));
      const write = () => {
        for (const [kind, project, key] of deletes) transaction.objectStore(kind).delete([project, key]);
        for (const [kind, project, key, value] of puts) transaction.objectStore(kind).put({ project, key, value });
      };
      const attempt = (step) => {
        try {
          step();
        } catch (thrown) {
          reject(refused(thrown));
          transaction.abort();
        }
      };
      if (!guard) return attempt(write);
      const [kind, project, key, holds] = guard;
      const asked = transaction.objectStore(kind).get([project, key]);
      asked.onsuccess = () => attempt(() => ((held = holds(asked.result?.value)) ? write() : undefined));
    });
  }

  close() {
    this.#database.close();
  }
}

export async function openStorage(name = 'memory') {
  if (name === 'memory') return new MemoryStorage();
  if (name === 'indexeddb') return IndexedDbStorage.open();
  throw new StraingaugeError('unknown_option', `There is no storage ${name}. Use memory or indexeddb.`);
}
