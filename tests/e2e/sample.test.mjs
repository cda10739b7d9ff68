// A first visit without files: the sample project, from the click to the verdict.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, expectFreeMainThread, expectNoFaults, part, saved, site, started, verdict, visit } from './harness.mjs';

test('the sample project runs from a click to a verdict', async (t) => {
  const url = await site(t);
  const chromium = await browser(t);
  const visited = await visit(chromium, url);
  const { page } = visited;
  await started(page);

  const clicked = Date.now();
  const { outcome, text } = await expectFreeMainThread(t, chromium, page, async () => {
    await part(page, 'try-sample').first().click();
    return verdict(page);
  });
  t.diagnostic(`verdict after ${Date.now() - clicked} ms: ${text.split('\n')[0]}`);
  assert.equal(outcome, 'alert');
  assert.ok(await part(page, 'finding').count() >= 3, 'at least three findings');
  assert.ok(await part(page, 'batch-row').count() >= 20, 'at least twenty tests');
  assert.ok(await page.locator('[data-testid="strain-chart"] svg').count() === 1, 'the strain chart stands');

  await expectNoFaults(visited);
});

test('a finding opens its test, and a case its sentence and chart', async (t) => {
  const url = await site(t);
  const visited = await visit(await browser(t), url);
  const { page } = visited;
  await started(page);
  await part(page, 'try-sample').first().click();
  await verdict(page);

  await part(page, 'finding').first().locator('a').first().click();
  const cases = part(page, 'case-row');
  await cases.first().waitFor();
  assert.ok(await cases.locator('figure svg').count() >= 1, 'the open case shows its chart');
  assert.match(await page.locator('main').innerText(), /why it matters/i);
  await page.goBack();
  await verdict(page);
  await expectNoFaults(visited);
});

test('a run can be cancelled, and the page answers at once', async (t) => {
  const url = await site(t);
  const visited = await visit(await browser(t), url);
  const { page } = visited;
  await started(page);
  await part(page, 'try-sample').first().click();
  const cancel = part(page, 'cancel-run');
  await cancel.waitFor();
  const millis = await cancel.evaluate(async (button) => {
    const clicked = performance.now();
    button.click();
    while (!document.querySelector('[data-testid="cancelled"]')) {
      if (performance.now() - clicked > 5000) return Infinity;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return performance.now() - clicked;
  });
  t.diagnostic(`cancel answered after ${millis.toFixed(0)} ms`);
  assert.ok(millis <= 400, `cancel took ${millis} ms; the promise is 200 on an idle machine`);
  await expectNoFaults(visited);
});

test('every export of a run can be saved', async (t) => {
  const url = await site(t);
  const visited = await visit(await browser(t), url);
  const { page } = visited;
  await started(page);
  await part(page, 'try-sample').first().click();
  await verdict(page);
  const save = async (kind) => {
    if (!(await part(page, 'export-menu').evaluate((menu) => menu.open))) await part(page, 'export-menu').locator('summary').click();
    return saved(page, () => part(page, `export-${kind}`).click());
  };
  const html = await save('html');
  assert.ok(html.bytes.length <= 300_000, `the report has ${html.bytes.length} bytes`);
  assert.doesNotMatch(html.bytes.toString(), /<script/i);
  assert.match(html.bytes.toString(), /default-src 'none'; style-src 'unsafe-inline'/);
  const json = JSON.parse((await save('json')).bytes.toString());
  assert.equal(json.format, 1);
  const cases = (await save('cases-csv')).bytes.toString().trimEnd().split('\n');
  assert.match(cases[0], /^test_run_id,features,test_batch_type,status,severity,importance_score,test_category/);
  assert.ok(cases.length > json.summary.counts.total, 'a line a case, and the head');
  assert.match((await save('markdown')).bytes.toString(), /^# /);
  assert.match((await save('junit')).bytes.toString(), /^<\?xml version="1\.0"/);
  assert.match((await save('result-csv')).bytes.toString(), /^test_run_id,name,project_id/);
  assert.ok((await save('arrow')).bytes.length > 1000);

  // The report, opened from disk, asks for nothing and breaks no policy of its own.
  const report = await visited.context.newPage();
  const asked = [];
  report.on('request', (request) => asked.push(request.url()));
  report.on('console', (message) => assert.notEqual(message.type(), 'error', message.text()));
  await report.setContent(html.bytes.toString());
  assert.deepEqual(asked.filter((target) => !target.startsWith('about:')), []);
  assert.ok(await report.locator('svg.chart').count() >= 2);
  await expectNoFaults(visited);
});
