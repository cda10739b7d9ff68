import { followed, recordsOf } from './custom.js';
import { StraingaugeError } from './error.js';
import { firewallExists, FirewallStore } from './firewall-store.js';
import { importedFirewall, keptFirewall, learntFirewall, STANDS } from './firewall.js';
import { Job } from './job.js';
import { RELEASE, said } from './registry.js';
import { baselineOf, TestRun } from './run.js';

/** Runs that the engine keeps, so that their rows can be looked at at once; older ones are run again when somebody looks. */
const RUNS_KEPT = 4;

const key = (...names) => JSON.stringify(names);

const unknown = (what, name, known) =>
  new StraingaugeError(`unknown_${what.replace(' ', '_')}`, `There is no ${what} ${name} in this project. ${known.length ? `There is ${known.join(', ')}.` : 'None was registered yet.'}`);

/** Data sets, models, predictions and runs that belong together. */
export class Project {
  #record;
  #engine;
  #registry;
  #storage;
  #custom;
  #datasets = new Map();
  #predictions = new Map();
  #live = new Map();
  /** Files of labels and predictions that were given again before their data set was. */
  #waiting = new Map();
  /** The firewall, once somebody asked for it: a promise. */
  #firewall = null;

  constructor(record, { engine, registry, storage, custom }) {
    this.#record = record;
    this.#engine = engine;
    this.#registry = registry;
    this.#storage = storage;
    this.#custom = custom;
  }

  /** A project with what its storage remembers of it. */
  static async open(record, context) {
    const project = new Project(record, context);
    for (const { params, parts, ...fingerprint } of await context.storage.list('dataset', record.id)) {
      project.#datasets.set(fingerprint.name, { name: fingerprint.name, params, parts, task: record.modelTask, info: null, loaded: null, fingerprint });
    }
    for (const { params, ...fingerprint } of await context.storage.list('label', record.id)) {
      const entry = project.#datasets.get(fingerprint.dataset);
      if (entry) entry.labels = { dataset: entry.name, source: null, params, info: null, fingerprint };
    }
    for (const { params, ...fingerprint } of await context.storage.list('prediction', record.id)) {
      const { dataset, model } = fingerprint;
      project.#predictions.set(key(dataset, model), { dataset, model, params, info: null, loaded: null, fingerprint });
    }
    return project;
  }

  get id() {
    return this.#record.id;
  }

  get name() {
    return this.#record.name;
  }

  get modelTask() {
    return this.#record.modelTask;
  }

  get description() {
    return this.#record.description;
  }

  get info() {
    const { id, name, modelTask, description, created, sample = false } = this.#record;
    return { id, name, modelTask, description, created, sample };
  }

  async registerDataset(name, source, params, hooks = {}) {
    const entry = await this.#registry.newDataset(name, source, params ?? {}, this.#record.modelTask, hooks);
    if (params === undefined) await this.#takeParams(entry, hooks);
    await this.#takeLabels(entry, this.#datasets.get(name));
    return this.#keepDataset(entry);
  }

  async registerLabels(dataset, source, params = {}, hooks = {}) {
    const entry = this.#dataset(dataset);
    if (entry.cut) throw labelsOfPart(dataset, entry.cut.whole.name);
    const former = entry.labels?.fingerprint;
    const labels = await this.#registry.newLabels(entry, source, params, hooks);
    for (const part of this.#partsOf(entry)) {
      await this.#registry.release('dataset', part);
      part.loaded = null;
    }
    const { file, sha256, rows } = labels.info;
    labels.fingerprint = { dataset, file, sha256, rows };
    await this.#storage.put('label', this.id, dataset, { ...labels.fingerprint, params });
    await this.#keepFingerprint(entry);
    noteOtherFile(labels.info, former);
    return labels.info;
  }

  async registerModel(name) {
    if (!this.#record.models.includes(name)) {
      this.#record.models.push(name);
      await this.#storage.put('project', this.id, '', this.#record);
    }
    return { name };
  }

