// `index.d.ts` against a consumer, and against what the package really exports.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as straingauge from '../../pkg/index.js';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

test('a consumer in strict TypeScript compiles', () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '--project', path('tsconfig.json')], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

test('every declared class and every public member exists, and none besides', () => {
  const text = readFileSync(path('../../pkg/index.d.ts'), 'utf8');
  const declared = new Map([...text.matchAll(/^export class (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)].map(([, name, body]) => [name, body]));
  assert.deepEqual([...declared.keys()].sort(), Object.keys(straingauge).sort());
  const members = (body, pattern) => [...body.matchAll(pattern)].map((match) => match[1]).filter((name) => name !== 'constructor');
  for (const [name, body] of declared) {
    const type = straingauge[name];
    const ofInstances = new Set(members(body, /^ {2}(?:readonly )?(\w+)[(:]/gm));
    const real = Object.getOwnPropertyNames(type.prototype).filter((member) => member !== 'constructor');
    if (name !== 'StraingaugeError') assert.deepEqual(real.sort(), [...ofInstances].sort(), name);
    for (const member of members(body, /^ {2}static (?:readonly )?(\w+)[(:]/gm)) assert.ok(member in type, `${name}.${member}`);
  }
});
