// Metrics and tests of the reader's own: functions of his, evidence of ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, csv, loans, random, rejectsWith } from './engine.mjs';

const params = { labelCol: 'label', predictionCol: 'score' };

async function loanProject(t, { rows = 1500, weak = true, options } = {}) {
  const client = await clientFor(t, options);
  const project = await client.createProject({ name: 'Loans', modelTask: 'binary_classification' });
  await project.registerDataset('then', csv(loans(rows, 1)), params);
  await project.registerDataset('now', csv(loans(rows, 2, { weak })), params);
  const start = (more) => project.startStressTest({ runName: 'r', reference: 'then', evaluation: 'now', seed: 3, ...more }).result();
  return { client, project, start };
}

const SUBSETS = ['model_performance', 'subset_performance', 'subset_performance_degradation'];
/** What a wrong answer costs: its amount. */
const loss = { id: 'loss', name: 'Loss', better: 'lower', unit: 'number', perRow: ({ truth, prediction, row }) => (truth === (prediction >= 0.5 ? 1 : 0) ? 0 : row.amount) };
const meanLoss = (records) => records.reduce((sum, { label, score, amount }) => sum + (label === (score >= 0.5 ? 1 : 0) ? 0 : amount), 0) / records.length;

test('a metric by row is computed from the rows and tested like a built-in one', async (t) => {
  const { client, project, start } = await loanProject(t);
  client.registerMetric(loss);
  assert.deepEqual(client.customMetrics().map((m) => m.id), ['loss']);
  const run = await start({ categories: SUBSETS });
  assert.ok(Math.abs(run.modelMetrics.loss.reference - meanLoss(loans(1500, 1))) < 1e-9);
  assert.ok(Math.abs(run.modelMetrics.loss.evaluation - meanLoss(loans(1500, 2, { weak: true }))) < 1e-9);
  const { cases } = run.batch('subset_performance:subset_loss').toJSON();
  const city = cases.find((c) => c.features[0] === 'city');
  assert.deepEqual([city.status, city.subset, city.figure.form], ['FAIL', 'Oslo', 'subset_bars']);
  assert.ok(city.pValue < 1e-6 && city.qValue < 1e-3 && city.ciLow > 0);
  assert.equal(run.batch('model_performance:loss').toJSON().cases[0].figure.form, 'metric_pair');
  assert.ok(run.batch('subset_performance_degradation:subset_drift_loss').severity !== 'PASS');
  const page = await project.rows(run, city.id, { limit: 3 });
  assert.equal(page.total, city.rows.count);
  assert.ok(page.rows.every((row) => row.cells[0] === 'Oslo'));
  // Thresholds and parameters are set as for any test.
  const strict = await start({ categories: SUBSETS, tests: { 'subset_performance:subset_loss': { warning: 50, alert: 60, min_sample_size: 30 } } });
  assert.ok(strict.batch('subset_performance:subset_loss').toJSON().cases.every((c) => c.status === 'PASS' || c.status === 'SKIP'));
  const off = await start({ categories: SUBSETS, tests: { 'subset_performance:subset_loss': { run: false } } });
  await assert.rejects(async () => off.batch('subset_performance:subset_loss'));
  client.unregister('loss');
  assert.equal((await start({ categories: SUBSETS })).modelMetrics.loss, undefined);
});

test('a metric of sets of rows is compared by resampling', async (t) => {
  const { client, start } = await loanProject(t);
  const recall = (rows) => {
    const positive = rows.filter((r) => r.truth === 1);
    return positive.filter((r) => r.prediction >= 0.5).length / positive.length;
  };
  client.registerMetric({ id: 'own_recall', name: 'Own Recall', better: 'higher', unit: 'score', compute: recall, resamples: 100 });
  const run = await start({ categories: ['model_performance'] });
  assert.ok(Math.abs(run.modelMetrics.own_recall.evaluation - run.modelMetrics.recall.evaluation) < 1e-9);
  const own = run.batch('model_performance:own_recall').toJSON().cases[0];
  const built = run.batch('model_performance:recall').toJSON().cases[0];
  assert.match(own.method, /100 resamples/);
  assert.equal(own.statistic, built.statistic);
  // Resampling and the influence function agree about the noise.
  const width = (c) => c.ciHigh - c.ciLow;
  assert.ok(Math.abs(width(own) / width(built) - 1) < 0.3, `${width(own)} ${width(built)}`);
  assert.equal(own.status, built.status);
});

