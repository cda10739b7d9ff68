// The main job on real files: four files dropped, roles guessed, run, verdict, detail, export; then all of it with the
// network cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, expectFreeMainThread, expectNoFaults, part, realData, saved, site, started, verdict, visit } from './harness.mjs';

const FILES = ['arxiv/train.json.gz', 'arxiv/train_preds.json.gz', 'arxiv/val_0_with_label.json.gz', 'arxiv/val_preds_0.json.gz'];

// scikit-learn 1.9 on these files: argmax of the probabilities; macro = unweighted mean over the union of true and predicted
// classes; mean of the largest probability.
const TRUTH = {
  multiclass_accuracy: [0.98512, 0.6103954802259887],
  macro_f1: [0.9700086579495458, 0.2323706179685172],
  macro_precision: [0.9821394220034063, 0.36501979837818505],
  macro_recall: [0.9585291603707018, 0.22857656470634202],
  average_confidence: [0.840774765021053, 0.6928344427856785],
};

async function runFourFiles(page, files) {
  await part(page, 'file-input').first().setInputFiles(files);
  const start = part(page, 'start-run');
  await start.waitFor();
  await page.waitForFunction(() => {
    const button = document.querySelector('[data-testid="start-run"]');
    return button && !button.disabled;
  }, undefined, { timeout: 60_000 });
  await start.click();
  return verdict(page);
}

async function exportedRun(page) {
  await part(page, 'export-menu').locator('summary').click();
  return JSON.parse((await saved(page, () => part(page, 'export-json').click())).bytes.toString());
}

function assertTruth(run) {
  for (const [id, [reference, evaluation]] of Object.entries(TRUTH)) {
    const metric = run.modelMetrics.find((each) => each.id === id);
    assert.ok(metric, `no metric ${id} among ${run.modelMetrics.map((each) => each.id).join(', ')}`);
    assert.ok(Math.abs(metric.reference - reference) < 1e-9, `${id} of the reference: ${metric.reference}, not ${reference}`);
    assert.ok(Math.abs(metric.evaluation - evaluation) < 1e-9, `${id} of the evaluation: ${metric.evaluation}, not ${evaluation}`);
  }
}

test('four real files, from the drop to the export', async (t) => {
  const files = realData(...FILES);
  if (!files) return t.skip('the arXiv files are not here: set STRAINGAUGE_DATA');
  const url = await site(t);
  const chromium = await browser(t);
  const visited = await visit(chromium, url);
  const { page } = visited;
  await started(page);

  const opened = Date.now();
  const { outcome, text } = await expectFreeMainThread(t, chromium, page, () => runFourFiles(page, files));
  t.diagnostic(`from the drop to the verdict: ${Date.now() - opened} ms. ${text.split('\n')[0]}`);
  assert.equal(outcome, 'alert');
  assert.match(await page.locator('main').innerText(), /0\.985[\s\S]*0\.610/);
  assertTruth(await exportedRun(page));
  await expectNoFaults(visited);
});

test('the whole job with the network cut after load', async (t) => {
  const files = realData(...FILES);
  if (!files) return t.skip('the arXiv files are not here: set STRAINGAUGE_DATA');
  const url = await site(t);
  const visited = await visit(await browser(t), url);
  const { page, context, requests } = visited;
  await started(page);
  // The engine loads behind the first screen; "loaded" means that it has.
  await page.waitForFunction(() => performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('app_bg.wasm')));
  await page.waitForTimeout(3000);
  await context.setOffline(true);
  const before = requests.length;
  const { outcome } = await runFourFiles(page, files);
  assert.equal(outcome, 'alert');
  assertTruth(await exportedRun(page));
  const asked = requests.slice(before).filter((target) => !target.startsWith('blob:'));
  assert.deepEqual(asked, [], 'nothing was asked for after the cut');
  await expectNoFaults(visited);
});
