/** Sub virtual services, as people make them, share requests out among them, and take them away. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { operations } from '@certfleet/contract';
import type { Page } from 'playwright-core';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { freePort } from '../../harness/ports.js';
import { choose } from './pick.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let certfleet: Certfleet;
let origin: Server;
let originPort: number;

beforeAll(async () => {
  origin = createServer((_request, response) => response.end('hello'));
  await new Promise<void>(listening => origin.listen(0, '127.0.0.1', listening));
  originPort = (origin.address() as AddressInfo).port;
  certfleet = await startCertfleet({ webFolder: builtSite });
});
afterAll(async () => {
  await certfleet?.destroy();
  origin?.closeAllConnections();
  origin?.close();
});

async function at(path: string): Promise<Page> {
  const window = await open();
  await window.signIn(certfleet.server.url + path, admin);
  return window.page;
}

/** A service with the part `pages`, which takes `/shop/` and `/news/` by the rules `<service>-shop` and `<service>-news`. */
async function serviceWithPart(service: string) {
  const { api } = certfleet;
  const port = await freePort();
  const rules = ['shop', 'news'].map(name => ({ name: `${service}-${name}`, pattern: `/${name}/` }));
  for (const body of rules) await api.call(operations.contentRule.create, { body });
  const params = await api.call(operations.virtualService.create, {
    body: { address: '127.0.0.1', port, type: 'http', name: service },
  });
  await api.call(operations.virtualService.addSub, {
    params,
    body: {
      name: 'pages',
      contentRules: rules.map(({ name }) => name),
      realServers: [{ address: '127.0.0.1', port: originPort }],
    },
  });
  return {
    path: `/virtual-services/${params.index}`,
    /** The parts as they are stored. */
    parts: async () => (await api.call(operations.virtualService.show, { params })).subVirtualServices,
    /** Until HAProxy answers so: it may take a moment to have a new configuration. */
    answers: (path: string, status: number) =>
      expect
        .poll(
          async () => {
            const url = `http://127.0.0.1:${port}${path}`;
            // A connection that is kept would be answered by the HAProxy of before.
            const { statusCode, body } = await request(url, { reset: true });
            await body.dump();
            return statusCode;
          },
          { timeout: 45_000 },
        )
        .toBe(status),
  };
}

test('content rules change places, and what one took is not taken any more once it is detached', async () => {
  const { path, parts, answers } = await serviceWithPart('rules');
  await answers('/news/', 200);
  const page = await at(path);
  const rules = page.getByRole('table', { name: /^Content rules of/ }).getByRole('row');
  const first = (name: string) => rules.nth(1).getByText(name, { exact: true }).waitFor();
  await first('rules-shop');
  await page.getByRole('button', { name: 'Actions of content rule rules-shop' }).click();
  const up = page.getByRole('menuitem', { name: 'Move up', disabled: true });
  expect(await up.getAttribute('aria-description')).toContain('It is the first already.');
  await page.getByRole('menuitem', { name: 'Move down' }).click();
  await first('rules-news');
  expect(await parts()).toMatchObject([{ contentRules: ['rules-news', 'rules-shop'] }]);
  await choose(page, 'Actions of content rule rules-shop', 'Move up');
  await first('rules-shop');
  expect(await parts()).toMatchObject([{ contentRules: ['rules-shop', 'rules-news'] }]);

  await choose(page, 'Actions of content rule rules-news', 'Detach');
  await rules.filter({ hasText: 'rules-news' }).waitFor({ state: 'detached' });
  await answers('/news/', 503);
  await answers('/shop/', 200);
  await choose(page, 'Actions of content rule rules-shop', 'Detach');
  await page.getByText('It has no content rule: it takes what no other one takes.').waitFor();
  await answers('/news/', 200);
});

test('a sub virtual service takes nothing while it is disabled', async () => {
  const { path, answers } = await serviceWithPart('disabled');
  await answers('/shop/', 200);
  const page = await at(path);
  const part = page.getByRole('article', { name: /^pages/ });
  await part.getByRole('button', { name: 'Disable', exact: true }).click();
  const enable = part.getByRole('button', { name: 'Enable', exact: true });
  await enable.waitFor();
  await part.getByText('disabled', { exact: true }).first().waitFor();
  await answers('/shop/', 503);
  await enable.click();
  await part.getByText('up', { exact: true }).first().waitFor();
  await answers('/shop/', 200);
});

test('a sub virtual service is deleted once its name was typed: its real server goes with it, its rules stay', async () => {
  const { path, parts, answers } = await serviceWithPart('deleted');
  await answers('/shop/', 200);
  const page = await at(path);
  const part = page.getByRole('article', { name: /^pages/ });
  // Its first button of that name; those of its real servers come after it.
  await part.getByRole('button', { name: 'Delete', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: /^Delete pages/ });
  await dialog.getByText('Its real server goes with it.').waitFor();
  await dialog.getByText('the rules themselves stay').waitFor();
  const verb = dialog.getByRole('button', { name: 'Delete' });
  expect(await verb.isDisabled(), 'before its name was typed').toBe(true);
  await dialog.getByRole('textbox', { name: 'Type pages to go on' }).fill('pages');
  await verb.click();
  await page.getByText('It has none.').waitFor();
  expect(await parts()).toEqual([]);
  await answers('/shop/', 503);
  await page.goto(`${certfleet.server.url}/virtual-services/content-rules`);
  await page.getByText('deleted-shop', { exact: true }).waitFor();
});

test('its real servers move into a sub virtual service, which gets a content rule, and it becomes HTTPS', async () => {
  const port = await freePort();
  const { index } = await certfleet.api.call(operations.virtualService.create, {
    body: { address: '127.0.0.1', port, type: 'http', realServers: [{ address: '127.0.0.1', port: originPort }] },
  });
  const page = await at('/virtual-services/content-rules');
  await page.getByRole('button', { name: 'Create a content rule' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('api');
  await page.getByRole('textbox', { name: 'Pattern' }).fill('/api/');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByText('path begins with /api/').waitFor();

  await page.goto(`${certfleet.server.url}/virtual-services/${index}`);
  await choose(page, 'More', /^Move its real servers/);
  await page.getByRole('textbox', { name: 'Name of the sub virtual service' }).fill('all');
  await page.getByRole('button', { name: 'Move them' }).click();
  const part = page.getByRole('article', { name: /^all/ });
  await part.getByText('what no other one takes').waitFor();
  await part.getByRole('button', { name: 'Attach a content rule' }).click();
  await page.getByRole('dialog').getByRole('combobox', { name: 'Content rule' }).click();
  await page.getByRole('option', { name: 'api' }).click();
  await page.getByRole('button', { name: 'Attach', exact: true }).click();
  await part.getByText('path begins with /api/').waitFor();

  await choose(page, 'More', /^Change type/);
  await page.getByRole('dialog').getByRole('combobox', { name: 'Type' }).click();
  await page.getByRole('option', { name: 'Redirect to HTTPS' }).click();
  await page.getByText(/^A redirect service answers every request by itself: delete/).waitFor();
  await page.getByRole('dialog').getByRole('combobox', { name: 'Type' }).click();
  await page.getByRole('option', { name: 'HTTPS', exact: true }).click();
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await page.getByText('None is assigned: clients are shown a certificate that nobody trusts.').waitFor();
  const changed = await certfleet.api.call(operations.virtualService.show, { params: { index } });
  expect(changed).toMatchObject({ type: 'https', realServers: [], subVirtualServices: [{ name: 'all' }] });
  expect(changed.subVirtualServices[0]?.contentRules).toEqual(['default', 'api']);
});
