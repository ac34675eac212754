/** From the link that Certfleet prints to a policy that certificates can be asked for with. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type ServerOptions, startServer } from '@certfleet/server';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startBind } from '../../harness/bind.js';
import { widths } from '../../harness/browser.js';
import { builtSite, serverOptions } from '../../harness/certfleet.js';
import { type ChallengeTestServer, startChallengeTestServer } from '../../harness/challtestsrv.js';
import { type Pebble, startPebble } from '../../harness/pebble.js';
import { freePort } from '../../harness/ports.js';
import { createWorkdir } from '../../harness/workdir.js';
import { chooseCa } from './choose-ca.js';
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
async function freshServer(overrides: Partial<ServerOptions> = {}) {
  const folder = createWorkdir('w', { mode: 0o700 });
  const options = await serverOptions(folder.path, { webFolder: builtSite, ...overrides });
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

/** Registers an account at a CA, after its terms were shown and agreed to. */
async function register(page: Page, ca: Pebble): Promise<void> {
  const register = page.getByRole('button', { name: 'Register' });
  await chooseCa(page, ca);
  await page.getByText('Do%20what%20thou%20wilt').waitFor();
  expect(await register.isDisabled(), 'before anyone has agreed').toBe(true);
  await page.getByRole('checkbox', { name: /I have read the terms/ }).check();
  await register.click();
  await page.getByRole('heading', { name: 'A way to prove names' }).waitFor();
}

/** Fails when what began at `start`, by `performance.now()`, has taken longer than the first start may. */
function isWithinTwoMinutes(start: number): void {
  const seconds = (performance.now() - start) / 1000;
  expect(seconds, `From the link to the way to request a certificate it took ${seconds.toFixed(1)} s`).toBeLessThan(
    120,
  );
}

const stepOf = (page: Page, title: string) => page.getByRole('listitem').filter({ hasText: title });

