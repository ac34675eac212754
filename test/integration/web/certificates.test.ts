import { EventEmitter, once } from 'node:events';
import { operations, type Role } from '@certfleet/contract';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openStore } from '../../../packages/server/src/store/index.js';
import { fill, masterKey } from '../../bench/store/fill.js';
import { widths } from '../../harness/browser.js';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { createWorkdir } from '../../harness/workdir.js';
import { type Fleet, startFleet } from '../engine/fleet.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();

describe('a certificate', () => {
  let fleet: Fleet;
  const person = (role: Role) => ({ name: `the-${role}`, password: 'a long pass phrase' });

  beforeAll(async () => {
    fleet = await startFleet({ server: { webFolder: builtSite } });
    for (const role of ['viewer', 'operator'] as const) {
      await fleet.api.call(operations.user.create, { body: { ...person(role), role } });
    }
    await fleet.request('www');
    await vi.waitFor(async () => expect(await versionOf('www')).toBe(1), { timeout: 60_000, interval: 100 });
  });
  afterAll(() => fleet.stop());

  const versionOf = async (name: string) => {
    const { version } = await fleet.api.call(operations.certificate.show, { params: { name } });
    return version?.number ?? null;
  };

  async function at(name: string, who = admin): Promise<Page> {
    const window = await open();
    await window.signIn(`${fleet.certfleet.server.url}/certificates/${name}`, who);
    await window.page.getByRole('heading', { level: 1, name }).waitFor();
    await live(window.page);
    return window.page;
  }

  test('its renewal is watched, step by step, until a handshake reads the new version', async () => {
    const page = await at('www');
    await page.getByRole('table', { name: 'Assignments' }).getByText('has read version 1').waitFor();
    const gate = new EventEmitter();
    fleet.proxy.inject('finalize', async (_, forward) => {
      await once(gate, 'open');
      return forward();
    });
    await page.getByRole('button', { name: 'Renew now' }).click();
    const underWay = page.getByRole('region', { name: 'Under way' });
    await underWay.getByText('Step 6 of 8, Issue').waitFor();
    await page.getByText('in progress').waitFor();
    gate.emit('open');
    await page.getByRole('table', { name: 'Assignments' }).getByText('has read version 2').waitFor();
    await page.getByRole('region', { name: 'Issued while you were looking' }).waitFor();
    await page.getByText('healthy').waitFor();
    await page.getByRole('img', { name: '2 versions on a time line; version 2 is the current one' }).waitFor();
    const served = await fleet.served('www.example.com');
    await page.getByRole('table', { name: 'Assignments' }).getByText(served.slice(-8)).first().waitFor();
  });

  test('one that is served is not deleted: what depends on it is said before and after', async () => {
    const page = await at('www');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete www?' });
    await dialog.getByText('It is assigned to a target').waitFor();
    await dialog.getByLabel('Type www to go on').fill('ww');
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Type www to go on').fill('www');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('alert').getByText('Unassign it first').waitFor();
    expect(await versionOf('www')).not.toBeNull();
  });

  test('what failed is told name by name, with what is the matter now', async () => {
    await fleet.api.call(operations.policy.create, {
      body: { name: 'unprovable', accounts: ['pebble'], defaultSolver: 'vs-1' },
    });
    fleet.proxy.inject('newOrder', async (_, forward) => {
      const { headers } = await forward();
      const subproblems = [
        {
          type: `${errors}rejectedIdentifier`,
          detail: 'Not this one.',
          identifier: { type: 'dns', value: 'bad.example.com' },
        },
      ];
      const problem = {
        type: `${errors}rejectedIdentifier`,
        detail: 'Some names are refused.',
        status: 403,
        subproblems,
      };
      return {
        status: 403,
        headers: { 'replay-nonce': headers['replay-nonce'] ?? '', 'content-type': 'application/problem+json' },
        body: Buffer.from(JSON.stringify(problem)),
      };
    });
    await fleet.request('bad', { policy: 'unprovable', assignments: [] });
    const page = await at('bad');
    const failure = page.getByRole('region', { name: 'What went wrong' });
    await failure.getByRole('table', { name: 'What the CA says of each name' }).getByText('Not this one.').waitFor();
    await failure.getByRole('button', { name: 'Look what is the matter now' }).click();
    await failure.getByRole('table', { name: 'What was found' }).waitFor();
    await page.getByRole('button', { name: 'Try again now' }).click();
    await page.getByRole('table', { name: 'Versions' }).getByText('current').waitFor();
    await failure.waitFor({ state: 'detached' });
  });

  test('names are changed with what proves them, and a wrong one is refused at its field', async () => {
    await fleet.request('changing', { assignments: [] });
    await expect.poll(() => versionOf('changing'), { timeout: 60_000 }).toBe(1);
    const page = await at('changing');
    await page.getByRole('button', { name: 'Change…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change changing' });
    await dialog.getByLabel('Names').fill('changing.example.com\nnot a name!.example.com=vs-1');
    await dialog.getByLabel('Labels').fill('team=shop');
    await dialog.getByRole('button', { name: 'Change' }).click();
    await dialog.getByText('name!').nth(1).waitFor();
    await dialog.getByLabel('Names').fill('changing.example.com\nother.example.com=vs-1');
    await dialog.getByRole('button', { name: 'Change' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('table', { name: 'Names and what proves them' }).getByText('other.example.com').waitFor();
    await page.getByText('team=shop').waitFor();
    await expect.poll(() => versionOf('changing'), { timeout: 60_000 }).toBe(2);
  });

  test('a version is saved as a file, in any form', async () => {
    const page = await at('www');
    await page.getByRole('button', { name: 'Export…' }).first().click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('dialog').getByRole('button', { name: 'Save without key' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^www-\d\.pem$/);
    await page.getByRole('button', { name: 'Export…' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Form' }).click();
    await page.getByRole('option', { name: /^PKCS#12 \(PFX\)/ }).click();
    await dialog.getByLabel('Password of the file').fill('secret word');
    const [keystore] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Save with private key' }).click(),
    ]);
    expect(keystore.suggestedFilename()).toMatch(/^www-\d\.pfx$/);
    await page
      .getByRole('table', { name: 'The newest events' })
      .getByText(/private key .* was exported/)
      .waitFor();
  });

  test('a viewer changes nothing, an operator revokes nothing, and both are told why', async () => {
    const page = await at('www', person('viewer'));
    for (const name of ['Renew now', 'Change…', 'Assign…', 'Unassign…']) {
      const button = page.getByRole('button', { name, exact: true }).first();
      expect(await button.getAttribute('aria-disabled'), name).toBe('true');
      expect(await button.getAttribute('aria-description'), name).toMatch(/^Only operators and administrators/);
    }
    expect(await page.getByRole('button', { name: 'Export…' }).first().getAttribute('aria-disabled')).toBeNull();

    const operators = await at('www', person('operator'));
    expect(await operators.getByRole('button', { name: 'Renew now' }).getAttribute('aria-disabled')).toBeNull();
    await operators.getByRole('button', { name: 'More' }).click();
    const revoke = operators.getByRole('menuitem', { name: 'Revoke…' });
    expect(await revoke.getAttribute('aria-description')).toMatch(/^Only administrators/);
    await revoke.click({ force: true });
    expect(await operators.getByRole('dialog').count()).toBe(0);
  });

  test('it has no barriers, and fits a narrow screen', async () => {
    const window = await open({ viewport: widths.narrow, colorScheme: 'dark' });
    await window.signIn(`${fleet.certfleet.server.url}/certificates/www`, admin);
    await window.page.getByRole('table', { name: 'The newest events' }).waitFor();
    expect(await window.accessibilityFaults()).toEqual([]);
    expect(await window.page.evaluate('document.documentElement.scrollWidth')).toBe(widths.narrow.width);
  });
});

const errors = 'urn:ietf:params:acme:error:';

/** Waits until the page is told what happens. */
function live(page: Page): Promise<void> {
  return page
    .getByRole('status')
    .filter({ hasText: /^live$/ })
    .waitFor();
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
    await expect
      .poll(
        async () => {
          await page.keyboard.press('End');
          most = Math.max(most, await rows.getByRole('row').count());
          return rows.getByRole('link', { name: `c${1_000_000 + count - 1}`, exact: true }).isVisible();
        },
        { timeout: 60_000, interval: 50 },
      )
      .toBe(true);
    expect(most).toBeLessThan(60);
    await page.keyboard.press('Home');
    await rows.getByRole('link', { name: 'c1000001', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'c1000001' }).waitFor();
  });

  test('are sorted by their titles and narrowed down, as the address says', async () => {
    const { page, rows } = await table();
    await rows.getByRole('button', { name: 'Name' }).click();
    await rows.getByRole('link', { name: `c${1_000_000 + count - 1}`, exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get('sort')).toBe('-name');
    expect(await rows.getByRole('columnheader', { name: 'Name' }).first().getAttribute('aria-sort')).toBe('descending');
    await page.getByLabel('Search in names').fill('www100123');
    await expect.poll(() => rows.getByRole('row').count(), { timeout: 20_000 }).toBe(11);
    await page.reload();
    await expect.poll(() => rows.getByRole('row').count(), { timeout: 20_000 }).toBe(11);
    await page.getByLabel('Search in names').fill('nobody has this');
    await page.getByText('No certificate is like that.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await rows.getByRole('link', { name: `c${1_000_000 + count - 1}`, exact: true }).waitFor();
  });

  test('are deleted at once, after it was said how many, and each that was refused is named', async () => {
    const { page, rows } = await table('/certificates?search=c10019');
    await rows.getByRole('link', { name: 'c1001900', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Choose all that match' }).click();
    await page.getByText('100 chosen').waitFor();
    await page.getByRole('checkbox', { name: 'Choose c1001900' }).uncheck();
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete certificates' });
    // Somebody else is faster with one of them.
    await certfleet.api.call(operations.certificate.delete, { params: { name: 'c1001950' } });
    await dialog.getByLabel(/^Type 99/).fill('99');
    await dialog.getByRole('button', { name: 'Delete 99' }).click();
    await dialog.getByText('98 of 99 deleted, 1 refused').waitFor();
    await dialog.getByRole('listitem').filter({ hasText: 'c1001950' }).waitFor();
    await dialog
      .getByRole('contentinfo')
      .or(dialog.getByRole('button', { name: 'Close' }).last())
      .click();
    await expect.poll(() => rows.getByRole('row').count(), { timeout: 20_000 }).toBe(2);
  });

  test('have no barriers, and fit a narrow screen', async () => {
    const { window, page, rows } = await table('/certificates', { viewport: widths.narrow });
    await rows.getByRole('link', { name: 'c1000001', exact: true }).waitFor();
    await page.getByRole('button', { name: 'More filters' }).click();
    expect(await window.accessibilityFaults()).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(widths.narrow.width);
  });
});
