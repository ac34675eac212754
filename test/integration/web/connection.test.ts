import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let certfleet: Certfleet;

beforeAll(async () => {
  certfleet = await startCertfleet({ webFolder: builtSite });
});
afterAll(() => certfleet.destroy());

const happen = (message: string) =>
  certfleet.api.call(operations.system.pause, { body: { reason: message } }).then(async () => {
    await certfleet.api.call(operations.system.resume, {});
  });

test('a lost connection is shown, and what was missed is read once it is back, without loading the page again', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/events`, admin);
  const connection = page.getByRole('banner').getByRole('status');
  await connection.filter({ hasText: /^live$/ }).waitFor();
  // What would be gone if the page were loaded again.
  await page.evaluate('window.sameTab = true');

  await certfleet.stop();
  await connection.filter({ hasText: /^not connected since \d/ }).waitFor();
  await page.getByRole('table', { name: 'Events' }).waitFor();
  expect(await page.getByText('while nobody could see it').count()).toBe(0);

  await certfleet.restart();
  await happen('while nobody could see it');
  await connection.filter({ hasText: /^live$/ }).waitFor();
  await page.getByText('while nobody could see it').first().waitFor();
  expect(await page.evaluate('window.sameTab')).toBe(true);

  await happen('once it was back');
  await page.getByText('once it was back').first().waitFor();
});

test('a page that is opened while there is no connection goes on by itself', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(certfleet.server.url, admin);
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  // Every page is fetched beforehand, when there is nothing else to do.
  const fetched = "performance.getEntriesByType('resource').some(({ name }) => name.includes('/assets/events-'))";
  await expect.poll(() => page.evaluate(fetched), { timeout: 20_000 }).toBe(true);
  await certfleet.stop();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Events' }).click();
  await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
  await certfleet.restart();
  await page
    .getByRole('row', { name: /once it was back/ })
    .first()
    .waitFor();
});

test('a session that was ended leads to the sign-in, and from there to where one was', async () => {
  const window = await open();
  const { page } = window;
  const address = `${certfleet.server.url}/events?outcome=succeeded`;
  await window.signIn(address, admin);
  await page
    .getByRole('row', { name: /once it was back/ })
    .first()
    .waitFor();

  // As if it had run out, or the person had been deleted and made again.
  await page.context().clearCookies();
  await page.getByRole('searchbox', { name: 'Text' }).fill('back');
  await page.getByText('Your session has ended. Sign in to go on where you were.').waitFor();
  expect(page.url()).toContain('/events?');
  expect(page.url()).toContain('outcome=succeeded');

  await page.getByLabel('User').fill(admin.name);
  await page.getByRole('textbox', { name: 'Password' }).fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page
    .getByRole('row', { name: /once it was back/ })
    .first()
    .waitFor();
  expect(page.url()).toContain('outcome=succeeded');
});
