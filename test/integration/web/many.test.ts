/** More of everything than a list gives at once: whatever is chosen from is found by typing. */
import { operations } from '@certfleet/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../../packages/server/src/store/index.js';
import { masterKey } from '../../bench/store/fill.js';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { createWorkdir } from '../../harness/workdir.js';
import { createAccount, poolSettings } from '../store/fleet.js';
import { pick } from './pick.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
const count = 1_200;
const last = `vs-${count}`;
const folder = createWorkdir('many', { mode: 0o700 });
let certfleet: Certfleet;

beforeAll(async () => {
  const storeUrl = `sqlite:${folder.file('many.db')}`;
  const store = await openStore({ url: storeUrl, masterKey });
  await store.transaction(async tx => {
    const { id: loadBalancerId } = await tx.loadBalancers.create({ name: 'lb', isDefault: true, instances: [] });
    const account = await createAccount(tx, 'le');
    for (let number = 1; number <= count; number += 1) {
      const address = `192.0.2.${number % 200}`;
      const { index } = await tx.virtualServices.create({
        ...{ loadBalancerId, name: `shop-${number}`, address, port: 1_000 + number, type: 'https', enabled: true },
        ...{ ...poolSettings, redirectPort: null, http2: false },
      });
      const own = { name: `vs-${index}`, type: 'virtual-service', config: { virtualService: index } };
      await tx.solvers.create(own);
      await tx.targets.create(own);
      await tx.policies.create({
        ...{ name: `policy-${number}`, accountIds: [account.id], keyAlgorithm: 'P-256', keyOnRenewal: 'new' },
        ...{ renewDaysBefore: null, profile: null, defaultSolverId: null },
      });
    }
  });
  await store.close();
  certfleet = await startCertfleet({ webFolder: builtSite, storeUrl, masterKey });
});
afterAll(async () => {
  await certfleet?.destroy();
  folder.remove();
});

const chosen = (page: Page, label: string) => page.getByRole('combobox', { name: label, exact: true }).inputValue();

