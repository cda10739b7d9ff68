// Speed and memory of the engine in wasm under Node, in this one thread, beside DuckDB-WASM in the same process, and beside the same engine built natively.
//
//     cargo xtask build && npm ci --prefix benches && node --expose-gc benches/run.mjs [rows]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '../pkg/index.js';
import { tables } from './table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const rows = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 3;

/** The best of a few rounds: what the code takes when the machine lets it. */
async function best(work) {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    globalThis.gc?.();
    const begin = performance.now();
    await work();
    least = Math.min(least, performance.now() - begin);
  }
  return least / 1000;
}

async function duck() {
  try {
    const require = createRequire(join(here, 'package.json'));
    const duckdb = require('@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs');
    const dist = dirname(require.resolve('@duckdb/duckdb-wasm'));
    const bundle = (kind) => ({ mainModule: join(dist, `duckdb-${kind}.wasm`), mainWorker: join(dist, `duckdb-node-${kind}.worker.cjs`) });
    const db = await duckdb.createDuckDB({ mvp: bundle('mvp'), eh: bundle('eh') }, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
    await db.instantiate(() => {});
    return db;
  } catch (error) {
    console.log(`DuckDB-WASM is not measured: ${error.message.split('\n')[0]}`);
    return null;
  }
}

/** The same engine without wasm; `cargo bench` builds it. */
function native(paths) {
  if (process.env.STRAINGAUGE_NO_NATIVE) return {};
  const files = [paths.csv, paths.jsonl, paths.reference, paths.evaluation];
  const printed = execFileSync('cargo', ['bench', '--quiet', '--package', 'straingauge-engine', '--bench', 'native', '--', ...files], { cwd: join(here, '..'), encoding: 'utf8' });
  return JSON.parse(printed.trim().split('\n').at(-1));
}

const lines = [];
const shown = (value) => (value === undefined ? '' : value.toFixed(value < 10 ? 2 : 0));
const ratio = (ours, other) => (other === undefined ? '' : `${(ours / other).toFixed(2)} ×`);
const say = (what, unit, ours, { peer, plain } = {}) => lines.push([what, shown(ours), unit, shown(plain), ratio(ours, plain), shown(peer), ratio(ours, peer)]);

const paths = await tables(join(here, '../target/bench'), rows);
const bytes = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, readFileSync(path)]));
const megabytes = (name) => bytes[name].length / 1e6;

const plain = native(paths);
const db = await duck();
for (const [name, label] of [['csv', 'CSV'], ['jsonl', 'JSONL']]) {
  const seconds = await best(async () => {
    // A fresh client forgets what it has read, so that every round reads.
    const client = await Client.create();
    const inspection = await client.inspect(new Blob([bytes[name]]));
    if (inspection.rows !== rows) throw new Error(`read ${inspection.rows} rows of ${rows}`);
    await client.close();
  });
  let peer;
  if (db && name === 'csv') {
    const taken = await best(() => {
      db.registerFileBuffer('table.csv', new Uint8Array(bytes.csv));
      const connection = db.connect();
      connection.query("create or replace table t as select * from read_csv_auto('table.csv')");
      connection.close();
      db.dropFile('table.csv');
    });
    peer = megabytes('csv') / taken;
  }
  say(`reading ${label}, ${megabytes(name).toFixed(0)} MB`, 'MB/s', megabytes(name) / seconds, { peer, plain: plain[name] });
}

{
  const client = await Client.create();
  const project = await client.createProject({ name: 'bench', modelTask: 'multiclass_classification' });
  const params = { labelCol: 'label', predictionCol: 'pred', timestampCol: 'ts', ignore: ['id'] };
  for (const name of ['reference', 'evaluation']) await project.registerDataset(name, new Blob([bytes[name]]), params);
  await project.registerModel('model', null);
  let cases = 0;
  const seconds = await best(async () => {
    const run = await project.startStressTest({ runName: 'bench', reference: 'reference', evaluation: 'evaluation', model: 'model' }).result();
    cases = run.summary.counts.total;
  });
  say(`stress test, ${rows / 2} + ${rows / 2} rows, ${cases} cases`, 's', seconds, { plain: plain.run });
  await client.close();
}
say('peak memory of this process', 'MB', process.resourceUsage().maxRSS / 1024);

const head = ['', 'in wasm', '', 'native', 'ratio', 'DuckDB-WASM', 'ratio'];
const widths = head.map((_, i) => Math.max(...[head, ...lines].map((cells) => cells[i].length)));
for (const cells of [head, ...lines]) console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
process.exit(0);
