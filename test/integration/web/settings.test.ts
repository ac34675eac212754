/** What administrators set, through the pages: users, tokens, channels and backups. */
import { operations } from '@certfleet/contract';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { receiver } from '../../../packages/plugins/src/testing/receiver.js';
import type { Window } from '../../harness/browser.js';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { createLocalIdentity } from '../../harness/identity.js';
import { freePort } from '../../harness/ports.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let certfleet: Certfleet;

beforeAll(async () => {
  certfleet = await startCertfleet({ webFolder: builtSite });
});
afterAll(() => certfleet.destroy());

async function signedIn(path: string, who = admin, to = certfleet): Promise<Window> {
  const window = await open();
  await window.signIn(to.server.url + path, who);
  return window;
}

describe('users', () => {
  test('one is created, gets another role, chooses a password, and is deleted', async () => {
    const { page } = await signedIn('/settings/users');
    await page.getByRole('button', { name: 'Create a user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('paul');
    await dialog.getByRole('textbox', { name: 'Password' }).fill('too short');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('At least 12 characters.', { exact: true }).waitFor();
    await dialog.getByRole('textbox', { name: 'Password' }).fill('the first of his');
    await dialog.getByRole('button', { name: 'Create' }).click();
    const row = page.getByRole('row').filter({ hasText: 'paul' });
    await row.getByText('viewer').waitFor();

    await row.getByRole('button', { name: 'Change' }).click();
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: /^operator/ }).click();
    await dialog.getByRole('button', { name: 'Change' }).click();
    await row.getByText('operator').waitFor();

    const own = await signedIn('/settings/password', { name: 'paul', password: 'the first of his' });
    await own.page.getByRole('textbox', { name: 'Present password' }).fill('not the present one');
    await own.page.getByRole('textbox', { name: 'New password', exact: true }).fill('the second of his');
    await own.page.getByRole('textbox', { name: 'New password, once more' }).fill('the second of his');
    await own.page.getByRole('button', { name: 'Change my password' }).click();
    await own.page.getByText('This is not your present password.').waitFor();
    await own.page.getByRole('textbox', { name: 'Present password' }).fill('the first of his');
    await own.page.getByRole('button', { name: 'Change my password' }).click();
    await own.page.getByText('You have another password.').waitFor();
    await own.page.goto(`${certfleet.server.url}/settings/about`);
    await own.page.getByRole('heading', { name: 'This installation' }).waitFor();
    await own.page.getByText(/^SQLite \d+\.\d+\.\d+, schema \d+$/).waitFor();
    const { version, versions } = await certfleet.api.call(operations.system.show, {});
    const about = own.page.getByRole('table', { name: 'About Certfleet' });
    for (const [title, text] of [
      ['Version', version],
      ['Node.js', process.versions.node],
      ['HAProxy', versions.haproxy],
      ['Runs on', versions.system],
    ]) {
      expect(
        await about
          .getByRole('row', { name: `${title} ` })
          .getByRole('cell')
          .textContent(),
      ).toBe(text);
    }
    await signedIn('/', { name: 'paul', password: 'the second of his' });

    await row.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('They have no LoadMaster API key.').waitFor();
    await dialog.getByText('They have no API token.').waitFor();
    await dialog.getByRole('textbox', { name: /^Type paul/ }).fill('paul');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await row.waitFor({ state: 'detached' });
  });

  test('the last administrator stays one, in the words of the server', async () => {
    await certfleet.api.call(operations.token.create, { body: { name: 'ci', role: 'viewer' } });
    const { page } = await signedIn('/settings/users');
    const row = page.getByRole('row').filter({ hasText: 'admin (you)' });
    const dialog = page.getByRole('dialog');
    await row.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('1 API token of theirs is not deleted, and can be used on:').waitFor();
    await dialog.getByRole('listitem').getByText('ci', { exact: true }).waitFor();
    await dialog.getByRole('textbox', { name: /^Type admin/ }).fill('admin');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('is the only administrator').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await row.getByText('admin', { exact: true }).waitFor();
    await certfleet.api.call(operations.token.delete, { params: { name: 'ci' } });
  });
});

