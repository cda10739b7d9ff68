// axe on every screen, in light and dark, wide and narrow: no serious or critical fault.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { browser, expectNoFaults, part, site, started, verdict, visit } from './harness.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** axe over the page, or over the part of it that a screen changes. */
async function check(page, screen, within = 'html') {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((within) => window.axe.run(within, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }), within);
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = serious.map(({ id, help, nodes }) => `${screen}: ${id} (${help}) at ${nodes.slice(0, 2).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (sideways > 1) told.push(`${screen}: the page scrolls sideways by ${sideways} px`);
  return told;
}

for (const colorScheme of ['light', 'dark']) {
  for (const viewport of [{ width: 1280, height: 900 }, { width: 390, height: 844 }]) {
    test(`every screen is accessible, ${colorScheme}, ${viewport.width} px`, async (t) => {
      const url = await site(t);
      const visited = await visit(await browser(t), url, { colorScheme, viewport });
      const { page } = visited;
      const faults = [];
      await started(page);
      faults.push(...(await check(page, 'welcome')));
      for (const screen of ['data', 'tests', 'check', 'warnings', 'no-such-screen']) {
        await page.evaluate((hash) => { location.hash = hash; }, `#/${screen}`);
        await page.waitForTimeout(200);
        faults.push(...(await check(page, screen)));
      }
      await page.evaluate(() => { location.hash = '#/'; });
      await part(page, 'try-sample').first().click();
      await verdict(page);
      faults.push(...(await check(page, 'run')));
      for (const list of ['category', 'feature', 'slices', 'fairness', 'cases']) {
        await part(page, `list-${list}`).click();
        await page.waitForTimeout(200);
        if (list === 'feature') await page.locator('.opens-row').first().click();
        if (list === 'cases') await page.locator('.case-head').first().click();
        if (list === 'cases') await part(page, 'accept').click();
        faults.push(...(await check(page, `run by ${list}`, '#tests')));
      }
      await page.evaluate(() => { location.hash = location.hash.replace(/^#\/runs\/([^/]+)\/([^/?]+).*/, '#/compare/$1/$2/$2'); });
      await part(page, 'compared-run').first().waitFor();
      faults.push(...(await check(page, 'two runs')));
      await part(page, 'nav-data').click();
      await part(page, 'settings').locator('summary').first().click();
      await part(page, 'tests-settings').locator('summary').first().click();
      await part(page, 'tests-settings').locator('summary', { hasText: 'Drift' }).last().click();
      await page.waitForTimeout(200);
      faults.push(...(await check(page, 'settings', '[data-testid="settings"]')));
      await page.goBack();
      await page.goBack();
      await verdict(page);
      await part(page, 'finding').first().locator('a').first().click();
      await part(page, 'case-row').first().waitFor();
      faults.push(...(await check(page, 'test')));
      await part(page, 'nav-firewall').click();
      await part(page, 'create-firewall').waitFor();
      faults.push(...(await check(page, 'promote')));
      await part(page, 'create-firewall').click();
      await part(page, 'sample-production').waitFor({ timeout: 60_000 });
      faults.push(...(await check(page, 'firewall without data')));
      await part(page, 'sample-production').click();
      await part(page, 'bin-row').first().waitFor({ timeout: 120_000 });
      await part(page, 'add-data').click();
      faults.push(...(await check(page, 'firewall')));
      await part(page, 'to-events').click();
      // Every incident opens to its events.
      await part(page, 'incident-events').first().locator('summary').click();
      await part(page, 'resolve').first().click();
      faults.push(...(await check(page, 'events')));
      await part(page, 'event-row').first().locator('a.title').click();
      await part(page, 'event-says').waitFor();
      faults.push(...(await check(page, 'event')));
      await part(page, 'nav-monitors').click();
      await part(page, 'monitor-row').first().waitFor();
      await part(page, 'custom-monitor').locator('summary').click();
      faults.push(...(await check(page, 'monitors')));
      await part(page, 'monitor-row').first().locator('a').first().click();
      await part(page, 'series-chart').waitFor();
      faults.push(...(await check(page, 'monitor')));
      await page.evaluate(() => { location.hash = '#/firewall/check'; });
      await part(page, 'check-row').click();
      await part(page, 'decision').waitFor();
      faults.push(...(await check(page, 'try a row')));
      await page.evaluate(() => { location.hash = '#/'; });
      await part(page, 'project-row').first().waitFor();
      faults.push(...(await check(page, 'projects')));
      assert.ok(faults.length === 0, faults.join('\n'));
      await expectNoFaults(visited);
    });
  }
}
