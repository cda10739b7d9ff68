// The real data through the package: numbers that scikit-learn computed, and the examples that the catalogue prints.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, realData, rejectsWith } from './engine.mjs';

const close = (actual, expected, tolerance, what) => assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);

test('arXiv: the metrics of scikit-learn 1.9 on both sides', async (t) => {
  const files = ['train.json.gz', 'train_preds.json.gz', 'val_0_with_label.json.gz', 'val_preds_0.json.gz'].map((name) => realData(`arxiv/${name}`));
  if (files.includes(null)) return;
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'arXiv', modelTask: 'multiclass_classification' });
  await project.registerDataset('train', files[0]);
  await project.registerPredictions('train', 'classifier', files[1]);
  await project.registerDataset('val_0', files[2]);
  await project.registerPredictions('val_0', 'classifier', files[3]);
  const run = await project.startStressTest({ runName: 'arXiv', reference: 'train', evaluation: 'val_0', model: 'classifier', seed: 42 }).result();
  const expected = {
    multiclass_accuracy: [0.98512, 0.6103954802259887],
    macro_f1: [0.9700086579495458, 0.2323706179685172],
    macro_precision: [0.9821394220034063, 0.36501979837818505],
    macro_recall: [0.9585291603707018, 0.22857656470634202],
    average_confidence: [0.840774765021053, 0.6928344427856785],
  };
  for (const [id, [reference, evaluation]] of Object.entries(expected)) {
    close(run.modelMetrics[id]?.reference, reference, 1e-9, `${id} of train`);
    close(run.modelMetrics[id]?.evaluation, evaluation, 1e-9, `${id} of val_0`);
  }
  assert.equal(run.summary.outcome, 'not_ready');
  assert.ok(run.summary.banners.some((banner) => banner.code === 'reference_looks_like_training_data'));
  const lengths = run.batch('subset_performance:subset_macro_precision').testCases().rows();
  assert.ok(lengths.some((row) => row.features === 'text.AverageTokenLength'), 'texts are measured');
  await rejectsWith(project.registerPredictions('val_0', 'classifier', files[1]), 'length_mismatch');
});

test('fraud: the printed examples', async (t) => {
  const files = ['fraud_ref.csv.gz', 'fraud_eval.csv.gz'].map((name) => realData(`fraud/${name}`));
  if (files.includes(null)) return;
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'Fraud', modelTask: 'binary_classification' });
  const params = { labelCol: 'label', predictionCol: 'preds' };
  await project.registerDataset('reference', files[0], params);
  await project.registerDataset('evaluation', files[1], params);
  const run = await project.startStressTest({ runName: 'fraud', reference: 'reference', evaluation: 'evaluation', seed: 42 }).result();
  const unseen = run.batch('abnormal_inputs:unseen_categorical').toJSON().cases.find((c) => c.features[0] === 'browser_version' && c.rows);
  assert.equal(unseen.rows.count, 153);
  close(unseen.rows.share, 0.00527586, 1e-8, 'failing share');
  const impact = run.batch('abnormal_inputs:unseen_categorical').toJSON().cases.flatMap((c) => (c.features[0] === 'browser_version' ? c.metrics : [])).find((m) => m.kind === 'PERFORMANCE_DIFF' && m.metric === 'accuracy');
  close(impact.value, -0.00063, 5e-6, 'impact on accuracy');
  const f1 = run.batch('subset_performance:subset_f1').toJSON().cases.find((c) => c.features[0] === 'category');
  close(f1.statistic, 0.064119, 5e-7, 'subset F1 over category');
});

test('arXiv: a week of production in seven daily bins', async (t) => {
  const files = ['train.json.gz', 'train_preds.json.gz', 'val_1.json.gz', 'val_preds_1.json.gz'].map((name) => realData(`arxiv/${name}`));
  if (files.includes(null)) return;
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'arXiv', modelTask: 'multiclass_classification' });
  await project.registerDataset('train', files[0]);
  await project.registerPredictions('train', 'classifier', files[1]);
  await project.promoteModel('classifier');
  const firewall = await project.createFirewall('classifier', 'train', { binSize: 'day', seed: 42 });
  await project.registerDataset('val_1', files[2]);
  await project.registerPredictions('val_1', 'classifier', files[3]);
  await firewall.startContinuousTest('val_1').result();
  assert.deepEqual(firewall.bins().map((bin) => bin.rows), [1009, 964, 827, 896, 897, 931, 1255]);
  assert.ok(firewall.bins().every((bin, i) => bin.start === Date.UTC(2007, 5, 18 + i) && bin.labelled === 0));
  const series = (id) => firewall.listMonitors().find((monitor) => monitor.id === id).series[0];
  const confidence = series('model_performance:average_confidence');
  close(confidence.reference, 0.840774765021053, 1e-9, 'average confidence of train');
  const expected = [0.671113, 0.626529, 0.633843, 0.62623, 0.629141, 0.619199, 0.662968];
  for (const [i, { value }] of confidence.points.entries()) close(value, expected[i], 1e-6, `average confidence of day ${i}`);
  assert.equal(series('abnormality_rate').points.length, 7);
  const events = firewall.events().rows();
  assert.ok(events.some((row) => row.monitor_id === 'model_performance:average_confidence' && row['event_time_range.start_time'] === '2007-06-18T00:00:00Z'));
});

test('fraud: 29 days, and what changed in them', async (t) => {
  const files = ['fraud_ref.csv.gz', 'fraud_eval.csv.gz'].map((name) => realData(`fraud/${name}`));
  if (files.includes(null)) return;
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'Fraud', modelTask: 'binary_classification' });
  const params = { labelCol: 'label', predictionCol: 'preds' };
  await project.registerDataset('reference', files[0], params);
  await project.registerDataset('august', files[1], { ...params, timestampCol: 'timestamp' });
  await project.registerModel('fraud');
  await project.promoteModel('fraud');
  const firewall = await project.createFirewall('fraud', 'reference', { binSize: 'day' });
  await firewall.startContinuousTest('august').result();
  assert.deepEqual(firewall.bins().map((bin) => bin.rows), Array(29).fill(1000));
  const drift = firewall.view.events.filter((event) => event.category === 'drift');
  const dayOf = (object) => drift.filter((event) => event.object === object).map((event) => Math.round((event.start - Date.UTC(2018, 7, 1)) / 86_400_000) + 1);
  for (const [object, day] of [['city', 5], ['country', 5], ['browser_version', 9]]) {
    assert.ok(dayOf(object).some((d) => Math.abs(d - day) <= 1), `${object} begins on August ${dayOf(object)}, expected ${day}`);
  }
});
