// Files that people really have, through the package: how each is read, with the right values. What predictions come to stands in
// predictions.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { clientFor, realData } from './engine.mjs';

const near = (actual, expected, what) => assert.ok(Math.abs(actual - expected) <= 1e-6, `${what}: ${actual}, expected ${expected}`);

/** The files of a case, or nothing where they are not here. */
function files(...names) {
  const found = names.map((name) => realData(`../cases/${name}`));
  return found.every(Boolean) ? found : null;
}

/** What a run of a reference and an evaluation file comes to. */
async function runOf(t, task, [reference, evaluation], params = {}) {
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'p', modelTask: task });
  const infos = [await project.registerDataset('reference', reference, params), await project.registerDataset('evaluation', evaluation, params)];
  return { infos, run: await project.startStressTest({ runName: 'r', reference: 'reference', evaluation: 'evaluation' }).result() };
}

const cases = (run) => run.toJSON().batches.flatMap((batch) => batch.cases);

/** Files whose shape was lost, and the shape that they have: rows, and columns by name and type. */
const SHAPES = [
  ['04_header_lost_name_is_a_value.csv', 60, ['age', 'treatment', 'label']],
  ['12_json_pandas_default_orient.json', 60, ['a', 'label']],
  ['14_whitespace_table.txt', 60, 3],
  ['15_title_line_above_header.csv', 60, 3],
  ['21_jsonl_of_arrays_first_line_only.jsonl', 60, null],
  ['23_arrow_polars21_simple.arrow', 60, null],
  ['23_arrow_rs_file.arrow', 60, null],
  ['23_pq_int96.parquet', 60, null],
];

test('tables keep their rows and columns', async (t) => {
  const client = await clientFor(t);
  for (const [name, rows, columns] of SHAPES) {
    const found = files(name);
    if (!found) return;
    const inspection = await client.inspect(found[0]);
    assert.equal(inspection.rows, rows, name);
    if (typeof columns === 'number') assert.equal(inspection.columns.length, columns, name);
    else if (columns) assert.deepEqual(inspection.columns.map((column) => column.name), columns, name);
  }
});

test('numbers are numbers, with their infinities and units', async (t) => {
  const found = files('13_inf_2_of_60_makes_a_category.csv', '18_price_with_currency_becomes_an_id.csv');
  if (!found) return;
  const client = await clientFor(t);
  const [infinite, priced] = [await client.inspect(found[0]), await client.inspect(found[1])];
  assert.ok(infinite.columns.some((column) => ['float', 'integer'].includes(column.type)), JSON.stringify(infinite.columns.map((c) => c.type)));
  const price = priced.columns.find((column) => column.unit === '$');
  assert.deepEqual(price.range.map(Number), [10, 83.75]);
});

test('moments of far years and without marks are what they say', async (t) => {
  const found = files('23_pq_int96.parquet', '22_yyyymmdd.csv');
  if (!found) return;
  const client = await clientFor(t);
  const far = await client.inspect(found[0]);
  assert.ok(far.columns.some((column) => column.range?.[1].startsWith('9999-12-31')), JSON.stringify(far.columns.map((c) => c.range)));
  const project = await client.createProject({ name: 'dates', modelTask: 'binary_classification' });
  const dated = await project.registerDataset('d', found[1], { timestampCol: 'date' });
  assert.ok(JSON.stringify(dated).includes('2024-01-01'), JSON.stringify(dated.columns));
});

test('the order of dates and the words of truth are settled over both files', async (t) => {
  const dates = files('07_dates_reference_day_first.csv', '07_dates_evaluation_first_week_of_february.csv');
  const truths = files('24_bool_reference.csv', '24_bool_evaluation_0_1.csv');
  if (!dates || !truths) return;
  const { run } = await runOf(t, 'binary_classification', dates);
  assert.ok(run.toJSON().problems.some((problem) => problem.code === 'reading_aligned'), JSON.stringify(run.toJSON().problems));
  const same = await runOf(t, 'binary_classification', truths);
  assert.deepEqual(cases(same.run).filter((c) => c.status === 'FAIL').map((c) => c.id), []);
});

test('classes, shares and small batches are what the task says', async (t) => {
  const none = files('02_class_none_is_lost.json');
  const batch = files('08_regression_batch_labels_0_1.csv');
  const soil = files('10_shares_taken_for_predictions.csv');
  const percent = files('20_percent_predictions_run_is_ready.csv');
  const positive = files('03_labels_1_2_positive_is_1.csv');
  if (!none || !batch || !soil || !percent || !positive) return;
  const metrics = async (task, [file], params) => (await runOf(t, task, [file, file], params)).run.modelMetrics;
  near((await metrics('multiclass_classification', none)).multiclass_accuracy.evaluation, 14 / 15, 'accuracy of none, mild and severe');
  near((await metrics('regression', batch, { labelCol: 'demand' })).mae.evaluation, 1.085, 'mean absolute error');
  for (const file of [percent, positive]) {
    const of = await metrics('binary_classification', file);
    near(of.accuracy.evaluation, 1, 'accuracy');
    near(of.auc.evaluation, 1, 'AUC');
  }
  const { infos, run } = await runOf(t, 'regression', [soil[0], soil[0]]);
  for (const name of ['sand', 'silt', 'clay']) assert.notEqual(infos[0].columns.find((c) => c.name === name).role.role, 'prediction', name);
  assert.notEqual(run.summary.outcome, 'ready');
});

test('what leaves a constant or empties a column is said by name', async (t) => {
  for (const evaluation of ['09_constant_reference_evaluation_half_100.csv', '09_constant_reference_evaluation_all_100.csv']) {
    const found = files('09_constant_reference.csv', evaluation);
    if (!found) return;
    const { run } = await runOf(t, 'binary_classification', found);
    const drift = cases(run).find((c) => c.id.startsWith('drift:feature_drift[') && c.status === 'FAIL');
    assert.match(drift.sentence, /\b0\b[^]*\b100\b/, evaluation);
  }
  const emptied = files('19_empty_column_reference.csv', '19_empty_column_evaluation.csv');
  const { run } = await runOf(t, 'binary_classification', emptied);
  assert.ok(cases(run).every((c) => !c.sentence.includes('has no column')));
  assert.ok(cases(run).some((c) => c.status === 'FAIL'), 'an emptied column is told');
});

test('rows of a column open whatever its name', async (t) => {
  const found = files('16_column_name_with_hash.csv');
  if (!found) return;
  const client = await clientFor(t);
  const text = readFileSync(found[0], 'utf8');
  const project = await client.createProject({ name: 'p', modelTask: 'binary_classification' });
  await project.registerDataset('reference', new Blob([text]));
  // The rooms of the evaluation lie far outside.
  await project.registerDataset('evaluation', new Blob([text.replace(/^([0-9.]+),/gm, (_, rooms) => `${900 + Number(rooms)},`)]));
  const run = await project.startStressTest({ runName: 'r', reference: 'reference', evaluation: 'evaluation' }).result();
  const outliers = cases(run).find((c) => c.id === 'abnormal_inputs:numeric_outlier["# rooms"]');
  assert.equal(outliers.status, 'FAIL', outliers.sentence);
  const page = await project.rows(run, outliers.id, { limit: 5 });
  assert.ok(page.rows.length > 0);
});
