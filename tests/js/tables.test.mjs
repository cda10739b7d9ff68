// Runs as tables and texts: columns by name, CSV that a spreadsheet cannot be tricked with, Arrow that apache-arrow reads.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, csv, loans, rejectsWith } from './engine.mjs';

import { ResultTable } from '../../pkg/index.js';

async function weakRun(t) {
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'Tables', modelTask: 'binary_classification' });
  await project.registerDataset('then', csv(loans(1500, 1)), { labelCol: 'label', predictionCol: 'score' });
  await project.registerDataset('now', csv(loans(1500, 2, { weak: true })), { labelCol: 'label', predictionCol: 'score' });
  const run = await project.startStressTest({ runName: 'tables', reference: 'then', evaluation: 'now', seed: 5 }).result();
  return { project, run };
}

test('tables carry the names that people know', async (t) => {
  const { project, run } = await weakRun(t);
  const [row] = run.resultTable().rows();
  assert.equal(row.test_run_id, run.id);
  assert.equal(row.project_id, project.id);
  assert.equal(row['metrics.duration_millis'], run.durationMillis);
  assert.equal(row['metrics.model_perf.accuracy.eval_metric'], run.modelMetrics.accuracy.evaluation);
  const counts = run.summary.counts;
  assert.equal(row['metrics.summary_counts.total'], counts.pass + counts.warning + counts.fail + counts.skip);
  const plain = run.testCases();
  assert.deepEqual(plain.columns, [
    'test_run_id', 'features', 'test_batch_type', 'status', 'severity', 'importance_score', 'test_category', 'kind', 'statistic',
    'severity_score', 'p_value', 'q_value', 'ci_low', 'ci_high', 'reason', 'case_id', 'subset', 'sentence', 'failing_rows', 'failing_share',
    'approximate',
  ]);
  assert.equal(plain.length, counts.total);
  const sparse = run.testCases({ metrics: true }).columns.slice(plain.columns.length);
  assert.ok(sparse.length > 1);
  // Columns in which no case of the run has anything are left out; what the data name stands in one column, `details`.
  assert.ok(sparse.every((name, i) => (i === 0 && name === 'details') || /^[A-Z_]+:[a-z0-9_:]+$/.test(name)), sparse.join());
  const ids = plain.rows().map((cells) => cells.case_id);
  assert.equal(new Set(ids).size, ids.length);
  const failing = plain.rows().find((cells) => cells.status === 'FAIL' && cells.failing_rows > 0);
  assert.ok(failing.failing_share > 0 && failing.failing_share <= 1, JSON.stringify(failing));
  assert.ok(failing.sentence.endsWith('.'));
  assert.deepEqual(run.categories().columns, [
    'id', 'severity', 'test_batch_types', 'failing_test_types', 'category_importance', 'risk_category', 'test_category', 'num_pass', 'num_warning', 'num_alert',
  ]);
});

test('a batch is one test of the run', async (t) => {
  const { run } = await weakRun(t);
  const batch = run.batch('subset_performance:subset_f1');
  assert.equal(batch.category, 'subset_performance');
  const cases = batch.testCases().rows();
  assert.equal(cases.length, batch.toJSON().cases.length);
  assert.ok(cases.every((row) => row.test_batch_type === batch.id));
  const [summary] = batch.summary().rows();
  assert.deepEqual([summary.test_type, summary.severity, summary['summary_counts.total']], [batch.id, batch.severity, cases.length]);
  assert.ok(Number.isInteger(summary.duration_in_millis) && summary.duration_in_millis >= 0, JSON.stringify(summary));
  assert.throws(() => run.batch('drift:none'), (error) => error.code === 'unknown_test');
});

test('CSV quotes, defuses formulas, and leaves numbers alone', () => {
  const table = new ResultTable({ columns: ['a', '=b'], rows: [['=1+1', -1.5], ['x,"y"\nz', null], ['-2', true], ['@cmd', 1e-7]] });
  assert.equal(table.toCSV(), 'a,\'=b\n\'=1+1,-1.5\n"x,""y""\nz",\n\'-2,true\n\'@cmd,1e-7\n');
});

test('Arrow holds the same cells', async (t) => {
  const { tableFromIPC } = await import('apache-arrow');
  const { run } = await weakRun(t);
  const cases = run.testCases({ metrics: true });
  const arrow = tableFromIPC(await cases.toArrow());
  assert.deepEqual(arrow.schema.fields.map((field) => field.name), cases.columns);
  const plain = (value) => (typeof value === 'bigint' ? Number(value) : value);
  const rows = arrow.toArray().map((row) => cases.columns.map((name) => plain(row[name])));
  assert.deepEqual(rows, cases.rows().map((row) => cases.columns.map((name) => row[name])));
});

