// What a reader decides about cases: acceptances, a baseline, two runs side by side, what tests are told to do.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, csv, loans, rejectsWith } from './engine.mjs';

const params = { labelCol: 'label', predictionCol: 'score' };
const DAY = 86_400_000;
const day = (offset) => new Date(Date.now() + offset * DAY).toISOString().slice(0, 10);

async function weakProject(t, options) {
  const client = await clientFor(t, options);
  const project = await client.createProject({ name: 'Loans', modelTask: 'binary_classification' });
  await project.registerDataset('then', csv(loans(2000, 1)), params);
  await project.registerDataset('now', csv(loans(2000, 2, { weak: true })), params);
  const start = (more) => project.startStressTest({ runName: 'r', reference: 'then', evaluation: 'now', categories: ['model_performance', 'subset_performance'], seed: 3, ...more }).result();
  return { client, project, start };
}

const casesOf = (run) => run.toJSON().batches.flatMap((batch) => batch.cases);
const failing = (run) => casesOf(run).filter((c) => c.severity !== 'PASS').map((c) => c.id).sort();
const codes = (run) => run.summary.banners.map((banner) => banner.code);

test('an accepted case is let be in this run and in later ones, until it is revoked', async (t) => {
  const { client, project, start } = await weakProject(t);
  const run = await start();
  const before = failing(run);
  assert.ok(before.length > 1);
  const [lead] = before;
  const settled = await run.accept(lead, { reason: 'Oslo is being relabelled' });
  assert.equal(settled.id, run.id);
  assert.deepEqual(failing(settled), before.filter((id) => id !== lead));
  const accepted = casesOf(settled).find((c) => c.id === lead);
  assert.equal(accepted.status, 'PASS');
  assert.equal(accepted.accepted.reason, 'Oslo is being relabelled');
  assert.notEqual(accepted.accepted.severity, 'PASS');
  assert.equal(settled.summary.accepted, 1);
  assert.ok(settled.findings.every((finding) => !finding.cases.includes(lead)));
  // Nobody else's evidence has moved.
  const evidence = (of) => casesOf(of).map((c) => [c.id, c.pValue, c.qValue, c.ciLow]).sort();
  assert.deepEqual(evidence(settled), evidence(run));
  // It is kept, and a run that is made with it is the run that was judged again, byte for byte.
  assert.deepEqual((await project.getTestRun(run.id)).toJSON(), settled.toJSON());
  const again = await start();
  assert.equal(JSON.stringify(again), JSON.stringify(settled));
  assert.deepEqual(project.acceptances(), [{ case: lead, reason: 'Oslo is being relabelled' }]);
  assert.deepEqual((await client.getProject(project.id)).acceptances(), project.acceptances());
  assert.equal('acceptances' in (await client.listProjects())[0], false);
  // Taken back, everything is as it was.
  assert.equal(JSON.stringify(await again.revoke(lead)), JSON.stringify(run));
  assert.deepEqual(project.acceptances(), []);
});

test('everything that fails can be accepted, and the run says so', async (t) => {
  const { project, start } = await weakProject(t);
  const run = await start();
  for (const id of failing(run)) await project.accept(id, { reason: 'known' });
  const settled = await project.rejudge(run);
  assert.deepEqual([settled.summary.outcome, settled.findings.length, settled.summary.counts.fail], ['ready', 0, 0]);
  assert.match(settled.summary.headline, /accepted/);
  assert.match(await settled.toMarkdown(), /accepted/);
});

