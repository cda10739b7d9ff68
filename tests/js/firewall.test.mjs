// The firewall through the package: promote, learn, watch two weeks, look, decide, check rows, keep, take labels that come later.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Firewall } from '../../pkg/index.js';
import { clientFor, csv, loans, rejectsWith } from './engine.mjs';

const DAY = 86_400_000;
const START = Date.UTC(2024, 4, 6);
const PARAMS = { labelCol: 'label', predictionCol: 'score', timestampCol: 'time', idCol: 'id' };

/** Loans of `days` days from the `first` on, `perDay` a day; `change(row, day)` makes something of each. */
function daily(first, days, perDay, seed, change = (row) => row) {
  const rows = loans(days * perDay, seed);
  return rows.map((row, i) => {
    const day = first + Math.floor(i / perDay);
    const time = new Date(START + day * DAY + ((i % perDay) * DAY) / perDay).toISOString().slice(0, 19);
    return change({ id: `${seed}-${i}`, time, ...row }, day);
  });
}

/** From the tenth day on every third applicant comes from Oslo whoever he was, and some from a place that was never seen. */
const moved = (row, day) => (day < 10 ? row : { ...row, city: row.id.endsWith('3') ? 'Atlantis' : row.id.length % 2 || row.amount > 60 ? 'Oslo' : row.city });

const unlabelled = (rows) => rows.map(({ label: _, ...row }) => row);

async function watched(t, { options, clientOptions, sets = {} } = {}) {
  const client = await clientFor(t, clientOptions);
  const project = await client.createProject({ name: 'Loans', modelTask: 'binary_classification' });
  const files = { then: daily(-21, 21, 300, 1), week1: daily(0, 7, 250, 2), week2: daily(7, 7, 250, 3, moved), ...sets };
  for (const [name, rows] of Object.entries(files)) {
    const { labelCol, ...bare } = PARAMS;
    await project.registerDataset(name, csv(rows), 'label' in rows[0] ? { ...bare, labelCol } : bare);
  }
  await project.registerModel('scorer');
  await project.promoteModel('scorer');
  const firewall = await project.createFirewall('scorer', 'then', { binSize: 'day', seed: 5, ...options });
  return { client, project, firewall, files };
}

/** All that a firewall shows but for example rows, which are there while the data are loaded. */
const known = ({ view }) => ({ ...view, events: view.events.map((event) => ({ ...event, causes: event.causes.map((cause) => ({ ...cause, examples: [] })) })) });

const starts = (bins) => bins.map((bin) => (bin.start - START) / DAY);
const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

