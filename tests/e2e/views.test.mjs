// The views of a run: by feature, slices, fairness, search, rows with what is to blame, acceptance, two runs side by side.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, expectNoFaults, part, realData, saved, site, started, verdict, visit } from './harness.mjs';

/** A fresh visit with the sample project run to its verdict. */
async function sample(t) {
  const visited = await visit(await browser(t), await site(t));
  const { page } = visited;
  await started(page);
  await part(page, 'try-sample').first().click();
  await verdict(page);
  return visited;
}

const open = (page, list) => part(page, `list-${list}`).click();

async function document(page) {
  await part(page, 'export-menu').locator('summary').click();
  const json = JSON.parse((await saved(page, () => part(page, 'export-json').click())).bytes.toString());
  await part(page, 'export-menu').locator('summary').click();
  return json;
}

test('features are listed worst first, sort, and open to their cases across all tests', async (t) => {
  const visited = await sample(t);
  const { page } = visited;
  await open(page, 'feature');
  const rows = part(page, 'feature-row');
  const names = async () => (await rows.locator('.col-name').allInnerTexts());
  const worst = await names();
  assert.ok(worst.length > 10);
  assert.match(await rows.first().innerText(), /Alert/);
  await part(page, 'sort-name').locator('button').press('Enter');
  assert.equal(await part(page, 'sort-name').getAttribute('aria-sort'), 'ascending');
  assert.deepEqual(await names(), [...worst].sort());
  assert.ok(await part(page, 'sort-name').locator('button').evaluate((button) => button === document.activeElement), 'the focus stays on the head');
  await part(page, 'sort-drift').locator('button').click();
  const first = (await names())[0];
  assert.equal(await rows.first().locator('.spark').count(), 1, `${first} has the largest drift, and a picture of it`);
  // A feature of which several tests are asked.
  const asked = 'product';
  await rows.filter({ hasText: asked }).first().locator('.opens-row').click();
  const ids = await part(page, 'case-row').evaluateAll((cases) => cases.map((c) => c.dataset.id));
  // A slice is named after its rank, every other case after its features.
  assert.ok(ids.length >= 2 && ids.every((id) => id.includes(asked) || id.includes('worst_slices')), ids.join());
  assert.ok(new Set(ids.map((id) => id.split('[')[0])).size > 1, 'cases of several tests');
  await part(page, 'search').fill('customer_tier');
  assert.ok((await rows.count()) < worst.length);
  await expectNoFaults(visited);
});

test('an effect says what it is measured in, and counts are in the right number', async (t) => {
  const visited = await sample(t);
  const { page } = visited;
  const effect = (id) => page.locator(`[data-testid="batch-row"][data-id="${id}"] td.n`).first();
  assert.match(await effect('drift:feature_drift').innerText(), /^[\d.]+\s+distance$/);
  assert.match(await effect('abnormal_inputs:empty_string').innerText(), /points$/);
  assert.match(await effect('data_cleanliness:duplicate_rows').innerText(), /%\s+of the rows$/);
  // A property has no q.
  assert.equal(await page.locator('[data-testid="batch-row"][data-id="data_cleanliness:duplicate_rows"] td.n').nth(1).innerText(), '–');
  assert.match(await page.locator('.tally').innerText(), /\d+ alerts\s+\d+ warnings/);
  await expectNoFaults(visited);
});

test('every case can be found, and the link keeps what was asked', async (t) => {
  const visited = await sample(t);
  const { page } = visited;
  await open(page, 'cases');
  const found = part(page, 'found');
  const all = Number((await found.innerText()).match(/^(\d+)/)[1]);
  await part(page, 'search').fill('unseen categorical product');
  await page.waitForFunction(() => /q=unseen/.test(location.hash));
  const first = part(page, 'case-row').first();
  assert.equal(await first.getAttribute('data-id'), 'abnormal_inputs:unseen_categorical[product]');
  assert.ok(Number((await found.innerText()).match(/^(\d+)/)[1]) < all);
  await part(page, 'by-Any category').selectOption('drift');
  assert.match(await page.locator('#tests').innerText(), /Nothing matches/);
  await part(page, 'by-Any category').selectOption('');
  await part(page, 'by-Any kind').selectOption('difference');

  // The same link, opened anew, asks the same.
  const link = page.url();
  assert.match(link, /kind=difference/);
  await page.goto('about:blank');
  await page.goto(link);
  await part(page, 'case-row').first().waitFor();
  assert.equal(await part(page, 'search').inputValue(), 'unseen categorical product');
  assert.equal(await part(page, 'by-Any kind').inputValue(), 'difference');
  assert.equal(await part(page, 'case-row').first().getAttribute('data-id'), 'abnormal_inputs:unseen_categorical[product]');
  await expectNoFaults(visited);
});

