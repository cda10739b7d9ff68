// The benchmark table: id, amount, age, city, ts, label, p and the class that a model predicted. Seeded, so every machine
// measures the same bytes.
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

const CITIES = ['paris', 'berlin', 'tokyo', 'lima', 'oslo'];

/** Mulberry32: small, and good enough for a table. */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function* records(rows, seed, first) {
  const next = uniform(seed);
  const whole = (from, to) => from + Math.floor(next() * (to - from + 1));
  const two = (n) => String(n).padStart(2, '0');
  for (let i = 0; i < rows; i += 1) {
    // Twelve uniforms make a normal variable, without a logarithm.
    let normal = -6;
    for (let k = 0; k < 12; k += 1) normal += next();
    const record = {
      id: first + i,
      amount: (100 + 20 * normal).toFixed(3),
      age: whole(18, 90),
      city: CITIES[whole(0, 4)],
      ts: `2024-01-${two(whole(1, 28))}T${two(whole(0, 23))}:00:00`,
      label: whole(0, 2),
      p: next().toFixed(6),
    };
    record.pred = Number(record.p) > 0.5 ? record.label : (record.label + 1) % 3;
    yield record;
  }
}

const csv = ({ id, amount, age, city, ts, label, p }) => `${id},${amount},${age},${city},${ts},${label},${p}\n`;
const csvWithPrediction = (record) => `${csv(record).trimEnd()},${record.pred}\n`;
const jsonl = ({ id, amount, age, city, ts, label, p }) =>
  `{"id": ${id}, "amount": ${amount}, "age": ${age}, "city": "${city}", "ts": "${ts}", "label": ${label}, "p": ${p}}\n`;

const HEAD = 'id,amount,age,city,ts,label,p';

async function write(path, head, lines) {
  if (existsSync(path)) return path;
  const out = createWriteStream(`${path}.part`);
  let block = head;
  for (const line of lines) {
    block += line;
    if (block.length > 1 << 20) {
      if (!out.write(block)) await once(out, 'drain');
      block = '';
    }
  }
  out.end(block);
  await once(out, 'finish');
  renameSync(`${path}.part`, path);
  return path;
}

function* mapped(rows, seed, first, form) {
  for (const record of records(rows, seed, first)) yield form(record);
}

/** Rows of many columns by turns: numbers, skewed numbers with gaps, few values, many values; a label and a score that knows it. */
function* wide(rows, columns, seed) {
  const next = uniform(seed);
  const normal = () => {
    let sum = -6;
    for (let k = 0; k < 12; k += 1) sum += next();
    return sum;
  };
  for (let i = 0; i < rows; i += 1) {
    const cells = [];
    for (let c = 0; c < columns; c += 1) {
      if (c % 4 === 0) cells.push(normal().toFixed(3));
      else if (c % 4 === 1) cells.push(next() < 0.05 ? '' : (normal() ** 4).toFixed(2));
      else if (c % 4 === 2) cells.push(`v${Math.floor(next() * 6)}`);
      else cells.push(`w${Math.floor(next() ** 3 * 300)}`);
    }
    const signal = normal();
    const label = next() < 1 / (1 + Math.exp(-4 * signal)) ? 1 : 0;
    const inside = cells[2] === 'v1' && cells[6] === 'v2';
    const score = 1 / (1 + Math.exp(-4 * (inside ? normal() : signal)));
    yield `${cells.join(',')},${label},${score.toFixed(6)}\n`;
  }
}

/** Writes a reference and an evaluation set of many columns; where v1 and v2 of columns 2 and 6 meet, the score is noise. */
export async function wideTables(folder, rows, columns) {
  mkdirSync(folder, { recursive: true });
  const head = `${Array.from({ length: columns }, (_, c) => `c${c}`).join(',')},label,score\n`;
  const one = (name, seed) => write(join(folder, `wide-${name}-${rows}-${columns}.csv`), head, wide(rows, columns, seed));
  return { reference: await one('reference', 11), evaluation: await one('evaluation', 12) };
}

/** Writes the tables that are not there yet and returns their paths. */
export async function tables(folder, rows) {
  mkdirSync(folder, { recursive: true });
  const half = rows / 2;
  return {
    csv: await write(join(folder, `table-${rows}.csv`), `${HEAD}\n`, mapped(rows, 1, 0, csv)),
    jsonl: await write(join(folder, `table-${rows}.jsonl`), '', mapped(rows, 1, 0, jsonl)),
    reference: await write(join(folder, `reference-${half}.csv`), `${HEAD},pred\n`, mapped(half, 2, 0, csvWithPrediction)),
    evaluation: await write(join(folder, `evaluation-${half}.csv`), `${HEAD},pred\n`, mapped(half, 3, half, csvWithPrediction)),
  };
}
