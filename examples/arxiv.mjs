// A walk through a stress test of a title classifier and the week of production after it, on the arXiv data of `STRAINGAUGE_DATA` (or ../shared/data).
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

// 9. The model goes into production, and a firewall watches it in bins of a day. It learns from the reference what is normal.
await project.promoteModel('classifier');
const firewall = await project.createFirewall('classifier', 'train', { binSize: 'day', seed: 42 });
console.log(`\nThe firewall has learnt from ${firewall.view.reference.rows} rows and accepts ${firewall.view.alarm.budget} false event a year.`);

// 10. The next week arrives, without labels.
told(await project.registerDataset('val_1', file('val_1.json.gz'), { timestampCol: 'timestamp', textFeatures: ['text'] }));
told(await project.registerPredictions('val_1', 'classifier', file('val_preds_1.json.gz')));
await firewall.startContinuousTest('val_1').result();
console.log(`\n${firewall.headline}`);
for (const { message } of firewall.lastReport.problems) console.log(`Note: ${message}`);

// 11. What went wrong, since when, and why.
for (const { id, severity, description, status } of firewall.events().rows()) {
  const [cause] = firewall.event(id).causes;
  console.log(`${severity.padEnd(8)}${status.padEnd(6)}${description}`);
  if (cause) console.log(`${''.padEnd(14)}${cause.sentence}`);
}

// 12. Average confidence holds from day to day, well below the reference, while the share of abnormal rows moves.
const series = (id) => firewall.listMonitors().find((monitor) => monitor.id === id).series.find(({ object }) => object === '');
const [confidence, abnormality] = [series('model_performance:average_confidence'), series('abnormality_rate')];
const share = (value) => (value === null ? '–' : `${(100 * value).toFixed(1)} %`);
console.log(`\n${'day'.padEnd(12)}${'rows'.padStart(6)}${'average confidence'.padStart(22)}${'abnormal rows'.padStart(16)}`);
console.log(`${'reference'.padEnd(12)}${''.padStart(6)}${confidence.reference.toFixed(6).padStart(22)}${share(abnormality.reference).padStart(16)}`);
for (const [i, { start, rows }] of firewall.bins().entries()) {
  const day = new Date(start).toISOString().slice(0, 10);
  console.log(`${day.padEnd(12)}${String(rows).padStart(6)}${confidence.points[i].value.toFixed(6).padStart(22)}${share(abnormality.points[i].value).padStart(16)}`);
}

// 13. May these titles go to the model?
console.log();
for (const text of ['Spin waves in quantum magnets', 'Grbl frnst qwxz', '']) {
  const [{ action, rules }] = await firewall.check({ text });
  console.log(`"${text}": ${action}. ${rules.map(({ sentence }) => sentence).join(' ')}`);
}

// 14. Everything once more for a spreadsheet; the document brings the firewall elsewhere, without a row.
writeFileSync(new URL('arxiv_events.csv', out), firewall.events().toCSV());
writeFileSync(new URL('arxiv_bins.csv', out), firewall.binsTable().toCSV());
writeFileSync(new URL('arxiv_firewall.json', out), JSON.stringify(await firewall.toJSON()));
console.log(`Wrote arxiv_events.csv, arxiv_bins.csv and arxiv_firewall.json to ${out.pathname}`);
await client.close();
