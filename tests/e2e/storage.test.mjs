// The browser's own storage: what an older version kept stays, writes happen together or not at all, a second tab is noticed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, site, visit } from './harness.mjs';

/** A function of the page, called with the package's storage. */
async function withStorage(t, work) {
  const { page } = await visit(await browser(t), await site(t));
  return page.evaluate(`(async () => (${work})(await import(new URL('pkg/storage.js', document.baseURI))))()`);
}

test('what version 1 kept is there in version 2, which adds firewalls', async (t) => {
  const seen = await withStorage(t, async ({ openStorage }) => {
    const asked = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
    await asked(indexedDB.deleteDatabase('straingauge'));
    const request = indexedDB.open('straingauge', 1);
    request.onupgradeneeded = () => {
      for (const kind of ['project', 'dataset', 'prediction', 'run']) request.result.createObjectStore(kind, { keyPath: ['project', 'key'] }).createIndex('project', 'project');
    };
    const old = await asked(request);
    await asked(old.transaction('run', 'readwrite').objectStore('run').put({ project: 'p', key: 'r', value: { document: 'kept' } }));
    old.close();
    const storage = await openStorage('indexeddb');
    const run = await storage.get('run', 'p', 'r');
    await storage.commit({ puts: [['firewall', 'p', 'about', { revision: 1 }], ['firewallbin', 'p', '1000', 'text'], ['firewallbin', 'q', '1000', 'other']] });
    const keys = await storage.keys('firewallbin', 'p');
    const listed = await storage.list('firewallbin', 'p');
    storage.close();
    return { run, keys, listed };
  });
  assert.deepEqual(seen, { run: { document: 'kept' }, keys: ['1000'], listed: ['text'] });
});

test('a write happens whole or not at all, and only over what it was made for', async (t) => {
  const seen = await withStorage(t, async ({ openStorage }) => {
    const [storage, other] = [await openStorage('indexeddb'), await openStorage('indexeddb')];
    const about = (from, to) => ({ guard: ['firewall', 'x', 'about', (value) => value?.revision === from], puts: [['firewall', 'x', 'about', { revision: to }], ['firewallbin', 'x', '1', to]] });
    const first = await storage.commit(about(undefined, 1));
    const second = await other.commit(about(1, 2));
    const stale = await storage.commit(about(1, 3));
    // A function cannot be kept, so the whole write is refused.
    const unfit = await storage.commit({ puts: [['firewallbin', 'x', '1', 'lost'], ['firewallbin', 'x', '2', () => {}]] }).catch((error) => error.code);
    const bins = await storage.list('firewallbin', 'x');
    await storage.commit({ deletes: [['firewall', 'x', 'about'], ['firewallbin', 'x', '1']] });
    const left = [await storage.keys('firewall', 'x'), await other.keys('firewallbin', 'x')];
    other.close();
    const closed = await other.commit({ puts: [['firewallbin', 'x', '1', 'late']] }).catch((error) => error.code);
    storage.close();
    return { first, second, stale, unfit, bins, left, closed };
  });
  assert.deepEqual(seen, { first: true, second: true, stale: false, unfit: 'storage_failed', bins: [2], left: [[], []], closed: 'storage_failed' });
});
