// What files leave open is asked, and what was said of them is kept: the label, the order of dates, class names, labels in a file
// of their own, roles over a reload, and files dropped anywhere in the window.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { browser, expectNoFaults, part, root, site, started, verdict, visit } from './harness.mjs';

/** A generator of numbers between 0 and 1 that is the same each time. */
function stream(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const csv = (name, rows) => {
  const keys = Object.keys(rows[0]);
  const text = [keys.join(','), ...rows.map((row) => keys.map((key) => row[key]).join(','))].join('\n');
  return { name, mimeType: 'text/csv', buffer: Buffer.from(`${text}\n`) };
};

/** Loans: a 0/1 truth of any name, a probability that follows it, and features. */
function loans(seed, n, { truth = 'income', flip = 0.1 } = {}) {
  const random = stream(seed);
  return Array.from({ length: n }, (_, i) => {
    const age = 20 + Math.floor(random() * 50);
    const hours = 20 + Math.floor(random() * 40);
    const score = 1 / (1 + Math.exp(-(age - 45) / 8 + (random() - 0.5) * 2));
    const label = Number(random() < flip ? score < 0.5 : score >= 0.5);
    return { id: `r${seed}-${i}`, age, hours, city: ['Bern', 'Lyon', 'Graz'][Math.floor(random() * 3)], [truth]: label, pred: score.toFixed(4) };
  });
}

const without = (rows, ...keys) => rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key))));
const only = (rows, ...keys) => rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key]])));

async function fresh(t, hash = '#/data') {
  const visited = await visit(await browser(t), await site(t), { hash });
  await started(visited.page);
  return visited;
}

const give = (page, files) => part(page, 'file-input').first().setInputFiles(files);

/** All files are read when the bar of the run says what will be compared. */
const read = (page) => page.locator('.runbar').getByText(/to judge against|One data file/).waitFor();

const question = (page, about) => page.locator(`[data-testid="question"][data-about="${about}"]`).first();

/** Chooses an answer, whether it is a button or an entry of a list. */
async function choose(page, about, choice) {
  const asked = question(page, about);
  const list = asked.locator('[data-testid="question-choice"]');
  if (await list.count()) await list.selectOption(choice);
  // An answer may read the file again and draw the question anew, so the radio that was pressed is not looked at afterwards.
  else await asked.locator(`[data-testid="reading-${choice}"]`).click();
}

async function run(page) {
  await part(page, 'start-run').click();
  return verdict(page);
}

const metricNames = (page) => page.locator('.metrics').first().innerText();

test('a missing label is asked for, and the answer makes the metrics', async (t) => {
  const visited = await fresh(t);
  const { page } = visited;
  await give(page, [csv('salary_ref.csv', loans(1, 900)), csv('salary_eval.csv', loans(2, 700, { flip: 0.2 }))]);
  await read(page);
  const label = page.locator('[data-testid^="role-income"]').first();
  // Whether the engine or the page asks, the truth is named before the run.
  await question(page, 'label').waitFor();
  await choose(page, 'label', 'income');
  assert.equal(await label.inputValue(), 'label');
  await page.waitForFunction(() => !/Which column is the truth/.test(document.querySelector('.runbar')?.innerText ?? ''));
  await run(page);
  assert.match(await metricNames(page), /Accuracy/);
  await expectNoFaults(visited);
});

test('a declined label is said on the page of the run, and no metric is claimed', async (t) => {
  const visited = await fresh(t);
  const { page } = visited;
  await give(page, [csv('offers_ref.csv', loans(3, 800, { truth: 'repaid' })), csv('offers_eval.csv', loans(4, 600, { truth: 'repaid' }))]);
  await read(page);
  await choose(page, 'label', '');
  const shown = await run(page);
  const says = `${await page.locator('[data-testid="banner"]').allInnerTexts()} ${shown.text}`;
  assert.match(says, /label/i);
  await expectNoFaults(visited);
});

test('a run without a model names no task', async (t) => {
  const visited = await fresh(t);
  const { page } = visited;
  await give(page, [csv('visits_ref.csv', without(loans(41, 300), 'income', 'pred', 'id')), csv('visits_eval.csv', without(loans(42, 300), 'income', 'pred', 'id'))]);
  await read(page);
  const shown = await run(page);
  assert.match(shown.text, /No model was tested/);
  assert.doesNotMatch(await page.locator('main .head').innerText(), /classification|regression/);
  await expectNoFaults(visited);
});