test('a run reads as Markdown, JUnit and one page', async (t) => {
  const { run } = await weakRun(t);
  const [markdown, junit, html] = await Promise.all([run.toMarkdown(), run.toJUnit(), run.toHTML()]);
  assert.match(markdown, /^# /);
  assert.match(markdown, /city/);
  assert.match(junit, /^<\?xml/);
  const attribute = (name) => Number(junit.match(new RegExp(`<testsuites[^>]* ${name}="(\\d+)"`))?.[1]);
  assert.equal(attribute('failures'), run.summary.counts.fail);
  assert.match(html, /^<!doctype html>/i);
  assert.doesNotMatch(html, /<script/i);
  assert.ok(html.length < 300_000, `${html.length} bytes`);
});

test('names of the data are in one column, whatever they are', async (t) => {
  const { project } = await weakRun(t);
  const words = ['invoice', 'refund', 'password', 'shipping', '"quoted", word', 'ünïcode'];
  const texts = (seed, extra) => loans(600, seed).map((row, i) => ({ ...row, note: `${words[i % 4]} ${i % 3 ? extra : words[(i + seed) % 6]} ${words[(i + 1) % 4]}` }));
  const params = { labelCol: 'label', predictionCol: 'score', textFeatures: ['note'] };
  await project.registerDataset('t1', texts(3, 'regular'), params);
  await project.registerDataset('t2', texts(4, 'wallet'), params);
  const run = await project.startStressTest({ runName: 'words', reference: 't1', evaluation: 't2' }).result();
  const cases = run.testCases({ metrics: true });
  assert.ok(cases.columns.every((name) => !/LOG_ODDS_Z|FEATURE:|FAIRNESS_GROUP/.test(name)), cases.columns.join());
  const named = cases.rows().flatMap(({ details }) => (details === null ? [] : [JSON.parse(details)]));
  assert.ok(named.some((kinds) => kinds.LOG_ODDS_Z?.wallet > 3), JSON.stringify(named).slice(0, 400));
});

test('the rows of a case come worst first', async (t) => {
  const { project, run } = await weakRun(t);
  const { id } = run.batch('subset_performance:subset_accuracy').toJSON().cases.find((c) => c.status === 'FAIL');
  const page = await project.rows(run, id, { limit: 100 });
  const wrong = page.rows.map(({ cells }) => !cells[page.columns.indexOf('predicted')].startsWith(`${cells[page.columns.indexOf('label')]} `));
  assert.ok(wrong[0], 'the first row is wrong');
  assert.equal(wrong.lastIndexOf(true) + 1, wrong.filter(Boolean).length, `wrong rows stand before right ones: ${wrong.join()}`);
  const next = await project.rows(run, id, { offset: 10, limit: 5 });
  assert.deepEqual(next.rows.map(({ row }) => row), page.rows.slice(10, 15).map(({ row }) => row));
});

test('a page carries rows of the data only where they are asked for', async (t) => {
  const { run } = await weakRun(t);
  const [without, withRows] = [await run.toHTML(), await run.toHTML({ samples: true })];
  assert.ok(withRows.length > without.length);
  assert.ok(withRows.length < 300_000, `${withRows.length} bytes`);
});

test('strings of a data set cannot break out of a report', async (t) => {
  const { project } = await weakRun(t);
  const hostile = (seed) => loans(800, seed).map((row) => ({ ...row, '<img src=x onerror=alert(1)>': row.city === 'Oslo' ? '<script>alert(1)</script>' : ']]>&\u0007' }));
  const params = { labelCol: 'label', predictionCol: 'score' };
  await project.registerDataset('h1', hostile(8), params);
  await project.registerDataset('h2', hostile(9).map((row) => ({ ...row, score: row.city === 'Oslo' ? 1 - row.score : row.score })), params);
  const run = await project.startStressTest({ runName: '"<hostile>"', reference: 'h1', evaluation: 'h2' }).result();
  const [junit, html] = await Promise.all([run.toJUnit(), run.toHTML()]);
  assert.doesNotMatch(html, /<script|<img/i);
  assert.doesNotMatch(junit, /<script|<img|\u0007/i);
  await rejectsWith(project.rows(run, 'x'), 'unknown_case');
});
