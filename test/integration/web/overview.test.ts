import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { widths } from '../../harness/browser.js';
import { admin, builtSite } from '../../harness/certfleet.js';
import { freePort } from '../../harness/ports.js';
import { type Fleet, startFleet } from '../engine/fleet.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ server: { webFolder: builtSite } });
});
afterAll(() => fleet.stop());

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
  for (const { page } of [ours, theirs])
    await page.getByRole('button', { name: 'Resume' }).waitFor({ state: 'detached' });
});