test('the link leads through the account, a virtual service and the policy; a reload goes on where it was', async () => {
  const server = await freshServer();
  const window = await open();
  const { page } = window;
  const start = performance.now();
  await makeAdministrator(page, server.setupLink ?? '');
  expect(new URL(page.url()).hash).toBe('');
  expect(await window.accessibilityFaults()).toEqual([]);

  await register(page, pebble);
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
  isWithinTwoMinutes(start);
  const { items } = await server.engine.store.policies.list({});
  expect(items).toMatchObject([{ name: 'default' }]);

  // The code made one administrator, and makes no other. The tab has had the link of an earlier start before.
  const second = await open();
  const link = server.setupLink ?? '';
  await second.page.goto(link.replace(/#.*/, '#of-an-earlier-start'));
  await second.page.getByRole('button', { name: 'Make the first administrator' }).waitFor();
  await second.page.goto(link);
  const sent = second.page.waitForRequest(request => request.method() === 'POST');
  await second.page.getByRole('textbox', { name: 'Password', exact: true }).fill('a long pass phrase');
  await second.page.getByRole('textbox', { name: 'Password, once more' }).fill('a long pass phrase');
  await second.page.getByRole('button', { name: 'Make the first administrator' }).click();
  expect((await sent).postDataJSON()).toMatchObject({ code: new URL(link).hash.slice(1) });
  await second.page.getByRole('alert').getByText('Certfleet is set up already.').waitFor();
  expect((await server.engine.store.users.list({})).items).toMatchObject([{ name: 'admin' }]);
});

test('the link leads through a DNS account, which BIND lets change its zone, to the first certificate', async () => {
  const bind = await startBind({ zones: ['example.org'] });
  onTestFinished(() => bind.stop());
  const ca = await startPebble({ dnsServer: bind.address });
  onTestFinished(() => ca.stop());
  const server = await freshServer({ dns: bind.dns });
  const { page } = await open({ viewport: widths.narrow });
  const start = performance.now();
  await makeAdministrator(page, server.setupLink ?? '');
  await register(page, ca);

  await page.getByText('A DNS account').click();
  await page.getByRole('combobox', { name: 'Provider' }).click();
  await page.getByRole('option', { name: /RFC 2136/ }).click();
  const { keyName, keySecret } = bind.keys[0];
  await page.getByRole('textbox', { name: 'Server', exact: true }).fill(bind.address);
  await page.getByRole('textbox', { name: 'Key name' }).fill(keyName);
  await page.getByRole('textbox', { name: 'Key secret' }).fill(keySecret);
  await page.getByRole('button', { name: 'Create the DNS account' }).click();
  await page.getByRole('heading', { name: 'A policy' }).waitFor();
  await page.getByRole('button', { name: 'Create the policy' }).click();
  const onward = page.getByRole('link', { name: 'Request your first certificate' });
  await onward.waitFor();
  isWithinTwoMinutes(start);

  await onward.click();
  await page.getByLabel('Names', { exact: true }).fill('www.example.org');
  await page.getByRole('button', { name: 'Go on: proof' }).click();
  await page.getByText('Proven over dns-01 by rfc2136').waitFor();
  await page.getByRole('link', { name: 'What will happen' }).click();
  await page.getByRole('button', { name: 'Request the certificate' }).click();
  await page.getByRole('heading', { name: 'www.example.org is issued' }).waitFor();
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
  await page.getByRole('link', { name: 'Leave it for later' }).click();
  await page.getByRole('heading', { name: 'Your first certificate' }).waitFor();
  for (const step of ['a way to prove names', 'a policy', 'a certificate authority'])
    await page.getByText(`It needs what was left for later: ${step}.`).waitFor();
  await page.getByRole('link', { name: 'A certificate authority' }).click();
  await page.getByRole('heading', { name: 'A certificate authority' }).waitFor();
  await page.getByRole('link', { name: 'Leave all for later' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();

  await page.goto(`${server.url}/request`);
  await page.getByRole('textbox', { name: 'Names' }).fill('www.example.com');
  await expect.poll(() => page.evaluate(`sessionStorage.getItem('request')`)).toContain('www.example.com');
  await page.goto(`${server.url}/request?step=certificate`);
  await page.getByRole('link', { name: 'make one' }).waitFor();
  await page.goto(`${server.url}/request?step=review`);
  const request = page.getByRole('button', { name: 'Request the certificate' });
  await expect.poll(() => request.getAttribute('aria-description')).toMatch(/^There is no policy default/);
});

test('an address that is no directory is refused in words, and nothing is registered', async () => {
  const server = await freshServer();
  const { page } = await open();
  await makeAdministrator(page, server.setupLink ?? '');
  await chooseCa(page, { directoryUrl: `https://127.0.0.1:${await freePort()}/directory` });
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('button', { name: 'Register' }).isDisabled()).toBe(true);
});

test('a virtual service that cannot be is mended where it was made, and is nowhere shown as done', async () => {
  const server = await freshServer();
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { page } = await open();
  await makeAdministrator(page, server.setupLink ?? '');
  await register(page, pebble);
  await page.getByLabel('Address').fill('127.0.0.1');
  const port = page.getByRole('textbox', { name: 'Port', exact: true });
  await port.fill(String((taken.address() as AddressInfo).port));
  const isDone = vi.fn();
  await page.exposeFunction('isDone', isDone);
  // Its solver is listed as soon as it is stored, a second before HAProxy has given up.
  await page.evaluate(`new MutationObserver(() => {
    if (/^. done/.test(document.querySelectorAll('li')[1]?.innerText)) isDone();
  }).observe(document.body, { subtree: true, childList: true, characterData: true })`);
  await page.getByRole('button', { name: 'Create the virtual service' }).click();
  await page.getByRole('main').getByRole('alert').getByText('The port is in use').waitFor();
  expect(await page.getByLabel('Address').inputValue()).toBe('127.0.0.1');
  expect(isDone).not.toHaveBeenCalled();

  await port.fill(String(await freePort()));
  await page.getByRole('button', { name: 'Create the virtual service' }).click();
  await page.getByRole('heading', { name: 'A policy' }).waitFor();
  await expect.poll(() => isDone.mock.calls.length).toBeGreaterThan(0);
});

test('a registration that the CA refuses is mended where it was made, in its words', async () => {
  const bound = await startPebble({ eab: { 'kid-1': Buffer.alloc(32, 'k').toString('base64url') } });
  onTestFinished(() => bound.stop());
  const server = await freshServer();
  const { page } = await open();
  await makeAdministrator(page, server.setupLink ?? '');
  await chooseCa(page, bound);
  await page.getByRole('checkbox', { name: /I have read the terms/ }).check();
  await page.getByRole('textbox', { name: /key identifier/ }).fill('kid-1');
  const hmacKey = page.getByLabel(/HMAC key/);
  await hmacKey.fill(Buffer.alloc(32, 'x').toString('base64url'));
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('alert').getByText('external account').waitFor();
  // The page has heard of the account by then, which is kept although the CA has none.
  const accounts = page.waitForResponse(/\/api\/v1\/accounts\?/);
  await server.engine.store.events.append({
    actor: 'test',
    action: 'x',
    subject: 'account:x',
    outcome: 'succeeded',
    message: 'x',
  });
  await accounts;
  expect(await stepOf(page, 'A certificate authority').textContent()).toContain('to do');
  await page.getByRole('alert').getByText('external account').waitFor();

  await hmacKey.fill(Buffer.alloc(32, 'k').toString('base64url'));
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('heading', { name: 'A way to prove names' }).waitFor();
});