test('numbers of many digits stay within their sheet, and columns keep the letters of their names', async (t) => {
  const visited = await fresh(t);
  const { page } = visited;
  const random = stream(43);
  const houses = (n, error) => Array.from({ length: n }, () => {
    const area = 40 + Math.floor(random() * 200);
    const price = Math.round(area * 4000 * (0.9 + 0.2 * random()));
    return { area, district: ['north', 'south', 'harbour'][Math.floor(random() * 3)], price, predicted_price: Math.round(price * (1 + error * (random() - 0.5))) };
  });
  await give(page, [csv('houses_ref.csv', houses(900, 0.2)), csv('houses_eval.csv', houses(800, 0.6))]);
  await read(page);
  const why = page.locator('.roles tr', { has: page.locator('[data-testid="role-price"]') }).locator('td.why');
  assert.doesNotMatch(await why.evaluate((cell) => cell.innerText), /“Price”|“PRICE”/);
  await run(page);
  const sheet = page.locator('.sheet', { has: page.locator('.metrics') }).first();
  const [outer, inner] = await Promise.all([sheet.boundingBox(), sheet.locator('.metrics').boundingBox()]);
  assert.ok(inner.x + inner.width <= outer.x + outer.width, `the table ends at ${inner.x + inner.width}, its sheet at ${outer.x + outer.width}`);
  assert.match(await metricNames(page), /Mean squared error, in 10⁹/);
  await expectNoFaults(visited);
});

test('a reading that is assumed is confirmed by a press, where many are listed too', async (t) => {
  const visited = await fresh(t);
  const { page } = visited;
  // Seven columns could be the truth: one that the score follows, and six that it does not.
  const wide = (seed) => loans(seed, 400).map((row, i) => ({ ...row, ...Object.fromEntries([3, 5, 7, 11, 13, 17].map((k) => [`flag_${k}`, Number(i % k < k / 2)])) }));
  await give(page, [csv('wide_ref.csv', wide(21)), csv('wide_eval.csv', wide(22))]);
  await read(page);
  const asked = question(page, 'label');
  await asked.waitFor();
  const confirm = part(asked, 'question-confirm');
  if (await part(asked, 'question-choice').count()) {
    const assumed = await part(asked, 'question-choice').inputValue();
    assert.equal(assumed, 'income');
    await confirm.click();
    await confirm.waitFor({ state: 'detached' });
    assert.equal(await part(asked, 'question-choice').inputValue(), 'income');
  } else {
    await choose(page, 'label', 'income');
  }
  assert.equal(await page.locator('[data-testid="question"].open[data-about="label"]').count(), 0);
  await expectNoFaults(visited);
});

test('the run that is the baseline is chosen again with the same files', async (t) => {
  const visited = await fresh(t);
  const { page } = visited;
  const files = [csv('base_ref.csv', loans(23, 500)), csv('base_eval.csv', loans(24, 400, { flip: 0.3 }))];
  await give(page, files);
  await read(page);
  await choose(page, 'label', 'income');
  await run(page);
  const id = page.url().match(/runs\/[^/?]+\/([^/?]+)/)[1];
  await part(page, 'nav-data').click();
  await part(page, 'settings').locator('summary').first().click();
  await part(page, 'baseline').selectOption(id);
  await page.goto('about:blank');
  await page.goBack();
  await started(page);
  await give(page, files);
  await part(page, 'recalled').waitFor();
  await read(page);
  await part(page, 'settings').locator('summary').first().click();
  await part(page, 'baseline').waitFor();
  assert.equal(await part(page, 'baseline').inputValue(), id);
  const again = await run(page);
  assert.match(`${again.text} ${await page.locator('main').innerText()}`, /known/);
  await expectNoFaults(visited);
});