test('the last of 1,200 solvers, targets, policies and services is found wherever there is one to choose', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/policies/-/new`, admin);
  const solver = page.getByRole('combobox', { name: 'Default solver' });
  await solver.click();
  await page.getByText('The first 50: type to find more').waitFor();
  expect(await page.getByRole('option').count()).toBe(50);
  expect(await window.accessibilityFaults()).toEqual([]);
  // By the keyboard alone.
  await solver.pressSequentially(`shop-${count}`);
  await page.getByRole('option', { name: new RegExp(`^${last} `) }).waitFor();
  await page.keyboard.press('ArrowDown');
  expect(await window.accessibilityFaults()).toEqual([]);
  await page.keyboard.press('Enter');
  expect(await chosen(page, 'Default solver')).toBe(last);
  await solver.fill('nobody');
  await page.getByText('Nothing is called so.').waitFor();
  // What was typed is no choice.
  await page.keyboard.press('Tab');
  expect(await chosen(page, 'Default solver')).toBe(last);

  await page.goto(`${certfleet.server.url}/certificates?policy=policy-${count}`);
  await page.getByRole('combobox', { name: 'Policy' }).waitFor();
  expect(await chosen(page, 'Policy')).toBe(`policy-${count}`);
  await pick(page, 'Policy', `policy-${count - 1}`);
  await page.waitForURL(url => url.searchParams.get('policy') === `policy-${count - 1}`);
  await pick(page, 'Target', last, `shop-${count}`);
  await page.waitForURL(url => url.searchParams.get('target') === last);

  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Page, certificate or virtual service').fill(`shop-${count}`);
  await page.getByRole('option', { name: `shop-${count}: ${count}` }).waitFor();
  await page.keyboard.press('Escape');
});

test('what a long list is searched for stands in its address, and is found', async () => {
  const window = await open();
  const { page } = window;
  await certfleet.api.call(operations.domain.create, { body: { pattern: '.example.org', solver: last } });
  await certfleet.api.call(operations.domain.create, { body: { pattern: '.example.net', solver: last } });
  await window.signIn(`${certfleet.server.url}/policies?search=policy-${count}`, admin);
  const rows = page.getByRole('table');
  await rows.getByText(`policy-${count}`, { exact: true }).waitFor();
  await rows.getByText('policy-1', { exact: true }).waitFor({ state: 'detached' });
  for (const [path, typed, name, other] of [
    ['policies', '1199', 'policy-1199', 'policy-1'],
    ['solvers', `shop-${count}`, last, 'vs-1'],
    ['domains', 'org', '.example.org', '.example.net'],
  ] as const) {
    await page.goto(`${certfleet.server.url}/${path}`);
    await rows.getByText(other, { exact: true }).waitFor();
    await page.getByRole('searchbox', { name: /^Search in names/ }).fill(typed);
    await rows.getByText(other, { exact: true }).waitFor({ state: 'detached' });
    await rows.getByText(name, { exact: true }).waitFor();
    expect(new URL(page.url()).search).toContain(typed);
  }
  await page.goto(`${certfleet.server.url}/accounts`);
  await page.getByRole('searchbox', { name: 'Search in names' }).fill('nobody');
  await page.getByText('Nothing is like that.').waitFor();
});

test('what is called new is shown, not the page that makes another one', async () => {
  const window = await open();
  const { page } = window;
  await certfleet.api.call(operations.solver.create, {
    body: { name: 'new', type: 'standalone', config: { port: 8081 } },
  });
  await window.signIn(`${certfleet.server.url}/solvers?search=new`, admin);
  await page.getByRole('link', { name: 'new', exact: true }).click();
  await page.getByRole('heading', { name: 'new', level: 1, exact: true }).waitFor();
});

test('a wizard for a hundred names draws no solver before one is looked for', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/request`, admin);
  const names = Array.from({ length: 100 }, (_, index) => `n${index}.example.com`);
  await page.getByLabel('Names', { exact: true }).fill(names.join('\n'));
  await page.getByRole('button', { name: 'Go on: proof' }).click();
  await pick(page, 'Proof of n99.example.com', last, `shop-${count}`);
  expect(await chosen(page, 'Proof of n99.example.com')).toBe(last);
  expect(await page.getByRole('option').count()).toBe(0);
  await pick(page, 'Prove all of them by', `vs-${count - 1}`);
  await expect.poll(() => chosen(page, 'Proof of n0.example.com')).toBe(`vs-${count - 1}`);
  await page.getByRole('link', { name: 'Key and policy' }).click();
  await page.getByText('There is no policy default').waitFor();
  await pick(page, 'Policy', `policy-${count}`);
  await page.getByText('Orders by le.').waitFor();
  await page.getByRole('link', { name: 'Where to deploy' }).click();
  await page.getByRole('searchbox', { name: 'Search' }).fill(`shop-${count}`);
  await page.getByLabel(last, { exact: true }).check();
  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  await page.getByText('These are the first 50').waitFor();
  expect(await page.getByLabel(last, { exact: true }).isChecked()).toBe(true);
});

test('ten thousand names neither freeze nor break the wizard, with no room to keep them', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/request`, admin);
  await page.evaluate(`Storage.prototype.setItem = () => { throw new DOMException('No room', 'QuotaExceededError'); }`);
  // Not typed: the browser itself takes minutes to put so many lines into a field one by one.
  const names = Array.from({ length: 10_000 }, (_, index) => `n${index}.example.com`).join('\n');
  const csv = { name: 'hosts.csv', mimeType: 'text/csv', buffer: Buffer.from(names) };
  await page.locator('input[type=file]').setInputFiles(csv);
  await page.getByText('10000 names, all of which can be asked for. One certificate can have 100').waitFor();
  await page.getByText('no room for what you enter').waitFor();
  expect(await page.getByRole('row').count()).toBeLessThan(120);
});
