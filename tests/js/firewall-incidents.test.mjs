// Incidents, metrics of one's own over time, and what a monitor can follow, through the package.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, csv, loans } from './engine.mjs';

const DAY = 86_400_000;
const START = Date.UTC(2024, 4, 6);
const PARAMS = { labelCol: 'label', predictionCol: 'score', timestampCol: 'time', idCol: 'id' };

/** Loans of `days` days from the `first` on, `perDay` a day; `change(row, day)` makes something of each. */
function daily(first, days, perDay, seed, change = (row) => row) {
  return loans(days * perDay, seed).map((row, i) => {
    const day = first + Math.floor(i / perDay);
    const time = new Date(START + day * DAY + ((i % perDay) * DAY) / perDay).toISOString().slice(0, 19);
    return change({ id: `${seed}-${i}`, time, ...row }, day);
  });
}

/** From the tenth day on a third of the applicants come from a place that was never seen. */
const moved = (row, day) => (day >= 10 && row.id.endsWith('3') ? { ...row, city: 'Atlantis' } : row);

const cost = { id: 'cost', name: 'Cost', better: 'lower', perRow: ({ row, prediction }) => (row.city === 'Atlantis' ? 3 : 1 + Number(prediction)) };

async function watched(t, metrics) {
  const client = await clientFor(t);
  for (const metric of metrics) client.registerMetric(metric);
  const project = await client.createProject({ name: 'Loans', modelTask: 'binary_classification' });
  for (const [name, rows] of Object.entries({ then: daily(-21, 21, 300, 1), week1: daily(0, 7, 250, 2), week2: daily(7, 7, 250, 3, moved) })) {
    await project.registerDataset(name, csv(rows), PARAMS);
  }
  await project.registerModel('scorer');
  await project.promoteModel('scorer');
  const firewall = await project.createFirewall('scorer', 'then', { binSize: 'day', seed: 5, sensitivity: 'more' });
  return { client, project, firewall };
}

test('events of one cause are one incident, resolved together', async (t) => {
  const { firewall } = await watched(t, []);
  await firewall.startContinuousTest('week1').result();
  await firewall.startContinuousTest('week2').result();
  const rows = firewall.incidents().rows();
  assert.equal(rows.length, firewall.view.incidents.length);
  const row = rows.find(({ title }) => title.includes('Atlantis'));
  assert.ok(row, firewall.incidents().toCSV());
  const incident = firewall.incident(row.id);
  assert.ok(incident.events.length > 1);
  assert.deepEqual(firewall.incident(incident.events[1]), incident, 'an event leads to its incident');
  assert.ok(incident.events.every((id) => firewall.event(id).incident === incident.id));
  assert.throws(() => firewall.incident('none'), { code: 'unknown_incident' });
  await firewall.resolve(incident, 'a campaign');
  assert.ok(incident.events.every((id) => firewall.event(id).resolved.note === 'a campaign'));
  assert.equal(firewall.incident(row.id).resolved.note, 'a campaign');
  await firewall.reopen(row.id);
  assert.equal(firewall.incident(row.id).resolved, null);
  assert.equal(firewall.view.config.sensitivity, 'more');
});

test('a metric of one\'s own is followed over time, and a monitor takes whatever is offered', async (t) => {
  const sets = { id: 'of_sets', name: 'Of sets', better: 'lower', compute: (all) => all.length };
  const { client, firewall } = await watched(t, [cost, sets]);
  const [followed, skipped] = firewall.view.customMetrics;
  assert.ok(followed.id === 'cost' && followed.reference.rows === 21 * 300 && followed.skipped === undefined);
  assert.match(skipped.skipped, /perRow/);
  await firewall.startContinuousTest('week1').result();
  const monitor = firewall.listMonitors().find(({ id }) => id === 'model_performance:cost');
  assert.equal(monitor.series[0].points.length, 7);
  assert.ok(monitor.series[0].points.every(({ value, n }) => value >= 1 && value <= 3 && n === 250));

  const choices = await firewall.monitorChoices();
  for (const id of ['drift:feature_drift#numeric', 'drift:feature_drift#categorical', 'model_performance:cost', 'abnormality_rate']) assert.ok(choices.some((choice) => choice.test === id), id);
  for (const [i, { test: id }] of choices.entries()) await firewall.addMonitor({ name: `own ${i}`, test: id, warning: 1e6, alert: 2e6 });

  // A client that does not know the metric takes the batch in without it, and says so.
  client.unregister('cost');
  await firewall.startContinuousTest('week2').result();
  assert.ok(firewall.lastReport.problems.some(({ code }) => code === 'custom_metric_missing'));
  assert.equal(firewall.listMonitors().find(({ id }) => id === 'model_performance:cost').series[0].points.length, 7);
});
