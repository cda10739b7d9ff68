// One file as both sides: cut by time or into seeded halves, predictions with it, and the run says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, loans, rejectsWith } from './engine.mjs';

async function whole(t) {
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'One file', modelTask: 'binary_classification' });
  const day = (i) => new Date(Date.UTC(2024, 0, 1 + (i % 60))).toISOString().slice(0, 10);
  const records = loans(1200, 11);
  await project.registerDataset('all', records.map(({ city, amount, label }, i) => ({ city, amount, label, day: day(i) })), { labelCol: 'label', timestampCol: 'day' });
  await project.registerPredictions('all', 'm', records.map(({ score }) => ({ score })));
  return { client, project, records };
}

test('two halves by seed hold all rows once, and their predictions', async (t) => {
  const { client, project, records } = await whole(t);
  const parts = await project.splitDataset('all', { by: 'halves', seed: 3 });
  assert.deepEqual([parts.reference.name, parts.evaluation.name], ['all (reference)', 'all (evaluation)']);
  assert.equal(parts.reference.rows + parts.evaluation.rows, 1200);
  const config = { runName: 'halves', reference: parts.reference.name, evaluation: parts.evaluation.name, model: 'm' };
  const run = await project.startStressTest(config).result();
  assert.ok(run.summary.banners.some((banner) => banner.code === 'split_from_one_file' && /seed 3/.test(banner.text)));
  const { reference, evaluation } = run.modelMetrics.accuracy;
  const right = records.filter(({ label, score }) => label === (score >= 0.5 ? 1 : 0)).length;
  assert.ok(Math.abs((reference * parts.reference.rows + evaluation * parts.evaluation.rows) - right) < 1e-6, 'each row kept its own prediction');
  await rejectsWith(client.crashForTest(), 'engine_crashed');
  assert.deepEqual((await project.startStressTest(config).result()).toJSON(), run.toJSON(), 'the same cut after a crash');
});

test('by time the evaluation comes after the reference', async (t) => {
  const { project } = await whole(t);
  const { reference, evaluation } = await project.splitDataset('all', { by: 'time' });
  const range = (info) => info.columns.find((column) => column.name === 'day').range;
  assert.ok(range(reference)[1] < range(evaluation)[0], `${range(reference)} then ${range(evaluation)}`);
  await rejectsWith(project.splitDataset('all', { by: 'colour' }), 'invalid_argument');
});