test('the order of dates is asked with values that differ, and holds for both files', async (t) => {
  const visited = await fresh(t);
  const { page } = visited;
  const days = (seed) => loans(seed, 300).map((row, i) => ({ ...row, opened: `${String(1 + (i % 9)).padStart(2, '0')}/${String(2 + (i % 5)).padStart(2, '0')}/2024` }));
  await give(page, [csv('days_ref.csv', days(5)), csv('days_eval.csv', days(6))]);
  await read(page);
  const asked = question(page, 'date_order');
  await asked.waitFor();
  const readings = await asked.locator('.reading').allInnerTexts();
  assert.equal(new Set(readings).size, readings.length, readings.join(' | '));
  assert.match(await part(page, 'open-questions').innerText(), /Day or month first/);
  await choose(page, 'date_order', 'day_first');
  await read(page);
  assert.equal(await page.locator('[data-testid="question"].open[data-about="date_order"]').count(), 0, 'one answer for both files');
  await expectNoFaults(visited);
});

test('labels in a file of their own are used as such', async (t) => {
  const visited = await fresh(t);
  const { page } = visited;
  const [reference, evaluation] = [loans(7, 900, { truth: 'repaid' }), loans(8, 700, { truth: 'repaid', flip: 0.25 })];
  await give(page, [
    csv('loan_reference.csv', without(reference, 'repaid')),
    csv('loan_reference_targets.csv', only(reference, 'id', 'repaid')),
    csv('loan_analysis.csv', without(evaluation, 'repaid')),
    csv('loan_analysis_gt.csv', only(evaluation, 'id', 'repaid')),
  ]);
  await read(page);
  assert.equal(await part(page, 'use-loan_analysis_gt.csv').inputValue(), 'evaluation_labels');
  assert.equal(await part(page, 'use-loan_reference_targets.csv').inputValue(), 'reference_labels');
  assert.equal(await part(page, 'use-loan_analysis.csv').inputValue(), 'evaluation');
  await run(page);
  assert.match(await metricNames(page), /Accuracy/);
  await expectNoFaults(visited);
});

test('files whose rows do not fit block the run with the reason', async (t) => {
  const visited = await fresh(t);
  const { page } = visited;
  const [reference, evaluation] = [without(loans(9, 200), 'id'), without(loans(10, 100), 'id')];
  await give(page, [
    csv('mm_ref.csv', without(reference, 'pred')),
    csv('mm_ref_preds.csv', only(reference, 'pred')),
    csv('mm_eval.csv', without(evaluation, 'pred')),
    csv('mm_eval_preds.csv', only(evaluation.slice(0, 90), 'pred')),
  ]);
  await read(page);
  assert.match(await part(page, 'blocked').innerText(), /mm_eval_preds\.csv has 90 predictions, mm_eval\.csv has 100 rows/);
  assert.ok(await part(page, 'start-run').isDisabled());
  await expectNoFaults(visited);
});

test('roles, settings and answers come back with the same files after a reload, and so do rows', async (t) => {
  const visited = await fresh(t);
  const { page } = visited;
  const files = [csv('kept_ref.csv', loans(11, 900)), csv('kept_eval.csv', loans(12, 700, { flip: 0.3 }))];
  await give(page, files);
  await read(page);
  await choose(page, 'label', 'income');
  await page.locator('[data-testid="role-city"]').selectOption('ignored');
  await part(page, 'model-name').fill('scorer');
  await part(page, 'settings').locator('summary').first().click();
  await part(page, 'sensitivity').selectOption('more');
  const first = await run(page);
  const link = page.url();

  await page.goto('about:blank');
  await page.goto(link);
  await part(page, 'verdict').waitFor();
  await part(page, 'nav-data').click();
  await give(page, files);
  await part(page, 'recalled').waitFor();
  await read(page);
  assert.equal(await page.locator('[data-testid="role-income"]').inputValue(), 'label');
  assert.equal(await page.locator('[data-testid="role-city"]').inputValue(), 'ignored');
  assert.equal(await part(page, 'model-name').inputValue(), 'scorer');

  // The rows of the earlier run can be seen, without a new one.
  const [project, id] = link.match(/runs\/([^/?]+)\/([^/?]+)/).slice(1);
  await page.evaluate((hash) => { location.hash = hash; }, `#/runs/${project}/${id}?list=cases&q=subset`);
  await part(page, 'case-row').first().locator('.case-head').click();
  await part(page, 'show-rows').first().click();
  await part(page, 'rows-table').first().waitFor();

  // And the same files give the same run.
  await part(page, 'nav-data').click();
  const again = await run(page);
  assert.equal(again.text, first.text);
  await expectNoFaults(visited);
});

