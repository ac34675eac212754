import { EventEmitter, once } from 'node:events';
import { operations } from '@certfleet/contract';
import { PluginError } from '@certfleet/plugins';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { newCertificate } from '../../../packages/server/src/key-files/testing/openssl.js';
import { widths } from '../../harness/browser.js';
import { admin, builtSite } from '../../harness/certfleet.js';
import { freePort } from '../../harness/ports.js';
import { days, type Fleet, hours, minutes, startFleet } from '../engine/fleet.js';
import { certificateBecomes } from '../engine/waiting.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ server: { webFolder: builtSite } });
});
afterAll(() => fleet.stop());

/** The overview as the administrator sees it. */
async function overview(): Promise<Page> {
  const window = await open();
  await window.signIn(fleet.certfleet.server.url, admin);
  return window.page;
}

/** What waits for it goes on once it is opened, at the latest with the end of the test. */
function gate(): { opened: Promise<void>; open(): void } {
  const emitter = new EventEmitter();
  const opened = once(emitter, 'open').then(() => undefined);
  const open = () => void emitter.emit('open');
  onTestFinished(open);
  return { opened, open };
}

const viewer = { name: 'viewer', password: 'may only look at it' };

test('it begins with the first steps, and goes on by itself to what is issued, what fails and what is to come', async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(fleet.certfleet.server.url, admin);
  const steps = page.getByRole('region', { name: 'First steps' });
  // The account, what proves names, and the policy are there; the certificate is not.
  await expect.poll(() => steps.getByText('done').count(), { timeout: 20_000 }).toBe(3);
  expect(await steps.getByRole('listitem').last().textContent()).not.toContain('done');

  await fleet.request('www');
  const certificates = page.getByRole('region', { name: 'Certificates' });
  await certificates.getByRole('link', { name: /^1\b.*healthy/s }).waitFor({ timeout: 60_000 });
  await page.getByText(/Version 1 of www is live/).waitFor();

  const table = page.getByRole('region', { name: 'The coming 13 weeks' });
  await table.getByText('The same as a table').click();
  await table.getByRole('row').nth(13).waitFor();
  await table.locator('canvas').waitFor({ state: 'attached' });
});

test('what needs a person is there with its reason and its remedy, and is tried again from there', async () => {
  // Nobody answers there: the CA can't see the challenge.
  await fleet.dns.addA('wrong.example.com', ['127.0.0.9']);
  await fleet.request('wrong');
  const window = await open();
  const { page } = window;
  await window.signIn(fleet.certfleet.server.url, admin);
  const problem = page.getByRole('list', { name: 'Problems' }).getByRole('listitem').filter({ hasText: 'wrong' });
  await problem.getByText(/connection refused/).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: /^1\b.*failing/s }).waitFor({ timeout: 60_000 });
  expect(await window.accessibilityFaults()).toEqual([]);

  await fleet.dns.clearA('wrong.example.com');
  await problem.getByRole('button', { name: 'Try again now' }).click();
  await page.getByText(/Version 1 of wrong is live/).waitFor({ timeout: 60_000 });
  await problem.waitFor({ state: 'detached', timeout: 60_000 });

  await page.getByRole('link', { name: /^2\b.*healthy/s }).click({ timeout: 60_000 });
  await page.getByRole('heading', { name: 'Certificates', level: 1 }).waitFor();
  expect(page.url()).toContain('health=healthy');
});

test('what nobody could read is unproven, with what to do about it: not all is well', async () => {
  const service = { address: '127.0.0.1', port: await freePort(), type: 'https', enabled: false } as const;
  const { index } = await fleet.api.call(operations.virtualService.create, { body: service });
  await fleet.request('dark', { assignments: [{ target: `vs-${index}`, isDefault: false }] });
  const window = await open();
  const { page } = window;
  await window.signIn(fleet.certfleet.server.url, admin);
  const problem = page.getByRole('list', { name: 'Problems' }).getByRole('listitem').filter({ hasText: 'dark' });
  await problem.getByText(`Nobody could read what vs-${index} serves.`).waitFor({ timeout: 60_000 });
  await problem.getByText('enable it').waitFor();
  await page.getByText('1 needs attention').waitFor();
  expect(await page.getByText('all is well').count()).toBe(0);
  await page.getByRole('link', { name: /^1\b.*unproven/s }).click();
  await page.getByRole('heading', { name: 'Certificates', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'dark' }).waitFor();
  expect(await page.getByText('unproven', { exact: true }).count()).toBeGreaterThan(0);
});

