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
