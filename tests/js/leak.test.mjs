// Memory stays where it is, however often something is read, tested and forgotten.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, csv, loans } from './engine.mjs';

test('the engine does not grow over hundreds of operations', async (t) => {
  const client = await clientFor(t);
  await client.init();
  const { memory } = (await import('../../pkg/dist/engine.js')).initSync();
  const project = await client.createProject({ name: 'Leaks', modelTask: 'binary_classification' });
  const params = { labelCol: 'label', predictionCol: 'score' };
  client.registerMetric({ id: 'own', name: 'Own', better: 'lower', unit: 'number', perRow: ({ row }) => row.amount });
  client.registerTest({ id: 'custom:always', name: 'Always', kind: 'logical', measure: () => ({ holds: false, sentence: 'It fails.', rows: [1, 2] }) });
  const texts = [csv(loans(2000, 1)), csv(loans(2000, 2))];
  const round = async (i) => {
    await client.inspect(texts[i % 2]);
    await project.registerDataset('then', texts[0], params);
    await project.registerDataset('now', texts[1], params);
    const run = await project.startStressTest({ runName: `r${i}`, reference: 'then', evaluation: 'now', categories: ['model_performance', 'drift', 'custom'], seed: i }).result();
    const id = 'custom:always';
    assert.equal((await run.accept(id, { reason: 'it always fails' })).summary.accepted, 1);
    await run.revoke(id);
    await project.compare(run, run);
    await assert.rejects(client.inspect(new File([], 'empty.csv')));
  };
  for (let i = 0; i < 20; i += 1) await round(i);
  const settled = memory.buffer.byteLength;
  for (let i = 0; i < 100; i += 1) await round(i);
  assert.ok(memory.buffer.byteLength <= settled * 1.1, `${settled} bytes grew to ${memory.buffer.byteLength}`);
});

test('nor does a firewall, however often it is made, fed, asked and given back', async (t) => {
  const client = await clientFor(t);
  await client.init();
  const { memory } = (await import('../../pkg/dist/engine.js')).initSync();
  const project = await client.createProject({ name: 'Leaks', modelTask: 'binary_classification' });
  const timed = (seed) => csv(loans(900, seed).map((row, i) => ({ ...row, time: `2024-05-0${1 + Math.floor(i / 300)}T08:00:00` })));
  const params = { labelCol: 'label', predictionCol: 'score', timestampCol: 'time' };
  await project.registerDataset('then', timed(1), params);
  await project.registerDataset('now', timed(2), params);
  const round = async (i) => {
    const firewall = await project.createFirewall(null, 'then', { seed: i, replace: true });
    await firewall.startContinuousTest('now').result();
    await firewall.startContinuousTest('now', { overrideExistingBins: true }).result();
    const job = firewall.startContinuousTest('now', { overrideExistingBins: true });
    job.cancel();
    await assert.rejects(job.result());
    await firewall.setBudget(2);
    await firewall.check(loans(100, i));
    await firewall.run(firewall.bins()[0].start);
    const json = await firewall.toJSON();
    await project.importFirewall(json, { replace: true });
    await project.deleteFirewall();
  };
  for (let i = 0; i < 10; i += 1) await round(i);
  const settled = memory.buffer.byteLength;
  for (let i = 0; i < 40; i += 1) await round(i);
  assert.ok(memory.buffer.byteLength <= settled * 1.1, `${settled} bytes grew to ${memory.buffer.byteLength}`);
});
