// The package in a real browser, without the page: its worker, its storage, its way out of a crash.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, site, visit } from './harness.mjs';

/** A function of the page, called with the package and a maker of small data. */
async function withPackage(t, work) {
  const { page } = await visit(await browser(t), await site(t));
  const source = `async () => {
    const straingauge = await import(new URL('pkg/index.js', document.baseURI));
    const csv = (rows, flip) => 'city,amount,label,score\\n' + Array.from({ length: rows }, (_, i) => {
      const p = (i * 37 % 100) / 100;
      const label = (i * 61 % 100) / 100 < p ? 1 : 0;
      const score = flip && i % 4 === 0 ? 1 - p : p;
      return ['Oslo', 'Lima', 'Pune', 'Kyiv'][i % 4] + ',' + (i * 7919 % 1000) / 10 + ',' + label + ',' + score;
    }).join('\\n');
    const register = async (project, rows) => {
      const params = { labelCol: 'label', predictionCol: 'score' };
      await project.registerDataset('then', new File([csv(rows)], 'then.csv'), params);
      await project.registerDataset('now', new File([csv(rows, true)], 'now.csv'), params);
    };
    return (${work})(straingauge, register);
  }`;
  return page.evaluate(`(${source})()`);
}

test('a run in the worker, kept in IndexedDB and found by another client', async (t) => {
  const seen = await withPackage(t, async ({ Client }, register) => {
    const client = await Client.create({ storage: 'indexeddb' });
    const project = await client.createProject({ name: 'kept', modelTask: 'binary_classification' });
    await register(project, 1000);
    const run = await project.startStressTest({ runName: 'r', reference: 'then', evaluation: 'now' }).result();
    await client.close();
    const later = await Client.create({ storage: 'indexeddb' });
    const [info] = (await later.listProjects()).filter(({ id }) => id === project.id);
    const found = await later.getProject(info.id);
    const again = await found.getTestRun(run.id);
    const refused = await found.startStressTest({ runName: 'r', reference: 'then', evaluation: 'now' }).result().catch((error) => error);
    const remembered = found.datasets().map(({ name, file, rows, loaded }) => ({ name, file, rows, loaded }));
    await register(found, 1000);
    const rows = await found.rows(again, again.toJSON().batches[0].cases[0].id, { limit: 2 });
    await later.deleteProject(found.id);
    const left = await later.listProjects();
    await later.close();
    return {
      same: JSON.stringify(again) === JSON.stringify(run), accuracy: run.modelMetrics.accuracy, code: refused.code, message: refused.message, remembered,
      rows: rows.columns.length, left: left.filter(({ id }) => id === project.id).length,
    };
  });
  assert.equal(seen.same, true);
  assert.ok(seen.accuracy.evaluation < seen.accuracy.reference);
  assert.equal(seen.code, 'not_loaded', seen.message);
  assert.deepEqual(seen.remembered[0], { name: 'now', file: 'now.csv', rows: 1000, loaded: false });
  assert.ok(seen.rows > 1);
  assert.equal(seen.left, 0);
});

test('a firewall is kept in IndexedDB, found by another client without a file, and goes with its project', async (t) => {
  const seen = await withPackage(t, async ({ Client }) => {
    const rows = (first, days, seed) => Array.from({ length: days * 100 }, (_, i) => {
      const p = ((i * 37 + seed) % 100) / 100;
      const time = new Date(Date.UTC(2024, 4, first) + Math.floor(i / 100) * 86400000).toISOString();
      return { time, city: ['Oslo', 'Lima', 'Pune', 'Kyiv'][i % 4], amount: ((i * 7919 + seed) % 1000) / 10, label: (i * 61 % 100) / 100 < p ? 1 : 0, score: p };
    });
    const params = { labelCol: 'label', predictionCol: 'score', timestampCol: 'time' };
    const client = await Client.create({ storage: 'indexeddb' });
    const project = await client.createProject({ name: 'watched', modelTask: 'binary_classification' });
    await project.registerDataset('then', rows(1, 10, 0), params);
    await project.registerDataset('now', rows(11, 3, 1), params);
    await project.registerModel('m');
    await project.promoteModel('m');
    const firewall = await project.createFirewall('m', 'then', { binSize: 'day' });
    await firewall.startContinuousTest('now').result();
    const view = JSON.stringify(firewall.view);
    await client.close();
    const later = await Client.create({ storage: 'indexeddb' });
    const found = await later.getProject(project.id);
    const again = await found.getFirewall();
    const run = await again.run(again.bins()[0].start);
    await later.deleteProject(found.id);
    const gone = await again.toJSON().then(() => 'there', (error) => error.code);
    await later.close();
    return { same: JSON.stringify(again.view) === view, bins: again.bins().length, inputs: run.summary.numInputs, promoted: found.promotedModel, gone };
  });
  assert.deepEqual(seen, { same: true, bins: 3, inputs: 100, promoted: 'm', gone: 'no_firewall' });
});

test('cancel is answered within 200 ms, and a crash by a fresh worker', async (t) => {
  const seen = await withPackage(t, async ({ Client }, register) => {
    const client = await Client.create();
    const project = await client.createProject({ name: 'jobs', modelTask: 'binary_classification' });
    await register(project, 20000);
    const config = { runName: 'r', reference: 'then', evaluation: 'now', categories: ['model_performance'] };
    const job = project.startStressTest({ ...config, categories: undefined });
    for await (const _ of job) break;
    const began = performance.now();
    job.cancel();
    const cancelled = await job.result().catch((error) => error);
    const millis = performance.now() - began;
    const crashed = await client.crashForTest().catch((error) => error);
    const run = await project.startStressTest(config).result();
    await client.close();
    return { cancelled: cancelled.code, millis, crashed: crashed.code, why: client.lastCrash.message, name: run.name };
  });
  assert.equal(seen.cancelled, 'cancelled');
  assert.ok(seen.millis < 200, `${seen.millis} ms`);
  assert.equal(seen.crashed, 'engine_crashed');
  assert.match(seen.why, /rehearsal/);
  assert.equal(seen.name, 'r');
});

test('the wasm may come as a response, as bytes, or compiled; in a worker or not', async (t) => {
  const seen = await withPackage(t, async ({ Client }) => {
    const url = new URL('pkg/dist/engine_bg.wasm', document.baseURI);
    const bytes = await (await fetch(url)).arrayBuffer();
    const ways = { url, bytes, module: await WebAssembly.compile(bytes), response: await fetch(url) };
    const rows = {};
    for (const [way, wasm] of Object.entries(ways)) {
      const client = await Client.create({ wasm, worker: way !== 'bytes' });
      rows[way] = (await client.inspect('a,b\n1,x\n2,y\n')).rows;
      await client.close();
    }
    return rows;
  });
  assert.deepEqual(seen, { url: 2, bytes: 2, module: 2, response: 2 });
});