test('the same rows, functions and seed give the same document, in a worker too', async (t) => {
  const texts = [];
  for (const worker of [false, true]) {
    const { client, start } = await loanProject(t, { rows: 400, options: { worker } });
    client.registerMetric(loss);
    client.registerMetric({ id: 'median_score', name: 'Median Score', better: 'neutral', resamples: 30, compute: (rows) => rows.map((r) => r.prediction).sort((a, b) => a - b)[rows.length >> 1] });
    client.registerTest({ id: 'custom:draw', name: 'Draw', kind: 'property', thresholds: { warning: 2, alert: 3 }, measure: ({ random: draw }) => ({ statistic: draw(), sentence: 'A draw.' }) });
    for (let i = 0; i < 2; i += 1) texts.push(JSON.stringify(await start({ categories: ['model_performance', 'custom'] })));
  }
  assert.equal(new Set(texts).size, 1);
});

test('a test of the reader measures, the engine judges', async (t) => {
  const { client, project, start } = await loanProject(t, { rows: 600 });
  let seen;
  client.registerTest({
    id: 'custom:round_amounts', name: 'Round Amounts', kind: 'difference', unit: 'share', thresholds: { warning: 0.05, alert: 0.2 }, effectMax: 1,
    measure: async (context) => {
      seen = context;
      const small = context.evaluation.map(({ row }, i) => (row.amount < 10 ? i : -1)).filter((i) => i >= 0);
      return [
        { feature: 'amount', effect: 0.4, low: 0.3, high: 0.5, pValue: 1e-12, sentence: 'Many amounts are small.', rows: small },
        { feature: 'city', effect: 0.4, low: -0.4, high: 1.2, pValue: 0.3, sentence: 'Cities, by chance.' },
      ];
    },
  });
  const run = await start({ categories: ['custom', 'model_performance'] });
  assert.deepEqual([seen.reference.length, seen.evaluation.length, seen.modelTask, seen.seed], [600, 600, 'binary_classification', 3]);
  assert.deepEqual(Object.keys(seen.reference[0].row), ['city', 'amount', 'label', 'score']);
  const [amount, city] = run.batch('custom:round_amounts').toJSON().cases;
  assert.deepEqual([amount.id, amount.status, amount.severity], ['custom:round_amounts[amount]', 'FAIL', 'ALERT']);
  assert.ok(city.status === 'PASS' || city.status === 'SKIP');
  assert.ok(run.findings.some((finding) => finding.cases.includes(amount.id)));
  assert.ok(run.toJSON().categories.some((c) => c.category === 'custom' && c.severity === 'ALERT'));
  const page = await project.rows(run, amount.id, { limit: 4 });
  assert.equal(page.total, loans(600, 2, { weak: true }).filter((row) => row.amount < 10).length);
  assert.equal((await run.accept(amount.id, { reason: 'fine' })).summary.accepted, 1);
  for (const text of [await run.toMarkdown(), await run.toJUnit(), await run.toHTML()]) assert.match(text, /Round Amounts|round_amounts/);
});