test('failing rows show the cell or the words that are to blame, and why', async (t) => {
  const visited = await sample(t);
  const { page } = visited;
  const { batches } = await document(page);
  const go = async (id) => {
    const [project, run] = page.url().match(/runs\/([^/?]+)\/([^/?]+)/).slice(1);
    await page.evaluate((hash) => { location.hash = hash; }, `#/runs/${project}/${run}/${encodeURIComponent(id.split('[')[0])}?case=${encodeURIComponent(id)}`);
    const row = page.locator(`[data-testid="case-row"][data-id="${id}"]`);
    await row.locator('[data-testid="show-rows"]').click();
    await row.locator('[data-testid="rows-table"]').waitFor();
    return row.locator('[data-testid="rows-table"] tbody tr');
  };
  assert.ok(batches.some((batch) => batch.id === 'abnormal_inputs:unseen_categorical'));
  const unseen = await go('abnormal_inputs:unseen_categorical[product]');
  const value = await unseen.first().locator('mark').innerText();
  assert.match(await part(page, 'failing-rows').first().innerText(), new RegExp(`value not in the reference: ${value}`));
  const words = await go('abnormal_inputs:unseen_unigram[text]');
  assert.match(await part(page, 'failing-rows').first().innerText(), /of \d+ words are new/);
  const [marks, text] = [await words.first().locator('mark').allInnerTexts(), await words.first().locator('td.long, td.short').first().innerText()];
  assert.ok(marks.length >= 1 && marks.every((mark) => text.includes(mark)) && marks.join('').length < text.length, 'words are marked, not the whole text');
  await expectNoFaults(visited);
});

test('rows can be copied into a sheet', async (t) => {
  const visited = await sample(t);
  const { page, context } = visited;
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await part(page, 'finding').first().locator('a').first().click();
  const row = page.locator('.case.opened').first();
  await part(row, 'show-rows').click();
  await part(row, 'rows-table').waitFor();
  const total = Number((await row.locator('.pager [role="status"]').first().innerText()).replace(/^.* of /, '').replace(/\D/g, ''));
  await part(row, 'copy-rows').click();
  await row.getByText(/rows copied\./).waitFor();
  const lines = (await page.evaluate(() => navigator.clipboard.readText())).trimEnd().split('\n');
  assert.match(lines[0], /^row\twhy\t/);
  assert.equal(lines.length, total + 1);
  await expectNoFaults(visited);
});

test('projects are told apart, and say what their last run came to', async (t) => {
  const visited = await sample(t);
  const { page } = visited;
  await part(page, 'nav-project').click();
  await part(page, 'try-sample').first().click();
  await verdict(page);
  await part(page, 'nav-project').click();
  const cards = part(page, 'project-row');
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="last-run"]').length === 2);
  const titles = await cards.locator('.title').allInnerTexts();
  assert.equal(new Set(titles).size, 2, titles.join(', '));
  assert.match(await part(page, 'last-run').first().innerText(), /Not ready.*\d+ alerts? and \d+ warnings? in /s);
  // A name that is typed is told apart, too.
  await part(page, 'project-name').fill(titles.find((title) => !/\d$/.test(title)));
  await part(page, 'create-project').click();
  await part(page, 'rail-project').getByText(/ 3$/).waitFor();
  await expectNoFaults(visited);
});

test('a case is accepted with a reason, stays in sight, and is taken back; two runs lie side by side', async (t) => {
  const visited = await sample(t);
  const { page } = visited;
  const before = await document(page);
  await open(page, 'cases');
  await part(page, 'search').fill('empty_string customer_tier');
  const row = page.locator('[data-testid="case-row"][data-id*="customer_tier"]').first();
  const id = await row.getAttribute('data-id');
  await row.locator('.case-head').click();
  await part(page, 'accept').click();
  assert.ok(await part(page, 'accept-save').isDisabled(), 'without a reason nothing is accepted');
  await part(page, 'accept-text').fill('Old tickets have no tier');
  await part(page, 'accept-date').fill('2999-12-31');
  await part(page, 'accept-save').click();
  await page.locator('.tally a', { hasText: '1 accepted or known' }).waitFor();
  const after = await document(page);
  assert.equal(after.summary.accepted, 1);
  assert.equal(after.summary.counts.fail, before.summary.counts.fail - 1);
  await page.locator('.tally a', { hasText: 'accepted or known' }).click();
  await page.waitForFunction(() => /^1 of/.test(document.querySelector('[data-testid="found"]')?.textContent));
  // What was just decided stands open.
  assert.match(await part(page, 'accepted').innerText(), /Old tickets have no tier[\s\S]*2999-12-31[\s\S]*Alert/);

  // A second run of the same data knows of it; side by side nothing else has changed.
  await part(page, 'nav-data').click();
  await part(page, 'start-run').click();
  await verdict(page);
  await part(page, 'nav-tests').click();
  await part(page, 'acceptance').waitFor();
  assert.match(await part(page, 'acceptance').innerText(), /Old tickets have no tier/);
  assert.equal(await part(page, 'run-row').count(), 2);
  await part(page, 'compare').click();
  await part(page, 'compared-case').first().waitFor();
  assert.equal(await part(page, 'compared-run').count(), 2);
  assert.ok(await part(page, 'compared-metric').count() >= 5);
  const changes = await part(page, 'compared-case').evaluateAll((cases) => [...new Set(cases.map((c) => c.dataset.change))]);
  assert.deepEqual(changes, ['Unchanged']);
  await part(page, 'compared-case').first().locator('a').first().click();
  await part(page, 'case-row').first().waitFor();

  await part(page, 'nav-tests').click();
  const accepted = part(page, 'acceptance');
  await accepted.locator('button').click();
  await accepted.locator('button', { hasText: /^Revoke$/ }).first().click();
  await accepted.waitFor({ state: 'detached' });
  assert.ok(id.includes('customer_tier'));
  await expectNoFaults(visited);
});

