import { startServer } from '@certfleet/server';
import type { Page } from 'playwright-core';
import { press, type Window } from '../harness/browser.js';
import { builtSite, serverOptions } from '../harness/certfleet.js';
import type { Pebble } from '../harness/pebble.js';
import { createWorkdir } from '../harness/workdir.js';
import { chooseCa } from '../integration/web/choose-ca.js';

/** From the link of a server that nobody has set up yet to its first policy. `shoot` is called at each step. */
export async function pictureFirstStart(
  { page }: Window,
  pebble: Pebble,
  shoot: (name: string) => Promise<void>,
): Promise<void> {
  const folder = createWorkdir('p', { mode: 0o700 });
  const options = await serverOptions(folder.path, { webFolder: builtSite });
  const server = await startServer(options);
  try {
    await page.goto(server.setupLink ?? '');
    await makeAdministrator(page, shoot);
    await chooseCa(page, pebble);
    await page.getByText('Do%20what%20thou%20wilt').waitFor();
    await shoot('setup-2-account');
    await page.getByRole('checkbox', { name: /I have read the terms/ }).check();
    await press(page, 'Register');
    await page.getByRole('heading', { name: 'A way to prove names' }).waitFor();
    await shoot('setup-3-service');
    await page.getByText('A DNS account').click();
    await page.getByRole('combobox', { name: 'Provider' }).click();
    await page.getByRole('option', { name: 'Cloudflare' }).click();
    await shoot('setup-3-dns');
    await page.getByText('A virtual service', { exact: true }).click();
    await page.getByLabel('Address').fill('127.0.0.1');
    await page.getByRole('textbox', { name: 'Port', exact: true }).fill(String(pebble.httpPort));
    await press(page, 'Create the virtual service');
    await page.getByRole('heading', { name: 'A policy' }).waitFor();
    await shoot('setup-4-policy');
    await press(page, 'Create the policy');
    await page.getByRole('link', { name: 'Request your first certificate' }).waitFor();
    await shoot('setup-5-certificate');
    await page.context().clearCookies();
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await shoot('sign-in');
  } finally {
    await server.stop();
    await server.engine.loadBalancers.stopHaproxy();
    options.systemLog.close();
    folder.remove();
  }
}

async function makeAdministrator(page: Page, shoot: (name: string) => Promise<void>): Promise<void> {
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill('a long pass phrase');
  await page.getByRole('textbox', { name: 'Password, once more' }).fill('a long pass phrase');
  await shoot('setup-1-administrator');
  await press(page, 'Make the first administrator');
  await page.getByRole('heading', { name: 'First steps' }).waitFor();
}
