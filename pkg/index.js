export { Client, Firewall, Job, Monitor, Project, ResultTable, StraingaugeError, TestBatch, TestRun } from './client.js';
