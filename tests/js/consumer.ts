// Checked by types.test.mjs: what a consumer writes in TypeScript compiles, and mistakes do not.
import {
  Client, Firewall, Job, Monitor, StraingaugeError, type Bin, type Comparison, type CustomMetric, type CustomMonitor, type DataParams, type Decision,
  type FirewallEvent, type FirewallOptions, type FirewallView, type Inspection, type Progress, type TestConfigs, type TestRun,
} from '../../pkg/index.js';

const params: DataParams = { labelCol: 'label', numericFeatures: ['year'], predictionCol: ['p0', 'p1'], read: { format: 'csv', delimiter: ';' } };

export async function consume(file: File, records: Record<string, unknown>[]): Promise<string> {
  const client = await Client.create({ worker: true, storage: 'indexeddb' });
  const inspection: Inspection = await client.inspect(file, { decimal: 'comma' }, { onProgress: (p: Progress) => void p.done });
  const text: string | null | undefined = inspection.firstRows[0]?.[0];
  const project = await client.createProject({ name: 'n', modelTask: 'regression' });
  await project.registerDataset('a', records, params);
  await project.registerPredictions('a', 'm', new Uint8Array(4), { idCol: 'id' });
  const job: Job<TestRun> = project.startStressTest({
    runName: 'r', reference: 'a', evaluation: 'a', model: null, tests: { 'drift:feature_drift': { num_bins: 30, warning: 0.1 } }, sensitivity: 'less',
  });
  for await (const { stage, batches } of job) if (stage === 'done') return batches.map((batch) => batch.name).join();
  const run = await job.result();
  const loss: CustomMetric = { id: 'loss', name: 'Loss', better: 'lower', perRow: ({ prediction, row }) => (typeof prediction === 'number' ? Number(row['amount']) : null) };
  client.registerMetric(loss);
  client.registerTest({
    id: 'custom:mine', name: 'Mine', kind: 'difference', thresholds: { warning: 1, alert: 2 },
    measure: async ({ evaluation, random }) => [{ feature: 'amount', effect: random(), pValue: 0.5, sentence: `${evaluation.length} rows` }],
  });
  const settled: TestRun = await run.accept('id', { reason: 'known', expires: '2026-12-31' });
  const compared: Comparison = await project.compare(run, settled.id);
  project.startStressTest({ runName: 'r', reference: 'a', evaluation: 'a', baseline: run.baseline(), excludeColumns: ['b'], accepted: project.acceptances() });
  if (compared.cases.some((c) => c.change === 'new' && c.after?.letBe)) return compared.notes.join();
  // @ts-expect-error: an acceptance says why
  await project.accept('id', {});
  const accuracy: number | null | undefined = run.modelMetrics['accuracy']?.evaluation;
  for (const c of run.batch('drift:feature_drift').toJSON().cases) {
    if (c.figure?.form === 'distributions') return c.figure.bins.map((bin) => bin.label).join();
  }
  const bytes: Uint8Array = await run.testCases({ metrics: true }).toArrow();
  try {
    await project.rows(run, 'id', { limit: 10 });
  } catch (error) {
    if (error instanceof StraingaugeError && error.code === 'not_loaded') return `${error.details.file} ${accuracy} ${bytes.length} ${text}`;
  }
  const tests: TestConfigs = {
    'drift:feature_drift': { num_bins: 30, statistic: 'hellinger', excludeColumns: ['a'] }, 'model_performance:ndcg': { bound: 0.6, k: 10 },
    'subset_performance:worst_slices': { max_conditions: 2, min_support: 0.02 }, 'subset_performance:subset_auc': { min_sample_size: 50, warning: 0.1 },
    'evasion_attack_detection:row_wise_data_leakage': { terms: ['Project Heron'] }, 'data_cleanliness:duplicate_rows': { run: false },
    'model_performance:my_metric': { alert: 0.4 }, 'custom:mine': { warning: 1 },
  };
  project.startStressTest({ runName: 'r', reference: 'a', evaluation: 'a', tests });
  // @ts-expect-error: a test takes its own parameters only
  const foreign: TestConfigs = { 'drift:feature_drift': { bound: 0.9 } };
  // @ts-expect-error: parameters are spelled as in the catalogue
  const misspelt: TestConfigs = { 'drift:feature_drift': { numBins: 30 } };
  // @ts-expect-error: there is no such test
  const unknown: TestConfigs = { 'drift:feature_drfit': { run: false } };
  void [foreign, misspelt, unknown];
  // @ts-expect-error: there is no such task
  await client.createProject({ name: 'n', modelTask: 'clairvoyance' });
  // @ts-expect-error: a path is not a source; a string is text, a number nothing
  await client.inspect(42);
  // @ts-expect-error: parameters are spelled in camelCase
  await project.registerDataset('a', file, { label_col: 'label' });
  // @ts-expect-error: runs come from jobs
  new TestRunOf();
  return run.summary.headline;
}

declare const TestRunOf: new (a: never) => TestRun;

export async function watch(client: Client, records: Record<string, unknown>[]): Promise<string> {
  const project = await client.getProject('id');
  await project.promoteModel('m');
  const promoted: string | null = project.promotedModel;
  const options: FirewallOptions = { binSize: 'day', falseEventsAYear: 2, ledger: true, rules: { 'unseen_categorical[city]': 'block' }, tests: { 'drift:feature_drift': { run: false } } };
  const firewall = await project.createFirewall(promoted, 'then', options, { onProgress: (p: Progress) => void p.total });
  const job: Job<Bin[]> = firewall.startContinuousTest('week', { overrideExistingBins: true, model: null });
  for await (const { stage } of job) if (stage === 'done') break;
  const [bin] = await job.result();
  const monitor: Monitor | undefined = firewall.listMonitors().find((m) => m.series.some(({ points }) => points.at(-1)?.severity === 'ALERT'));
  const events: FirewallEvent[] = monitor?.detectedEvents() ?? [];
  for (const { id, causes, kind } of events) if (kind === 'creeping' && causes[0]?.kind === 'mix') await firewall.resolve(id, 'retrained');
  const own: CustomMonitor = { name: 'Oslo', test: 'drift:feature_drift', feature: 'city', window: 7, aggregate: 'max', against: 'previous_window', warning: 0.1, alert: 0.2 };
  await firewall.addMonitor(own);
  await firewall.note(firewall.event('e'), 'seen');
  const decisions: Decision[] = await firewall.check(records);
  const one: Decision[] = await firewall.check({ city: 'Oslo' });
  if (decisions.concat(one).some(({ action }) => action === 'block')) await firewall.setRule('numeric_outlier', 'flag');
  if (bin) await (await firewall.run(bin.start)).toMarkdown();
  const week: TestRun = await firewall.run({ from: '2024-05-06', to: new Date() });
  const view: FirewallView = firewall.view;
  const copy = await project.importFirewall(await firewall.toJSON(), { replace: true });
  const alone = await Firewall.fromJSON(client, JSON.stringify(copy));
  // @ts-expect-error: bins of this length have no name
  await project.createFirewall('m', 'then', { binSize: 'fortnight' });
  // @ts-expect-error: a rule allows, flags or blocks
  await firewall.setRule('numeric_outlier', 'deny');
  // @ts-expect-error: what the engine judges is not the caller's to set
  view.status = 'PASS';
  return `${week.name} ${view.headline} ${(await alone.seriesTable(monitor)).length} ${firewall.events().toCSV()}`;
}
