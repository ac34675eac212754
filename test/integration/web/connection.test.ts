import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { hours, MovableClock } from '../engine/fleet.js';
import { broken, live, useBrowser } from './windows.js';

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

test('what the page reads by itself is no use of the session once nobody has touched it for a while', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/events`, admin);
  const row = page.getByRole('row', { name: /once it was back/ }).first();
  await row.waitFor();
  const isUse = async () => {
    const request = await page.waitForRequest(/\/api\/v1\/events/);
    return !('x-unattended' in request.headers());
  };
  const [isReadByEvent] = await Promise.all([isUse(), happen('seen by whoever just came')]);
  expect(isReadByEvent).toBe(true);
  await page.evaluate('{ const { now } = Date; Date.now = () => now() + 61_000; }');
  const [isReadUnattended] = await Promise.all([isUse(), happen('seen by nobody')]);
  expect(isReadUnattended).toBe(false);
  const [isReadByClick] = await Promise.all([
    isUse(),
    page
      .getByRole('searchbox', { name: 'Text' })
      .fill('back')
      .then(() => page.keyboard.press('Enter')),
  ]);
  expect(isReadByClick).toBe(true);
});

test('a session that nobody uses ends with the reason, and what was typed for a certificate is still there', async () => {
  const clock = new MovableClock();
  const another = await startCertfleet({ clock, webFolder: builtSite });
  onTestFinished(() => another.destroy());
  const window = await open();
  const { page } = window;
  await window.signIn(`${another.server.url}/request`, admin);
  const names = page.getByLabel('Names', { exact: true });
  await names.fill('typed.example.com');
  await page.getByRole('button', { name: 'Remove typed.example.com' }).waitFor();
  clock.advance(hours(1));
  await page
    .getByText('Your session has ended: nobody has used it for 60 minutes. Sign in to go on where you were.')
    .waitFor();
  await page.getByLabel('User').fill(admin.name);
  await page.getByRole('textbox', { name: 'Password' }).fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await names.waitFor();
  expect(await names.inputValue()).toContain('typed.example.com');
});

test('what can not be read again stays, with what is typed in it, and the reason stands above it', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/settings/about`, admin);
  await page.getByRole('button', { name: 'Pause' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Why, for others').fill('moving house');
  await page.route('**/api/v1/system', route => route.fulfill(broken));
  await happen('while the database does not answer');
  await page.getByRole('alert', { includeHidden: true }).getByText('The database did not answer.').waitFor();
  expect(await dialog.getByLabel('Why, for others').inputValue()).toBe('moving house');
  await page.unroute('**/api/v1/system');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('The database did not answer.').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Pause' }).waitFor();
});

test('of what was deleted elsewhere nothing is shown any more', async () => {
  await certfleet.api.call(operations.solver.create, { body: { name: 'by-hand', type: 'manual' } });
  const window = await open();
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/solvers/by-hand`, admin);
  await page.getByRole('button', { name: 'Delete' }).waitFor();
  await certfleet.api.call(operations.solver.delete, { params: { name: 'by-hand' } });
  await page.getByRole('alert').getByText('No such thing').waitFor();
  await page.getByRole('heading', { name: 'by-hand', level: 1 }).waitFor();
  expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
});

test('eight pages side by side are all live, and each of them still reads', async () => {
  const window = await open();
  await window.signIn(`${certfleet.server.url}/events`, admin);
  const pages = [window.page];
  while (pages.length < 8) {
    const page = await window.page.context().newPage();
    await page.goto(`${certfleet.server.url}/accounts`);
    pages.push(page);
  }
  for (const page of pages) await live(page);
  await window.page.getByRole('link', { name: 'Policies', exact: true }).click();
  await window.page.getByRole('heading', { name: 'Policies', level: 1 }).waitFor();
  await certfleet.api.call(operations.solver.create, { body: { name: 'seen-by-all', type: 'manual' } });
  for (const page of pages) {
    await page.getByRole('link', { name: 'Solvers', exact: true }).click();
    await page.getByRole('link', { name: 'seen-by-all' }).waitFor();
  }
  // The one that holds the connection goes; the others are told what happens by another.
  await window.page.close();
  const [, ...rest] = pages;
  for (const page of rest) await live(page);
  await certfleet.api.call(operations.solver.delete, { params: { name: 'seen-by-all' } });
  for (const page of rest) await page.getByRole('link', { name: 'seen-by-all' }).waitFor({ state: 'detached' });
});

test('all times are shown in UTC for whoever wants it, reached by keyboard, until it is taken back', async () => {
  const window = await open({ timezone: 'Asia/Kolkata' });
  const { page } = window;
  await window.signIn(`${certfleet.server.url}/events`, admin);
  const time = page.getByRole('table', { name: 'Events' }).locator('time').first();
  await time.waitFor();
  const hour = async () => /(\d\d):\d\d:\d\d/.exec((await time.textContent()) ?? '')?.[1];
  const [utc, local] = await time.evaluate(node => {
    const at = new Date(node.getAttribute('datetime') ?? '');
    return [at, new Date(at.getTime() + 5.5 * 3_600_000)].map(one => one.toISOString().slice(11, 13));
  });
  expect(await hour()).toBe(local);
  const choose = async (name: string) => {
    await page.getByRole('button', { name: 'admin, admin: menu' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name }).press('Enter');
  };
  await choose('Show times in UTC');
  await expect.poll(hour).toBe(utc);
  expect(await time.textContent()).toContain('UTC');
  await page.reload();
  await time.waitFor();
  expect(await hour()).toBe(utc);
  // What they are compared with is in UTC too.
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByLabel('From (UTC)').fill('2026-11-21T18:40');
  await page.waitForURL(url => url.searchParams.get('since') === '2026-11-21T18:40:00.000Z');
  await page.getByRole('button', { name: 'Show all' }).click();
  await time.waitFor();
  await choose('Show times in my zone');
  await expect.poll(hour).toBe(local);
});