test('a token is shown once, and the API takes it until it is deleted', async () => {
  const { page } = await signedIn('/settings/tokens');
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  onTestFinished(() => dispatcher.close());
  await page.getByRole('button', { name: 'Create a token' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('pipeline');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const token = (await page.getByRole('region', { name: 'the API token' }).textContent()) ?? '';
  // It could not be shown again.
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 5);
  expect(await page.getByRole('dialog').getByRole('button', { name: 'Close' }).count()).toBe(0);
  await page.getByRole('button', { name: 'I have it' }).click();
  const status = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const { statusCode, body } = await request(`${certfleet.server.url}/api/v1/session`, { headers, dispatcher });
    await body.dump();
    return statusCode;
  };
  expect(await status()).toBe(200);
  await page.reload();
  const row = page.getByRole('row').filter({ hasText: 'pipeline' });
  await row.waitFor();
  expect(await page.content()).not.toContain(token);
  await row.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('textbox', { name: /^Type pipeline/ }).fill('pipeline');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await row.waitFor({ state: 'detached' });
  expect(await status()).toBe(401);
});

test('a channel is created from its schema, sends a test, and its trouble is shown', async () => {
  const taking = await receiver();
  const { page } = await signedIn('/settings/channels');
  await page.getByRole('link', { name: 'Create a channel' }).click();
  await page.getByRole('combobox', { name: 'Type' }).click();
  await page.getByRole('option', { name: /^Webhook/ }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('chat');
  await page.getByRole('textbox', { name: 'URL' }).fill(`${taking.url}/hook`);
  await page.getByLabel(/^Renewed/).uncheck();
  const labels = page
    .getByLabel('Only of certificates with these labels')
    .and(page.locator('input:not([type=hidden])'));
  await labels.fill(`team=${'x'.repeat(400)}`);
  await labels.press('Enter');
  await page.getByRole('button', { name: 'Create' }).click();
  // What is wrong with one of a list stands at the list.
  await expect.poll(() => labels.getAttribute('aria-invalid')).toBe('true');
  await labels.press('Backspace');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'chat' }).waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('The other side took it').waitFor();
  expect(taking.requests).toHaveLength(1);
  const state = page.getByRole('table', { name: 'About the channel' });
  await state.getByText('works').waitFor();
  await state.getByText('never').waitFor({ state: 'detached' });
  const { kinds } = await certfleet.api.call(operations.channel.show, { params: { name: 'chat' } });
  expect(kinds).not.toContain('renewed');

  await taking.close();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByRole('alert', { name: 'The other side did not do it' }).waitFor();
  await state.getByText('fails').waitFor();

  // What was found before says nothing of the new address.
  const url = page.getByRole('textbox', { name: 'URL' });
  await url.fill((await receiver()).url);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert', { name: 'The other side did not do it' }).waitFor({ state: 'detached' });
  expect(await url.inputValue()).toBe('');
  await page.getByRole('button', { name: 'Send a test' }).click();
  await state.getByText('works').waitFor();
});

test.each(['', '/monitor'])(
  'what a channel delivers, which no event tells, is seen at /settings/channels%s',
  async path => {
    const taking = await receiver();
    const params = { name: 'monitor' };
    const body = { ...params, type: 'webhook', config: { url: taking.url } };
    await certfleet.api.call(operations.channel.create, { body });
    onTestFinished(() => certfleet.api.call(operations.channel.delete, { params }));
    const window = await open();
    const { page } = window;
    // A stream that comes back has everything read again.
    await page.route('**/api/v1/stream', route => route.abort());
    await page.clock.install();
    await window.signIn(`${certfleet.server.url}/settings/channels${path}`, admin);
    await page.getByText('not used yet').waitFor();
    await certfleet.api.call(operations.channel.test, { params });
    await page.clock.fastForward(31_000);
    await page.getByText('works', { exact: true }).waitFor();
  },
);

/** Brings certificates along, one of each name. */
async function importCertificates(...names: string[]): Promise<void> {
  for (const name of names) {
    const { certificatePem, privateKeyPem } = await createLocalIdentity(name);
    const file = Buffer.from(certificatePem + privateKeyPem).toString('base64');
    await certfleet.api.call(operations.certificate.import, { body: { name, file } });
  }
}