  async registerPredictions(dataset, model, source, params = {}, hooks = {}) {
    const entry = await this.#registry.newPredictions(this.#dataset(dataset), model, source, params, hooks);
    return this.#keepPredictions(entry);
  }

  /**
   * Reads a file again that a reload forgot: each data set, its labels and predictions whose fingerprint it has are registered as they
   * were, so that rows can be seen. Gives the names of what came back; none where the project does not know the file.
   */
  async restore(source, hooks = {}) {
    const file = await this.#registry.fingerprint(source, hooks);
    const lost = ({ fingerprint, info }) => info === null && fingerprint?.sha256 === file.sha256;
    const restored = [];
    for (const entry of [...this.#datasets.values()].filter(lost)) {
      await this.registerDataset(entry.name, source, entry.params, hooks);
      if (entry.parts) await this.splitDataset(entry.name, entry.parts);
      restored.push(entry.name);
    }
    for (const { labels } of this.#datasets.values()) if (labels && lost(labels)) this.#waiting.set(labels, source);
    for (const entry of this.#predictions.values()) if (lost(entry)) this.#waiting.set(entry, source);
    // What belongs to a data set waits until that is back.
    for (const [entry, waiting] of [...this.#waiting]) {
      if (!isLoaded(this.#dataset(entry.dataset))) continue;
      this.#waiting.delete(entry);
      const { dataset, model, params } = entry;
      await (model === undefined ? this.registerLabels(dataset, waiting, params, hooks) : this.registerPredictions(dataset, model, waiting, params, hooks));
      restored.push(model === undefined ? `labels of ${dataset}` : `${model} for ${dataset}`);
    }
    return restored;
  }

  /** Makes the rows of the sample project again; they were generated, so there is no file to give. */
  async restoreSample(hooks = {}) {
    const sample = await this.#engine.request('sample', {}, hooks);
    const restored = [];
    for (const { dataFile, data, predictionsFile, predictions } of sample.sets) {
      restored.push(...(await this.restore(new File([data], dataFile), hooks)), ...(await this.restore(new File([predictions], predictionsFile), hooks)));
    }
    return restored;
  }

  async splitDataset(name, { by = 'halves', seed = 0 } = {}) {
    const whole = this.#dataset(name);
    whole.parts = { by, seed };
    await this.#keepFingerprint(whole);
    const parts = await this.#registry.newSplit(whole, by, seed);
    const [reference, evaluation] = [await this.#keepDataset(parts[0]), await this.#keepDataset(parts[1])];
    for (const entry of [...this.#predictions.values()].filter((predictions) => predictions.dataset === name)) {
      for (const part of parts) await this.#keepPredictions(await this.#registry.newPartPredictions(part, entry, whole));
    }
    return { reference, evaluation };
  }

  datasets() {
    return [...this.#datasets.values()].map((entry) => ({ ...entry.fingerprint, params: entry.info?.params ?? entry.params, loaded: isLoaded(entry) }));
  }

  labels() {
    const labels = [...this.#datasets.values()].map((entry) => entry.labels).filter(Boolean);
    return labels.map(({ fingerprint, params, info }) => ({ ...fingerprint, params, loaded: info !== null }));
  }

  models() {
    return this.#record.models.map((name) => ({ name }));
  }

  predictions() {
    return [...this.#predictions.values()].map((entry) => ({ ...entry.fingerprint, params: entry.params, loaded: isLoaded(entry) }));
  }

  async promoteModel(name) {
    if (!this.#record.models.includes(name)) throw unknown('model', name, this.#record.models);
    this.#record.promoted = name;
    await this.#storage.put('project', this.id, '', this.#record);
  }

  get promotedModel() {
    return this.#record.promoted ?? null;
  }

  async createFirewall(model, reference, { replace = false, ...options } = {}, hooks = {}) {
    if (!replace && (await this.firewallInfo())) throw firewallExists();
    if (model !== null && model !== this.promotedModel) throw notPromoted(model, this.promotedModel);
    const entry = this.#dataset(reference);
    const asked = { ...options, model: model ?? '', reference, modelTask: options.modelTask ?? this.modelTask ?? undefined };
    const config = said(options.ledger ? { ledgerKey: newKey(), ...asked } : asked);
    const side = () => this.#side(entry, model, hooks);
    const metrics = await followed.metrics(this.#custom, this.#rowsOf(await side(), hooks), hooks.signal);
    // A crash in between would have left the reference behind; what is loaded costs nothing.
    return this.#standsNow(await learntFirewall(this.#firewallParts(replace), config, await side(), metrics, hooks));
  }

  async getFirewall() {
    const known = this.#firewall;
    const open = await known?.catch(() => null);
    if (open && (await open[STANDS]())) return open;
    if (!(await this.firewallInfo())) throw noFirewall(this.name);
    if (this.#firewall === known) this.#firewall = keptFirewall(this.#firewallParts());
    return this.#firewall;
  }

  async firewallInfo() {
    return (await new FirewallStore(this.#storage, this.id).about())?.info ?? null;
  }

  async importFirewall(json, { replace = false } = {}) {
    if (!replace && (await this.firewallInfo())) throw firewallExists();
    const firewall = await importedFirewall(this.#firewallParts(replace), json);
    const { model } = firewall.view.config;
    if (model) {
      await this.registerModel(model);
      await this.promoteModel(model);
    }
    return this.#standsNow(firewall);
  }

  async deleteFirewall() {
    await (await this.#firewall?.catch(() => null))?.[RELEASE]();
    this.#firewall = null;
    await new FirewallStore(this.#storage, this.id).remove();
  }

  async accept(caseId, { reason, expires, covers } = {}) {
    if (typeof reason !== 'string' || reason.trim() === '') throw new StraingaugeError('no_reason', `Say why ${caseId} may fail: \`accept(caseId, { reason })\`.`);
    if (expires !== undefined && !isDay(expires)) throw new StraingaugeError('invalid_date', `"${expires}" is no day. Write the last day of an acceptance as YYYY-MM-DD.`);
    if (!(covers === undefined || covers === 'case' || covers === 'finding' || (Array.isArray(covers) && covers.every((id) => typeof id === 'string')))) {
      throw new StraingaugeError('invalid_parameter', "`covers` says which further cases an acceptance holds for: 'case', 'finding', or a list of case ids.");
    }
    const accepted = this.acceptances().filter((acceptance) => acceptance.case !== caseId);
    await this.#keepAcceptances([...accepted, { case: caseId, reason, ...(expires && { expires }), ...(covers && covers !== 'case' && { covers }) }]);
  }

  async revoke(caseId) {
    await this.#keepAcceptances(this.acceptances().filter((acceptance) => acceptance.case !== caseId && !coversCase(acceptance, caseId)));
  }

  acceptances() {
    return structuredClone(this.#record.acceptances ?? []);
  }

  async rejudge(run) {
    const record = await this.#stored(idOf(run));
    const { document, tables } = await this.#engine.request('settle', { document: record.document, stamp: record.stamp, decisions: this.#decisions(record.config) });
    await this.#keepDocument(document, record);
    return this.#testRun(document, tables, record.stamp);
  }

  async compare(before, after) {
    const text = async (run) => (await this.#stored(idOf(run))).document;
    return JSON.parse(await this.#engine.request('compare', { before: await text(before), after: await text(after) }));
  }

  startStressTest(config) {
    return new Job((signal, report) => this.#stress(config, { signal, onProgress: report }));
  }

  async listTestRuns() {
    const runs = await this.#storage.list('run', this.id);
    return runs.map(({ info }) => info).sort((a, b) => (a.uploadTime < b.uploadTime ? 1 : a.uploadTime > b.uploadTime ? -1 : a.id < b.id ? -1 : 1));
  }

  async getTestRun(id) {
    const { document, stamp } = await this.#stored(id);
    const tables = await this.#engine.request('tables', { document, stamp });
    return this.#testRun(document, tables, stamp);
  }

  async deleteTestRun(id) {
    await this.#storage.delete('run', this.id, id);
    await this.#forgetRun(id);
  }

  async rows(run, caseId, { offset = 0, limit = 50 } = {}) {
    return this.#engine.request('rows', { run: await this.#liveRun(idOf(run)), caseId, offset, limit });
  }

  async #stress(given, hooks) {
    const { baseline, ...config } = said(given);
    const asked = { ...config, modelTask: given.modelTask ?? this.modelTask ?? undefined, ...(baseline && { baseline: await this.#baseline(baseline) }) };
    const { run, document, stamp, tables } = await this.#start(asked, hooks);
    const id = await this.#keepDocument(document, { stamp, config: asked });
    await this.#keepRun(id, run);
    return this.#testRun(document, tables, stamp);
  }

  /** Keeps a run's document with what belongs to it; gives its id. */
  async #keepDocument(document, { stamp, config }) {
    const { id, name, model, reference, evaluation, summary } = JSON.parse(document);
    const info = {
      id, name, model, reference: reference.dataset, evaluation: evaluation.dataset,
      uploadTime: stamp.uploadTime, durationMillis: stamp.durationMillis, outcome: summary.outcome, headline: summary.headline, counts: summary.counts,
    };
    await this.#storage.put('run', this.id, id, { info, document, stamp, config });
    return id;
  }

  async #keepAcceptances(acceptances) {
    this.#record.acceptances = acceptances;
    await this.#storage.put('project', this.id, '', this.#record);
  }

  /** What is decided about a run's cases: its own acceptances, then the project's; the day, where it matters. */
  #decisions({ accepted: own = [], today, baseline }) {
    const accepted = [...own, ...this.acceptances().filter((acceptance) => !own.some((first) => first.case === acceptance.case))];
    const day = today ?? (accepted.length ? new Date().toISOString().slice(0, 10) : undefined);
    return said({ accepted, today: day, baseline });
  }

  /** What failed in an earlier run of this project, or what the caller knows of one. */
  async #baseline(given) {
    return typeof given === 'string' ? baselineOf(JSON.parse((await this.#stored(given)).document)) : given;
  }

  /** Sees that both sides are loaded, and runs. A quiet run only comes to stand in the engine. */
  async #start(asked, hooks, quiet = false) {
    const { model, ...rest } = said(asked);
    const config = { ...rest, ...this.#decisions(rest) };
    const reference = this.#dataset(config.reference);
    const evaluation = this.#dataset(config.evaluation);
    if (typeof model === 'string' && !this.#record.models.includes(model)) throw unknown('model', model, this.#record.models);
    const side = (entry) => this.#side(entry, model, hooks);
    let sides = [await side(reference), await side(evaluation)];
    // A crash in between would have left the first side behind.
    if (sides[0].dataset !== (await this.#registry.dataset(reference, hooks))) sides = [await side(reference), await side(evaluation)];
    const records = (side, pace) => recordsOf((page) => this.#engine.request('records', page, { signal: hooks.signal }), sides[side], pace);
    const custom = await this.#custom.computed(config, records, hooks.signal);
    return this.#engine.request('stress', { config: { ...config, ...custom, model: model ?? null }, project: { id: this.id, name: this.name }, reference: sides[0], evaluation: sides[1], quiet }, hooks);
  }

  /** A data set with the predictions to judge, as the engine knows them. */
  async #side(entry, model, hooks) {
    return { dataset: await this.#registry.dataset(entry, hooks), predictions: await this.#predictionsFor(entry, model, hooks) };
  }

  /** All rows of a side, as custom metrics see them. */
  #rowsOf(side, hooks) {
    return (pace) => recordsOf((page) => this.#engine.request('records', page, { signal: hooks.signal }), side, pace);
  }

  /** What a firewall of this project is made of. */
  #firewallParts(replace = false) {
    const context = {
      id: this.id,
      dataset: (name, hooks) => this.#registry.dataset(this.#dataset(name), hooks),
      values: (metrics, side, hooks) => followed.values(this.#custom, metrics, this.#rowsOf(side, hooks), hooks.signal),
      side: async (name, model, { view: { config, reference } }, hooks) => {
        const judged = model === undefined ? config.model || null : model;
        if (judged !== null && !this.#record.models.includes(judged)) throw unknown('model', judged, this.#record.models);
        const side = await this.#side(this.#dataset(name), judged, hooks);
        if (model === undefined && reference.predicted > 0 && side.predictions === null) throw noPredictions(name, config.model);
        return side;
      },
    };
    return { engine: this.#engine, store: new FirewallStore(this.#storage, this.id), context, replace };
  }

  /** `firewall` takes the place of whatever stood there. */
  async #standsNow(firewall) {
    const former = this.#firewall;
    this.#firewall = Promise.resolve(firewall);
    await (await former?.catch(() => null))?.[RELEASE]();
    return firewall;
  }

  /** The engine's id of the predictions to judge, or null. Predictions that stand in the data's own file need not be registered. */
  async #predictionsFor(entry, model, hooks) {
    if (model === null) return null;
    const registered = model === undefined ? undefined : this.#predictions.get(key(entry.name, model));
    if (registered) return this.#registry.predictions(registered, entry, hooks);
    if (!entry.info?.params.predictionCol) return null;
    entry.own ??= { dataset: entry.name, model: model ?? 'model', source: null, params: {}, info: null, loaded: null };
    return this.#registry.predictions(entry.own, entry, hooks);
  }

  #dataset(name) {
    const entry = this.#datasets.get(name);
    if (!entry) throw unknown('data set', name, [...this.#datasets.keys()]);
    return entry;
  }

  async #keepDataset(entry) {
    const former = this.#datasets.get(entry.name);
    await this.#registry.release('predictions', former?.own);
    await this.#registry.release('dataset', former);
    this.#datasets.set(entry.name, entry);
    await this.#keepFingerprint(entry);
    noteOtherFile(entry.info, former?.fingerprint);
    return entry.info;
  }

  async #keepFingerprint(entry) {
    const { name, file, bytes, sha256, rows, labelled } = entry.info;
    entry.fingerprint = { name, file, bytes, sha256, rows, labelled };
    if (!entry.cut) await this.#storage.put('dataset', this.id, name, { ...entry.fingerprint, params: entry.params, ...(entry.parts && { parts: entry.parts }) });
  }

  /** The parameters that belong to a file that is registered again without any. */
  async #takeParams(entry, hooks) {
    const same = (known) => !known?.cut && known?.fingerprint?.sha256 === entry.info.sha256;
    const params = [this.#datasets.get(entry.name), ...this.#datasets.values()].find(same)?.params;
    if (!params || Object.keys(params).length === 0) return;
    entry.params = params;
    await this.#registry.reload(entry, hooks);
  }

  #partsOf(whole) {
    return [...this.#datasets.values()].filter((entry) => entry.cut?.whole === whole);
  }

  /** The labels that belong to a file that is registered again, or that are gone with the file they belonged to. */
  async #takeLabels(entry, former) {
    const labels = former?.labels;
    if (!labels || labels === entry.labels) return;
    if (former.fingerprint?.sha256 !== entry.info.sha256) {
      await this.#storage.delete('label', this.id, entry.name);
      return;
    }
    entry.labels = labels;
    if (labels.source) await this.#registry.reload(entry);
    else entry.info.problems.push(labelsNotLoaded(entry.info, labels.fingerprint));
  }

  async #keepPredictions(entry) {
    const { dataset, model } = entry;
    const former = this.#predictions.get(key(dataset, model));
    await this.#registry.release('predictions', former);
    this.#predictions.set(key(dataset, model), entry);
    await this.registerModel(model);
    const { file, sha256, rows } = entry.info;
    const fingerprint = { dataset, model, file, sha256, rows };
    if (!entry.partOf) await this.#storage.put('prediction', this.id, key(dataset, model), { ...fingerprint, params: entry.params });
    noteOtherFile(entry.info, former?.fingerprint);
    entry.fingerprint = fingerprint;
    return entry.info;
  }

  async #stored(id) {
    const record = await this.#storage.get('run', this.id, id);
    if (!record) throw new StraingaugeError('unknown_run', `There is no run ${id} in this project.`);
    return record;
  }

  #testRun(text, tables, stamp) {
    const { id } = JSON.parse(text);
    const decide = async (decided) => {
      await decided;
      return this.rejudge(id);
    };
    return new TestRun({
      text, tables, stamp, engine: this.#engine, live: () => this.#liveRun(id),
      accept: (caseId, acceptance) => decide(this.accept(caseId, acceptance)),
      revoke: (caseId) => decide(this.revoke(caseId)),
    });
  }

  /** The engine's id of a run. A run that the engine no longer holds is run again: the same data, configuration and seed give the same run. */
  async #liveRun(id) {
    const live = this.#live.get(id);
    if (live?.generation === this.#engine.generation) return live.run;
    const { config, info } = await this.#stored(id);
    const { run } = await this.#start(config, {}, true);
    await this.#keepRun(info.id, run);
    return run;
  }

  async #keepRun(id, run) {
    await this.#forgetRun(id);
    this.#live.set(id, { generation: this.#engine.generation, run });
    if (this.#live.size > RUNS_KEPT) await this.#forgetRun(this.#live.keys().next().value);
  }

  async #forgetRun(id) {
    const live = this.#live.get(id);
    this.#live.delete(id);
    if (live?.generation === this.#engine.generation) await this.#engine.request('forget', { kind: 'run', ids: [live.run] });
  }

  async [RELEASE]() {
    await (await this.#firewall?.catch(() => null))?.[RELEASE]();
    for (const id of [...this.#live.keys()]) await this.#forgetRun(id);
    for (const entry of this.#predictions.values()) await this.#registry.release('predictions', entry);
    for (const entry of this.#datasets.values()) {
      await this.#registry.release('predictions', entry.own);
      await this.#registry.release('dataset', entry);
    }
  }
}

const labelsOfPart = (part, whole) =>
  new StraingaugeError('labels_of_part', `${part} was cut from ${whole}. Register the labels for ${whole}: both parts have them then.`);

const labelsNotLoaded = (info, { file }) => ({
  code: 'labels_not_loaded', level: 'warning', count: info.rows, details: { file: info.file, mend: `Register ${file} again.` }, examples: [],
  message: `The labels of ${info.file} came from ${file}, which is not loaded: its rows count as unlabelled. Register ${file} again with registerLabels.`,
});

const notPromoted = (model, promoted) =>
  new StraingaugeError('model_not_promoted', `A firewall watches the promoted model, which is ${promoted ?? 'none yet'}. Promote it first: \`project.promoteModel('${model}')\`.`);

const noFirewall = (name) => new StraingaugeError('no_firewall', `The project ${name} has no firewall. Create one: \`project.createFirewall(model, reference, { binSize: 'day' })\`.`);

const noPredictions = (dataset, model) =>
  new StraingaugeError('no_predictions', `There are no predictions of ${model} for ${dataset}. Register them, or test the data alone with \`{ model: null }\`.`);

/** 128 random bits, in hexadecimal. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const idOf = (run) => (typeof run === 'string' ? run : run.id);

const coversCase = ({ covers }, caseId) => Array.isArray(covers) && covers.includes(caseId);

const isDay = (text) => {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};

const isLoaded = (entry) => entry.info !== null;

/** After a reload a reader gives the files again; another file under the old name is worth a word. */
const noteOtherFile = (info, former) => {
  if (!former || former.sha256 === info.sha256) return;
  info.problems.push({
    code: 'file_changed', level: 'note', count: 0, details: { file: info.file }, examples: [],
    message: `This is another file than ${former.file} (${former.rows} rows), which stood here before. Earlier runs were made on that one.`,
  });
};
