// The code of both READMEs, run as it stands by a project that has the package installed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { csv, loans } from './engine.mjs';

const PACKAGE = fileURLToPath(new URL('../../pkg/', import.meta.url));

/** Runs code beside three CSV files, in a folder where the package is installed; gives what it says. */
function ran(t, code) {
  const folder = mkdtempSync(join(tmpdir(), 'straingauge-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PACKAGE, join(folder, 'node_modules/straingauge'), 'dir');
  writeFileSync(join(folder, 'start.mjs'), code);
  const may = loans(1500, 3, { weak: true }).map((row, i) => ({ ...row, time: `2024-05-0${1 + Math.floor(i / 250)}T12:00:00Z` }));
  for (const [name, records] of [['may', may], ['reference', loans(1500, 1)], ['evaluation', loans(1500, 2, { weak: true })]]) writeFileSync(join(folder, `${name}.csv`), csv(records));
  return execFileSync(process.execPath, [join(folder, 'start.mjs')], { encoding: 'utf8' });
}

const codes = (readme) => [...readFileSync(new URL(readme, import.meta.url), 'utf8').matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]);
const firstCode = (readme) => codes(readme)[0];

test('the quick start of the package works', (t) => {
  const said = ran(t, firstCode('../../pkg/README.md'));
  assert.match(said, /accuracy/);
  assert.match(said, /ALERT .*city/);
  assert.match(said, /^test_run_id,features,/m);
});

test('what the package says of decisions and of own tests works', (t) => {
  const [start, , , decisions, , own] = codes('../../pkg/README.md');
  const open = start.replace('await client.close();', '');
  assert.notEqual(open, start);
  const said = ran(t, `${open}\nconsole.log('— from here —');\n${decisions}\n${own}\nawait client.close();`).split('— from here —')[1];
  assert.match(said, /^\s*1 1\n/);
  assert.match(said, /^(ready|ready_with_limits|caution) \d+$/m);
  assert.match(said, /new: 0/);
  assert.match(said, /reference: [\d.]+, evaluation: [\d.]+ \} (PASS|WARNING|ALERT)/);
});

test('what the package says of watching a model works', (t) => {
  const [start, , , , watching] = codes('../../pkg/README.md');
  const open = start.replace('await client.close();', '');
  const said = ran(t, `${open}\nconsole.log('— from here —');\n${watching}\nawait client.close();`).split('— from here —')[1];
  assert.match(said, /^\s*6 bins\. .*\d/);
  assert.match(said, /^id,event_type,severity,.*\n\S+,metric_degradation,/m);
  assert.match(said, /Atlantis/);
  assert.match(said, /\n6\n$/);
});

test('the code of the first README works', (t) => {
  // It stands there for a page, where files come from a drop.
  const files = `
    import { loans } from ${JSON.stringify(new URL('engine.mjs', import.meta.url))};
    const topics = (seed) => loans(1500, seed).map(({ city, amount, label, score }) => ({ city, amount, topic: label ? 'billing' : amount < 20 ? 'other' : 'login', score }));
    const data = (seed) => topics(seed).map(({ score: _, ...row }) => row);
    const predictions = (seed) => topics(seed).map(({ score, amount }) => ({ billing: score, login: amount < 20 ? 0 : 1 - score, other: amount < 20 ? 1 - score : 0 }));
    const [referenceFile, evaluationFile, referencePredictions, evaluationPredictions] = [data(1), data(2), predictions(1), predictions(2)];`;
  const week = `
    const weekFile = data(3).map((row, i) => ({ at: new Date(Date.UTC(2026, 5, 1 + (i % 7))).toISOString(), ...row }));
    const weekPredictions = predictions(3);`;
  const [stress, watch] = codes('../../README.md');
  const said = ran(t, `${files}${week}\n${stress}\n${watch}\nawait client.close();`);
  assert.match(said, /^test_run_id,features,/m);
  assert.match(said, /in 7 daily bins/);
  assert.match(said, / id,event_type,severity,event_object_name,monitor_id,/);
});
