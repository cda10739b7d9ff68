import { Custom } from './custom.js';
import { StraingaugeError } from './error.js';
import { FirewallStore } from './firewall-store.js';
import { detachedFirewall, IMPORT } from './firewall.js';
import { localPort, workerPort } from './ports.js';
import { Project } from './project.js';
import { Registry, RELEASE } from './registry.js';
import { portable } from './sources.js';
import { openStorage } from './storage.js';
import { Transport } from './transport.js';
import { postable } from './wasm.js';

const isNode = typeof process === 'object' && Boolean(process.versions?.node);

async function portFor(worker) {
  if (!worker) return localPort;
  if (!isNode) return workerPort;
  return (await import(/* webpackIgnore: true */ /* @vite-ignore */ './node.js')).threadPort;
}

const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
};

/** The name, with a number behind it where a project has it already. */
const unusedName = (name, projects) => {
  const taken = new Set(projects.map((project) => project.name));
  let free = name;
  for (let n = 2; taken.has(free); n += 1) free = `${name} ${n}`;
  return free;
};

/** The door to the engine. */
export class Client {
  static version = '0.1.0';

  #engine;
  #registry;
  #storage;
  #projects = new Map();
  #custom = new Custom();

  constructor(engine, storage) {
    this.#engine = engine;
    this.#registry = new Registry(engine);
    this.#storage = storage;
  }

  static async create({ worker = !isNode, storage = 'memory', wasm } = {}) {
    const [openPort, store, posted] = [await portFor(worker), await openStorage(storage), await postable(wasm)];
    const client = new Client(new Transport(openPort, posted), store);
    // The engine gets ready while the caller goes on; whoever needs it waits, and hears of a failure then.
    client.init().catch(() => {});
    return client;
  }

  init() {
    return this.#engine.ready();
  }

  get lastCrash() {
    return this.#engine.lastCrash;
  }

  async createProject({ name, modelTask = null, description = '' }) {
    return this.#newProject({ name, modelTask, description });
  }

  async #newProject(about) {
    const record = { id: newId(), ...about, created: new Date().toISOString(), models: [] };
    await this.#storage.put('project', record.id, '', record);
    return this.#open(record);
  }

  async catalogue() {
    return this.#engine.request('catalogue', {});
  }

  async createSampleProject(hooks = {}) {
    const sample = await this.#engine.request('sample', {}, hooks);
    const { modelTask, description } = sample;
    const name = unusedName(sample.name, await this.listProjects());
    const project = await this.#newProject({ name, modelTask: modelTask ?? null, description, sample: true });
    for (const { name, dataFile, data, predictionsFile, predictions, params } of sample.sets) {
      await project.registerDataset(name, new File([data], dataFile), params, hooks);
      await project.registerPredictions(name, sample.model, new File([predictions], predictionsFile), {}, hooks);
    }
    return project;
  }

  async listProjects() {
    const records = await this.#storage.list('project');
    return records
      .map(({ id, name, modelTask, description, created, sample = false }) => ({ id, name, modelTask, description, created, sample }))
      .sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : a.id < b.id ? -1 : 1));
  }

  async getProject(id) {
    const open = this.#projects.get(id);
    if (open) return open;
    const record = await this.#storage.get('project', id, '');
    if (!record) throw new StraingaugeError('unknown_project', `There is no project ${id}.`);
    return this.#open(record);
  }

  async deleteProject(id) {
    const project = this.#projects.get(id);
    this.#projects.delete(id);
    await project?.[RELEASE]();
    for (const { name } of await this.#storage.list('dataset', id)) await this.#storage.delete('dataset', id, name);
    for (const { dataset } of await this.#storage.list('label', id)) await this.#storage.delete('label', id, dataset);
    for (const { dataset, model } of await this.#storage.list('prediction', id)) await this.#storage.delete('prediction', id, JSON.stringify([dataset, model]));
    for (const { info } of await this.#storage.list('run', id)) await this.#storage.delete('run', id, info.id);
    await new FirewallStore(this.#storage, id).remove();
    await this.#storage.delete('project', id, '');
  }

  async inspect(source, options = {}, hooks = {}) {
    const { inspection } = await this.#registry.table(await portable(source, hooks.fileName), options, hooks);
    return inspection;
  }

  registerMetric(metric) {
    this.#custom.addMetric(metric);
  }

  registerTest(test) {
    this.#custom.addTest(test);
  }

  customMetrics() {
    return [...this.#custom.metrics.values()];
  }

  customTests() {
    return [...this.#custom.tests.values()];
  }

  unregister(id) {
    this.#custom.remove(id);
  }

  crashForTest() {
    return this.#engine.request('crash', {});
  }

  [IMPORT](json) {
    return detachedFirewall(this.#engine, json);
  }

  async close() {
    this.#engine.close();
    this.#storage.close();
  }

  async #open(record) {
    const project = await Project.open(record, { engine: this.#engine, registry: this.#registry, storage: this.#storage, custom: this.#custom });
    this.#projects.set(record.id, project);
    return project;
  }
}

// A page that loads this file alone finds the whole surface here.
export { StraingaugeError } from './error.js';
export { Firewall, Monitor } from './firewall.js';
export { Job } from './job.js';
export { Project } from './project.js';
export { ResultTable } from './result-table.js';
export { TestBatch, TestRun } from './run.js';