test('files dropped anywhere in the window are taken, and the page is not left', async (t) => {
  const visited = await fresh(t, '');
  const { page } = visited;
  const files = [csv('any_ref.csv', loans(13, 300)), csv('any_eval.csv', loans(14, 300))];
  const dropped = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { name, text } of given) transfer.items.add(new File([text], name, { type: 'text/csv' }));
    return transfer;
  }, files.map(({ name, buffer }) => ({ name, text: buffer.toString() })));
  // A corner of the page that is no drop zone.
  await page.dispatchEvent('.rail', 'dragover', { dataTransfer: dropped });
  await part(page, 'drop-veil').waitFor();
  const stopped = await page.evaluate((transfer) => {
    const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer });
    document.querySelector('.rail').dispatchEvent(event);
    return event.defaultPrevented;
  }, dropped);
  assert.ok(stopped, 'the browser must not open the file itself');
  await page.waitForFunction(() => location.hash === '#/data');
  await read(page);
  assert.equal(await part(page, 'file-card').count(), 2);
  assert.equal(await part(page, 'drop-veil').count(), 0);
  // Whoever leaves now loses the files, so the browser asks.
  const asks = await page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
  assert.ok(asks);
  await expectNoFaults(visited);
});

test('the sample’s rows can be made again after a reload', async (t) => {
  const visited = await fresh(t, '');
  const { page } = visited;
  await part(page, 'try-sample').first().click();
  await verdict(page);
  await page.goto('about:blank');
  await page.goBack();
  await part(page, 'verdict').waitFor();
  await part(page, 'finding').first().locator('a').first().click();
  // The asked case is in sight and has the focus.
  await page.waitForFunction(() => document.activeElement?.classList.contains('case-head'));
  const top = await page.evaluate(() => document.activeElement.getBoundingClientRect().top);
  assert.ok(top >= 0 && top < 900, `the case stands at ${top}`);
  const row = page.locator('.case.opened').first();
  await row.locator('[data-testid="show-rows"]').click();
  await row.locator('[data-testid="sample-again"]').click();
  await row.locator('[data-testid="rows-table"]').waitFor({ timeout: 60_000 });
  await expectNoFaults(visited);
});

test('probabilities whose names are not the classes are asked about or matched, never silently wrong', async (t) => {
  const folder = process.env.STRAINGAUGE_CASES ?? join(root, '../shared/cases');
  const file = join(folder, '06_probability_columns_not_named_like_classes.csv');
  if (!existsSync(file)) {
    assert.notEqual(process.env.CI, 'true', `missing: ${file}`);
    return t.skip('the small inputs are not there');
  }
  const visited = await fresh(t);
  const { page } = visited;
  const random = stream(15);
  const classes = ['basic', 'prepaid', 'upmarket'];
  const cards = (n) => Array.from({ length: n }, () => {
    const truth = Math.floor(random() * 3);
    const shares = classes.map((_, i) => (i === truth && random() < 0.9 ? 5 : 1) + random());
    const sum = shares.reduce((a, b) => a + b, 0);
    return { income: Math.floor(random() * 1000), y_true: classes[truth], ...Object.fromEntries(shares.map((s, i) => [`p${i}`, (s / sum).toFixed(6)])) };
  });
  await give(page, [csv('cards_ref.csv', cards(600)), csv('cards_eval.csv', cards(500))]);
  await read(page);
  await part(page, 'start-run').click();
  const end = page.locator('[data-testid="verdict"], [data-testid="question"][data-about="class_names"], [data-testid="failure"]').first();
  await end.waitFor({ timeout: 120_000 });
  if (await part(page, 'verdict').count()) {
    const accuracy = (await metricNames(page)).match(/Accuracy\s+([\d.]+)/);
    assert.ok(accuracy && Number(accuracy[1]) > 0.5, `accuracy ${accuracy?.[1]}`);
  }
  await expectNoFaults(visited);
});
