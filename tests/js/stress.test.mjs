// The main job through the package, on small generated data: read, register, run, look.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, csv, loans, rejectsWith } from './engine.mjs';

async function projectWith(t, { rows = 600, weak = false, options } = {}) {
  const client = await clientFor(t, options);
  const project = await client.createProject({ name: 'Loans', modelTask: 'binary_classification', description: 'small' });
  await project.registerDataset('then', csv(loans(rows, 1)), { labelCol: 'label', predictionCol: 'score' });
  await project.registerDataset('now', csv(loans(rows, 2, { weak })), { labelCol: 'label', predictionCol: 'score' });
  return { client, project };
}

const accuracy = (records) => records.filter(({ label, score }) => label === (score >= 0.5 ? 1 : 0)).length / records.length;

test('a run tells the metrics that the rows have', async (t) => {
  const { project } = await projectWith(t);
  const run = await project.startStressTest({ runName: 'first', reference: 'then', evaluation: 'now', seed: 42 }).result();
  assert.ok(Math.abs(run.modelMetrics.accuracy.reference - accuracy(loans(600, 1))) < 1e-9);
  assert.ok(Math.abs(run.modelMetrics.accuracy.evaluation - accuracy(loans(600, 2))) < 1e-9);
  assert.equal(run.name, 'first');
  assert.equal(run.toJSON().seed, 42);
  assert.equal(run.summary.numInputs, 600);
});

test('a weakness that was planted is found', async (t) => {
  const { project } = await projectWith(t, { rows: 2000, weak: true });
  const run = await project.startStressTest({ runName: 'weak', reference: 'then', evaluation: 'now', seed: 1 }).result();
  assert.notEqual(run.summary.outcome, 'ready');
  assert.ok(run.findings.slice(0, 3).some((finding) => finding.features.includes('city')), JSON.stringify(run.findings.slice(0, 3).map((f) => f.title)));
});

test('the same data, configuration and seed give the same document, byte for byte', async (t) => {
  const texts = [];
  for (const worker of [false, true]) {
    const { project } = await projectWith(t, { options: { worker } });
    for (let i = 0; i < 2; i += 1) {
      const run = await project.startStressTest({ runName: 'same', reference: 'then', evaluation: 'now', seed: 7 }).result();
      texts.push(JSON.stringify(run));
    }
  }
  assert.equal(new Set(texts).size, 1);
});

test('records, text, bytes, blob, stream and file give the same table', async (t) => {
  const client = await clientFor(t);
  const text = csv(loans(50, 3));
  const bytes = new TextEncoder().encode(text);
  const sources = [text, bytes, bytes.buffer, new Blob([text]), new File([text], 'loans.csv'), new Blob([text]).stream()];
  const seen = [];
  for (const source of sources) {
    const { rows, columns, sha256 } = await client.inspect(source);
    seen.push(JSON.stringify({ rows, columns, sha256 }));
  }
  assert.equal(new Set(seen).size, 1);
  assert.equal(bytes.byteLength, text.length, 'buffers are copied, not detached');
  const fromRecords = await client.inspect(loans(50, 3));
  assert.equal(fromRecords.rows, 50);
  assert.deepEqual(fromRecords.columns.map((c) => [c.name, c.type]), JSON.parse(seen[0]).columns.map((c) => [c.name, c.type]));
});

test('progress tells each test as it ends, from the first step for whoever comes late', async (t) => {
  const { project } = await projectWith(t);
  const job = project.startStressTest({ runName: 'followed', reference: 'then', evaluation: 'now' });
  assert.equal(job.status, 'running');
  const run = await job.result();
  assert.equal(job.status, 'succeeded');
  const told = [];
  for await (const progress of job) told.push(progress);
  const ended = told.flatMap((progress) => progress.batches.map((batch) => batch.id));
  assert.ok(ended.length > 0);
  assert.equal(new Set(ended).size, ended.length, 'no test ends twice');
  assert.equal(told.at(-1).stage, 'done');
  const ids = run.batches().map((batch) => batch.id);
  assert.ok(ended.every((id) => ids.includes(id)));
});

