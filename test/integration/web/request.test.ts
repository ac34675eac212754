/** The wizard that asks for a certificate, and challenges by hand: with Pebble, HAProxy, BIND and Chromium. */
import { readFile } from 'node:fs/promises';
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import type { Request } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rfc2136Provider } from '../../../packages/plugins/src/dns/rfc2136.js';
import { widths } from '../../harness/browser.js';
import { admin, builtSite } from '../../harness/certfleet.js';
import { type Http01Responder, startHttp01Responder } from '../../harness/http01-responder.js';
import { freePort } from '../../harness/ports.js';
import { type DnsFleet, startDnsFleet } from '../dns/dns-fleet.js';
import { providerIo } from '../dns/io.js';
import { profileOf } from '../engine/fleet.js';
import { pick } from './pick.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
const zone = 'example.org';
/** Behind virtual service 1: a web server that people put files onto. */
let web: Http01Responder;
let fleet: DnsFleet;
/** Of virtual services 3 and 4. */
const httpsPorts: number[] = [];

beforeAll(async () => {
  web = await startHttp01Responder();
  const port = await freePort();
  const records = [
    'www A 127.0.0.1',
    'shop A 127.0.0.2',
    'hand A 127.0.0.1',
    // Nothing listens there.
    'moved A 127.0.0.9',
  ];
  fleet = await startDnsFleet({
    bind: { zones: [zone], records: { [zone]: records } },
    pebble: { httpPort: port },
    server: { webFolder: builtSite, httpPorts: { http: port, https: 443 } },
  });
  const { api } = fleet;
  const create = (body: { address: string; port: number; type: 'http' | 'https'; realServers?: [] }) =>
    api.call(operations.virtualService.create, { body });
  await api.call(operations.virtualService.create, {
    body: { address: '127.0.0.1', port, type: 'http', realServers: [{ address: '127.0.0.1', port: web.port }] },
  });
  await create({ address: '127.0.0.2', port, type: 'http' });
  for (const address of ['127.0.0.1', '127.0.0.2']) {
    const httpsPort = await freePort();
    httpsPorts.push(httpsPort);
    await create({ address, port: httpsPort, type: 'https' });
  }
  await api.call(operations.policy.create, {
    body: { name: 'undecided', accounts: ['pebble'], profile: profileOf(fleet.pebble) },
  });
  await api.call(operations.solver.create, { body: { name: 'hand', type: 'manual' } });
});
afterAll(async () => {
  await fleet.stop();
  await web.stop();
});

const isPreflight = (request: Request) => request.url().endsWith('/preflight');

test('names of two virtual services, over http-01, to be served by two others', { timeout: 180_000 }, async () => {
  const window = await open();
  const { page } = window;
  await window.signIn(`${fleet.certfleet.server.url}/certificates`, admin);
  await page.getByRole('link', { name: 'Request a certificate' }).click();
  await page
    .getByLabel('Names', { exact: true })
    .fill('www.example.org; WWW.example.org. bücher.example.org a_b.example.org');
  await page.getByText('is asked for twice').waitFor();
  await page.getByText('xn--bcher-kva.example.org').waitFor();
  await page.getByText('with an underscore').waitFor();
  expect(await window.accessibilityFaults()).toEqual([]);
  const onward = page.getByRole('button', { name: 'Go on: proof' });
  expect(await onward.getAttribute('aria-description')).toContain("2 names can't be certified");
  await page.getByRole('button', { name: "Remove the 2 that can't be certified" }).click();
  await page.getByRole('button', { name: 'Remove bücher.example.org' }).click();
  const csv = { name: 'hosts.csv', mimeType: 'text/csv', buffer: Buffer.from('team,host\nweb,shop.example.org\n') };
  await page.locator('input[type=file]').setInputFiles(csv);
  await page.getByText('One name added from hosts.csv.').waitFor();
  await onward.click();

  await page.getByText('Proven over dns-01 by dns').first().waitFor();
  await pick(page, 'Proof of www.example.org', 'vs-1');
  await pick(page, 'Proof of shop.example.org', 'vs-1');
  await page.getByText('may fail').waitFor();
  // It leads to the other virtual service's address.
  await page.getByRole('button', { name: 'Prove it by vs-2: shop.example.org' }).click();
  await page.getByText('Proven over http-01 by vs-2').waitFor();
  expect(await window.accessibilityFaults()).toEqual([]);
  await page.reload();
  expect(await page.getByRole('combobox', { name: 'Proof of shop.example.org' }).inputValue()).toBe('vs-2');
  await page.getByRole('button', { name: 'Go on: key and policy' }).click();
  const looksOutside: unknown[] = [];
  page.on('request', request => {
    if (isPreflight(request) && !request.postDataJSON().offline) looksOutside.push(request.postDataJSON());
  });
  const named = page.waitForRequest(request => isPreflight(request) && request.postDataJSON().name === 'two-services');
  await page.getByLabel('What the certificate is called').fill('two-services');
  await named;
  await page.getByLabel('Kind of key').selectOption('P-384');
  await page.getByRole('button', { name: 'Go on: where to deploy' }).click();
  await page.getByLabel('vs-3', { exact: true }).check();
  await page.getByLabel('vs-4', { exact: true }).check();
  await page.getByLabel('For whom on vs-4').selectOption('default');
  await page.goBack();
  expect(await page.getByLabel('What the certificate is called').inputValue()).toBe('two-services');
  await page.goForward();
  await page.getByRole('button', { name: 'Go on: what will happen' }).click();
  await page.getByText('A new P-384 key is made here').waitFor();
  const command = page.getByRole('region', { name: 'the command', exact: true });
  expect(await command.textContent()).toContain('--identifier shop.example.org=vs-2');
  expect(await command.textContent()).toContain('--assign vs-4:default');
  expect(looksOutside, 'nobody outside knows its name').toEqual([]);
  await page.getByRole('button', { name: 'Request the certificate' }).click();

  await page.getByRole('heading', { name: 'two-services is served' }).waitFor();
  expect(await window.accessibilityFaults()).toEqual([]);
  const served = page.getByRole('table', { name: 'What is served' });
  for (const [index, address] of ['127.0.0.1', '127.0.0.2'].entries()) {
    const port = httpsPorts[index] ?? 0;
    const { leaf } = await readServedCertificate({ address, port, serverName: 'shop.example.org' });
    const row = served.getByRole('row').filter({ hasText: `${address}:${port}` });
    expect(await row.textContent()).toContain(leaf.serialNumber.toLowerCase());
  }
});

