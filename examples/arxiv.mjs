// A walk through a stress test of a title classifier, on the arXiv data of `STRAINGAUGE_DATA` (or ../shared/data).
// Run it after `cargo xtask build`:  node examples/arxiv.mjs [folder for the CSV files]
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { Client } from '../pkg/index.js';

const DATA = process.env.STRAINGAUGE_DATA ? pathToFileURL(`${process.env.STRAINGAUGE_DATA}/`) : new URL('../../shared/data/', import.meta.url);
const file = (name) => new URL(`arxiv/${name}`, DATA);
const out = pathToFileURL(`${process.argv[2] ?? 'target/examples'}/`);

// 1. A project holds data sets, models, predictions and runs.
const client = await Client.create();
const project = await client.createProject({
  name: 'arXiv titles', description: 'Which archive does a title belong to?', modelTask: 'multiclass_classification',
});

// 2. The reference is what the model was trained on, the evaluation set five days in June 2007.
const told = (info) => console.log(`${info.file}: ${info.rows} rows${info.problems.map((problem) => `; ${problem.message}`).join('')}`);
told(await project.registerDataset('train', file('train.json.gz'), { labelCol: 'label', timestampCol: 'timestamp', textFeatures: ['text'] }));
told(await project.registerDataset('val_0', file('val_0_with_label.json.gz'), { labelCol: 'label', timestampCol: 'timestamp', textFeatures: ['text'] }));

// 3. Of the model only predictions are known: ten probabilities a title, row i for row i.
await project.registerModel('classifier');
told(await project.registerPredictions('train', 'classifier', file('train_preds.json.gz')));
told(await project.registerPredictions('val_0', 'classifier', file('val_preds_0.json.gz')));

// 4. The stress test. A job tells each test as it ends.
const job = project.startStressTest({ runName: 'arXiv June 2007', reference: 'train', evaluation: 'val_0', model: 'classifier', seed: 42 });
for await (const { batches } of job) {
  for (const batch of batches) if (batch.severity !== 'PASS') console.log(`  ${batch.severity.padEnd(8)}${batch.name}`);
}
const run = await job.result();
console.log(`\n${run.summary.headline}`);
for (const banner of run.summary.banners) console.log(`Note: ${banner.text}`);
console.table(run.modelMetrics);

// 5. What to look at first.
for (const { severity, sentence } of run.findings.slice(0, 5)) console.log(`${severity.padEnd(8)}${sentence}`);

// 6. Does precision depend on how long the words of a title are?
const precision = run.batch('subset_performance:subset_macro_precision').toJSON();
const byLength = precision.cases.find(({ features }) => features[0] === 'text.AverageTokenLength');
console.log(`\n${precision.name} over ${byLength.features[0]}: ${byLength.status}. ${byLength.sentence}`);
for (const { label, n, metric } of byLength.figure?.bars ?? []) console.log(`  ${label.padEnd(16)}${String(n).padStart(6)} rows  ${metric.value?.toFixed(3) ?? '–'}`);

// 7. One test of the run, by its id.
const batch = run.batch('subset_performance:subset_macro_f1');
console.table(batch.summary().rows());
console.table(batch.testCases().rows().slice(0, 5), ['features', 'status', 'statistic', 'importance_score', 'q_value']);

// 8. The run and its cases for a spreadsheet or a data frame.
mkdirSync(out, { recursive: true });
writeFileSync(new URL('arxiv_run.csv', out), run.resultTable().toCSV());
writeFileSync(new URL('arxiv_cases.csv', out), run.testCases({ metrics: true }).toCSV());
writeFileSync(new URL('arxiv_cases.arrow', out), await run.testCases({ metrics: true }).toArrow());
console.log(`\nWrote arxiv_run.csv, arxiv_cases.csv and arxiv_cases.arrow to ${out.pathname}`);
await client.close();
