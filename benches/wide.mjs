// What a whole run costs as rows and columns grow, and what the search for the worst slices costs, in wasm under Node, in this one thread.
//
//     cargo xtask build && node --expose-gc benches/wide.mjs [rows]
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '../pkg/index.js';
import { wideTables } from './table.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../target/bench');
const rows = Number(process.argv[2] ?? 100_000);
const SLICES = /worst_slices/;
/** Tests that need the loaded rows; all others judge from profiles. */
const ROWS = /worst_slices|duplicate|conflicting|overlap|outlier_rows|domain_classifier|flipping|black_box|row_wise|predict_protected|label_noise|near_/;

async function project(client, count, columns) {
  const paths = await wideTables(folder, count, columns);
  const made = await client.createProject({ name: `${count} x ${columns}`, modelTask: 'binary_classification' });
  for (const name of ['reference', 'evaluation']) await made.registerDataset(name, new Blob([readFileSync(paths[name])]), { labelCol: 'label', predictionCol: 'score' });
  await made.registerModel('model', null);
  return made;
}

/** Seconds of a run in which the tests that `leave` names are left out; the faster of two. */
async function seconds(made, ids, leave) {
  const tests = Object.fromEntries(ids.filter(leave).map((id) => [id, { run: false }]));
  let least = Infinity;
  let run;
  for (let round = 0; round < 2; round += 1) {
    globalThis.gc?.();
    const begin = performance.now();
    run = await made.startStressTest({ runName: 'wide', reference: 'reference', evaluation: 'evaluation', model: 'model', tests }).result();
    least = Math.min(least, (performance.now() - begin) / 1000);
  }
  return { least, run };
}

const lines = [['rows', 'columns', 'cases', 'profile tests, s', 'all tests, s']];
for (const [count, columns] of [[rows / 4, 20], [rows / 2, 20], [rows, 20], [rows, 50], [rows, 100], [rows, 200]]) {
  const client = await Client.create();
  const made = await project(client, count, columns);
  const all = await seconds(made, [], () => false);
  const ids = all.run.batches().map((batch) => batch.id);
  const profiles = await seconds(made, ids, (id) => ROWS.test(id));
  lines.push([`${count} + ${count}`, columns, all.run.summary.counts.total, profiles.least.toFixed(2), all.least.toFixed(2)].map(String));
  await client.close();
}
{
  const client = await Client.create();
  const made = await project(client, 50_000, 30);
  const { run } = await seconds(made, [], () => false);
  const ids = run.batches().map((batch) => batch.id);
  const without = await seconds(made, ids, () => true);
  const slices = await seconds(made, ids, (id) => !SLICES.test(id));
  const found = slices.run.batch('subset_performance:worst_slices').cases[0];
  console.log(`worst slices of 50 000 rows x 30 columns: ${(slices.least - without.least).toFixed(2)} s; first: ${found.subset}`);
  await client.close();
}
const widths = lines[0].map((_, i) => Math.max(...lines.map((cells) => cells[i].length)));
for (const cells of lines) console.log(cells.map((cell, i) => cell.padStart(widths[i])).join('  '));
console.log(`peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
process.exit(0);
