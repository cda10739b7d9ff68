// A worker that dies takes nothing with it but the work it was doing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, part, site, started, verdict, visit } from './harness.mjs';

test('a crash of the engine is told, and the next run works', async (t) => {
  const url = await site(t);
  const { page } = await visit(await browser(t), url);
  await started(page);
  await part(page, 'try-sample').first().click();
  await part(page, 'cancel-run').waitFor();
  const worker = page.workers().find((each) => each.url().endsWith('/pkg/worker.js'));
  await worker.evaluate(() => { setTimeout(() => { throw new Error('planted crash'); }); });
  await part(page, 'failure').first().waitFor();
  const told = await part(page, 'failure').first().innerText();
  t.diagnostic(`what the reader sees: ${told.replaceAll('\n', ' ')}`);
  assert.doesNotMatch(told, /undefined|\[object/);

  await page.goto(`${url}#/`);
  await part(page, 'try-sample').first().click();
  const { outcome } = await verdict(page);
  assert.equal(outcome, 'alert');
});
