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

/** Seconds of a run in which the tests that `leave` names are left out; the faster of so many rounds. */
async function seconds(made, ids, leave, rounds = 2) {
  const tests = Object.fromEntries(ids.filter(leave).map((id) => [id, { run: false }]));
  let least = Infinity;
  let run;
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.();
    const begin = performance.now();
    run = await made.startStressTest({ runName: 'wide', reference: 'reference', evaluation: 'evaluation', model: 'model', tests }).result();
    least = Math.min(least, (performance.now() - begin) / 1000);
  }
  return { least, run };
}

{
  const client = await Client.create();
  const made = await project(client, 50_000, 30);
  const { run } = await seconds(made, [], () => false, 1);
  const ids = run.batches().map((batch) => batch.id);
  const others = (id) => !SLICES.test(id);
  const slices = await seconds(made, ids, others);
  // What profiling alone costs: the cheapest test that is left.
  const without = await seconds(made, ids, (id) => id !== 'data_cleanliness:required_features');
  const found = slices.run.toJSON().batches.find((batch) => batch.id === 'subset_performance:worst_slices').cases[0];
  console.log(`50 000 + 50 000 rows x 30 columns: a run of worst slices alone ${slices.least.toFixed(2)} s, of the cheapest test alone ${without.least.toFixed(2)} s; first: ${found.subset}`);
  console.log(`peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
  await client.close();
}
const heads = ['rows', 'columns', 'cases', 'profile tests, s', 'all tests, s'];
const line = (cells) => console.log(cells.map((cell, i) => String(cell).padStart([17, 8, 6, 17, 13][i])).join(' '));
line(heads);
for (const [count, columns] of [[rows / 4, 20], [rows / 2, 20], [rows, 20], [rows, 50], [rows, 100], [rows, 200]]) {
  const client = await Client.create();
  const made = await project(client, count, columns);
  const rounds = columns > 50 ? 1 : 2;
  const all = await seconds(made, [], () => false, rounds);
  const ids = all.run.batches().map((batch) => batch.id);
  const profiles = await seconds(made, ids, (id) => ROWS.test(id), rounds);
  line([`${count} + ${count}`, columns, all.run.summary.counts.total, profiles.least.toFixed(2), all.least.toFixed(2)]);
  await client.close();
}
console.log(`peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
process.exit(0);
