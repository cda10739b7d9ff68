// What the package's tests share: the package from the checkout, a client that is closed with its test, and small data.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';

import { Client, StraingaugeError } from '../../pkg/index.js';

export const ROOT = new URL('../../', import.meta.url);

/** A client for the length of a test. */
export async function clientFor(t, options) {
  const client = await Client.create(options);
  t.after(() => client.close());
  return client;
}

/** What a promise rejects with: a StraingaugeError of this code, with a message that a person can use. */
export async function rejectsWith(promise, code) {
  let error;
  await assert.rejects(promise, (thrown) => {
    error = thrown;
    return true;
  });
  assert.ok(error instanceof StraingaugeError, `${error?.stack ?? error}`);
  assert.equal(error.code, code, error.message);
  assert.ok(error.message.length > 20, error.message);
  return error;
}

/** The real data, or null after a plain word; under CI they must be there. */
export function realData(name) {
  const folder = process.env.STRAINGAUGE_DATA ? new URL(`file://${process.env.STRAINGAUGE_DATA}/`) : new URL('../shared/data/', ROOT);
  const file = new URL(name, folder);
  if (existsSync(file)) return file;
  if (process.env.CI === 'true') throw new Error(`${file.pathname} is missing; set STRAINGAUGE_DATA`);
  console.log(`skipped: ${file.pathname} is not here`);
  return null;
}

/** A small generator with a seed: mulberry32. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Binary rows: `amount` and `city` carry the label, `score` is a fair P(label = 1). With `weak`, the model knows nothing about Oslo.
 */
export function loans(rows, seed, { weak = false } = {}) {
  const draw = random(seed);
  const cities = ['Oslo', 'Lima', 'Pune', 'Kyiv'];
  return Array.from({ length: rows }, () => {
    const city = cities[Math.floor(draw() * 4)];
    const amount = Math.round(draw() * 10000) / 100;
    const p = 1 / (1 + Math.exp(-(amount - 50) / 8));
    const label = draw() < p ? 1 : 0;
    const score = weak && city === 'Oslo' ? draw() : Math.min(0.999, Math.max(0.001, p));
    return { city, amount, label, score };
  });
}

export const csv = (records) => [Object.keys(records[0]), ...records.map(Object.values)].map((cells) => `${cells.join(',')}\n`).join('');