test('two weeks, a change in the second, and what became of it', async (t) => {
  const { project, firewall, files } = await watched(t);
  assert.equal(project.promotedModel, 'scorer');
  assert.equal(firewall.view.reference.rows, 21 * 300);
  assert.deepEqual([firewall.bins(), firewall.events().length, firewall.lastReport], [[], 0, null]);

  const job = firewall.startContinuousTest('week1');
  const stages = [];
  for await (const { stage } of job) stages.push(stage);
  assert.equal(stages.at(-1), 'done');
  const first = await job.result();
  assert.deepEqual(starts(first), range(0, 7));
  assert.ok(first.every((bin) => bin.rows === 250 && bin.labelled === 250 && bin.predicted === 250 && bin.judged && bin.sources[0].dataset === 'week1'));
  assert.equal(firewall.events().length, 0, 'a calm week is left in peace');

  await firewall.startContinuousTest('week2').result();
  assert.deepEqual(starts(firewall.bins()), range(0, 14));
  const table = firewall.events();
  assert.deepEqual(table.columns, [
    'id', 'event_type', 'severity', 'event_object_name', 'monitor_id', 'risk_category_type', 'test_category', 'event_time_range.start_time',
    'event_time_range.end_time', 'description', 'root_cause', 'monitor_name', 'kind', 'status', 'worst_bin', 'rows', 'incident',
  ]);
  const rows = table.rows();
  const about = rows.filter((row) => row.event_object_name.includes('city'));
  assert.ok(about.length > 0, table.toCSV());
  assert.ok(about.some((row) => row['event_time_range.start_time'] === '2024-05-16T00:00:00Z' && row['event_time_range.end_time'] === '2024-05-20T00:00:00Z'), table.toCSV());
  assert.ok(rows.every((row) => row.description.length > 20 && row.status === 'open'), table.toCSV());
  assert.match(firewall.headline, /\d/);
  assert.notEqual(firewall.status, 'PASS');

  const event = firewall.event(about[0].id);
  const monitor = firewall.listMonitors().find((m) => m.id === event.monitor);
  assert.ok(monitor.detectedEvents().some((e) => e.id === event.id));
  const { points, reference } = monitor.series.find((series) => series.object === event.object);
  assert.deepEqual([points.length, typeof reference], [14, 'number']);
  assert.throws(() => firewall.event('none'), (error) => error.code === 'unknown_event');

  const bins = firewall.binsTable().rows();
  assert.deepEqual([bins.length, bins[10].start_time, bins[10].num_inputs], [14, '2024-05-16T00:00:00Z', 250]);
  assert.ok(bins[10].events.includes(event.id));
  const series = await firewall.seriesTable(monitor);
  assert.equal(series.length, monitor.series.reduce((sum, s) => sum + s.points.length, 0));
  assert.match(firewall.events().toCSV(), /^id,event_type,/);
  const { tableFromIPC } = await import('apache-arrow');
  assert.equal(tableFromIPC(await series.toArrow()).numRows, series.length);

  // A bin, and a week of bins, as runs.
  const run = await firewall.run(START + 10 * DAY);
  const [result] = run.resultTable().rows();
  assert.deepEqual([result.testing_type, result.project_id, run.summary.numInputs], ['continuous_test', project.id, 250]);
  const day = files.week2.filter((row) => row.time.startsWith('2024-05-16'));
  const accuracy = day.filter(({ label, score }) => label === (score >= 0.5 ? 1 : 0)).length / day.length;
  assert.ok(Math.abs(run.modelMetrics.accuracy.evaluation - accuracy) < 1e-9);
  assert.match(await run.toMarkdown(), /^# /);
  assert.match(await run.toHTML(), /^<!doctype html>/i);
  await rejectsWith(run.accept('x', { reason: 'r' }), 'continuous_test');
  await rejectsWith(run.toHTML({ samples: true }), 'continuous_test');
  const week = await firewall.run({ from: new Date(START + 7 * DAY), to: '2024-05-20T00:00:00Z' });
  assert.equal(week.summary.numInputs, 7 * 250);
  await rejectsWith(firewall.run(START + 99 * DAY), 'unknown_bin');
  await rejectsWith(firewall.run('some day'), 'invalid_date');

  // The rows behind a case of a bin.
  const unseen = run.toJSON().batches.flatMap((batch) => batch.cases).find((c) => c.id === 'abnormal_inputs:unseen_categorical[city]');
  const page = await firewall.rows(START + 10 * DAY, unseen.id, { limit: 3 });
  assert.equal(page.total, day.filter((row) => row.city === 'Atlantis').length);
  assert.ok(page.rows.every((row) => row.cells[page.columns.indexOf('city')] === 'Atlantis'));
});

test('a bin that is filled is only filled again where that is said', async (t) => {
  const { firewall, project } = await watched(t);
  await firewall.startContinuousTest('week1').result();
  const before = await firewall.toJSON();
  await project.registerDataset('again', csv(daily(6, 2, 100, 9)), PARAMS);
  assert.match((await rejectsWith(firewall.startContinuousTest('again').result(), 'bins_exist')).message, /2024-05-12/);
  assert.deepEqual(await firewall.toJSON(), before);
  await firewall.startContinuousTest('again', { overrideExistingBins: true }).result();
  assert.deepEqual(firewall.bins().map((bin) => bin.rows), [250, 250, 250, 250, 250, 250, 100, 100]);
});

test('a cancelled batch leaves the firewall as it was', async (t) => {
  for (const worker of [false, true]) {
    const { firewall } = await watched(t, { clientOptions: { worker }, sets: { long: daily(20, 60, 300, 4) } });
    await firewall.startContinuousTest('week1').result();
    const before = await firewall.toJSON();
    const job = firewall.startContinuousTest('long');
    for await (const _ of job) break;
    const asked = performance.now();
    job.cancel();
    await rejectsWith(job.result(), 'cancelled');
    assert.ok(performance.now() - asked < 200, `${performance.now() - asked} ms`);
    assert.deepEqual(await firewall.toJSON(), before);
    await firewall.startContinuousTest('week2').result();
    assert.equal(firewall.bins().length, 14);
  }
});

test('what the reader decides stands, here and after a reload', async (t) => {
  const { firewall } = await watched(t);
  await firewall.startContinuousTest('week1').result();
  await firewall.startContinuousTest('week2').result();
  const today = new Date().toISOString().slice(0, 10);
  const [{ id, monitor_id: monitor }] = firewall.events().rows();
  await firewall.resolve(id, 'a campaign in Oslo');
  assert.deepEqual(firewall.event(id).resolved, { on: today, note: 'a campaign in Oslo', until: firewall.event(id).end });
  assert.equal(firewall.events().rows().find((row) => row.id === id).status, 'resolved');
  await firewall.note(firewall.event(id), 'seen by us');
  assert.deepEqual(firewall.event(id).notes, [{ on: today, text: 'seen by us' }]);
  await firewall.pin(monitor);
  assert.deepEqual([firewall.listMonitors()[0].id, firewall.listMonitors()[0].pinned], [monitor, true]);
  await firewall.unpin(monitor);
  await firewall.mute(firewall.listMonitors().find((m) => m.id === monitor));
  assert.ok(firewall.event(id).muted);
  const own = { name: 'Oslo a week', test: 'drift:feature_drift', feature: 'city', window: 7, aggregate: 'max', warning: 0.05, alert: 0.1 };
  await firewall.addMonitor(own);
  const custom = firewall.listMonitors().find((m) => m.custom !== null);
  assert.equal(custom.name, 'Oslo a week');
  await rejectsWith(firewall.addMonitor(own), 'invalid_monitor');
  await rejectsWith(firewall.pin('no such monitor'), 'unknown_monitor');
  await rejectsWith(firewall.resolve('no such event'), 'unknown_event');
  await firewall.setRule('unseen_categorical[city]', 'flag');
  await rejectsWith(firewall.setRule('unseen_categorical[no such]', 'flag'), 'unknown_rule');

  const alone = await Firewall.fromJSON(await clientFor(t), JSON.stringify(await firewall.toJSON()));
  assert.deepEqual(known(alone), known(firewall));
  await firewall.removeMonitor(custom);
  assert.ok(firewall.listMonitors().every((m) => m.custom === null));
  await firewall.unmute(monitor);
  await firewall.reopen(id);
  assert.deepEqual([firewall.event(id).resolved, firewall.event(id).muted], [null, false]);

  const { level } = firewall.view.alarm;
  await firewall.setBudget(4);
  assert.ok(Math.abs(firewall.view.alarm.level / level - 4) < 1e-6);
  assert.equal(firewall.view.config.falseEventsAYear, 4);
});

test('after a crash, and elsewhere, the firewall goes on without the files', async (t) => {
  const { client, project, firewall } = await watched(t);
  await firewall.startContinuousTest('week1').result();
  await rejectsWith(client.crashForTest(), 'engine_crashed');
  await firewall.startContinuousTest('week2').result();
  const document = await firewall.toJSON();
  assert.equal(document.bins.length, 14);
  assert.doesNotMatch(JSON.stringify(document.bins.map((bin) => bin.info)), /Oslo/);

  const elsewhere = await (await clientFor(t)).createProject({ name: 'Elsewhere' });
  const imported = await elsewhere.importFirewall(document);
  assert.deepEqual(await imported.toJSON(), document);
  assert.deepEqual(known(imported), known(firewall));
  assert.equal(elsewhere.promotedModel, 'scorer');
  const [one, other] = await Promise.all([imported, firewall].map((f) => f.run({ from: START, to: START + 7 * DAY })));
  assert.deepEqual(one.toJSON(), other.toJSON(), 'merged bins are judged alike');
  await rejectsWith(imported.rows(START, 'abnormal_inputs:unseen_categorical[city]'), 'rows_not_loaded');
  await rejectsWith(elsewhere.importFirewall(document), 'firewall_exists');
  await rejectsWith(elsewhere.importFirewall({ ...document, format: 99 }, { replace: true }), 'newer_format');
  await rejectsWith(elsewhere.importFirewall({ ...document, baseline: 'AAAA' }, { replace: true }), 'invalid_document');
  assert.equal((await elsewhere.firewallInfo()).bins, 14);
  assert.equal((await project.firewallInfo()).bins, 14);
});

test('ten thousand rows are checked, in order', async (t) => {
  const { firewall } = await watched(t, { options: { rules: { unseen_categorical: 'block' } } });
  const rows = unlabelled(daily(30, 10, 1000, 6)).map(({ score: _, ...row }, i) => (i % 1000 === 7 ? { ...row, city: 'Atlantis' } : row));
  const began = performance.now();
  const decisions = await firewall.check(rows);
  console.log(`${Math.round((rows.length / (performance.now() - began)) * 1000)} rows/s`);
  assert.equal(decisions.length, rows.length);
  const blocked = decisions.flatMap(({ action }, i) => (action === 'block' ? [i] : []));
  assert.deepEqual(blocked, range(0, 10).map((i) => i * 1000 + 7));
  const [{ rules }] = await firewall.check(rows[7]);
  assert.deepEqual([rules[0].rule, rules[0].features], ['unseen_categorical', ['city']]);
  assert.match(rules[0].sentence, /Atlantis/);
  await firewall.setRule('unseen_categorical[city]', 'allow');
  assert.equal((await firewall.check(rows[7]))[0].action, 'allow');
  assert.ok(firewall.rules().some(({ rule, features, action }) => rule === 'unseen_categorical' && features[0] === 'city' && action === 'allow'));
  assert.deepEqual(await firewall.check([]), []);
});

test('labels that come later: the file again, or the ledger', async (t) => {
  const labelled = daily(0, 7, 250, 2);
  const { project, firewall } = await watched(t, { sets: { bare: unlabelled(labelled) } });
  await firewall.startContinuousTest('bare').result();
  assert.ok(firewall.bins().every((bin) => bin.labelled === 0));
  await rejectsWith(firewall.addLabels('week1'), 'no_ledger');
  await firewall.startContinuousTest('week1', { overrideExistingBins: true }).result();
  const dropped = await firewall.run(START);

  const remembering = await project.createFirewall('scorer', 'then', { binSize: 'day', seed: 5, ledger: true, replace: true });
  await remembering.startContinuousTest('bare').result();
  assert.equal(remembering.view.ledger, 7 * 250);
  // Out of order, and only some of them.
  await project.registerDataset('labels', csv(labelled.map(({ id, label }) => ({ id, label })).reverse()), { labelCol: 'label', idCol: 'id' });
  const report = await remembering.addLabels('labels');
  assert.deepEqual(report.bins, remembering.bins().map((bin) => bin.start));
  assert.ok(remembering.bins().every((bin) => bin.labelled === 250));
  const joined = await remembering.run(START);
  assert.ok(Math.abs(joined.modelMetrics.accuracy.evaluation - dropped.modelMetrics.accuracy.evaluation) < 1e-9);
  assert.deepEqual(await (await Firewall.fromJSON(await clientFor(t), await remembering.toJSON())).toJSON(), await remembering.toJSON());
});

test('data alone can be watched, and what is missing is named', async (t) => {
  const { project, firewall } = await watched(t);
  await project.registerDataset('unscored', csv(daily(0, 2, 100, 8).map(({ score: _, label: __, ...row }) => row)), { timestampCol: 'time', idCol: 'id' });
  await rejectsWith(firewall.startContinuousTest('unscored').result(), 'no_predictions');
  await firewall.startContinuousTest('unscored', { model: null }).result();
  assert.deepEqual(firewall.bins().map((bin) => bin.predicted), [0, 0]);
  await project.registerDataset('timeless', csv(loans(50, 8)), { labelCol: 'label', predictionCol: 'score' });
  await rejectsWith(firewall.startContinuousTest('timeless').result(), 'no_timestamp');
  await rejectsWith(firewall.startContinuousTest('elsewhere').result(), 'unknown_data_set');
  await rejectsWith(project.createFirewall('other', 'then', { replace: true }), 'model_not_promoted');
  assert.match((await rejectsWith(project.createFirewall('scorer', 'then', { replace: true, binsize: 'day' }), 'invalid_argument')).message, /binsize/);
  await rejectsWith(project.createFirewall('scorer', 'then', { replace: true, binSize: 'fortnight' }), 'invalid_argument');
  assert.equal((await project.getFirewall()).bins().length, 2, 'the first one stands');
  const data = await project.createFirewall(null, 'unscored', { binSize: 'hour', replace: true });
  assert.ok(data.listMonitors().every((monitor) => monitor.category !== 'model_performance'));
  await rejectsWith(data.startContinuousTest('week1', { model: 'nobody' }).result(), 'unknown_model');
});
