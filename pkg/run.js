import { StraingaugeError } from './error.js';
import { ResultTable } from './result-table.js';

/** The rows of a table that `keep` wants, with the first `plain` columns and those of the others that say something. */
const part = ({ columns, rows }, plain, metrics, keep = () => true) => {
  const kept = rows.filter(keep);
  const shown = columns.map((_, i) => i).filter((i) => i < plain || (metrics && kept.some((cells) => cells[i] !== null)));
  return { columns: shown.map((i) => columns[i]), rows: kept.map((cells) => shown.map((i) => cells[i])) };
};

/** A run's failing and warning cases as they were judged, whoever lets them be. */
export const baselineOf = ({ id, name, batches }) => ({
  run: id,
  name,
  cases: batches.flatMap(({ cases }) => cases)
    .map((c) => ({ id: c.id, severity: (c.accepted ?? c.known ?? c).severity }))
    .filter(({ severity }) => severity !== 'PASS'),
});

/** What a stress test found: the engine's document, its tables, and what only the caller's side knows (when, how long). */
export class TestRun {
  #text;
  #document;
  #tables;
  #stamp;
  #engine;
  #live;
  #accept;
  #revoke;

  /** `text` is the document as the engine wrote it, `tables` likewise; `live(hooks)` gives the engine's id of the run; `accept` and `revoke` give the run as it is then. */
  constructor({ text, tables, stamp, engine, live, accept, revoke }) {
    this.#text = text;
    this.#document = JSON.parse(text);
    this.#tables = JSON.parse(tables);
    this.#stamp = stamp;
    this.#engine = engine;
    this.#live = live;
    this.#accept = accept;
    this.#revoke = revoke;
  }

  get id() {
    return this.#document.id;
  }

  get name() {
    return this.#document.name;
  }

  get summary() {
    return this.#document.summary;
  }

  get modelMetrics() {
    return Object.fromEntries(this.#document.modelMetrics.map(({ id, reference, evaluation }) => [id, { reference, evaluation }]));
  }

  get findings() {
    return this.#document.findings;
  }

  get uploadTime() {
    return this.#stamp.uploadTime;
  }

  get durationMillis() {
    return this.#stamp.durationMillis;
  }

  resultTable() {
    return new ResultTable(this.#tables.result, this.#engine);
  }

  testCases({ metrics = false } = {}) {
    return new ResultTable(part(this.#tables.cases, this.#tables.plainCaseColumns, metrics), this.#engine);
  }

  categories() {
    return new ResultTable(this.#tables.categories, this.#engine);
  }

  batches() {
    return this.#document.batches.map((batch) => this.#batch(batch));
  }

  batch(id) {
    const batch = this.#document.batches.find((b) => b.id === id);
    if (!batch) throw new StraingaugeError('unknown_test', `This run holds no test ${id}. It holds ${this.#document.batches.map((b) => b.id).join(', ')}.`);
    return this.#batch(batch);
  }

  accept(caseId, acceptance) {
    return this.#accept(caseId, acceptance);
  }

  revoke(caseId) {
    const found = this.#document.batches.flatMap((b) => b.cases).find((c) => c.id === caseId);
    return this.#revoke(found?.accepted?.through ?? caseId);
  }

  baseline() {
    return baselineOf(this.#document);
  }

  toJSON() {
    return JSON.parse(this.#text);
  }

  toMarkdown() {
    return this.#engine.request('report', { document: this.#text, format: 'markdown', run: null });
  }

  toJUnit() {
    return this.#engine.request('report', { document: this.#text, format: 'junit', run: null });
  }

  async toHTML({ samples = false } = {}) {
    return this.#engine.request('report', { document: this.#text, format: 'html', run: samples ? await this.#live() : null });
  }

  #batch(batch) {
    const { batches, cases, plainCaseColumns } = this.#tables;
    const typeOf = cases.columns.indexOf('test_batch_type');
    const testType = batches.columns.indexOf('test_type');
    return new TestBatch(batch, {
      summary: () => new ResultTable({ columns: batches.columns, rows: batches.rows.filter((cells) => cells[testType] === batch.id) }, this.#engine),
      cases: (metrics) => new ResultTable(part(cases, plainCaseColumns, metrics, (cells) => cells[typeOf] === batch.id), this.#engine),
    });
  }
}

/** One test of a run. */
export class TestBatch {
  #batch;
  #tables;

  constructor(batch, tables) {
    this.#batch = batch;
    this.#tables = tables;
  }

  get id() {
    return this.#batch.id;
  }

  get name() {
    return this.#batch.name;
  }

  get category() {
    return this.#batch.category;
  }

  get severity() {
    return this.#batch.severity;
  }

  summary() {
    return this.#tables.summary();
  }

  testCases({ metrics = false } = {}) {
    return this.#tables.cases(metrics);
  }

  toJSON() {
    return structuredClone(this.#batch);
  }
}
