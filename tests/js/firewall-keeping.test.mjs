// How a firewall is kept: one write or none, two clients over one store, a disk that is full, an engine that crashes in the middle of a
// batch. The engine is a small stand-in that counts rows a day, so that every failure comes at the moment that a test names.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Client, Firewall } from '../../pkg/index.js';
import { Host } from '../../pkg/host.js';
import { openStorage } from '../../pkg/storage.js';
import { Transport } from '../../pkg/transport.js';
import { rejectsWith } from './engine.mjs';

const DAY = 86_400_000;
const thrown = (code) => ({ code, message: `The stand-in refuses, as the test asked: ${code}.`, details: {} });

/** Files are lines `day rows`; a bin knows its rows. `plan` says what goes wrong: `plan.step` is called with every step of a batch. */
const standIn = (plan) =>
  class {
    things = [null];

    put(thing) {
      return this.things.push(thing) - 1;
    }

    open(name) {
      return this.put({ name, text: '' });
    }

    push(reader, bytes) {
      this.things[reader].text += new TextDecoder().decode(bytes);
    }

    finish(reader, sha256) {
      return { table: this.put({ ...this.things[reader], sha256 }), inspection: {} };
    }

    dataset(table, name, params) {
      const { name: file, text, sha256 } = this.things[table];
      const days = text.trim().split('\n').map((line) => line.split(' ').map(Number));
      const info = { name, file, bytes: text.length, sha256, rows: days.reduce((sum, [, rows]) => sum + rows, 0), labelled: 0, columns: [], params, problems: [] };
      return { dataset: this.put({ days, info }), info };
    }

    predictions(dataset, table, model) {
      const info = { dataset: this.things[dataset].info.name, model, file: 'p', sha256: '0', rows: 1, problems: [] };
      return { predictions: this.put({ info }), info };
    }

    firewall(config, { dataset, predictions }) {
      const reference = { ...this.things[dataset].info, dataset: config.reference, predicted: predictions === null ? 0 : 1 };
      return this.put({ header: { config, reference, marks: { pinned: [] }, budget: 1 }, bins: new Map(), batch: null });
    }

    firewallImport(text) {
      const { bins, ...header } = JSON.parse(text);
      return this.put({ header, bins: new Map(bins.map((bin) => [bin.info.start, bin])), batch: null });
    }

    firewallAdd(firewall, { dataset }, { overrideExistingBins }) {
      const { bins } = this.things[firewall];
      const { days } = this.things[dataset];
      if (!overrideExistingBins && days.some(([day]) => bins.has(day * DAY))) throw thrown('bins_exist');
      this.things[firewall].batch = { days, done: 0 };
    }

    firewallStep(firewall) {
      const { header, bins, batch } = this.things[firewall];
      const total = batch?.days.length ?? 3;
      plan.step?.(batch, header);
      if (batch && batch.done < total) batch.done += 1;
      if (batch && batch.done === total) {
        for (const [day, rows] of batch.days) bins.set(day * DAY, { info: { start: day * DAY, end: (day + 1) * DAY, rows, events: [] }, counts: `${rows} of ${header.budget}` });
        this.things[firewall].report = { bins: batch.days.map(([day]) => day * DAY), problems: [] };
        this.things[firewall].batch = null;
      }
      return JSON.stringify({ stage: !batch || batch.done === total ? 'done' : 'testing', done: batch?.done ?? total, total, label: '', batches: [] });
    }

    firewallAbandon(firewall) {
      plan.abandoned = (plan.abandoned ?? 0) + 1;
      this.things[firewall].batch = null;
    }

    firewallChange(firewall, { change, monitor, on, false_events_a_year: budget }) {
      const { header, bins } = this.things[firewall];
      if (change === 'pin' && monitor === 'none') throw thrown('unknown_monitor');
      if (change === 'pin') header.marks.pinned = on ? [...header.marks.pinned, monitor] : header.marks.pinned.filter((m) => m !== monitor);
      if (change !== 'budget') return;
      header.budget = budget;
      for (const bin of bins.values()) bin.counts = `${bin.info.rows} of ${budget}`;
    }

    look(firewall) {
      const { header, bins } = this.things[firewall];
      const monitors = header.marks.pinned.map((id) => ({ id, pinned: true, series: [] }));
      const all = [...bins.values()].map((bin) => bin.info).sort((a, b) => a.start - b.start);
      return { id: `of ${header.reference.dataset}`, config: header.config, reference: header.reference, bins: all, monitors, events: [], incidents: [], rules: [], status: 'PASS', headline: `${all.length} bins` };
    }

    firewallLook(firewall) {
      plan.look?.();
      const empty = { columns: [], rows: [] };
      return JSON.stringify({ view: this.look(firewall), events: empty, incidents: empty, bins: empty });
    }

    firewallBin(firewall, start) {
      return JSON.stringify(this.things[firewall].bins.get(start));
    }

    firewallDocument(firewall, what) {
      const { header, bins, report } = this.things[firewall];
      return JSON.stringify({ report, header: { ...header, bins: [] }, export: { ...header, bins: [...bins.values()] } }[what]);
    }

    forget(kind, ids) {
      for (const id of ids) this.things[id] = undefined;
    }

    crash() {
      throw new WebAssembly.RuntimeError('told to crash');
    }

    free() {}
  };

