// A worker that dies takes nothing with it but the work it was doing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, part, site, started, verdict, visit } from './harness.mjs';

test('a crash of the engine is told, and the next run works', async (t) => {
  const url = await site(t);
  const { page } = await visit(await browser(t), url);
  await started(page);
  const isEngine = (each) => each.url().endsWith('/pkg/worker.js');
  const born = page.workers().some(isEngine) ? undefined : page.waitForEvent('worker', isEngine);
  if (born) await part(page, 'try-sample').first().click();
  const worker = (await born) ?? page.workers().find(isEngine);
  // The stress test kills the engine, so that the crash falls into work under way. The worker says what its host says after a
  // trap; that a trap makes it say so is held in package.test.mjs.
  await worker.evaluate(() => {
    addEventListener('message', ({ data }) => { if (data.op === 'stress') postMessage({ crashed: { message: 'planted crash' } }); });
  });
  if (!born) await part(page, 'try-sample').first().click();
  await part(page, 'failure').first().waitFor();
  const told = await part(page, 'failure').first().innerText();
  t.diagnostic(`what the reader sees: ${told.replaceAll('\n', ' ')}`);
  assert.doesNotMatch(told, /undefined|\[object/);

  await page.goto(`${url}#/`);
  await part(page, 'try-sample').first().click();
  const { outcome } = await verdict(page);
  assert.equal(outcome, 'alert');
});