test('an acceptance ends on its day', async (t) => {
  const { project, start } = await weakProject(t);
  const run = await start();
  const [lead] = failing(run);
  assert.equal((await run.accept(lead, { reason: 'until tomorrow', expires: day(1) })).summary.accepted, 1);
  const late = await run.accept(lead, { reason: 'until yesterday', expires: day(-1) });
  assert.deepEqual([late.summary.accepted, codes(late)[0]], [0, 'acceptance_expired']);
  assert.ok(failing(late).includes(lead));
  assert.equal(late.toJSON().decisions.today, day(0));
  // The reader's own day stands above the clock's.
  assert.equal((await start({ today: day(-2) })).summary.accepted, 1);
  const own = await start({ accepted: [{ case: lead, reason: 'in this run' }] });
  assert.equal(casesOf(own).find((c) => c.id === lead).accepted.reason, 'in this run');
});

test('an acceptance needs a reason, a day that exists, and should name a case', async (t) => {
  const { project, start } = await weakProject(t);
  await rejectsWith(project.accept('drift:feature_drift[city]', { reason: ' ' }), 'no_reason');
  await rejectsWith(project.accept('drift:feature_drift[city]'), 'no_reason');
  for (const expires of ['2024-02-30', 'soon', '2024-13-01', 5]) await rejectsWith(project.accept('a', { reason: 'r', expires }), 'invalid_date');
  await rejectsWith(start({ accepted: [{ case: 'a', reason: '' }] }), 'no_reason');
  await rejectsWith(start({ accepted: [{ case: 'a', reason: 'r', expires: 'soon' }] }), 'invalid_date');
  const run = await start({ accepted: [{ case: 'subset_performance:subset_accuracy[no such]', reason: 'r' }] });
  assert.ok(codes(run).includes('acceptance_unknown_case'));
});

test('with a baseline only what is new or worse fails', async (t) => {
  const { project, start } = await weakProject(t);
  const first = await start();
  const known = failing(first);
  assert.deepEqual(first.baseline().cases.map((c) => c.id).sort(), [...known].sort());
  const second = await start({ runName: 'second', baseline: first.id });
  assert.notEqual(second.id, first.id);
  assert.deepEqual([failing(second), second.summary.known, second.summary.outcome], [[], known.length, 'ready']);
  assert.ok(casesOf(second).filter((c) => c.known).every((c) => known.includes(c.id) && c.known.severity !== 'PASS'));
  assert.ok(codes(second).includes('known'));
  // Without one of its cases, that case is new.
  const { run, name, cases } = first.baseline();
  const third = await start({ runName: 'third', baseline: { run, name, cases: cases.slice(1) } });
  assert.deepEqual(failing(third), [cases[0].id]);
  // A case that was only a warning then is worse now.
  const alert = cases.find((c) => c.severity === 'ALERT');
  const fourth = await start({ runName: 'fourth', baseline: { run, cases: cases.map((c) => (c === alert ? { ...c, severity: 'WARNING' } : c)) } });
  assert.deepEqual(failing(fourth), [alert.id]);
  await rejectsWith(start({ baseline: 'nothing' }), 'unknown_run');
  // Acceptances and the baseline together, judged again.
  assert.equal((await third.accept(cases[0].id, { reason: 'known, too' })).summary.outcome, 'ready');
  assert.deepEqual((await project.getTestRun(third.id)).toJSON().decisions.baseline.cases.length, cases.length - 1);
});

