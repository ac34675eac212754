/** What comes of a call is told, whatever the person does while the server is at it. */
import { EventEmitter, once } from 'node:events';
import { operations } from '@certfleet/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { pick } from './pick.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let certfleet: Certfleet;

beforeAll(async () => {
  certfleet = await startCertfleet({ webFolder: builtSite });
});
afterAll(() => certfleet.destroy());

async function signedIn(path: string): Promise<Page> {
  const window = await open();
  await window.signIn(certfleet.server.url + path, admin);
  return window.page;
}

/** Holds calls of a method back until `letGo`; `fails`: they do not arrive then. `begun` waits for one. */
async function holdBack(page: Page, method: string, { fails = false } = {}) {
  const gate = new EventEmitter();
  const begun = once(gate, 'begun');
  await page.route('**/api/v1/**', async route => {
    if (route.request().method() !== method) return route.fallback();
    const open = once(gate, 'open');
    gate.emit('begun');
    await open;
    return fails ? route.abort() : route.continue();
  });
  return { begun, letGo: () => gate.emit('open') };
}

test('a dialog stays until the server has answered, and shows what it says', async () => {
  const page = await signedIn('/settings/users');
  const call = await holdBack(page, 'DELETE');
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: /^Type admin/ }).fill('admin');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await call.begun;
  expect(await dialog.getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.mouse.click(5, 5);
  call.letGo();
  await dialog.getByText('is the only administrator').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test.each([
  ['is done', false, 'Done: Create a channel'],
  ['fails', true, 'Failed: Create a channel'],
])('whoever has gone to another page stays there, and is told when it %s', async (_, fails, told) => {
  const page = await signedIn('/settings/channels/-/new');
  const call = await holdBack(page, 'POST', { fails });
  await page.getByRole('combobox', { name: 'Type' }).click();
  await page.getByRole('option', { name: /^Webhook/ }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(fails ? 'second' : 'first');
  await page.getByRole('textbox', { name: 'URL' }).fill('https://hooks.example.com/certfleet');
  await page.getByRole('button', { name: 'Create' }).click();
  await call.begun;
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
  call.letGo();
  await page.getByText(told).waitFor();
  expect(new URL(page.url()).pathname).toBe('/events');
});

test('what was asked for from a list is told in its own words, also when the list was narrowed down meanwhile', async () => {
  const page = await signedIn('/domains');
  await certfleet.api.call(operations.solver.create, { body: { name: 'hand', type: 'manual' } });
  onTestFinished(async () => {
    await certfleet.api.call(operations.domain.delete, { params: { pattern: '.example.com' } });
    await certfleet.api.call(operations.solver.delete, { params: { name: 'hand' } });
  });
  const call = await holdBack(page, 'POST');
  await page.getByRole('textbox', { name: 'Name or suffix' }).fill('.example.com');
  await pick(page, 'Solver', 'hand');
  await page.getByRole('button', { name: 'Bind' }).click();
  await call.begun;
  await page.getByRole('searchbox', { name: 'Search in names' }).fill('example');
  await page.waitForURL(/search=example/);
  call.letGo();
  await page.getByText('example.com and all below it: proven by hand.').waitFor();
});

test('a backup is saved also where whoever asked for it has gone on meanwhile', async () => {
  const page = await signedIn('/settings/backup');
  const call = await holdBack(page, 'POST');
  await page.getByRole('button', { name: 'Make and download it' }).click();
  await call.begun;
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
  const saved = page.waitForEvent('download');
  call.letGo();
  expect((await saved).suggestedFilename()).toMatch(/^certfleet-base-.*\.backup$/);
  await page.getByText(/^certfleet-base-.* has \d+ kB\.$/).waitFor();
});

test('a token that nobody has seen is told of', async () => {
  const page = await signedIn('/events');
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('link', { name: 'Tokens' }).click();
  const call = await holdBack(page, 'POST');
  await page.getByRole('button', { name: 'Create a token' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('unseen');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await call.begun;
  await page.goBack();
  call.letGo();
  await page.getByText('The token unseen was made, but was shown to nobody').waitFor();
});

test('what fails while another step is looked at is told there', async () => {
  const page = await signedIn('/');
  await page.goto(`${certfleet.server.url}/setup?step=proof`);
  const call = await holdBack(page, 'POST', { fails: true });
  await page.getByLabel('Address').fill('127.0.0.1');
  await page.getByRole('button', { name: 'Create the virtual service' }).click();
  await call.begun;
  await page.getByRole('link', { name: 'Leave it for later' }).click();
  await page.getByRole('heading', { name: 'A policy' }).waitFor();
  call.letGo();
  await page.getByText('Failed: Create a virtual service').waitFor();
  expect(new URL(page.url()).search).toBe('?step=policy');
});

test('what is asked for without a network fails at once, and is not done later', async () => {
  const page = await signedIn('/settings/users');
  await page.getByRole('button', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: /^Type admin/ }).fill('admin');
  await page.context().setOffline(true);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByText('Certfleet does not answer').waitFor();
  const sent: string[] = [];
  page.on('request', request => sent.push(request.method()));
  await page.context().setOffline(false);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.getByRole('table', { name: 'Events' }).waitFor();
  expect(sent).toContain('GET');
  expect(sent).not.toContain('DELETE');
});

test('a sign-out that fails says so, and one that works forgets what was typed', async () => {
  const page = await signedIn('/request');
  await page.getByRole('textbox', { name: 'Names' }).fill('secret.example.com');
  const draft = () => page.evaluate<string | null>(`sessionStorage.getItem('request')`);
  await expect.poll(draft).toContain('secret.example.com');
  const signOut = async () => {
    await page.getByRole('button', { name: /menu$/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
  };
  const call = await holdBack(page, 'DELETE', { fails: true });
  await signOut();
  await call.begun;
  call.letGo();
  await page.getByText('You are still signed in').waitFor();
  await page.unroute('**/api/v1/**');
  await signOut();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(await draft()).toBeNull();
});

test('what was typed outlives a session that has run out, for the same person and nobody else', async () => {
  const other = { name: 'other', password: admin.password };
  await certfleet.api.call(operations.user.create, { body: { ...other, role: 'operator' } });
  const window = await open();
  const { page } = window;
  const address = `${certfleet.server.url}/request`;
  const names = page.getByRole('textbox', { name: 'Names' });
  await window.signIn(address, admin);
  await names.fill('mine.example.com');
  await expect.poll(() => page.evaluate(`sessionStorage.getItem('request')`)).toContain('mine.example.com');
  await page.context().clearCookies();
  await window.signIn(address, admin);
  await expect.poll(() => names.inputValue()).toBe('mine.example.com');
  await page.context().clearCookies();
  await window.signIn(address, other);
  await expect.poll(() => names.inputValue()).toBe('');
});
