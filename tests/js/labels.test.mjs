// Labels in a file of their own: joined by id or row by row, completed later, kept by fingerprint, for stress tests and for a firewall's bins.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, loans, rejectsWith } from './engine.mjs';

const csv = (rows) => [Object.keys(rows[0]).join(','), ...rows.map((row) => Object.values(row).join(','))].join('\n');

/** A project with a reference that has labels and a week that has none; the week's truth beside it. */
async function project(t, client) {
  client ??= await clientFor(t);
  const made = await client.createProject({ name: 'Labels', modelTask: 'binary_classification' });
  const rows = (n, seed) => loans(n, seed).map(({ city, amount, label, score }, i) => ({ id: `r${seed}-${i}`, city, amount, label, score }));
  const [reference, week] = [rows(1200, 5), rows(800, 6)];
  await made.registerDataset('reference', csv(reference), { labelCol: 'label', predictionCol: 'score' });
  await made.registerDataset('week', csv(week.map(({ label, ...row }) => row)), { predictionCol: 'score' });
  return { client, project: made, reference, week };
}

const asked = { runName: 'week', reference: 'reference', evaluation: 'week' };

test('labels by id in another order give the metrics of labels in the file', async (t) => {
  const { project: own, week } = await project(t);
  const before = await own.startStressTest(asked).result();
  assert.equal(before.modelMetrics.accuracy.evaluation, null);
  const labels = week.map(({ id, label }) => ({ id, repaid: label })).reverse();
  const info = await own.registerLabels('week', csv([...labels, { id: 'stranger', repaid: 1 }].filter(({ id }) => id !== 'r6-3')), { idCol: 'id' });
  assert.deepEqual([info.column, info.rows, info.pairing], ['repaid', 799, { by: 'id', column: 'id', missing: 1, extra: 1, duplicate: 0 }]);
  assert.deepEqual(info.problems.map(({ code, count }) => [code, count]), [['missing_keys', 1], ['extra_keys', 1]]);
  const run = await own.startStressTest(asked).result();
  const right = week.filter(({ id, label, score }) => id !== 'r6-3' && label === (score >= 0.5 ? 1 : 0)).length;
  assert.ok(Math.abs(run.modelMetrics.accuracy.evaluation - right / 799) < 1e-9);
  assert.notEqual(run.id, before.id, 'other labels, another run');
  const whole = await own.registerDataset('week whole', csv(week.map(({ label, ...row }) => ({ ...row, repaid: label }))), { labelCol: 'repaid', predictionCol: 'score' });
  assert.equal(whole.labelled, 800);
});

test('labels row by row, and what does not fit is refused with what mends it', async (t) => {
  const { project: own, week } = await project(t);
  const info = await own.registerLabels('week', csv(week.map(({ label }) => ({ target: label }))));
  assert.deepEqual([info.pairing, info.rows], [{ by: 'row' }, 800]);
  assert.deepEqual(own.labels().map(({ dataset, rows, loaded }) => [dataset, rows, loaded]), [['week', 800, true]]);
  assert.equal(own.datasets().find(({ name }) => name === 'week').labelled, 800);
  const error = await rejectsWith(own.registerLabels('week', 'target\n1\n0\n'), 'length_mismatch');
  assert.match(error.message, /2 labels/);
  await rejectsWith(own.registerLabels('week', csv(week.map(({ id, label }) => ({ id: `x${id}`, target: label }))), { idCol: 'id' }), 'keys_do_not_match');
  await rejectsWith(own.registerLabels('nowhere', 'target\n1\n'), 'unknown_data_set');
  assert.equal(own.labels()[0].rows, 800, 'labels that do not fit change nothing');
  const parts = await own.splitDataset('week');
  await rejectsWith(own.registerLabels(parts.evaluation.name, 'target\n1\n'), 'labels_of_part');
  assert.equal(parts.reference.labelled + parts.evaluation.labelled, 800);
});

test('labels outlive a crash, and their fingerprint a reload', async (t) => {
  const { client, project: own, week } = await project(t);
  const file = csv(week.map(({ label }) => ({ target: label })));
  await own.registerLabels('week', file);
  const run = await own.startStressTest(asked).result();
  await rejectsWith(client.crashForTest(), 'engine_crashed');
  assert.deepEqual((await own.startStressTest(asked).result()).toJSON(), run.toJSON(), 'the same labels after a crash');
  const again = await own.registerDataset('week', csv(week.map(({ label, ...row }) => row)), { predictionCol: 'score' });
  assert.equal(again.labelled, 800, 'the same bytes again keep their labels');
  const other = await own.registerDataset('week', csv(week.slice(1).map(({ label, ...row }) => row)), { predictionCol: 'score' });
  assert.deepEqual([other.labelled, own.labels().length], [0, 0], 'another file has labels of its own');
});

test('a file that is registered again takes its parameters along', async (t) => {
  const { project: own, reference } = await project(t);
  const file = csv(reference);
  await own.registerDataset('mine', file, { labelCol: 'label', predictionCol: 'score', protectedFeatures: ['city'] });
  const again = await own.registerDataset('mine', file);
  assert.deepEqual(again.params.protectedFeatures, ['city']);
  assert.deepEqual((await own.registerDataset('mine', file, {})).params.protectedFeatures, [], 'new ones replace them');
  const other = await own.registerDataset('mine', csv(reference.slice(1)));
  assert.deepEqual(other.params.protectedFeatures, [], 'another file has its own');
});

test("a firewall's bin counts the labels of its batch, and again with labels that came later", async (t) => {
  const client = await clientFor(t);
  const own = await client.createProject({ name: 'Bins', modelTask: 'binary_classification' });
  const rows = (n, seed, month) => loans(n, seed).map(({ city, amount, label, score }, i) => ({ id: `r${i}`, day: `2024-0${month}-${String(1 + (i % 7)).padStart(2, '0')}`, city, amount, label, score }));
  await own.registerDataset('reference', csv(rows(1400, 5, 1)), { labelCol: 'label', predictionCol: 'score', timestampCol: 'day' });
  await own.registerModel('m');
  await own.promoteModel('m');
  const firewall = await own.createFirewall('m', 'reference', { binSize: 'week' });
  const week = rows(700, 6, 2);
  await own.registerDataset('week', csv(week.map(({ label, ...row }) => row)), { predictionCol: 'score', timestampCol: 'day' });
  await firewall.startContinuousTest('week').result();
  const labelled = () => firewall.view.bins.reduce((sum, bin) => sum + (bin.labelled ?? 0), 0);
  assert.equal(labelled(), 0);
  await own.registerLabels('week', csv(week.slice(0, 500).map(({ id, label }) => ({ id, label }))));
  await firewall.startContinuousTest('week', { overrideExistingBins: true }).result();
  assert.equal(labelled(), 500);
});
