export { Client } from './client.js';
export { StraingaugeError } from './error.js';
export { Job } from './job.js';
export { Project } from './project.js';
export { ResultTable } from './result-table.js';
export { TestBatch, TestRun } from './run.js';