test('the sample shows its slices and its groups', async (t) => {
  const visited = await sample(t);
  const { page } = visited;
  await open(page, 'slices');
  const slices = part(page, 'slice');
  await slices.first().waitFor();
  assert.ok(await slices.count() >= 3);
  assert.ok(await slices.first().locator('.chip').count() >= 1 && await slices.first().locator('svg.mini').count() === 1);
  await slices.first().locator('.case-head').click();
  await slices.first().locator('[data-testid="show-rows"]').click();
  await part(page, 'rows-table').waitFor();
  await open(page, 'fairness');
  const group = part(page, 'protected-feature').first();
  assert.match(await group.innerText(), /customer_age_group/);
  assert.ok(await part(page, 'group-row').count() >= 3);
  assert.ok(await group.locator('.lowest').count() >= 1, 'the group that fares worst is marked');
  await expectNoFaults(visited);
});

test('fraud data: a protected feature, switched on in the settings, gets its groups; data tests alone need no predictions', async (t) => {
  const files = realData('fraud/fraud_ref.csv.gz', 'fraud/fraud_eval.csv.gz');
  if (!files) return t.skip('the real data are not there');
  const visited = await visit(await browser(t), await site(t));
  const { page } = visited;
  await started(page);
  await part(page, 'file-input').first().setInputFiles(files);
  const start = part(page, 'start-run');
  const ready = () => page.waitForFunction(() => document.querySelector('[data-testid="start-run"]')?.disabled === false, undefined, { timeout: 60_000 });
  await ready();
  await part(page, 'settings').locator('summary').first().click();
  const card = part(page, 'protect').getByRole('button', { name: 'card_type' });
  await card.press('Enter');
  assert.equal(await card.getAttribute('aria-pressed'), 'true');
  await part(page, 'exclude').getByRole('button', { name: 'city' }).click();
  await part(page, 'tests-settings').locator('summary').first().click();
  await part(page, 'tests-settings').locator('summary', { hasText: 'Drift' }).last().click();
  await part(page, 'parameters-drift:feature_drift').locator('summary').click();
  const least = part(part(page, 'parameters-drift:feature_drift'), 'parameter-min_sample_size');
  assert.equal(await least.getAttribute('placeholder'), '100', 'an empty field says what is in force');
  await part(page, 'drift:feature_drift').locator('input').uncheck();
  assert.match(await part(page, 'tests-settings').locator('summary').first().innerText(), /1 test changed/);
  await start.click();
  await verdict(page);
  const run = await document(page);
  assert.ok(!run.batches.some((batch) => batch.id === 'drift:feature_drift'), 'a test that is off does not run');
  assert.ok(!run.batches.some((batch) => batch.cases.some((c) => c.features.includes('city'))), 'a column that is left out has no case');
  await open(page, 'fairness');
  assert.match(await part(page, 'protected-feature').first().innerText(), /card_type/);
  assert.ok(await part(page, 'group-row').count() >= 2);

  // One file alone, uncut: tests of the data.
  await part(page, 'nav-data').click();
  await page.getByRole('button', { name: /Take .*eval.* off the desk/ }).click();
  await ready();
  await part(page, 'split').selectOption('none');
  await start.click();
  await verdict(page);
  const alone = await document(page);
  assert.deepEqual([...new Set(alone.batches.map((batch) => batch.category))], ['data_cleanliness']);
  assert.equal(alone.modelMetrics.length, 0);
  await open(page, 'fairness');
  await part(page, 'no-protected').waitFor();
  await expectNoFaults(visited);
});