test('two runs stand side by side', async (t) => {
  const { project, start } = await weakProject(t);
  await project.registerDataset('mended', csv(loans(2000, 2)), params);
  const weak = await start();
  const mended = await start({ runName: 'mended', evaluation: 'mended' });
  const forth = await project.compare(weak, mended);
  assert.deepEqual([forth.before.id, forth.after.id], [weak.id, mended.id]);
  const { mended: better, gone, new: fresh } = forth.counts;
  assert.equal(better + gone - fresh, failing(weak).length - failing(mended).length);
  assert.ok(forth.counts.mended > 0 && forth.counts.calm > 0);
  assert.ok(forth.notes.some((note) => note.startsWith('The evaluation sets differ')));
  const accuracy = forth.metrics.find((metric) => metric.id === 'accuracy');
  assert.equal(accuracy.before.evaluation, weak.modelMetrics.accuracy.evaluation);
  assert.equal(accuracy.after.evaluation, mended.modelMetrics.accuracy.evaluation);
  const about = ({ finding }) => finding.features.includes('city');
  assert.ok(forth.findingsBefore.some(about) && forth.findingsBefore.every(({ change }) => change !== 'new'));
  const back = await project.compare(mended.id, weak.id);
  assert.deepEqual([back.counts.new, back.counts.mended + back.counts.gone], [better + gone, fresh]);
  assert.ok(back.cases.filter((c) => c.change === 'new').every((c) => c.after.severity !== 'PASS' && (c.before?.severity ?? 'PASS') === 'PASS'));
  // What somebody lets be is compared as it was judged.
  const let_ = await weak.accept(failing(weak)[0], { reason: 'known' });
  const same = await project.compare(let_, let_);
  assert.deepEqual([same.counts.unchanged, same.counts.calm > 0], [failing(weak).length, true]);
  assert.equal(same.cases.filter((c) => c.after.letBe).length, 1);
  await rejectsWith(project.compare(weak, 'nothing'), 'unknown_run');
});

test('a test does what it is told, and says what it does not understand', async (t) => {
  const { start } = await weakProject(t);
  const id = 'subset_performance:subset_accuracy';
  const of = async (more) => (await start({ categories: ['subset_performance'], ...more })).toJSON();
  const cases = (document) => document.batches.find((batch) => batch.id === id)?.cases ?? [];
  const plain = cases(await of({}));
  assert.deepEqual(plain.map((c) => c.features[0]).sort(), ['amount', 'city']);
  assert.equal(cases(await of({ tests: { [id]: { run: false } } })).length, 0);
  assert.deepEqual(cases(await of({ tests: { [id]: { excludeColumns: ['city'] } } })).map((c) => c.features[0]), ['amount']);
  const without = await of({ excludeColumns: ['city'] });
  assert.ok(without.batches.flatMap((batch) => batch.cases).every((c) => !c.features.includes('city')));
  const strict = cases(await of({ tests: { [id]: { warning: 0.01, alert: 0.9 } } })).find((c) => c.features[0] === 'city');
  assert.deepEqual([strict.thresholds, strict.status], [{ warning: 0.01, alert: 0.9 }, 'WARNING']);
  assert.match(cases(await of({ tests: { [id]: { min_sample_size: 1900 } } }))[0].reason, /1900/);
  // How readily: thresholds follow, by the rule for effects up to 1.
  const city = (document) => cases(document).find((c) => c.features[0] === 'city').thresholds;
  const { warning, alert } = plain.find((c) => c.features[0] === 'city').thresholds;
  const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} ${b}`);
  const more = city(await of({ sensitivity: 'more' }));
  near(more.warning, warning / 2);
  near(more.alert, alert / 2);
  const less = city(await of({ sensitivity: 'less' }));
  near(less.warning, 1 - (1 - warning) / 1.5);
  near(less.alert, 1 - (1 - alert) / 1.5);
  // What a metric must keep.
  const bounded = (await start({ tests: { 'model_performance:accuracy': { bound: 0.999 } } })).toJSON();
  assert.ok(bounded.batches.find((batch) => batch.id === 'model_performance:accuracy').cases.some((c) => c.id.endsWith('#bound') && c.status === 'FAIL'));
  assert.match((await rejectsWith(of({ tests: { [id]: { minSampleSize: 10 } } }), 'unknown_parameter')).message, /min_sample_size/);
  await rejectsWith(of({ tests: { [id]: { warning: 0.5 } } }), 'invalid_thresholds');
  await rejectsWith(of({ tests: { [id]: { min_sample_size: -3 } } }), 'invalid_parameter');
  assert.match((await rejectsWith(of({ excludeColumns: ['citty'] }), 'unknown_column')).message, /"city"/);
});
