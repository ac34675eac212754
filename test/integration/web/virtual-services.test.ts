import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { operations } from '@certfleet/contract';
import type { Page } from 'playwright-core';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admin, builtSite } from '../../harness/certfleet.js';
import { changeJson } from '../../harness/faults.js';
import { createLocalIdentity } from '../../harness/identity.js';
import { freePort } from '../../harness/ports.js';
import { type Fleet, startFleet } from '../engine/fleet.js';
import { certificateGets, certificateIs } from '../engine/waiting.js';
import { choose, pick } from './pick.js';
import { broken, useBrowser } from './windows.js';

const { open } = useBrowser();
let fleet: Fleet;
let origin: Server;
let originPort: number;
let url: string;

beforeAll(async () => {
  origin = createServer((_request, response) => response.end('hello'));
  await new Promise<void>(listening => origin.listen(0, '127.0.0.1', listening));
  originPort = (origin.address() as AddressInfo).port;
  fleet = await startFleet({ server: { webFolder: builtSite } });
  url = fleet.certfleet.server.url;
  await fleet.request('shop', { assignments: [{ target: 'vs-2', isDefault: true }] });
  await certificateGets(fleet.api, 'shop', 1);
});
afterAll(async () => {
  await fleet?.stop();
  origin?.closeAllConnections();
  origin?.close();
});

async function at(path: string, look = {}): Promise<Page> {
  const window = await open(look);
  await window.signIn(url + path, admin);
  return window.page;
}