test('backups are downloaded, restored on a second instance after a word was typed, the certificates after the base, and it is resumed', async () => {
  await certfleet.api.call(operations.user.create, {
    body: { name: 'only-in-the-backup', role: 'viewer', password: 'a long pass phrase' },
  });
  await importCertificates('served', 'kept');
  const { index } = await certfleet.api.call(operations.virtualService.create, {
    body: { address: '127.0.0.1', port: await freePort(), type: 'https', enabled: false },
  });
  await certfleet.api.call(operations.certificate.assign, {
    params: { name: 'served' },
    body: { target: `vs-${index}`, isDefault: true },
  });
  const second = await startCertfleet({ webFolder: builtSite });
  onTestFinished(() => second.destroy());
  const first = await signedIn('/settings/backup');
  await first.page.getByRole('textbox', { name: 'Pass phrase', exact: true }).fill('correct horse');
  await first.page.getByRole('textbox', { name: 'Pass phrase, once more' }).fill('correct horse');
  const [download] = await Promise.all([
    first.page.waitForEvent('download'),
    first.page.getByRole('button', { name: 'Make and download it' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^certfleet-base-\d{4}-\d\d-\d\d\.backup$/);
  await first.page.getByRole('radio', { name: /^Certificates/ }).check();
  await first.page.getByRole('combobox', { name: 'Which certificates' }).click();
  await first.page.getByRole('option', { name: 'those that virtual services serve' }).click();
  const [certificates] = await Promise.all([
    first.page.waitForEvent('download'),
    first.page.getByRole('button', { name: 'Make and download it' }).click(),
  ]);
  expect(certificates.suggestedFilename()).toMatch(/^certfleet-certificates-vs-\d{4}-\d\d-\d\d\.backup$/);

  const { page } = await signedIn('/settings/backup', admin, second);
  await page.locator('input[type="file"]').setInputFiles(await download.path());
  await page.getByRole('textbox', { name: 'Pass phrase of the file' }).fill('not this one');
  const restore = page.getByRole('button', { name: 'Restore it' });
  expect(await restore.isDisabled(), 'before the word was typed').toBe(true);
  await page.getByLabel('Type restore to go on').fill('restore');
  await restore.click();
  await page.getByText('Nothing was changed').waitFor();
  await page.getByRole('textbox', { name: 'Pass phrase of the file' }).fill('correct horse');
  await restore.click();
  await page.getByText('The backup was restored').waitFor();

  const users = await second.api.call(operations.user.list, {});
  expect(users.items.map(({ name }) => name)).toContain('only-in-the-backup');
  expect((await second.api.call(operations.system.show, {})).paused?.restored).toBe(true);

  await page.locator('input[type="file"]').setInputFiles(await certificates.path());
  await page.getByRole('combobox', { name: 'What is restored' }).click();
  await page.getByRole('option', { name: 'A backup of certificates' }).click();
  await page.getByText('What was revoked stays revoked.').waitFor();
  await page.getByRole('textbox', { name: 'Pass phrase of the file' }).fill('correct horse');
  await page.getByLabel('Type restore to go on').fill('restore');
  await restore.click();
  await page.getByText(/^Restored: 1 certificate\b/).waitFor();
  const { items } = await second.api.call(operations.certificate.list, {});
  expect(items).toMatchObject([{ name: 'served', version: { number: 1 }, assignments: 1 }]);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
  await expect
    .poll(async () => (await second.api.call(operations.system.show, {})).paused, { timeout: 20_000 })
    .toBeNull();
});

test("LoadMaster's API is turned on and off", async () => {
  const { page } = await signedIn('/settings/loadmaster');
  const change = async (isOn: boolean) => {
    await page.getByLabel("Serve LoadMaster's API").setChecked(isOn);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`LoadMaster's API is ${isOn ? 'on' : 'off'}.`).waitFor();
    expect((await certfleet.api.call(operations.loadmaster.show, {})).enabled).toBe(isOn);
  };
  await change(true);
  await change(false);
});

test('it is paused with a reason, which every page of the state tells, and resumed', async () => {
  const { page } = await signedIn('/settings');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByLabel('Why, for others').fill('the disk is changed');
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await page.getByText('the disk is changed').waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
  await page.getByText('the disk is changed').waitFor({ state: 'detached' });
});