/** A storage that notes what is written and fails where `plan.write` throws. */
function noted(storage, plan) {
  return new Proxy(storage, {
    get: (target, name) =>
      name === 'commit'
        ? async (changes) => {
            await plan.write?.(changes);
            plan.written = (changes.puts ?? []).filter(([kind]) => kind.startsWith('firewall')).map(([kind, , key]) => `${kind} ${key}`);
            return target.commit(changes);
          }
        : (target[name]?.bind(target) ?? target[name]),
  });
}

function clientOver(storage, plan = {}) {
  const Engine = standIn(plan);
  const open = (onMessage) => {
    const host = new Host(async () => ({ glue: { Engine, lastPanic: () => 'a rehearsal' }, module: null }), onMessage);
    return { post: (message) => host.receive(structuredClone(message)), close: () => host.close() };
  };
  return new Client(new Transport(open), noted(storage, plan));
}

async function watched(storage, plan, options) {
  const client = clientOver(storage, plan);
  const project = await client.createProject({ name: 'Shop' });
  for (const [name, text] of [['then', '0 900'], ['w1', '10 100\n11 110\n12 120'], ['w2', '13 130\n14 140'], ['again', '12 90\n13 91']]) await project.registerDataset(name, text);
  return { client, project, firewall: await project.createFirewall(null, 'then', options) };
}

const rows = (firewall) => firewall.bins().map((bin) => bin.rows);
const kept = async (storage, { id }) => (await storage.list('firewallbin', id)).map((text) => JSON.parse(text).info.rows).sort((a, b) => a - b);

test('only new and changed bins are written, and everything when the budget changes', async () => {
  const plan = {};
  const { firewall } = await watched(await openStorage(), plan);
  assert.deepEqual(plan.written, ['firewall about', 'firewall header']);
  const filled = await firewall.startContinuousTest('w1').result();
  assert.deepEqual(filled.map((bin) => bin.start / DAY), [10, 11, 12]);
  assert.deepEqual(plan.written.slice(2), [10, 11, 12].map((day) => `firewallbin ${day * DAY}`));
  await firewall.startContinuousTest('w2').result();
  assert.deepEqual(plan.written.slice(2), [13, 14].map((day) => `firewallbin ${day * DAY}`));
  await firewall.pin('m');
  assert.deepEqual(plan.written, ['firewall about', 'firewall header']);
  await firewall.setBudget(4);
  assert.equal(plan.written.length, 2 + 5);
  await firewall.startContinuousTest('again', { overrideExistingBins: true }).result();
  assert.deepEqual(plan.written.slice(2), [12, 13].map((day) => `firewallbin ${day * DAY}`));
  assert.deepEqual(rows(firewall), [100, 110, 90, 91, 140]);
});

