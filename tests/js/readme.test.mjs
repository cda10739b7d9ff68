// The quick start of the package's README, run as it stands by a project that has the package installed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { csv, loans } from './engine.mjs';

const PACKAGE = fileURLToPath(new URL('../../pkg/', import.meta.url));

test('the quick start works', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'straingauge-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PACKAGE, join(folder, 'node_modules/straingauge'), 'dir');
  const code = readFileSync(join(PACKAGE, 'README.md'), 'utf8').match(/```js\n([\s\S]*?)```/)[1];
  writeFileSync(join(folder, 'start.mjs'), code);
  writeFileSync(join(folder, 'reference.csv'), csv(loans(1500, 1)));
  writeFileSync(join(folder, 'evaluation.csv'), csv(loans(1500, 2, { weak: true })));
  const said = execFileSync(process.execPath, [join(folder, 'start.mjs')], { encoding: 'utf8' });
  assert.match(said, /accuracy/);
  assert.match(said, /ALERT .*city/);
  assert.match(said, /^test_run_id,features,/m);
});