test('a wildcard, over dns-01, on a narrow screen', { timeout: 120_000 }, async () => {
  const window = await open({ viewport: widths.narrow, colorScheme: 'dark' });
  const { page } = window;
  await window.signIn(`${fleet.certfleet.server.url}/request`, admin);
  await page.getByLabel('Names', { exact: true }).fill('*.apps.example.org apps.example.org');
  await page.getByRole('button', { name: 'Go on: proof' }).click();
  await page.getByText('Proven over dns-01 by dns').first().waitFor();
  await page.getByText('nothing in the way').first().waitFor();
  await page.getByRole('link', { name: 'Key and policy' }).click();
  await pick(page, 'Policy', 'undecided');
  if (fleet.pebble.features.profiles) {
    await page.getByRole('combobox', { name: 'ACME profile' }).click();
    await page.getByRole('option', { name: /^default ./ }).click();
  }
  await page.getByRole('link', { name: 'Proof' }).click();
  await page.getByText('Nothing is configured to prove *.apps.example.org').waitFor();
  await pick(page, 'Proof of apps.example.org', 'dns');
  await page.getByRole('button', { name: 'Prove it by dns: *.apps.example.org' }).click();
  await page.getByText('nothing in the way').nth(1).waitFor();
  await page.getByRole('combobox', { name: 'Proof of *.apps.example.org' }).click();
  const unable = page.getByRole('option', { name: /^vs-1 .*not for wildcards/ });
  await unable.waitFor();
  expect(await unable.isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'What will happen' }).click();
  await page.getByText('It is deployed nowhere').waitFor();
  await page.getByText('nothing in the way').waitFor();
  expect(await window.accessibilityFaults()).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  await page.getByRole('button', { name: 'Request the certificate' }).click();
  await page.getByRole('heading', { name: 'wildcard.apps.example.org is issued' }).waitFor();
});

test('an order that fails says why for each name, and is mended from there', { timeout: 180_000 }, async () => {
  const identifiers = ['www.example.org', 'moved.example.org'].map(value => ({ value, solver: 'vs-1' }));
  await fleet.api.call(operations.certificate.request, {
    body: { name: 'moved', identifiers, assignments: [{ target: 'vs-3' }] },
  });
  const window = await open({ viewport: widths.narrow, colorScheme: 'dark' });
  const { page } = window;
  await window.signIn(`${fleet.certfleet.server.url}/request?certificate=moved`, admin);
  const said = page.getByRole('table', { name: 'What the CA says of each name' }).getByRole('row');
  const about = said.filter({ hasText: 'moved.example.org' });
  await about.waitFor();
  expect(await about.textContent()).toMatch(/connection[\s\S]*on port 80/);
  await page.getByText('may fail').waitFor();
  expect(await window.accessibilityFaults()).toEqual([]);

  // What was seen after the first attempt says nothing of the next one.
  const looked = page.waitForRequest(request => isPreflight(request) && !request.postDataJSON().offline);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('The attempt has failed (2 so far)').waitFor();
  await looked;
  await page.getByText(/^looked at/).waitFor();

  await page.getByRole('link', { name: 'Prove it in another way' }).click();
  await pick(page, 'Proof of moved.example.org', 'dns');
  await page.getByText('Proven over dns-01 by dns').waitFor();
  await page.getByRole('link', { name: 'What will happen' }).click();
  await page.getByRole('button', { name: 'Change it and try again' }).click();
  await page.getByRole('heading', { name: 'moved is served' }).waitFor();
});