test('a project has one firewall, which goes with it', async () => {
  const storage = await openStorage();
  const { client, project, firewall } = await watched(storage, {});
  await firewall.startContinuousTest('w1').result();
  await rejectsWith(project.createFirewall(null, 'then'), 'firewall_exists');
  await rejectsWith(project.importFirewall(await firewall.toJSON()), 'firewall_exists');
  await rejectsWith(project.createFirewall('m', 'then', { replace: true }), 'model_not_promoted');
  await rejectsWith(project.promoteModel('m'), 'unknown_model');
  const second = await project.createFirewall(null, 'w2', { replace: true });
  assert.equal(second.id, 'of w2');
  assert.deepEqual(await kept(storage, project), [], 'the former bins are gone');
  await rejectsWith(firewall.pin('m'), 'no_firewall');
  await rejectsWith(firewall.toJSON(), 'no_firewall');
  assert.equal(await project.getFirewall(), second);
  assert.equal((await project.firewallInfo()).reference, 'w2');
  await project.deleteFirewall();
  await rejectsWith(project.getFirewall(), 'no_firewall');
  assert.equal(await project.firewallInfo(), null);
  await (await project.createFirewall(null, 'then')).startContinuousTest('w1').result();
  await client.deleteProject(project.id);
  assert.deepEqual([(await storage.keys('firewall', project.id)).length, (await storage.keys('firewallbin', project.id)).length], [0, 0]);
});

test('after a reload the firewall is there without any file', async () => {
  const storage = await openStorage();
  const { project, firewall } = await watched(storage, {});
  await firewall.startContinuousTest('w1').result();
  await firewall.pin('m');
  const later = await clientOver(storage).getProject(project.id);
  const again = await later.getFirewall();
  assert.deepEqual(again.view, firewall.view);
  assert.deepEqual(await again.toJSON(), await firewall.toJSON());
  await rejectsWith(again.startContinuousTest('w2').result(), 'not_loaded');
  await later.registerDataset('w2', '13 130\n14 140');
  await again.startContinuousTest('w2').result();
  assert.deepEqual(rows(again), [100, 110, 120, 130, 140]);
});

test('a crash in the middle of a batch loses the batch and nothing else', async () => {
  const storage = await openStorage();
  const plan = {};
  const { client, project, firewall } = await watched(storage, plan);
  await firewall.startContinuousTest('w1').result();
  plan.step = (batch) => {
    if (batch.done === 1) throw new WebAssembly.RuntimeError('unreachable');
  };
  const job = firewall.startContinuousTest('w2');
  await rejectsWith(job.result(), 'engine_crashed');
  plan.step = undefined;
  assert.deepEqual([rows(firewall), await kept(storage, project)], [[100, 110, 120], [100, 110, 120]]);
  assert.equal((await firewall.toJSON()).bins.length, 3, 'a fresh engine took it from the store');
  await firewall.startContinuousTest('w2').result();
  assert.deepEqual(rows(firewall), [100, 110, 120, 130, 140]);
  await rejectsWith(client.crashForTest(), 'engine_crashed');
  await firewall.pin('m');
  assert.deepEqual([rows(firewall), firewall.listMonitors()[0].id], [[100, 110, 120, 130, 140], 'm']);
});

test('a batch that fails or is cancelled is abandoned', async () => {
  const storage = await openStorage();
  const plan = {};
  const { project, firewall } = await watched(storage, plan);
  plan.step = (batch) => {
    if (batch.done === 2) throw thrown('no_good');
  };
  await rejectsWith(firewall.startContinuousTest('w1').result(), 'no_good');
  assert.equal(plan.abandoned, 1);
  // A job that waits for another is cancelled without waiting on.
  plan.step = () => {
    const until = performance.now() + 40;
    while (performance.now() < until);
  };
  const first = firewall.startContinuousTest('w1');
  const waiting = firewall.startContinuousTest('w2');
  for await (const _ of first) break;
  waiting.cancel();
  await rejectsWith(waiting.result(), 'cancelled');
  assert.equal(first.status, 'running');
  first.cancel();
  await rejectsWith(first.result(), 'cancelled');
  assert.deepEqual([plan.abandoned, rows(firewall), await kept(storage, project)], [2, [], []]);
  plan.step = undefined;
  await rejectsWith(firewall.pin('none'), 'unknown_monitor');
  await firewall.startContinuousTest('w1').result();
  await rejectsWith(firewall.startContinuousTest('again').result(), 'bins_exist');
  assert.deepEqual(await kept(storage, project), [100, 110, 120]);
});

