export { Client, Job, Project, ResultTable, StraingaugeError, TestBatch, TestRun } from './client.js';