test('a function that fails skips its cases with its message, and nothing else', async (t) => {
  const { client, start } = await loanProject(t, { rows: 300 });
  const boom = () => {
    throw new Error('no such column: income');
  };
  client.registerMetric({ id: 'broken', name: 'Broken', better: 'lower', perRow: boom });
  client.registerMetric({ id: 'nothing', name: 'Nothing', better: 'lower', compute: () => NaN });
  client.registerMetric({ id: 'empty', name: 'Empty', better: 'lower', perRow: () => null });
  client.registerTest({ id: 'custom:broken', name: 'Broken Test', kind: 'logical', measure: boom });
  client.registerTest({ id: 'custom:silent', name: 'Silent Test', kind: 'logical', measure: () => undefined });
  const run = await start({ categories: ['model_performance', 'custom'] });
  const reason = (id) => run.batch(id).toJSON().cases[0].reason;
  assert.match(reason('model_performance:broken'), /income/);
  assert.match(reason('custom:broken'), /income/);
  assert.match(reason('model_performance:nothing'), /no number/);
  assert.match(reason('custom:silent'), /no case/);
  assert.equal(run.batch('model_performance:empty').toJSON().cases[0].status, 'SKIP');
  assert.equal(typeof run.modelMetrics.accuracy.evaluation, 'number');
});

test('metrics and tests that cannot be are refused where they are registered', async (t) => {
  const { client, start } = await loanProject(t, { rows: 200 });
  const refused = (register, code) => assert.throws(register, (error) => error.code === code && error.message.length > 20);
  refused(() => client.registerMetric({ id: 'Loss', name: 'L', better: 'lower', perRow: () => 1 }), 'invalid_custom_metric');
  refused(() => client.registerMetric({ id: 'loss', name: 'L', better: 'down', perRow: () => 1 }), 'invalid_custom_metric');
  refused(() => client.registerMetric({ id: 'loss', name: 'L', better: 'lower' }), 'invalid_custom_metric');
  refused(() => client.registerMetric({ id: 'loss', name: 'L', better: 'lower', perRow: () => 1, compute: () => 1 }), 'invalid_custom_metric');
  refused(() => client.registerTest({ id: 'mine', name: 'M', kind: 'logical', measure: () => [] }), 'invalid_custom_test');
  refused(() => client.registerTest({ id: 'custom:mine', name: 'M', kind: 'vague', measure: () => [] }), 'invalid_custom_test');
  refused(() => client.registerTest({ id: 'custom:mine', name: 'M', kind: 'logical' }), 'invalid_custom_test');
  // What only the engine can know, it says.
  client.registerMetric({ id: 'accuracy', name: 'A', better: 'higher', perRow: () => 1 });
  await rejectsWith(start({ categories: ['model_performance'] }), 'invalid_custom_metric');
  client.unregister('accuracy');
  client.registerTest({ id: 'custom:mine', name: 'M', kind: 'property', measure: () => [] });
  await rejectsWith(start({ categories: ['custom'] }), 'invalid_custom_test');
});

test('a run with own metrics can be cancelled while they are computed', async (t) => {
  const { client, project } = await loanProject(t, { rows: 2000 });
  client.registerMetric({ id: 'slow', name: 'Slow', better: 'lower', resamples: 100_000, compute: (rows) => rows.length });
  const job = project.startStressTest({ runName: 'r', reference: 'then', evaluation: 'now' });
  setTimeout(() => job.cancel(), 150);
  await rejectsWith(job.result(), 'cancelled');
});

test('a fair test of the reader is calm: noise does not fail', async (t) => {
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'Calm', modelTask: 'binary_classification' });
  client.registerMetric({ id: 'skewed', name: 'Skewed', better: 'lower', unit: 'number', perRow: ({ row }) => row.amount ** 3 });
  let loud = 0;
  for (let seed = 1; seed <= 12; seed += 1) {
    await project.registerDataset('a', csv(loans(400, seed)), params);
    await project.registerDataset('b', csv(loans(300, 1000 + Math.floor(random(seed)() * 1000))), params);
    const run = await project.startStressTest({ runName: `r${seed}`, reference: 'a', evaluation: 'b', categories: SUBSETS, seed, excludeColumns: ['amount'] }).result();
    const own = run.batches().filter((batch) => /skewed$/.test(batch.id));
    assert.equal(own.length, 3);
    loud += own.filter((batch) => batch.severity !== 'PASS').length;
  }
  assert.ok(loud <= 1, `${loud} of 36`);
});
