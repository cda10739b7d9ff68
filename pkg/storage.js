// Where a client keeps what it knows: projects, fingerprints of files, finished runs. Rows never.
// Both stores hold records by (kind, project id, key) and give copies out.

import { StraingaugeError } from './error.js';

const KINDS = ['project', 'dataset', 'prediction', 'run'];

/** Kept as long as the client lives. */
class MemoryStorage {
  #records = new Map(KINDS.map((kind) => [kind, new Map()]));

  async put(kind, project, key, value) {
    this.#records.get(kind).set(JSON.stringify([project, key]), { project, value: structuredClone(value) });
  }

  async get(kind, project, key) {
    return structuredClone(this.#records.get(kind).get(JSON.stringify([project, key]))?.value);
  }

  async list(kind, project) {
    return [...this.#records.get(kind).values()].filter((record) => project === undefined || record.project === project).map((record) => structuredClone(record.value));
  }

  async delete(kind, project, key) {
    this.#records.get(kind).delete(JSON.stringify([project, key]));
  }

  close() {}
}

const DATABASE = 'straingauge';
const VERSION = 1;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new StraingaugeError('storage_failed', `The browser's storage refused: ${request.error?.message}. Free some space, or use the memory storage.`));
  });

/** Kept by the browser, for this origin. */
class IndexedDbStorage {
  #database;

  static async open() {
    if (typeof indexedDB === 'undefined') throw new StraingaugeError('storage_unavailable', 'There is no IndexedDB here. Use the memory storage.');
    const request = indexedDB.open(DATABASE, VERSION);
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

  #store(kind, mode) {
    return this.#database.transaction(kind, mode).objectStore(kind);
  }

  async put(kind, project, key, value) {
    await done(this.#store(kind, 'readwrite').put({ project, key, value }));
  }

  async get(kind, project, key) {
    return (await done(this.#store(kind, 'readonly').get([project, key])))?.value;
  }

  async list(kind, project) {
    const store = this.#store(kind, 'readonly');
    return (await done(project === undefined ? store.getAll() : store.index('project').getAll(project))).map((record) => record.value);
  }

  async delete(kind, project, key) {
    await done(this.#store(kind, 'readwrite').delete([project, key]));
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
