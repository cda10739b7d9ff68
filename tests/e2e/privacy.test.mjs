// What is blocked, checked from inside: the page, its worker, and hosts that send no headers.
import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { browser, expectNoFaults, part, root, site, started, verdict, visit } from './harness.mjs';

test('every response carries the policy', async (t) => {
  const url = await site(t);
  for (const path of ['', 'app.js', 'app_bg.wasm', 'pkg/worker.js', 'pkg/dist/engine_bg.wasm', 'sw.js', 'no-such-file']) {
    const response = await fetch(url + path);
    assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'/, path);
    assert.match(response.headers.get('content-security-policy'), /connect-src 'self'/, path);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer', path);
    assert.equal(response.headers.get('cross-origin-opener-policy'), 'same-origin', path);
    await response.arrayBuffer();
  }
});

test('the page cannot reach another origin', async (t) => {
  const url = await site(t);
  const { page } = await visit(await browser(t), url);
  await started(page);
  const tried = await page.evaluate(async () => {
    const outcomes = {};
    const elsewhere = 'https://elsewhere.example/';
    outcomes.fetch = await fetch(elsewhere, { mode: 'no-cors' }).then(() => 'reached', () => 'refused');
    outcomes.beacon = await new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', () => resolve('refused'), { once: true });
      navigator.sendBeacon(elsewhere, 'x');
      setTimeout(() => resolve('reached'), 2000);
    });
    outcomes.image = await new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve('reached');
      image.onerror = () => resolve('refused');
      image.src = elsewhere;
    });
    outcomes.script = await import(elsewhere).then(() => 'reached', () => 'refused');
    return outcomes;
  });
  assert.deepEqual(tried, { fetch: 'refused', beacon: 'refused', image: 'refused', script: 'refused' });
  const violations = await page.evaluate(() => window.__violations.map((violation) => violation.split(':')[0]));
  assert.ok(violations.filter((directive) => directive === 'connect-src').length >= 2, violations.join(', '));
});

test('the engine’s worker has given up the means to ask', async (t) => {
  const url = await site(t);
  const { page } = await visit(await browser(t), url);
  await started(page);
  await part(page, 'try-sample').first().click();
  await verdict(page);
  const worker = page.workers().find((each) => each.url().endsWith('/pkg/worker.js'));
  assert.ok(worker, 'the engine runs in a worker');
  const left = await worker.evaluate(() => ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'WebTransport', 'importScripts', 'Worker'].filter((name) => typeof self[name] !== 'undefined'));
  assert.deepEqual(left, []);
});

test('the page counts its requests, and there are none', async (t) => {
  const url = await site(t);
  const visited = await visit(await browser(t), url);
  const { page } = visited;
  await started(page);
  // From the second visit on the service worker sees everything.
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.reload();
  await started(page);
  const table = (rows) => Buffer.from(`city,amount,label,score\n${Array.from({ length: rows }, (_, i) => `${['Lima', 'Oslo'][i % 2]},${i % 17},${i % 3 === 0 ? 1 : 0},${(i % 10) / 10}`).join('\n')}\n`);
  await part(page, 'file-input').first().setInputFiles([
    { name: 'reference.csv', mimeType: 'text/csv', buffer: table(600) },
    { name: 'evaluation.csv', mimeType: 'text/csv', buffer: table(500) },
  ]);
  await page.waitForFunction(() => document.querySelector('[data-testid="start-run"]')?.disabled === false);
  await part(page, 'start-run').click();
  await verdict(page);
  await page.waitForFunction(() => /0 requests/.test(document.querySelector('[data-testid="requests"]').textContent), undefined, { timeout: 10_000 });
  await expectNoFaults(visited);
});

test('a host without headers still gives the policy to page and worker from the second visit on', async (t) => {
  const folder = join(root, 'www/dist');
  assert.ok(existsSync(join(folder, 'index.html')), 'build first');
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json' };
  const bare = createServer((request, response) => {
    const path = join(folder, new URL(request.url, 'http://here').pathname.replace(/\/$/, '/index.html'));
    if (!existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => bare.listen(0, '127.0.0.1', resolve));
  t.after(() => bare.close());
  const { page } = await visit(await browser(t), `http://127.0.0.1:${bare.address().port}/`);
  await started(page);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.reload();
  await started(page);
  const policies = await page.evaluate(async () => {
    const of = async (path) => (await fetch(path)).headers.get('content-security-policy');
    return [await of('./pkg/worker.js'), await of('./')];
  });
  for (const policy of policies) assert.match(policy ?? 'none', /connect-src 'self'/);
  const refused = await page.evaluate(() => fetch('https://elsewhere.example/', { mode: 'no-cors' }).then(() => 'reached', () => 'refused'));
  assert.equal(refused, 'refused');
  assert.ok((await page.evaluate(() => window.__violations.length)) > 0, 'refused by the policy, not by the network');
});