test('what is under way is there at its step, from the order to the handshake, and then no more', async () => {
  const { api, certfleet, proxy } = fleet;
  const { loadBalancers } = certfleet.server.engine;
  const install = loadBalancers.installCertificate.bind(loadBalancers);
  const look = loadBalancers.handshake.bind(loadBalancers);
  const [issuing, bringing, proving] = [gate(), gate(), gate()];
  let isInstalled = false;
  proxy.inject('finalize', async (_, forward) => {
    await issuing.opened;
    return forward();
  });
  vi.spyOn(loadBalancers, 'installCertificate').mockImplementation(async (...all) => {
    await bringing.opened;
    await install(...all);
    isInstalled = true;
  });
  vi.spyOn(loadBalancers, 'handshake').mockImplementation(async (...all) => {
    if (isInstalled) await proving.opened;
    return look(...all);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  await api.call(operations.solver.create, { body: { name: 'hand', type: 'manual' } });
  await fleet.request('slow');
  await fleet.request('by-hand', { identifiers: [{ value: 'by-hand.example.com', solver: 'hand' }], assignments: [] });

  const page = await overview();
  const table = page.getByRole('table', { name: 'Orders and deployments under way' });
  const row = (name: string) => table.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
  await row('slow').getByText('being issued', { exact: true }).waitFor();
  issuing.open();
  await row('slow').getByText('being deployed at vs-2', { exact: true }).waitFor();
  bringing.open();
  await row('slow').getByText('being verified at vs-2', { exact: true }).waitFor();
  proving.open();
  await row('slow').waitFor({ state: 'detached' });
  await row('by-hand').getByText('waits for a person', { exact: true }).waitFor();
  await row('by-hand').getByRole('link', { name: 'See its challenges' }).click();
  await page.getByRole('article', { name: /^by-hand\.example\.com/ }).waitFor();
});

test('while a new version can’t be brought to its target, its end is that of what is served there', async () => {
  const { api, certfleet, clock } = fleet;
  const bring = async (lifeDays: number, replace: boolean) => {
    const extensions = ['subjectAltName=DNS:late.example.com'];
    const { pem, key } = newCertificate({ subject: '/CN=late', extensions, days: lifeDays });
    const body = { name: 'late', file: Buffer.from(key + pem).toString('base64'), replace };
    const { version } = await api.call(operations.certificate.import, { body });
    return version?.notAfter;
  };
  const servedUntil = await bring(5, false);
  const params = { name: 'late' };
  await api.call(operations.certificate.assign, { params, body: { target: 'vs-2', isDefault: false } });
  await certificateBecomes(api, 'late', 1);
  const refusal = vi
    .spyOn(certfleet.server.engine.loadBalancers, 'installCertificate')
    .mockRejectedValue(new PluginError('unavailable', 'The disk of that machine is full.'));
  onTestFinished(() => refusal.mockRestore());
  const expires = await bring(90, true);

  const page = await overview();
  const problem = page.getByRole('list', { name: 'Problems' }).getByRole('listitem').filter({ hasText: 'late' });
  await problem.getByText('The disk of that machine is full.').waitFor();
  await problem.getByText('what is served expires').waitFor();
  expect(await problem.locator('time').last().getAttribute('datetime')).toBe(servedUntil);
  await problem.getByRole('link', { name: 'See where it is served' }).click();
  const fact = (title: string) =>
    page.getByRole('table', { name: 'About the certificate' }).getByRole('row', { name: title });
  await fact('Served until').getByText('An older version is still served').waitFor();
  expect(await fact('Served until').locator('time').getAttribute('datetime')).toBe(servedUntil);
  expect(await fact('Expires').locator('time').getAttribute('datetime')).toBe(expires);

  refusal.mockRestore();
  clock.advance(minutes(2));
  await fact('Served until').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Overview', exact: true }).click();
  await page.getByRole('region', { name: 'What needs attention' }).waitFor();
  await problem.waitFor({ state: 'detached' });
});

test('what is left of the CA’s limits is there, the scarcest first, and when there is more', async () => {
  const limits = vi.spyOn(fleet.certfleet.server.engine, 'rateLimits').mockReturnValue({
    newOrdersPerAccount: { count: 300, per: hours(3) },
    certificatesPerRegisteredDomain: { count: 2, per: days(10) },
    certificatesPerExactSet: null,
    failuresPerIdentifier: null,
    renewalsExempt: true,
  });
  onTestFinished(() => limits.mockRestore());
  for (const name of ['one.example.net', 'two.example.net', 'one.example.org']) {
    await fleet.request(name, { identifiers: [name], assignments: [] });
    await certificateBecomes(fleet.api, name, 1);
  }
  const page = await overview();
  const rows = page.getByRole('table', { name: 'Limits of the CAs' }).getByRole('row');
  const [first, second, third] = [rows.nth(1), rows.nth(2), rows.nth(3)];
  await first.getByText('certificates for example.net').waitFor();
  await first.getByText('0 of 2 in 10 days').waitFor();
  await first.getByText(/^in \d days$/).waitFor();
  await second.getByText('certificates for example.org').waitFor();
  await second.getByText('1 of 2 in 10 days').waitFor();
  await second.getByRole('cell', { name: 'now', exact: true }).waitFor();
  await third.getByText(/^29\d of 300 in 3 hours$/).waitFor();

  await first.getByRole('link', { name: 'pebble' }).click();
  const own = page.getByRole('table', { name: 'Limits' }).getByRole('row');
  const left = own.filter({ hasText: 'New certificates for example.net' });
  await left.getByText('0 of 2', { exact: true }).waitFor();
  await left.getByText('10 days', { exact: true }).waitFor();
  await left.getByText(/in \d days/).waitFor();
  await own
    .filter({ hasText: 'New orders of the account' })
    .getByText(/^29\d of 300$/)
    .waitFor();
});

test('with a scheduler that stands still not all is well', async () => {
  const window = await open();
  const { page } = window;
  const stopped = { status: 'failing', store: 'ok', scheduler: { status: 'stopped', lagSeconds: 0 } };
  await page.route('**/healthz', route =>
    route.fulfill({ status: 503, json: { ...stopped, haproxy: 'running', paused: false } }),
  );
  await window.signIn(fleet.certfleet.server.url, admin);
  await page.getByText('scheduler stopped').first().waitFor();
  await page
    .getByRole('list', { name: 'What else is not well' })
    .getByRole('link', { name: /scheduler/ })
    .click();
  await page.getByText('Nothing that is due is done.').waitFor();
  const title = page.getByRole('heading', { name: 'This installation', level: 1 }).locator('..');
  expect(await title.textContent()).toContain('scheduler stopped');
  expect(await window.accessibilityFaults()).toEqual([]);
});

test('a pause is shown with its reason; a viewer sees why it is for others to resume, an administrator resumes', async () => {
  const { api } = fleet;
  await api.call(operations.system.pause, { body: { reason: 'The CA is being moved.' } });
  await api.call(operations.user.create, { body: { ...viewer, role: 'viewer' } });
  const url = fleet.certfleet.server.url;

  const theirs = await open({ viewport: widths.narrow, colorScheme: 'dark' });
  await theirs.signIn(url, viewer);
  await theirs.page.getByText('The CA is being moved.').first().waitFor();
  const refused = theirs.page.getByRole('button', { name: 'Resume' });
  expect(await refused.getAttribute('aria-disabled')).toBe('true');
  expect(await refused.getAttribute('aria-description')).toMatch(/^Only administrators/);
  expect(await theirs.accessibilityFaults()).toEqual([]);

  const ours = await open();
  await ours.signIn(url, admin);
  await ours.page.getByRole('button', { name: 'Resume' }).click();
  const question = ours.page.getByRole('dialog', { name: 'Resume Certfleet?' });
  await question.getByText(/After a restore: only when the instance/).waitFor();
  await question.getByRole('button', { name: 'Resume' }).click();
  // Two buttons have that name until it is answered.
  await question.waitFor({ state: 'detached' });
  for (const { page } of [ours, theirs])
    await page.getByRole('button', { name: 'Resume' }).waitFor({ state: 'detached' });
});