test('two batches at once are taken in one after the other', async () => {
  const { firewall } = await watched(await openStorage(), {});
  await Promise.all([firewall.startContinuousTest('w1').result(), firewall.startContinuousTest('w2').result(), firewall.pin('m')]);
  assert.deepEqual([rows(firewall), firewall.listMonitors().length], [[100, 110, 120, 130, 140], 1]);
});

test('what cannot be kept is taken back', async () => {
  const storage = await openStorage();
  const plan = {};
  const { project, firewall } = await watched(storage, plan);
  await firewall.startContinuousTest('w1').result();
  const before = await firewall.toJSON();
  plan.write = async () => {
    const { StraingaugeError } = await import('../../pkg/index.js');
    throw new StraingaugeError('storage_failed', 'The browser’s storage refused: the quota has been exceeded.');
  };
  await rejectsWith(firewall.startContinuousTest('w2').result(), 'storage_failed');
  await rejectsWith(firewall.setBudget(9), 'storage_failed');
  await rejectsWith(project.createFirewall(null, 'w2', { replace: true }), 'storage_failed');
  assert.deepEqual([rows(firewall), await kept(storage, project)], [[100, 110, 120], [100, 110, 120]]);
  assert.deepEqual(await firewall.toJSON(), before);
  plan.write = undefined;
  await firewall.startContinuousTest('w2').result();
  assert.deepEqual(rows(firewall), [100, 110, 120, 130, 140]);
});

test('two tabs never mix what they keep', async () => {
  const storage = await openStorage();
  const plan = {};
  const { project, firewall } = await watched(storage, plan);
  const other = await (await clientOver(storage).getProject(project.id)).getFirewall();
  await firewall.startContinuousTest('w1').result();
  await other.pin('m');
  assert.deepEqual([rows(other), other.listMonitors().length], [[100, 110, 120], 1], 'it starts from what stands there');
  assert.equal(firewall.listMonitors().length, 0, 'what is known stands until somebody asks');
  assert.equal(await project.getFirewall(), firewall);
  assert.equal(firewall.listMonitors().length, 1);
  await firewall.startContinuousTest('w2').result();
  // The other one writes while this one works.
  plan.step = async () => {
    plan.step = undefined;
    plan.meanwhile = other.pin('n');
  };
  plan.write = () => plan.meanwhile;
  await rejectsWith(firewall.startContinuousTest('again', { overrideExistingBins: true }).result(), 'firewall_changed');
  plan.write = undefined;
  assert.deepEqual(await kept(storage, project), [100, 110, 120, 130, 140]);
  await firewall.startContinuousTest('again', { overrideExistingBins: true }).result();
  assert.deepEqual([rows(firewall), firewall.listMonitors().map((m) => m.id)], [[100, 110, 90, 91, 140], ['m', 'n']]);
});

test('a document makes the same firewall elsewhere, or one on its own', async () => {
  const { client, firewall } = await watched(await openStorage(), {});
  await firewall.startContinuousTest('w1').result();
  const json = await firewall.toJSON();
  const elsewhere = await clientOver(await openStorage()).createProject({ name: 'Elsewhere' });
  const imported = await elsewhere.importFirewall(JSON.stringify(json));
  assert.deepEqual(await imported.toJSON(), json);
  const alone = await Firewall.fromJSON(client, json);
  await alone.pin('m');
  assert.deepEqual([rows(alone), alone.listMonitors().length, firewall.listMonitors().length], [[100, 110, 120], 1, 0]);
  await rejectsWith(alone.startContinuousTest('w2').result(), 'no_project');
  await rejectsWith(client.crashForTest(), 'engine_crashed');
  await alone.unpin('m');
  assert.deepEqual(await alone.toJSON(), json, 'it outlives the engine');
});