test('predictions from their own file need a registered data set and as many rows', async (t) => {
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'Pairs' });
  const records = loans(300, 4);
  await project.registerDataset('d', records.map(({ city, amount, label }) => ({ city, amount, label })));
  const info = await project.registerPredictions('d', 'm', records.map(({ score }) => ({ score })));
  assert.equal(info.rows, 300);
  assert.deepEqual(project.models(), [{ name: 'm' }]);
  await rejectsWith(project.registerPredictions('d', 'm', records.slice(1).map(({ score }) => ({ score }))), 'length_mismatch');
  await rejectsWith(project.registerPredictions('elsewhere', 'm', 'score\n1\n'), 'unknown_data_set');
  await rejectsWith(project.startStressTest({ runName: 'x', reference: 'd', evaluation: 'd', model: 'other' }).result(), 'unknown_model');
});

test('runs are kept, listed, given again and deleted', async (t) => {
  const { client, project } = await projectWith(t);
  const run = await project.startStressTest({ runName: 'kept', reference: 'then', evaluation: 'now' }).result();
  const [info] = await project.listTestRuns();
  assert.deepEqual([info.id, info.name, info.reference], [run.id, 'kept', 'then']);
  const again = await project.getTestRun(run.id);
  assert.deepEqual(again.toJSON(), run.toJSON());
  assert.deepEqual(again.resultTable().rows(), run.resultTable().rows());
  await project.deleteTestRun(run.id);
  assert.deepEqual(await project.listTestRuns(), []);
  await rejectsWith(project.getTestRun(run.id), 'unknown_run');
  const projects = await client.listProjects();
  assert.deepEqual(projects.map((p) => p.id), [project.id]);
  await client.deleteProject(project.id);
  await rejectsWith(client.getProject(project.id), 'unknown_project');
});

test('the rows of a case come from the loaded data', async (t) => {
  const { project } = await projectWith(t, { rows: 2000, weak: true });
  const run = await project.startStressTest({ runName: 'rows', reference: 'then', evaluation: 'now' }).result();
  const found = run.toJSON().batches.flatMap((batch) => batch.cases).find((c) => c.rows && c.rows.count > 0 && c.rows.count < 2000);
  assert.ok(found, 'a failing case names rows');
  const page = await project.rows(run, found.id, { limit: 5 });
  assert.equal(page.total, found.rows.count);
  assert.equal(page.rows.length, Math.min(5, page.total));
  assert.ok(page.rows.every((row) => row.cells.length === page.columns.length));
  await rejectsWith(project.rows(run, 'no:such[case]'), 'unknown_case');
});

test('a mistake in the configuration is named', async (t) => {
  const { project } = await projectWith(t);
  const start = (more) => project.startStressTest({ runName: 'x', reference: 'then', evaluation: 'now', ...more }).result();
  await rejectsWith(start({ evaluation: 'later' }), 'unknown_data_set');
  assert.match((await rejectsWith(start({ sensitivity: 'loud' }), 'invalid_argument')).message, /loud/);
  assert.match((await rejectsWith(start({ tests: { 'drift:no_such_test': { run: true } } }), 'unknown_test')).message, /no_such_test/);
});

test('the sample project comes with data, predictions and weaknesses that a run finds', async (t) => {
  const client = await clientFor(t);
  const project = await client.createSampleProject();
  assert.ok(project.datasets().length >= 2);
  const model = project.models()[0].name;
  const run = await project.startStressTest({ runName: 'sample', reference: 'reference', evaluation: 'evaluation', model, seed: 42 }).result();
  assert.equal(run.summary.outcome, 'not_ready');
  assert.ok(run.findings.length >= 3);
  const known = await client.catalogue();
  const ids = known.map(({ id }) => id);
  assert.ok(run.batches().every(({ id }) => ids.includes(id)), 'the catalogue knows every test of a run');
  assert.deepEqual(known.find(({ id }) => id === 'drift:feature_drift').thresholds, { warning: 0.2, alert: 0.6 });
});