test('a service is made with a real server, is seen to be up, to have traffic, and to be down without it', async () => {
  const port = await freePort();
  const page = await at('/virtual-services');
  await page.getByRole('button', { name: 'Create a virtual service' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Type' }).click();
  await page.getByRole('option', { name: 'HTTP', exact: true }).click();
  await dialog.getByRole('textbox', { name: 'Address', exact: true }).fill('not an address');
  await dialog.getByRole('textbox', { name: 'Port', exact: true }).fill(String(port));
  await dialog.getByRole('textbox', { name: 'Name' }).fill('front');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.getByText('Must be an IPv4 or an IPv6 address.').waitFor();
  await dialog.getByRole('textbox', { name: 'Address', exact: true }).fill('192.0.2.77');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.getByText('this machine does not have that address').waitFor();
  expect(await dialog.getByRole('alert').count(), 'it stands at the field').toBe(0);
  await dialog.getByRole('textbox', { name: 'Address', exact: true }).fill('127.0.0.1');
  await dialog.getByRole('textbox', { name: 'First real server: address' }).fill('127.0.0.1');
  await dialog.getByRole('textbox', { name: 'First real server: port' }).fill(String(originPort));
  await dialog.getByRole('button', { name: 'Create' }).click();

  await page.getByRole('heading', { name: /^front \(virtual service \d+\)$/ }).waitFor();
  const server = page
    .getByRole('table', { name: /^Real servers of/ })
    .getByRole('row')
    .nth(1);
  await server.getByText('up', { exact: true }).waitFor();
  for (let count = 0; count < 7; count++) await (await request(`http://127.0.0.1:${port}/`)).body.dump();
  await page.getByText(/\b7 requests in all/).waitFor();

  const asked: string[] = [];
  page.on('request', asking => {
    const { pathname, searchParams } = new URL(asking.url());
    if (pathname.endsWith('/virtual-services/statistics')) asked.push(searchParams.get('indexes') ?? 'not for rows');
  });
  await page.getByRole('link', { name: 'Virtual services', exact: true }).click();
  const line = page.getByRole('table', { name: 'Virtual services' }).getByRole('row').filter({ hasText: 'front' });
  const cell = (text: string) => line.getByRole('cell').getByText(text, { exact: true });
  for (const text of ['up', '1 of 1 up', '7']) await cell(text).waitFor();
  // How they do is asked for the rows in sight, not for all there are.
  const rows = await page.getByRole('table', { name: 'Virtual services' }).getByRole('link').allInnerTexts();
  expect(new Set(asked)).toEqual(new Set([rows.map(title => title.split(' ')[0]).join()]));
  await line.getByRole('link').first().click();

  await choose(page, `Actions of 127.0.0.1:${originPort}`, /^Drain/);
  await server.getByText('draining').waitFor();
  await choose(page, `Actions of 127.0.0.1:${originPort}`, 'Disable');
  await server.getByText('disabled').waitFor();
  await page.getByText('The same as a list').click();
  const list = page.getByRole('list', { name: 'How requests go' });
  await list.getByText(`HTTP 127.0.0.1:${port}, does not work`).waitFor();
  await list.getByText('disabled, weight 0, off').waitFor();
});

test('a change of a real server sends what was changed, and no field that was emptied', async () => {
  const { index } = await fleet.api.call(operations.virtualService.create, {
    body: {
      ...{ address: '127.0.0.1', port: await freePort(), type: 'http' },
      realServers: [{ address: '127.0.0.1', port: originPort, weight: 10 }],
    },
  });
  const page = await at(`/virtual-services/${index}`);
  await choose(page, `Actions of 127.0.0.1:${originPort}`, /^Change/);
  const dialog = page.getByRole('dialog');
  const weight = dialog.getByRole('textbox', { name: 'Weight' });
  await weight.fill('');
  await dialog.getByRole('button', { name: 'Change' }).click();
  await dialog.getByText('Must be a number.').waitFor();

  // Meanwhile somebody else takes it out of service.
  const params = { index, realServer: 1 };
  await fleet.api.call(operations.virtualService.changeRealServer, { params, body: { enabled: false } });
  await weight.fill('20');
  await dialog.getByRole('button', { name: 'Change' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { realServers } = await fleet.api.call(operations.virtualService.show, { params: { index } });
  expect(realServers).toMatchObject([{ weight: 20, enabled: false }]);
});

test('a service becomes a redirect, and what it was', async () => {
  const port = await freePort();
  const body = { address: '127.0.0.1', port, type: 'http' } as const;
  const { index } = await fleet.api.call(operations.virtualService.create, { body });
  const page = await at(`/virtual-services/${index}`);
  const change = async (type: string) => {
    await choose(page, 'More', /^Change type/);
    await page.getByRole('dialog').getByRole('combobox', { name: 'Type' }).click();
    await page.getByRole('option', { name: type, exact: true }).click();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  const answer = async () => {
    // A connection that is kept would be answered by the HAProxy of before.
    const { statusCode, body: content } = await request(`http://127.0.0.1:${port}/a`, { reset: true });
    await content.dump();
    return statusCode;
  };
  await change('Redirect to HTTPS');
  expect(await answer()).toBe(301);
  await change('HTTP');
  expect(await answer()).toBe(503);
});

test('a service is disabled only after the question is answered, and listens again when it is enabled', async () => {
  const port = await freePort();
  const { index } = await fleet.api.call(operations.virtualService.create, {
    body: { address: '127.0.0.1', port, type: 'http', realServers: [{ address: '127.0.0.1', port: originPort }] },
  });
  const answers = () =>
    request(`http://127.0.0.1:${port}/`).then(
      async ({ body }) => (await body.text()) === 'hello',
      () => false,
    );
  await expect.poll(answers, { timeout: 30_000 }).toBe(true);
  const page = await at(`/virtual-services/${index}`);
  const disable = page.getByRole('button', { name: 'Disable', exact: true });
  await disable.click();
  const dialog = page.getByRole('dialog', { name: /^Disable / });
  await dialog.getByText(`HAProxy stops listening at 127.0.0.1:${port}`).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { enabled } = await fleet.api.call(operations.virtualService.show, { params: { index } });
  expect({ enabled, answers: await answers() }).toEqual({ enabled: true, answers: true });

  await disable.click();
  await dialog.getByRole('button', { name: 'Disable' }).click();
  const enable = page.getByRole('button', { name: 'Enable', exact: true });
  await enable.waitFor();
  await expect.poll(answers, { timeout: 30_000 }).toBe(false);
  await enable.click();
  await disable.waitFor();
  await expect.poll(answers, { timeout: 30_000 }).toBe(true);
});

test('a service that something depends on says so, and is not deleted', async () => {
  const page = await at('/virtual-services/1');
  await page.route('**/api/v1/policies?*', route => route.fulfill(broken));
  await choose(page, 'More', 'Delete');
  const unread = page.getByRole('dialog').getByRole('alert');
  await unread.waitFor();
  await page.unroute('**/api/v1/policies?*');
  await unread.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('The policy default proves names by it where nothing nearer is set.').waitFor();
  await page.getByRole('textbox', { name: /^Type .* to go on$/ }).fill(`127.0.0.1:${fleet.pebble.httpPort}`);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'default' }).last().waitFor();
  await expect(fleet.api.call(operations.virtualService.show, { params: { index: 1 } })).resolves.toMatchObject({
    index: 1,
  });
});

test('while an order waits, its challenge is shown as a temporary sub virtual service, and then no more', async () => {
  const pending = fleet.always(
    'order',
    changeJson(order => {
      order.status = 'pending';
    }),
  );
  await fleet.request('slow', { assignments: [] });
  await certificateIs(fleet.api, 'slow', ({ issuance }) => issuance?.step === 'validating');
  const page = await at('/virtual-services/1');
  const row = page.getByRole('table', { name: 'Temporary sub virtual services' }).getByRole('row').nth(1);
  await row.getByText('slow.example.com').waitFor();
  await row.getByText(/^\/\.well-known\/acme-challenge\//).waitFor();
  await row.getByRole('link', { name: 'slow' }).waitFor();
  await page.getByText('The same as a list').click();
  await page.getByText(/challenge 1\d{9}, answered here, under way/).waitFor();
  pending.remove();
  fleet.clock.advance(60_000);
  await certificateGets(fleet.api, 'slow', 1);
  await row.waitFor({ state: 'detached' });
});

describe('SSL certificates', () => {
  test('a certificate by SNI beside the default: assigned, served, and then in use', async () => {
    await fleet.request('second', { assignments: [] });
    await certificateGets(fleet.api, 'second', 1);
    const page = await at('/virtual-services/2');
    const table = page.getByRole('table', { name: 'Certificates of the virtual service' });
    await table.getByRole('row').filter({ hasText: 'shop.example.com' }).getByText('as the default').waitFor();
    await page.getByRole('button', { name: 'Assign a certificate' }).click();
    await page.getByRole('dialog').getByRole('combobox', { name: 'Certificate' }).click();
    await page.getByRole('option', { name: 'second' }).click();
    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    await table.getByRole('row').filter({ hasText: 'second.example.com' }).getByText('verified').waitFor();
    expect(await fleet.served('second.example.com')).not.toBe(await fleet.served('shop.example.com'));

    for (const [name, former] of [
      ['second', 'shop'],
      ['shop', 'second'],
    ]) {
      await page.getByRole('button', { name: `Make ${name} the default of vs-2` }).click();
      const asked = page.getByRole('dialog', { name: `Make ${name} the default of vs-2?` });
      await asked.getByText(`${former} is the default there now, and will not be any more.`).waitFor();
      await asked.getByRole('button', { name: 'Make it the default' }).click();
      await asked.waitFor({ state: 'detached' });
      const row = table.getByRole('row').filter({ hasText: `${name}.example.com` });
      await row.getByText('as the default').waitFor();
      await row.getByText('verified').waitFor();
    }

    await page.getByRole('link', { name: 'SSL certificates' }).click();
    await page.getByRole('button', { name: 'Operations of second' }).click();
    const greyed = (name: string) => page.getByRole('menuitem', { name, disabled: true, exact: true });
    expect(await greyed('Delete certificate').getAttribute('aria-description')).toContain('in use at 1 place');
    expect(await greyed('Replace certificate').getAttribute('aria-description')).toContain(
      'it is renewed, not replaced',
    );
    await page.getByRole('menuitem', { name: 'Available and assigned VSs' }).click();
    await page.getByRole('button', { name: 'Unassign it from vs-2' }).click();
    const question = page.getByRole('dialog', { name: 'Take second from vs-2?' });
    await question.getByRole('button', { name: 'Unassign' }).click();
    await question.waitFor({ state: 'detached' });
    await page.getByText('It is assigned to nothing.').waitFor();
    await pick(page, 'Available VSs', 'vs-2');
    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    const places = page.getByRole('table', { name: 'Assigned VSs' });
    await places.getByText('verified').filter({ visible: true }).waitFor();
    await page.getByRole('button', { name: 'Unassign it from vs-2' }).click();
    await question.getByRole('button', { name: 'Unassign' }).click();
    await page.getByText('It is assigned to nothing.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await choose(page, 'Operations of second', 'Delete certificate');
    await page.getByRole('textbox', { name: 'Type second to go on' }).fill('second');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('link', { name: 'second' }).waitFor({ state: 'detached' });
  });

  test('by which virtual service each name is proven is told, with the way there', async () => {
    const identifiers = [
      { value: 'proofs.example.com', solver: 'vs-1' },
      { value: 'www.proofs.example.com', solver: null },
    ];
    await fleet.request('proofs', { identifiers, assignments: [] });
    const page = await at('/ssl-certificates');
    await choose(page, 'Operations of proofs', 'HTTP challenge VSs');
    const dialog = page.getByRole('dialog', { name: 'HTTP challenge VSs of proofs' });
    const row = (name: string) => dialog.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });
    await row('www.proofs.example.com').getByText("Virtual service 1 (the policy's default)").waitFor();
    await row('proofs.example.com').getByRole('link', { name: 'Virtual service 1', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Virtual service 1' }).waitFor();
  });

  test('of a service that is disabled none is served, as an open page shows at once', async () => {
    const enable = (enabled: boolean) =>
      fleet.api.call(operations.virtualService.change, { params: { index: 2 }, body: { enabled } });
    const page = await at('/virtual-services/2');
    const row = page.getByRole('table', { name: 'Certificates of the virtual service' }).getByRole('row');
    const shop = row.filter({ hasText: 'shop.example.com' });
    await shop.getByText('verified').waitFor();
    await enable(false);
    await shop.getByText('not served: the service is disabled').waitFor();
    expect(await shop.getByText('verified').count()).toBe(0);
    await page.getByRole('link', { name: 'shop', exact: true }).click();
    await page.getByText(/nothing answers here to prove it\. Virtual service 2 was disabled\./).waitFor();
    await enable(true);
    await page.getByText('A handshake has read version 1.').waitFor();
  });

  test('one that is to be taken off says so wherever it is listed, and why it waits', async () => {
    await fleet.request('leaving');
    await certificateGets(fleet.api, 'leaving', 1);
    await fleet.api.call(operations.system.pause, { body: { reason: 'Moving.' } });
    const params = { name: 'leaving', target: 'vs-2' };
    await expect(fleet.api.call(operations.certificate.unassign, { params })).rejects.toThrow('Moving.');
    const page = await at('/virtual-services/2');
    const row = page.getByRole('table', { name: 'Certificates of the virtual service' }).getByRole('row');
    const leaving = row.filter({ hasText: 'leaving.example.com' });
    await leaving.getByText('to be taken off').waitFor();
    await leaving.getByText(/^since .*: Waits because Certfleet is paused .*Moving\./).waitFor();
    await leaving.getByRole('link', { name: 'leaving', exact: true }).click();
    const assigned = page.getByRole('table', { name: 'Assignments' });
    await assigned.getByText('to be taken off').waitFor();
    await page.getByRole('link', { name: 'SSL certificates' }).click();
    await choose(page, 'Operations of leaving', 'Available and assigned VSs');
    const places = page.getByRole('table', { name: 'Assigned VSs' });
    await places.getByText('to be taken off').filter({ visible: true }).waitFor();
    await fleet.api.call(operations.system.resume, {});
    await places.waitFor({ state: 'detached' });
  });

  test('one is imported with its key, and its next version after it; it can be replaced but not renewed', async () => {
    const page = await at('/ssl-certificates');
    const file = async () => {
      const { certificatePem, privateKeyPem } = await createLocalIdentity('localhost');
      return { name: 'own.pem', mimeType: 'text/plain', buffer: Buffer.from(certificatePem + privateKeyPem) };
    };
    await page.getByRole('button', { name: 'Import a certificate' }).click();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await expect.poll(() => page.getByText('Must not be empty.').count(), { timeout: 30_000 }).toBe(2);
    await page.getByRole('textbox', { name: 'Identifier' }).fill('own');
    await page.locator('input[type=file]').setInputFiles(await file());
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('Version 1 of own was imported.').waitFor();

    await page.getByRole('button', { name: 'Operations of own' }).click();
    const renew = page.getByRole('menuitem', { name: 'Renew certificate', disabled: true });
    expect(await renew.getAttribute('aria-description')).toContain('It was imported');
    const proofs = page.getByRole('menuitem', { name: 'HTTP challenge VSs', disabled: true });
    expect(await proofs.getAttribute('aria-description')).toContain('nobody here proves its names');
    await page.getByRole('menuitem', { name: 'Replace certificate' }).click();
    await page.locator('input[type=file]').setInputFiles(await file());
    await page.getByRole('button', { name: 'Replace', exact: true }).click();
    await page.getByText('Version 2 of own was imported.').waitFor();

    await page.goto(`${url}/certificates/own`);
    await page.getByRole('button', { name: 'Import its next version…' }).click();
    await page.locator('input[type=file]').setInputFiles(await file());
    await page.getByRole('button', { name: 'Replace', exact: true }).click();
    await page.getByText('Version 3 of own was imported.').waitFor();
    expect(await page.getByRole('button', { name: 'Renew now' }).count()).toBe(0);
  });

  test('an intermediate is added and deleted', async () => {
    const { certificatePem } = await createLocalIdentity('Example CA');
    const page = await at('/ssl-certificates/intermediates');
    await page.getByRole('button', { name: 'Add an intermediate' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('example-ca');
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'ca.pem', mimeType: 'text/plain', buffer: Buffer.from(certificatePem) });
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Delete example-ca' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText(/^There is none yet/).waitFor();
  });
});
