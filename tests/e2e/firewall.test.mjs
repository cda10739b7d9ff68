// The firewall in the page: a model is promoted, two batches of production data come in, a planted change becomes an event with its cause,
// the event is resolved, and all of it is still there after a reload.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, expectNoFaults, part, realData, saved, site, started, verdict, visit } from './harness.mjs';

const DAY = 86_400_000;
const MONDAY = Date.UTC(2026, 7, 3);

/** Numbers between 0 and 1 that are the same on every run. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Days of scored rows as CSV. The score is calibrated; where `segment` is "new" the model is at a loss, and knows it. */
function csv(seed, from, days, perDay, isNew = () => false) {
  const next = numbers(seed);
  const lines = ['at,segment,region,amount,label,score'];
  for (let day = 0; day < days; day += 1) {
    for (let i = 0; i < perDay; i += 1) {
      const fresh = isNew(day) && next() < 0.3;
      const segment = fresh ? 'new' : ['basic', 'plus', 'pro'][Math.floor(next() * 3)];
      const region = ['north', 'south', 'west'][Math.floor(next() * 3)];
      const amount = (20 + 30 * (next() + next() + next())).toFixed(2);
      const sure = fresh ? 0.5 : 0.1 + 0.06 * next();
      const high = next() < 0.5;
      const score = high ? 1 - sure : sure;
      const label = next() < score ? 1 : 0;
      const at = new Date(from + day * DAY + i * Math.floor(DAY / perDay)).toISOString().slice(0, 19).replace('T', ' ');
      lines.push([at, segment, region, amount, label, score.toFixed(4)].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}

const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
const chosen = (page) => part(page, 'file-input').first();

/** Drops production data and waits until it is taken in. */
async function feed(page, name, text) {
  if (!(await part(page, 'feed').isVisible())) await part(page, 'add-data').click();
  await chosen(page).setInputFiles(file(name, text));
  await page.waitForFunction(() => document.querySelector('[data-testid="run-batch"]')?.disabled === false, undefined, { timeout: 60_000 });
  await part(page, 'run-batch').click();
  const ended = () => document.querySelector('[data-testid="bins-exist"]') || !document.querySelector('[data-testid="run-batch"], [data-testid="cancel-feed"]');
  await page.waitForFunction(ended, undefined, { timeout: 120_000 });
}

test('promote, watch, find the event and its cause, resolve, come back', async (t) => {
  const visited = await visit(await browser(t), await site(t));
  const { page } = visited;
  await started(page);
  const week = (seed, at, isNew) => csv(seed, MONDAY + at * DAY, 7, 300, isNew);
  await chosen(page).setInputFiles([file('train.csv', csv(1, MONDAY - 21 * DAY, 14, 300)), file('eval.csv', csv(2, MONDAY - 7 * DAY, 7, 300))]);
  await page.waitForFunction(() => document.querySelector('[data-testid="start-run"]')?.disabled === false, undefined, { timeout: 60_000 });
  await part(page, 'start-run').click();
  await verdict(page);

  // Two clicks from the run to the firewall.
  await part(page, 'promote').click();
  assert.equal(await part(page, 'promote-reference').inputValue(), 'reference');
  assert.equal(await part(page, 'bin-size').inputValue(), 'day');
  await part(page, 'create-firewall').click();
  await part(page, 'feed').waitFor({ timeout: 60_000 });
  assert.match(await page.locator('main').innerText(), /No production data yet/);
  assert.equal(await part(page, 'nav-firewall').getAttribute('aria-current'), 'page');

  // A calm week.
  await feed(page, 'week-1.csv', week(3, 0));
  assert.equal(await part(page, 'bin-row').count(), 7);
  assert.equal(await part(page, 'firewall-headline').getAttribute('data-status'), 'pass');

  // A week in which something new begins on Thursday.
  const second = week(4, 7, (day) => day >= 3);
  await feed(page, 'week-2.csv', second);
  assert.equal(await part(page, 'bin-row').count(), 14);
  assert.notEqual(await part(page, 'firewall-headline').getAttribute('data-status'), 'pass');
  assert.match(await part(page, 'insights').innerText(), /segment|new/);
  await part(page, 'series-chart').waitFor();

  // The same days again are asked about in plain words, and left alone.
  await feed(page, 'week-2-again.csv', second);
  await part(page, 'bins-exist').waitFor();
  await part(page, 'keep-bins').click();
  await part(page, 'bins-exist').waitFor({ state: 'detached' });

  // The bin of the Friday opens to a run of its own.
  const friday = MONDAY + 11 * DAY;
  await page.locator(`[data-testid="bin-row"][data-start="${friday}"] th a`).click();
  await verdict(page);
  assert.match(await page.locator('h1').innerText(), /14 August 2026/);
  assert.match(await part(page, 'verdict').innerText(), /Abnormal\./);
  assert.doesNotMatch(await part(page, 'verdict').innerText(), /Not ready/);
  await part(page, 'export-menu').locator('summary').click();
  const report = (await saved(page, () => part(page, 'export-markdown').click())).bytes.toString();
  assert.match(report, /\*\*Abnormal\.\*\*/);
  assert.doesNotMatch(report, /Not ready/);
  await part(page, 'bin-before').waitFor();
  const incident = await part(page, 'bin-incident').first().boundingBox();
  assert.ok(incident.height < 60, `the incident's name stands on one line: ${incident.height} px`);
  assert.ok(await part(page, 'batch-row').count() > 5);
  await page.goBack();

  // From the event to its cause.
  await part(page, 'to-events').click();
  const incidents = part(page, 'incident-row');
  await incidents.first().waitFor();
  const count = await incidents.count();
  await part(page, 'events-Open').click();
  assert.ok((await incidents.count()) >= 1);
  // The link keeps what was asked.
  await page.waitForFunction(() => /state=Open/.test(location.hash));
  await page.reload();
  await incidents.first().waitFor();
  assert.equal(await part(page, 'events-Open').getAttribute('aria-pressed'), 'true');
  const about = incidents.filter({ hasText: 'segment' }).first();
  const id = await about.getAttribute('data-id');
  assert.ok((await part(about, 'event-row').count()) > 1, 'one cause, several events, one incident');
  await about.locator('a.title').first().click();
  await part(page, 'event-says').waitFor();
  assert.match(page.url(), /#\/firewall\/events\//);
  await part(page, 'series-chart').waitFor();
  assert.match(await part(page, 'causes').innerText(), /segment|new/);
  await part(part(page, 'event-says'), 'resolve').click();
  await part(page, 'resolve-text').fill('The new plan went live; the model is retrained next week.');
  await part(page, 'resolve-save').press('Enter');
  await part(page, 'resolved').waitFor();
  await part(page, 'note-text').fill('Seen by the on-call.');
  await part(page, 'note-save').click();
  await page.waitForFunction(() => document.querySelector('[data-testid="notes"]')?.textContent.includes('on-call'));

  // Nothing of it is lost with the page.
  await page.reload();
  await part(page, 'resolved').waitFor({ timeout: 60_000 });
  assert.match(await part(page, 'resolved').innerText(), /retrained next week/);
  assert.match(await part(page, 'notes').innerText(), /on-call/);
  await part(page, 'nav-firewall').click();
  await part(page, 'bin-row').first().waitFor();
  assert.equal(await part(page, 'bin-row').count(), 14);
  await part(page, 'to-events').click();
  await page.locator(`[data-testid="incident-row"][data-id="${id}"]`).waitFor();
  assert.equal(await part(page, 'incident-row').count(), count);

  // A bin is judged without its file; a row is checked by what the reference taught.
  await page.evaluate((start) => { location.hash = `#/firewall/bins/${start}`; }, friday);
  await verdict(page);
  await page.evaluate(() => { location.hash = '#/firewall/check'; });
  await part(page, 'check-row').click();
  await part(page, 'decision').waitFor();
  assert.equal(await part(page, 'decision').getAttribute('data-action'), 'allow');
  const known = await page.locator('datalist option').evaluateAll((options) => options.map((option) => option.value));
  assert.ok(['basic', 'plus', 'pro', 'north', 'south', 'west'].every((value) => known.includes(value)), known.join());
  await part(page, 'row-segment').fill('never seen');
  await part(page, 'check-row').click();
  await page.waitForFunction(() => document.querySelector('[data-testid="decision"]')?.dataset.action !== 'allow');
  assert.match(await part(page, 'decision').innerText(), /never seen/);

  // Everything can be taken along, and brought back.
  await part(page, 'nav-firewall').click();
  await part(page, 'export-menu').locator('summary').click();
  const document = JSON.parse((await saved(page, () => part(page, 'export-firewall-json').click())).bytes.toString());
  assert.equal(document.bins.length, 14);
  const table = (await saved(page, () => part(page, 'export-incidents-csv').click())).bytes.toString();
  assert.equal(table.trimEnd().split('\n').length, count + 1);
  await expectNoFaults(visited);
});

test('labels that come later are joined to the data, and the page says what it did', async (t) => {
  const visited = await visit(await browser(t), await site(t));
  const { page } = visited;
  await started(page);
  const withIds = (text, name) => text.trimEnd().split('\n').map((line, i) => `${i ? `${name}-${i}` : 'id'},${line}`).join('\n');
  const cut = (text, keep) => text.split('\n').map((line) => line.split(',').filter((_, i) => keep(i)).join(',')).join('\n');
  const LABEL = 4;
  const data = (seed, from, days, name) => withIds(csv(seed, from, days, 200), name);
  await chosen(page).setInputFiles([file('train.csv', data(31, MONDAY - 21 * DAY, 14, 't')), file('eval.csv', data(32, MONDAY - 7 * DAY, 7, 'e'))]);
  await page.waitForFunction(() => document.querySelector('[data-testid="start-run"]')?.disabled === false, undefined, { timeout: 60_000 });
  await part(page, 'start-run').click();
  await verdict(page);
  await part(page, 'promote').click();
  await part(page, 'create-firewall').click();
  await part(page, 'feed').waitFor({ timeout: 60_000 });

  // Data without labels, then their labels in a file of their own.
  const week = data(33, MONDAY, 7, 'w');
  await feed(page, 'week-1.csv', cut(week, (i) => i !== LABEL + 1));
  const labelled = () => part(page, 'bin-row').first().locator('td.n').nth(1).innerText();
  assert.equal(await labelled(), '0');
  const truth = cut(week, (i) => i === 0 || i === LABEL + 1);
  // One day's labels are still out.
  const early = truth.split('\n').slice(0, 1 + 6 * 200).join('\n');
  await part(page, 'late-labels').locator('input[type="file"]').setInputFiles(file('outcomes.csv', early));
  await part(page, 'labels-joined').waitFor({ timeout: 120_000 });
  assert.match(await part(page, 'labels-joined').innerText(), /outcomes\.csv: 1\u202f200 rows got a label, 7 bins judged anew\./);
  assert.equal(await labelled(), '0');
  assert.equal(await part(page, 'bin-row').last().locator('td.n').nth(1).innerText(), '200');

  // Dropped where data are dropped, a file of labels is known for what it is.
  await part(page, 'add-data').click();
  await chosen(page).setInputFiles(file('all-outcomes.csv', truth));
  await page.locator('[data-testid="production-file"]').getByText(/labels for data that came before/).waitFor();
  await part(page, 'run-batch').click();
  await part(page, 'labels-joined').getByText(/all-outcomes\.csv: 200 rows got a label/).waitFor({ timeout: 120_000 });
  assert.equal(await labelled(), '200');

  // Data and their labels together.
  const next = data(34, MONDAY + 7 * DAY, 7, 'x');
  await part(page, 'add-data').click();
  await chosen(page).setInputFiles([file('week-2.csv', cut(next, (i) => i !== LABEL + 1)), file('week-2-labels.csv', cut(next, (i) => i === 0 || i === LABEL + 1))]);
  await page.locator('[data-testid="production-file"]').getByText(/^.*labels for week-2\.csv/).waitFor();
  await part(page, 'run-batch').click();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="bin-row"]').length === 14, undefined, { timeout: 120_000 });
  assert.equal(await labelled(), '200');
  await expectNoFaults(visited);
});

test('the sample project shows a firewall with an event, without any file', async (t) => {
  const chromium = await browser(t);
  const visited = await visit(chromium, await site(t));
  const { page } = visited;
  await started(page);
  await part(page, 'try-sample').first().click();
  await verdict(page);
  await part(page, 'promote').click();
  // The model is not ready, so it is asked whether somebody insists.
  await part(page, 'promote-anyway').click();
  await part(page, 'create-firewall').click();
  await part(page, 'sample-production').click({ timeout: 60_000 });
  await part(page, 'bin-row').first().waitFor({ timeout: 120_000 });
  assert.ok(await part(page, 'insight').count() >= 1);
  assert.match(await part(page, 'insights').innerText(), /product|Wallet/);

  // What a reader does with monitors.
  await part(page, 'nav-monitors').click();
  const rows = part(page, 'monitor-row');
  await rows.first().waitFor();
  assert.ok(await rows.count() >= 10);
  const last = rows.last();
  const id = await last.getAttribute('data-id');
  await last.locator('[data-testid="pin"]').click();
  await page.waitForFunction((id) => document.querySelector('[data-testid="monitor-row"]')?.dataset.id === id, id);
  await part(page, 'custom-monitor').locator('summary').click();
  await part(page, 'custom-name').fill('My own');
  await part(page, 'custom-save').click();
  await rows.filter({ hasText: 'My own' }).waitFor();
  await rows.filter({ hasText: 'My own' }).locator('a').first().click();
  await part(page, 'series-chart').waitFor();
  await expectNoFaults(visited);
});

test('arXiv: a week without labels, day by day', async (t) => {
  const files = realData('arxiv/train.json.gz', 'arxiv/train_preds.json.gz', 'arxiv/val_0_with_label.json.gz', 'arxiv/val_preds_0.json.gz');
  const production = realData('arxiv/val_1.json.gz', 'arxiv/val_preds_1.json.gz');
  if (!files || !production) return t.skip('the arXiv files are not here: set STRAINGAUGE_DATA');
  const chromium = await browser(t);
  const visited = await visit(chromium, await site(t));
  const { page } = visited;
  await started(page);
  await chosen(page).setInputFiles(files);
  await page.waitForFunction(() => document.querySelector('[data-testid="start-run"]')?.disabled === false, undefined, { timeout: 60_000 });
  await part(page, 'start-run').click();
  await verdict(page);
  await part(page, 'promote').click();
  // The model is not ready, so it is asked whether somebody insists.
  await part(page, 'promote-anyway').click();
  await part(page, 'create-firewall').click();
  await part(page, 'feed').waitFor({ timeout: 120_000 });
  await chosen(page).setInputFiles(production);
  await page.waitForFunction(() => document.querySelector('[data-testid="run-batch"]')?.disabled === false, undefined, { timeout: 60_000 });
  await part(page, 'run-batch').click();
  await part(page, 'bin-row').first().waitFor({ timeout: 240_000 });
  assert.equal(await part(page, 'bin-row').count(), 7);
  await part(page, 'week-together').click();
  await verdict(page);
  await expectNoFaults(visited);
});
