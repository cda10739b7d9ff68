// Reading and running in wasm under Node, in one thread, beside DuckDB-WASM where it is installed (`npm ci` in this folder).
// Prints one JSON line a measurement; `cargo xtask bench` makes the table.  node benches/wasm.mjs [rows]
import { createRequire } from 'node:module';

import { Client } from '../pkg/index.js';
import { csvFile, jsonlFile } from './data.mjs';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 3;

const say = (what, value, unit) => console.log(JSON.stringify({ what, value: Number(value.toPrecision(4)), unit }));

/** The best of a few rounds: the first pays for compiling. */
async function best(work) {
  let seconds = Infinity;
  for (let i = 0; i < ROUNDS; i += 1) {
    const began = performance.now();
    await work();
    seconds = Math.min(seconds, (performance.now() - began) / 1000);
  }
  return seconds;
}

const files = { csv: csvFile(ROWS, 1), jsonl: jsonlFile(ROWS, 1) };

const client = await Client.create();
await client.init();
const { memory } = (await import('../pkg/dist/engine.js')).initSync();
for (const [format, file] of Object.entries(files)) {
  // A file of another name is read afresh.
  let round = 0;
  const seconds = await best(() => client.inspect(file, {}, { fileName: `${(round += 1)}.${format}` }));
  say(`${format} read`, file.size / 1e6 / seconds, 'MB/s');
}
await client.close();

const half = ROWS / 2;
const other = await Client.create();
const project = await other.createProject({ name: 'bench', modelTask: 'binary_classification' });
const params = { labelCol: 'label', predictionCol: 'score', timestampCol: 'timestamp', idCol: 'id' };
await project.registerDataset('reference', csvFile(half, 2), params);
await project.registerDataset('evaluation', csvFile(half, 3), params);
let seed = 0;
say(`run on ${half} + ${half} rows`, await best(() => project.startStressTest({ runName: 'bench', reference: 'reference', evaluation: 'evaluation', seed: (seed += 1) }).result()), 's');
say('peak memory of the engine', memory.buffer.byteLength / 1e6, 'MB');
await other.close();

await duckdb().catch((error) => console.error(`DuckDB-WASM was left out: ${error.message}`));

async function duckdb() {
  const require = createRequire(import.meta.url);
  const { createDuckDB, ConsoleLogger, NODE_RUNTIME } = require('@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs');
  const dist = require.resolve('@duckdb/duckdb-wasm/dist/duckdb-eh.wasm');
  const bundle = { mainModule: dist, mainWorker: null };
  const db = await createDuckDB({ mvp: bundle, eh: bundle }, new ConsoleLogger(4), NODE_RUNTIME);
  await db.instantiate();
  const connection = db.connect();
  const readers = { csv: 'read_csv_auto', jsonl: 'read_json_auto' };
  for (const [format, file] of Object.entries(files)) {
    const name = `data.${format}`;
    db.registerFileBuffer(name, new Uint8Array(await file.arrayBuffer()));
    try {
      const seconds = await best(() => connection.query(`CREATE OR REPLACE TABLE t AS SELECT * FROM ${readers[format]}('${name}')`));
      say(`${format} read by DuckDB-WASM`, file.size / 1e6 / seconds, 'MB/s');
    } catch (error) {
      console.error(`DuckDB-WASM cannot read ${format} here: ${error.message.split('\n')[0]}`);
    }
  }
}
