// A real Chromium on the built site, and watchers that every test of the page shares: no request off origin, no violation of
// the policy, no error in the console, no exception.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** Where the site is: `cargo xtask test` says it, otherwise a server is started and stopped with the tests. */
export async function site(t) {
  if (process.env.STRAINGAUGE_URL) return process.env.STRAINGAUGE_URL;
  const server = spawn('cargo', ['xtask', 'serve', '--no-build', '--port', '0'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => server.kill());
  let said = '';
  for await (const piece of server.stdout) {
    said += piece;
    const url = said.match(/http:\/\/127\.0\.0\.1:\d+\//);
    if (url) {
      server.stdout.resume();
      return url[0];
    }
  }
  throw new Error(`The server did not start: ${said}`);
}

/** A Chromium, closed with the test. */
export async function browser(t) {
  const executablePath = process.env.STRAINGAUGE_CHROMIUM ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
  const browser = await chromium.launch({ executablePath, args: ARGS });
  t.after(() => browser.close());
  return browser;
}

/** A fresh profile with its watchers. `faults` lists what must not happen; `expectNoFaults` fails with them. */
export async function visit(browser, url, { colorScheme = 'light', viewport = { width: 1280, height: 900 }, hash = '' } = {}) {
  const context = await browser.newContext({ colorScheme, viewport, acceptDownloads: true, reducedMotion: 'reduce' });
  const faults = [];
  const requests = [];
  const { origin } = new URL(url);
  context.on('request', (request) => {
    const target = request.url();
    requests.push(target);
    if (!target.startsWith(origin) && !target.startsWith('blob:') && !target.startsWith('data:')) faults.push(`request off origin: ${target}`);
  });
  await context.addInitScript(() => {
    window.__violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.__violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
    const watch = new MutationObserver(() => {
      if (!document.querySelector('[data-testid="verdict"]')) return;
      performance.mark('straingauge-verdict');
      watch.disconnect();
    });
    watch.observe(document, { childList: true, subtree: true });
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy/i.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  await page.goto(url + hash);
  return { context, page, faults, requests };
}

/** Nothing off origin, no violation, no error. */
export async function expectNoFaults({ page, faults }) {
  const violations = await page.evaluate(() => window.__violations);
  assert.deepEqual([...faults, ...violations.map((violation) => `policy: ${violation}`)], []);
}

/** A part of the page by its stable name. */
export const part = (page, name) => page.locator(`[data-testid="${name}"]`);

/** The page has started when the first screen stands. */
export const started = (page) => part(page, 'drop-zone').first().waitFor();

/** Waits for the verdict of a run. */
export const verdict = async (page, timeout = 120_000) => {
  const shown = part(page, 'verdict');
  await shown.waitFor({ timeout });
  return { outcome: await shown.getAttribute('data-outcome'), text: await shown.innerText() };
};

/**
 * Does `work`, which ends with a verdict, and asserts that the page stayed free: no task of the main thread above 50 ms while the
 * run went on. Measured as the thread's own time, which a busy machine does not stretch. The task that draws the verdict, and
 * those behind it, have a bound of their own.
 */
export async function expectFreeMainThread(t, browser, page, work) {
  await browser.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
  const result = await work();
  const { traceEvents: events } = JSON.parse((await browser.stopTracing()).toString());
  const drawn = events.find((event) => event.name === 'straingauge-verdict');
  assert.ok(drawn, 'the verdict left its mark in the trace');
  const tasks = events.filter((event) => event.ph === 'X' && /RunTask$/.test(event.name) && event.pid === drawn.pid && event.tid === drawn.tid);
  assert.ok(tasks.length > 10, 'the trace holds the tasks of the main thread');
  const longest = (some) => Math.max(0, ...some.map((task) => (task.tdur ?? task.dur) / 1000));
  const before = (task) => task.ts + task.dur < drawn.ts;
  const during = longest(tasks.filter(before));
  const drawing = longest(tasks.filter((task) => !before(task)));
  t.diagnostic(`longest task on the main thread: ${during.toFixed(0)} ms while the run went on, ${drawing.toFixed(0)} ms to draw its result`);
  assert.ok(during <= 50, `a task of ${during} ms held up the page while the run went on`);
  assert.ok(drawing < 400, `drawing the result took ${drawing} ms`);
  return result;
}

/** Files of the real data, or nothing where they are not there; with `CI=true` that is a failure. */
export function realData(...names) {
  const folder = process.env.STRAINGAUGE_DATA ?? join(root, '../shared/data');
  const files = names.map((name) => join(folder, name));
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length === 0) return files;
  assert.notEqual(process.env.CI, 'true', `missing test data: ${missing.join(', ')}`);
  return null;
}

/** What a click saves, as text. */
export async function saved(page, click) {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  const pieces = [];
  for await (const piece of await download.createReadStream()) pieces.push(piece);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(pieces) };
}