test('a look outside that fails is no reason to say that nothing is in the way', async () => {
  const window = await open();
  const { page } = window;
  await page.route('**/preflight', route =>
    route.request().postDataJSON().offline ? route.continue() : route.fulfill({ status: 500, json: {} }),
  );
  await window.signIn(`${fleet.certfleet.server.url}/request`, admin);
  await page.getByLabel('Names', { exact: true }).fill('unseen.example.org');
  await page.getByRole('button', { name: 'Go on: proof' }).click();
  await pick(page, 'Proof of unseen.example.org', 'dns');
  const row = page.getByRole('row').filter({ hasText: 'unseen.example.org' });
  await row.getByText('not looked at outside').waitFor();
  expect(await page.getByText('nothing in the way').count()).toBe(0);
});

test('by hand: copied, looked for, found and issued', { timeout: 180_000 }, async () => {
  const window = await open();
  const { page } = window;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const identifiers = ['hand.example.org', '*.hand.example.org'].map(value => ({ value, solver: 'hand' }));
  await fleet.api.call(operations.certificate.request, { body: { name: 'hand', identifiers } });
  await window.signIn(`${fleet.certfleet.server.url}/request?certificate=hand`, admin);
  const file = page.getByRole('article', { name: 'hand.example.org, http-01' });
  const record = page.getByRole('article', { name: 'hand.example.org, dns-01' });
  await record.waitFor();
  await page.getByRole('button', { name: 'Verify' }).click();
  await file.getByText('answered 404').waitFor();
  await record.getByText('does not exist').waitFor();
  expect(await window.accessibilityFaults()).toEqual([]);

  const before = await file.textContent();
  await page.getByRole('button', { name: 'New challenge' }).click();
  await page.getByRole('button', { name: 'Start over' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(() => file.textContent().catch(() => before), { timeout: 60_000 }).not.toBe(before);

  const downloading = page.waitForEvent('download');
  await file.getByRole('button', { name: 'Download the file' }).click();
  const download = await downloading;
  const path = `/.well-known/acme-challenge/${download.suggestedFilename()}`;
  web.answers.set(path, await readFile(await download.path(), 'utf8'));
  const name = await copied('TXT record of hand.example.org');
  const value = await copied('Value of hand.example.org');
  const saving = page.waitForEvent('download');
  await record.getByRole('button', { name: 'Download the record' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe(`${name}.txt`);
  expect(await readFile(await saved.path(), 'utf8')).toBe(`${name}. IN TXT "${value}"\n`);
  const config = rfc2136Provider.config.parse({ server: fleet.bind.address, ...fleet.bind.keys[0] });
  await rfc2136Provider.add(config, zone, [{ name, values: [value] }], providerIo({ dns: fleet.bind.client }));
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByRole('heading', { name: 'hand is issued' }).waitFor();

  async function copied(what: string): Promise<string> {
    await page.getByRole('button', { name: `Copy ${what}` }).click();
    await page.getByRole('status').filter({ hasText: 'copied' }).first().waitFor();
    return page.evaluate('navigator.clipboard.readText()');
  }
});

test('by hand: what is not found from here is looked at by the CA once a person says so, and it says what it saw', async () => {
  const window = await open();
  const { page } = window;
  const identifiers = [{ value: 'hand.example.org', solver: 'hand' }];
  await fleet.api.call(operations.certificate.request, { body: { name: 'anyway', identifiers } });
  await window.signIn(`${fleet.certfleet.server.url}/request?certificate=anyway`, admin);
  const anyway = page.getByRole('button', { name: 'Have the CA look anyway' });
  await page.getByRole('article', { name: 'hand.example.org, http-01' }).waitFor();
  expect(await anyway.count(), 'before anybody has looked').toBe(0);
  await page.getByRole('button', { name: 'Verify' }).click();
  await anyway.click();
  const question = page.getByRole('dialog', { name: 'Have the CA look at anyway?' });
  await question.getByText(/If the CA does not find it either, the order has failed/).waitFor();
  await question.getByRole('button', { name: 'Have it look' }).click();
  const said = page.getByRole('table', { name: 'What the CA says of each name' }).getByRole('row');
  await said.filter({ hasText: 'hand.example.org' }).getByText(/404/).waitFor();
  const { items } = await fleet.api.call(operations.event.list, { query: { subject: 'certificate:anyway' } });
  expect(items.find(({ action }) => action === 'certificate.verified')?.message).toContain('although it was not found');
});
