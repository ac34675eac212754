/** From the link that Certfleet prints to a policy that certificates can be asked for with. */
import { startServer } from '@certfleet/server';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { widths } from '../../harness/browser.js';
import { builtSite, serverOptions } from '../../harness/certfleet.js';
import { type ChallengeTestServer, startChallengeTestServer } from '../../harness/challtestsrv.js';
import { type Pebble, startPebble } from '../../harness/pebble.js';
import { freePort } from '../../harness/ports.js';
import { createWorkdir } from '../../harness/workdir.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let dns: ChallengeTestServer;
let pebble: Pebble;

beforeAll(async () => {
  dns = await startChallengeTestServer();
  pebble = await startPebble({ dnsServer: dns.dnsServer });
});
afterAll(async () => {
  await pebble.stop();
  await dns.stop();
});

/** A server that nobody has set up yet, until the end of the test. */
async function freshServer() {
  const folder = createWorkdir('w', { mode: 0o700 });
  const options = await serverOptions(folder.path, { webFolder: builtSite });
  const server = await startServer(options);
  onTestFinished(async () => {
    await server.stop();
    await server.engine.loadBalancers.stopHaproxy();
    options.systemLog.close();
    folder.remove();
  });
  return server;
}

async function makeAdministrator(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill('a long pass phrase');
  await page.getByRole('textbox', { name: 'Password, once more' }).fill('another pass phrase');
  await page.getByRole('button', { name: 'Make the first administrator' }).click();
  await page.getByText('Not the same as above.').waitFor();
  await page.getByRole('textbox', { name: 'Password, once more' }).fill('a long pass phrase');
  await page.getByRole('button', { name: 'Make the first administrator' }).click();
  await page.getByRole('heading', { name: 'First steps' }).waitFor();
}

async function chooseOwnDirectory(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Certificate authority' }).click();
  await page.getByRole('option', { name: 'Another one' }).click();
  await page.getByLabel('Root certificate').fill(pebble.caPem);
  await page.getByLabel('Directory').fill(pebble.directoryUrl);
}

const stepOf = (page: Page, title: string) => page.getByRole('listitem').filter({ hasText: title });

test('the link leads through the account, a virtual service and the policy; a reload goes on where it was', {
  timeout: 120_000,
}, async () => {
  const server = await freshServer();
  const window = await open();
  const { page } = window;
  await makeAdministrator(page, server.setupLink ?? '');
  expect(new URL(page.url()).hash).toBe('');
  expect(await window.accessibilityFaults()).toEqual([]);

  await chooseOwnDirectory(page);
  await page.getByRole('link', { name: 'Read its terms of service' }).waitFor();
  const register = page.getByRole('button', { name: 'Register' });
  expect(await register.isDisabled(), 'before anyone has agreed').toBe(true);
  await page.getByLabel('I have read them and agree').check();
  await register.click();

  await page.getByRole('heading', { name: 'A way to prove names' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'A way to prove names' }).waitFor();
  expect(await stepOf(page, 'A certificate authority').textContent()).toContain('done');
  await page.getByLabel('Address').fill('127.0.0.1');
  await page.getByRole('textbox', { name: 'Port', exact: true }).fill(String(pebble.httpPort));
  await page.getByLabel('Port of HTTPS').fill(String(await freePort()));
  await page.getByRole('button', { name: 'Create the virtual service' }).click();

  await page.getByRole('heading', { name: 'A policy' }).waitFor();
  await page.getByRole('button', { name: 'Create the policy' }).click();
  await page.getByRole('link', { name: 'Request your first certificate' }).waitFor();
  const { items } = await server.engine.store.policies.list({});
  expect(items).toMatchObject([{ name: 'default' }]);

  // The code made one administrator, and makes no other.
  const second = await open();
  await second.page.goto(server.setupLink ?? '');
  await second.page.getByRole('textbox', { name: 'Password', exact: true }).fill('a long pass phrase');
  await second.page.getByRole('textbox', { name: 'Password, once more' }).fill('a long pass phrase');
  await second.page.getByRole('button', { name: 'Make the first administrator' }).click();
  await second.page.getByRole('alert').waitFor();
});

test('each step can be left for later; what a later one needs is said', async () => {
  const server = await freshServer();
  const window = await open({ viewport: widths.narrow, colorScheme: 'dark' });
  const { page } = window;
  await makeAdministrator(page, server.setupLink ?? '');
  await page.getByRole('link', { name: 'Leave it for later' }).click();
  await page.getByRole('heading', { name: 'A way to prove names' }).waitFor();
  await page.getByText('A DNS account').click();
  await page.getByRole('combobox', { name: 'Provider' }).click();
  await page.getByRole('option', { name: 'Cloudflare' }).click();
  await page.getByRole('button', { name: 'Create the DNS account' }).waitFor();
  expect(await window.accessibilityFaults()).toEqual([]);
  await page.getByRole('link', { name: 'Leave it for later' }).click();
  await page.getByText('A policy needs an account').waitFor();
  await page.getByRole('link', { name: 'a certificate authority' }).click();
  await page.getByRole('heading', { name: 'A certificate authority' }).waitFor();
  await page.getByRole('link', { name: 'Leave all for later' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
});

test('an address that is no directory is refused in words, and nothing is registered', async () => {
  const server = await freshServer();
  const { page } = await open();
  await makeAdministrator(page, server.setupLink ?? '');
  await page.getByRole('combobox', { name: 'Certificate authority' }).click();
  await page.getByRole('option', { name: 'Another one' }).click();
  await page.getByLabel('Directory').fill(`https://127.0.0.1:${await freePort()}/directory`);
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('button', { name: 'Register' }).isDisabled()).toBe(true);
});
