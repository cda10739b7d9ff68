// Cancel, crash, and what is left afterwards; in the caller's thread and in a worker.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clientFor, csv, loans, rejectsWith } from './engine.mjs';

const CONFIG = { runName: 'r', reference: 'then', evaluation: 'now', seed: 3 };

async function register(client, rows) {
  const project = await client.createProject({ name: 'Jobs', modelTask: 'binary_classification' });
  await project.registerDataset('then', new File([csv(loans(rows, 1))], 'then.csv'), { labelCol: 'label', predictionCol: 'score' });
  await project.registerDataset('now', new File([csv(loans(rows, 2))], 'now.csv'), { labelCol: 'label', predictionCol: 'score' });
  return project;
}

for (const worker of [false, true]) {
  const where = worker ? 'in a worker' : 'in this thread';

  test(`cancel is answered within 200 ms, ${where}`, async (t) => {
    const client = await clientFor(t, { worker });
    const project = await register(client, 20000);
    const job = project.startStressTest(CONFIG);
    for await (const _ of job) break;
    const asked = performance.now();
    job.cancel();
    await rejectsWith(job.result(), 'cancelled');
    assert.ok(performance.now() - asked < 200, `${performance.now() - asked} ms`);
    assert.equal(job.status, 'cancelled');
    const run = await project.startStressTest({ ...CONFIG, categories: ['model_performance'] }).result();
    assert.ok(run.modelMetrics.accuracy.evaluation > 0.5, 'the next run goes on as if nothing had been');
  });

  test(`reading can be cancelled, ${where}`, async (t) => {
    const client = await clientFor(t, { worker });
    const controller = new AbortController();
    const hooks = { signal: controller.signal, onProgress: () => controller.abort() };
    await rejectsWith(client.inspect(csv(loans(400000, 1)), {}, hooks), 'cancelled');
  });

  test(`a crash is an error, and the next run reads its files again, ${where}`, async (t) => {
    const client = await clientFor(t, { worker });
    const project = await register(client, 400);
    const before = await project.startStressTest(CONFIG).result();
    assert.equal(client.lastCrash, null);
    const error = await rejectsWith(client.crashForTest(), 'engine_crashed');
    assert.match(error.message, /rehearsal/, 'it says why');
    assert.match(client.lastCrash.message, /rehearsal/);
    assert.equal((await project.listTestRuns()).length, 1, 'runs are kept');
    const after = await project.startStressTest(CONFIG).result();
    assert.deepEqual(after.toJSON(), before.toJSON());
  });

  test(`a run that the engine lost is run again for its rows, ${where}`, async (t) => {
    const client = await clientFor(t, { worker });
    const project = await register(client, 400);
    const run = await project.startStressTest({ ...CONFIG, tests: { 'model_performance:accuracy': { bound: 0.999 } } }).result();
    const found = run.toJSON().batches.flatMap((batch) => batch.cases)[0];
    const page = await project.rows(run, found.id, { limit: 3 });
    await rejectsWith(client.crashForTest(), 'engine_crashed');
    assert.deepEqual(await project.rows(run, found.id, { limit: 3 }), page);
  });
}

test('a client that was closed says so', async (t) => {
  const client = await clientFor(t);
  await client.close();
  await rejectsWith(client.inspect('a\n1\n'), 'closed');
});

test('wasm that is not there is an error of the first call, not of create', async (t) => {
  const client = await clientFor(t, { worker: true, wasm: new URL('nowhere.wasm', import.meta.url) });
  await rejectsWith(client.init(), 'engine_unavailable');
});
