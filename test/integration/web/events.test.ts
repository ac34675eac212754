import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { widths } from '../../harness/browser.js';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let certfleet: Certfleet;
/** So many events were there before. */
const before = 2000;

beforeAll(async () => {
  certfleet = await startCertfleet({ webFolder: builtSite });
  await certfleet.server.engine.store.transaction(async ({ events }) => {
    for (let number = 1; number <= before; number++) {
      await events.append({
        actor: number % 2 === 0 ? 'system' : 'user:anna',
        action: number % 5 === 0 ? 'certificate.issuance-failed' : 'certificate.issued',
        subject: `certificate:shop-${number}`,
        outcome: number % 5 === 0 ? 'failed' : 'succeeded',
        message: `Happening ${number} of shop-${number}.`,
        detail: { number },
      });
    }
  });
});
afterAll(() => certfleet.destroy());

const happen = (message: string) =>
  certfleet.server.engine.store.events.append({
    actor: 'system',
    action: 'policy.changed',
    subject: 'policy:default',
    outcome: 'succeeded',
    message,
  });

test('what happens stands on top; a list that is scrolled or held stands still, and says what it does not show', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/events`, admin);
  const rows = page.getByRole('table', { name: 'Events' });
  await rows.getByText('Happening 2000 of').waitFor();
  await happen('The first news.');
  await rows.getByRole('row').nth(1).filter({ hasText: 'The first news.' }).waitFor();

  // Scrolled down: the same rows stay where they are.
  await rows.hover();
  await page.mouse.wheel(0, 6_000);
  await page.getByText('The list stands still. Nothing new.').waitFor();
  const middle = rows.getByText(/Happening 18[0-9]5 of/).first();
  await middle.waitFor();
  const held = (await middle.textContent()) ?? '';
  const place = await middle.boundingBox();
  await happen('The second news.');
  await page.getByRole('button', { name: 'Show 1 new' }).waitFor();
  expect(await rows.getByText(held).boundingBox()).toEqual(place);
  await page.getByRole('button', { name: 'Show 1 new' }).click();
  await rows.getByRole('row').nth(1).filter({ hasText: 'The second news.' }).waitFor();

  // At the top, but not followed.
  await page.getByLabel('Follow').click();
  await happen('The third news.');
  await happen('The fourth news.');
  await page.getByRole('button', { name: 'Show 2 new' }).waitFor();
  expect(await rows.getByText('The third news.').count()).toBe(0);
  await page.getByLabel('Follow').click();
  await rows.getByRole('row').nth(1).filter({ hasText: 'The fourth news.' }).waitFor();

  // However long it is, few rows are drawn.
  await rows.hover();
  const further = async () => {
    await page.mouse.wheel(0, 20_000);
    return rows.getByText(/Happening 1[0-5][0-9]{2} of/).count();
  };
  await expect.poll(further, { timeout: 40_000 }).toBeGreaterThan(0);
  expect(await rows.getByRole('row').count()).toBeLessThan(60);
});

test('filters are in the address, which brings them back, and an event has an address of its own', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/events`, admin);
  const rows = page.getByRole('table', { name: 'Events' });
  await page.getByRole('searchbox', { name: 'Text' }).fill('HAPPENING 195');
  await page.getByRole('combobox', { name: 'Outcome' }).click();
  await page.getByRole('option', { name: 'failed' }).click();
  await rows.getByText('Happening 1955 of').waitFor();
  await expect.poll(() => rows.getByRole('row').count(), { timeout: 20_000 }).toBe(4);
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('textbox', { name: 'Who' }).fill('user:anna');
  await expect.poll(() => rows.getByRole('row').count(), { timeout: 20_000 }).toBe(3);
  await page.getByRole('button', { name: 'Download' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: /^JSON lines/ }).click();
  const lines = await text(await (await download).createReadStream());
  expect(
    lines
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).detail.number),
  ).toEqual([1955, 195]);
  const address = new URL(page.url());
  expect(Object.fromEntries(address.searchParams)).toEqual({
    search: 'HAPPENING 195',
    outcome: 'failed',
    actor: 'user:anna',
  });
  await page.reload();
  await rows.getByText('Happening 1955 of').click();

  const details = page.getByRole('dialog', { name: /^Event \d+/ });
  await details.getByText('"number": 1955').waitFor();
  expect(await window.accessibilityFaults()).toEqual([]);
  await page.reload();
  await details.getByText('"number": 1955').waitFor();
  await page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
  expect(new URL(page.url()).searchParams.has('event')).toBe(false);
  await page.getByRole('button', { name: 'Show all' }).click();
  await rows.getByText('Happening 2000 of').waitFor();
});

test('an event leads to all of its thing; one that is not there is said to be gone', async () => {
  const window = await open({ viewport: widths.narrow, colorScheme: 'dark' });
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/events?search=Happening%201234%20`, admin);
  const rows = page.getByRole('table', { name: 'Events' });
  await rows.getByText('Happening 1234 of').click();
  await page.getByRole('dialog').getByRole('link', { name: 'all its events' }).click();
  await page.getByRole('heading', { name: 'Events of certificate:shop-1234' }).waitFor();
  expect(await window.accessibilityFaults()).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);

  await page.goto(`${certfleet.server.url}/events?event=999999`);
  await page.getByRole('dialog').getByText('There is no event 999999.').waitFor();
});
