import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { operations } from '@certfleet/contract';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../../packages/server/src/store/index.js';
import { fill, masterKey } from '../../bench/store/fill.js';
import { widths } from '../../harness/browser.js';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { createWorkdir } from '../../harness/workdir.js';
import { live, useBrowser } from './windows.js';

const { open } = useBrowser();

/** Has the current version of a certificate wait for its revocation, so that it can't be deleted. */
async function leaveToBeRevoked(path: string, name: string): Promise<void> {
  const store = await openStore({ url: `sqlite:${path}`, masterKey });
  const { currentVersionId } = await store.certificates.byName(name);
  const wish = { reason: 'superseded', by: 'user:admin', at: Date.now(), trouble: null } as const;
  await store.versions.setRevocation(currentVersionId ?? '', wish);
  await store.close();
}

describe('two thousand certificates', () => {
  const count = 2_000;
  const folder = createWorkdir('many', { mode: 0o700 });
  let certfleet: Certfleet;

  beforeAll(async () => {
    const path = folder.file('many.db');
    const database = new DatabaseSync(path);
    const query = async (statement: string) => database.prepare(statement).all() as Record<string, unknown>[];
    await fill(openStore, `sqlite:${path}`, count, query, 0);
    database.close();
    await leaveToBeRevoked(path, 'c1001950');
    certfleet = await startCertfleet({ webFolder: builtSite, storeUrl: `sqlite:${path}`, masterKey });
  });
  afterAll(async () => {
    await certfleet.destroy();
    folder.remove();
  });

  async function table(path = '/certificates', look = {}) {
    const window = await open(look);
    await window.signIn(`${certfleet.server.url}${path}`, admin);
    const { page } = window;
    await live(page);
    return { window, page, rows: page.getByRole('table', { name: 'Certificates' }) };
  }

  test('are scrolled to the end by the keyboard, with few rows drawn at any time', async () => {
    const { page, rows } = await table();
    await rows.getByRole('link', { name: 'c1000001', exact: true }).waitFor();
    await rows.focus();
    let most = 0;
    await pressUntilShown('End', `c${1_000_000 + count - 1}`);
    expect(most).toBeLessThan(60);
    await pressUntilShown('Home', 'c1000001');
    await rows.getByRole('link', { name: 'c1000001', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'c1000001' }).waitFor();

    /** Pressed again and again: more rows are known of at the end, and Chromium drops a key while it scrolls smoothly. */
    async function pressUntilShown(key: string, name: string) {
      const press = async () => {
        await page.keyboard.press(key);
        most = Math.max(most, await rows.getByRole('row').count());
        return rows.getByRole('link', { name, exact: true }).isVisible();
      };
      await expect.poll(press, { timeout: 60_000, interval: 50 }).toBe(true);
    }
  });

  test('are sorted by their titles and narrowed down, as the address says', async () => {
    const { page, rows } = await table();
    await rows.getByRole('button', { name: 'Certificate' }).click();
    await rows.getByRole('link', { name: `c${1_000_000 + count - 1}`, exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get('sort')).toBe('-name');
    expect(await rows.getByRole('columnheader', { name: 'Certificate' }).first().getAttribute('aria-sort')).toBe(
      'descending',
    );
    await page.getByLabel('Search in names').fill('www100123');
    await expect.poll(() => rows.getByRole('row').count(), { timeout: 20_000 }).toBe(11);
    await page.reload();
    await expect.poll(() => rows.getByRole('row').count(), { timeout: 20_000 }).toBe(11);
    await page.getByLabel('Search in names').fill('nobody has this');
    await page.getByText('No certificate is like that.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await rows.getByRole('link', { name: `c${1_000_000 + count - 1}`, exact: true }).waitFor();
  });

  async function chosen(page: Page, count: string) {
    await page.getByRole('toolbar').getByText(`${count} chosen`).waitFor();
  }

  test('are saved in one file, all that match whatever their number, with their chains or as a table', async () => {
    const { page } = await table();
    await page.getByRole('button', { name: 'Choose all that match' }).click();
    await chosen(page, '2,000');
    const dialog = page.getByRole('dialog', { name: 'Export certificates' });
    const saved = async () => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        dialog.getByRole('button', { name: 'Export 2,000' }).click(),
      ]);
      await dialog.waitFor({ state: 'detached' });
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
    };
    await page.getByRole('button', { name: 'Export…' }).click();
    await dialog.getByText('Export 2,000 of 2,000 chosen').waitFor();
    const pem = await saved();
    expect(pem.name).toBe('certfleet-certificates.pem');
    expect(pem.text.match(/^# c\d*, version 1$/gm)).toHaveLength(count);
    await page.getByRole('button', { name: 'Export…' }).click();
    await dialog.getByRole('radio', { name: 'A table of them' }).check();
    const csv = await saved();
    expect(csv.name).toBe('certfleet-certificates.csv');
    expect(csv.text.trim().split('\r\n')).toHaveLength(count + 1);
  });

  test('that match a filter are deleted but for one, and who is left out is said before and after', async () => {
    const { page, rows } = await table('/certificates?search=c10019');
    const sent: { selection: unknown; agreed?: { most: number; asOf: string } }[] = [];
    page.on('request', request => {
      if (request.url().includes('/certificates/bulk')) sent.push(request.postDataJSON());
    });
    const previewed: string[] = [];
    page.on('response', async reply => {
      if (reply.url().endsWith(operations.certificate.bulkPreview.path)) previewed.push((await reply.json()).asOf);
    });
    await rows.getByRole('link', { name: 'c1001900', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Choose all that match' }).click();
    await chosen(page, '100');
    await page.getByRole('checkbox', { name: 'Choose c1001900' }).uncheck();
    await chosen(page, '99');
    sent.length = 0;
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete certificates' });
    await dialog.getByText('Delete 98 of 99 chosen').waitFor();
    const leftOut = dialog.getByRole('region', { name: 'Left out, and why' }).getByRole('listitem');
    expect(await leftOut.count()).toBe(1);
    await leftOut.getByText('1: A version of it is still to be revoked').waitFor();
    await leftOut.getByText('c1001950').waitFor();
    expect(await dialog.getByRole('button', { name: 'Delete 98' }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^Type 98/).fill('98');
    await dialog.getByRole('button', { name: 'Delete 98' }).click();
    await dialog.getByText('98 of 99 deleted, 1 refused').waitFor();
    await dialog.getByRole('listitem').filter({ hasText: 'c1001950' }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await expect.poll(() => rows.getByRole('row').count(), { timeout: 20_000 }).toBe(3);
    // What was seen is what was agreed to.
    const { agreed } = sent.find(body => body.agreed) ?? {};
    expect(agreed?.most).toBe(98);
    expect(previewed).toContain(agreed?.asOf);
    const meant = { filter: { search: 'c10019' }, except: ['c1001900'] };
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.filter(({ selection }) => JSON.stringify(selection) !== JSON.stringify(meant))).toEqual([]);
  });

  test('are as the server says while many are dealt with: after a step that failed the rest is looked at anew, and it can be stopped', async () => {
    const { page } = await table('/certificates?search=c1000');
    await page.getByRole('button', { name: 'Choose all that match' }).click();
    await chosen(page, '999');
    const gate = new EventEmitter();
    let steps = 0;
    const agreed: number[] = [];
    await page.route('**/certificates/bulk', async route => {
      steps += 1;
      agreed.push(route.request().postDataJSON().agreed.most);
      if (steps === 2) return route.abort();
      if (steps === 3) await once(gate, 'open');
      return route.continue();
    });
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete certificates' });
    await dialog.getByLabel(/^Type 999/).fill('999');
    await dialog.getByRole('button', { name: 'Delete 999' }).click();
    await dialog.getByRole('alert').getByText('does not answer').waitFor();
    const first = await deletedAsSaid(999);
    await dialog.getByRole('button', { name: 'Look again at what is left' }).click();
    const left = 999 - first;
    expect(agreed, 'less what the steps before have done').toEqual([999, left]);
    await dialog.getByLabel(new RegExp(`^Type ${left}`)).fill(String(left));
    await dialog.getByRole('button', { name: `Delete ${left}` }).click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('alert').getByText('Stop it first').waitFor();
    await dialog.getByRole('button', { name: 'Stop after this step' }).click();
    expect(await deletedAsSaid(left)).toBe(0);
    gate.emit('open');
    await dialog.getByText('It was stopped: the rest is as it was.').waitFor();
    expect(await deletedAsSaid(left)).toBeGreaterThan(0);
    expect(steps).toBe(3);

    /** How many are gone, after it was seen that the page says the same. */
    async function deletedAsSaid(of: number): Promise<number> {
      const selection = { filter: { search: 'c1000' } };
      const body = { act: { action: 'renew' }, selection } as const;
      const { total } = await certfleet.api.call(operations.certificate.bulkPreview, { body });
      await dialog.getByText(`${of - total} of ${of} deleted`).waitFor();
      return of - total;
    }
  });

  test('are told of where the person has gone, when the page is left before all of them were dealt with', async () => {
    const { page } = await table('/certificates?search=c10018');
    await page.getByRole('button', { name: 'Choose all that match' }).click();
    const gate = new EventEmitter();
    const held = once(gate, 'held');
    await page.route('**/certificates/bulk', async route => {
      const opened = once(gate, 'open');
      gate.emit('held');
      await opened;
      return route.abort();
    });
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete certificates' });
    const verb = dialog.getByRole('button', { name: /^Delete \d/ });
    const [count = ''] = /\d+/.exec((await verb.textContent()) ?? '') ?? [];
    await dialog.getByLabel(new RegExp(`^Type ${count}`)).fill(count);
    await verb.click();
    await held;
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Page, certificate or virtual service').fill('Events');
    await page.getByRole('option', { name: 'Events' }).first().click();
    await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
    gate.emit('open');
    await page.getByText(`0 of ${count} deleted.`).waitFor();
  });

  test('can be stopped again after the step that failed was gone on with', async () => {
    await certfleet.api.call(operations.system.pause, { body: { reason: 'nothing is to be ordered here' } });
    const { page } = await table('/certificates?search=c1001');
    await page.getByRole('button', { name: 'Choose all that match' }).click();
    const gate = new EventEmitter();
    let steps = 0;
    await page.route('**/certificates/bulk', async route => {
      steps += 1;
      await once(gate, 'open');
      return steps === 1 ? route.abort() : route.continue();
    });
    await page.getByRole('button', { name: 'Renew…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Renew certificates' });
    await dialog.getByRole('button', { name: /^Renew \d/ }).click();
    const stop = dialog.getByRole('button', { name: 'Stop after this step' });
    await stop.click();
    gate.emit('open');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await stop.click({ timeout: 5_000 });
    gate.emit('open');
    await dialog.getByText('It was stopped: the rest is as it was.').waitFor();
    expect(steps).toBe(2);
  });

  test('that match are no longer chosen when others are looked at', async () => {
    const { page } = await table('/certificates?search=c10');
    await page.getByRole('button', { name: 'Choose all that match' }).click();
    await page.getByRole('button', { name: 'Delete…' }).waitFor();
    await page.getByLabel('Search in names').fill('c1001');
    await chosen(page, '0');
    expect(await page.getByRole('button', { name: 'Delete…' }).count()).toBe(0);
  });

  test('have no barriers, and fit a narrow screen', async () => {
    const { window, page, rows } = await table('/certificates', { viewport: widths.narrow });
    await rows.getByRole('link', { name: 'c', exact: true }).waitFor();
    await page.getByRole('button', { name: 'More filters' }).click();
    await page.getByRole('button', { name: 'Choose all that match' }).click();
    expect(await window.accessibilityFaults()).toEqual([]);
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByRole('listitem').first().waitFor();
    expect(await window.accessibilityFaults()).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(widths.narrow.width);
  });
});
