// Files of predictions as people have them, through the package: small inputs that went wrong, with their right values.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, realData, rejectsWith } from './engine.mjs';

const close = (actual, expected, what) => assert.ok(Math.abs(actual - expected) <= 1e-6, `${what}: ${actual}, expected ${expected}`);
const caseFile = (name) => realData(`../cases/${name}`);

/** A run in which one file, or a file and its predictions, serve as both sides. */
async function runOf(t, data, predictions, { task = 'binary_classification', params = {}, saidOfPredictions = {} } = {}) {
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'p', modelTask: task });
  const infos = [];
  for (const side of ['reference', 'evaluation']) {
    await project.registerDataset(side, data, params);
    if (predictions) infos.push(await project.registerPredictions(side, 'm', predictions, saidOfPredictions));
  }
  const config = { runName: 'r', reference: 'reference', evaluation: 'evaluation', ...(predictions && { model: 'm' }) };
  return { run: await project.startStressTest(config).result(), info: infos[0], project };
}

test('a label with its score is the confidence in that label', async (t) => {
  const [data, predictions] = ['01_hf_data.csv', '01_hf_label_score_read_as_P_positive.json'].map(caseFile);
  if (!data || !predictions) return;
  const { run, info } = await runOf(t, data, predictions);
  close(run.modelMetrics.accuracy.evaluation, 0.9, 'accuracy');
  close(run.modelMetrics.auc.evaluation, 0.9, 'AUC');
  assert.equal(info.positiveClass.class, 'POSITIVE');
  assert.ok(info.problems.some((problem) => problem.code === 'score_is_confidence'));
});

test('scores and decisions are both used, whichever is named', async (t) => {
  const data = caseFile('17_unused_prediction_column_is_a_feature.csv');
  if (!data) return;
  for (const predictionCol of ['y_pred', 'y_pred_proba']) {
    const { run } = await runOf(t, data, null, { params: { predictionCol } });
    close(run.modelMetrics.accuracy.evaluation, 0.8825, 'accuracy');
    close(run.modelMetrics.auc.evaluation, 0.948782, 'AUC');
  }
});

test('probabilities meet their classes, and rows their predictions', async (t) => {
  const [named, data, proba, indexed, fresh] = [
    '06_probability_columns_not_named_like_classes.csv',
    '05_data.csv',
    '05_predict_proba_header_0_1.csv',
    '11_index_data.csv',
    '11_index_fresh_predictions_joined_by_count.csv',
  ].map(caseFile);
  if (!named || !data || !proba || !indexed || !fresh) return;
  const { run } = await runOf(t, named, null, { task: 'multiclass_classification' });
  close(run.modelMetrics.multiclass_accuracy.evaluation, 0.9, 'accuracy of three classes');
  const header = await runOf(t, data, proba);
  close(header.run.modelMetrics.accuracy.evaluation, 1, 'accuracy of 60 rows');
  assert.equal(header.info.rows, 60);
  const byRow = await runOf(t, indexed, fresh);
  close(byRow.run.modelMetrics.accuracy.evaluation, 1, 'accuracy row by row');
  assert.deepEqual(byRow.info.pairing, { by: 'row' });
});

test('labels 1 and 2, and a regression of zeros and ones', async (t) => {
  const [two, regression] = ['03_labels_1_2_positive_is_1.csv', '08_regression_batch_labels_0_1.csv'].map(caseFile);
  if (!two || !regression) return;
  const { run } = await runOf(t, two, null);
  close(run.modelMetrics.accuracy.evaluation, 1, 'accuracy');
  assert.equal(run.toJSON().positive.class, '2');
  const { run: numbers } = await runOf(t, regression, null, { task: 'regression', params: { labelCol: 'demand', predictionCol: 'forecast' } });
  close(numbers.modelMetrics.mae.evaluation, 1.085, 'MAE');
});

test('predictions that share no class with the labels are refused', async (t) => {
  const data = Array.from({ length: 40 }, (_, row) => ({ x: row * 1.5, label: row % 2 ? 'dog' : 'cat', pred: row % 2 ? 'pear' : 'apple' }));
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'p', modelTask: 'binary_classification' });
  for (const side of ['reference', 'evaluation']) await project.registerDataset(side, data);
  const error = await rejectsWith(project.startStressTest({ runName: 'r', reference: 'reference', evaluation: 'evaluation' }).result(), 'classes_do_not_match');
  assert.match(error.message, /apple/);
  assert.match(error.message, /cat/);
});
