import { EventEmitter, once } from 'node:events';
import { operations, type Role } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { admin, builtSite } from '../../harness/certfleet.js';
import { freePort } from '../../harness/ports.js';
import { days, type Fleet, startFleet } from '../engine/fleet.js';
import { broken, live, useBrowser } from './windows.js';

const { open } = useBrowser();

describe('a certificate', () => {
  let fleet: Fleet;
  const person = (role: Role) => ({ name: `the-${role}`, password: 'a long pass phrase' });

  beforeAll(async () => {
    fleet = await startFleet({ server: { webFolder: builtSite } });
    for (const role of ['viewer', 'operator'] as const) {
      await fleet.api.call(operations.user.create, { body: { ...person(role), role } });
    }
    await fleet.request('www');
    await vi.waitFor(async () => expect(await versionOf('www')).toBe(1), { timeout: 60_000, interval: 100 });
  });
  afterAll(() => fleet.stop());

  const versionOf = async (name: string) => {
    const { version } = await fleet.api.call(operations.certificate.show, { params: { name } });
    return version?.number ?? null;
  };

  async function at(name: string, who = admin): Promise<Page> {
    const window = await open();
    await window.signIn(`${fleet.certfleet.server.url}/certificates/${name}`, who);
    await window.page.getByRole('heading', { level: 1, name }).waitFor();
    await live(window.page);
    return window.page;
  }

  async function tableOf(filter: string) {
    const window = await open();
    await window.signIn(`${fleet.certfleet.server.url}/certificates?${filter}`, admin);
    await live(window.page);
    return window;
  }

  test('its renewal is watched, step by step, until a handshake reads the new version', async () => {
    const page = await at('www');
    await page.getByRole('table', { name: 'Assignments' }).getByText('has read version 1').waitFor();
    const proof = page.getByRole('table', { name: 'Names and what proves them' }).getByRole('row').nth(1);
    await proof.getByText('vs-1, http-01').waitFor();
    await proof.getByText("the policy's default").waitFor();
    const { renewal } = await fleet.api.call(operations.certificate.show, { params: { name: 'www' } });
    await page.getByText(renewal?.text ?? 'no renewal is planned', { exact: true }).waitFor();
    const gate = new EventEmitter();
    fleet.proxy.inject('finalize', async (_, forward) => {
      await once(gate, 'open');
      return forward();
    });
    await page.getByRole('button', { name: 'Renew now' }).click();
    const underWay = page.getByRole('region', { name: 'Under way' });
    await underWay.getByText('Step 6 of 8, Issue').waitFor();
    await page.getByText('in progress').waitFor();
    const assignments = page.getByRole('table', { name: 'Assignments' });
    await assignments.getByText('as it should be').waitFor();
    const letLook = once(gate, 'look');
    await page.route('**/certificates/www/served*', async route => {
      await letLook;
      return route.continue();
    });
    gate.emit('open');
    await assignments.getByText('has read version 2').waitFor();
    // What was read before says nothing of the version that should be there now.
    await assignments.getByText('being read …').waitFor();
    expect(await assignments.getByText('as it should be').count()).toBe(0);
    gate.emit('look');
    await assignments.getByText('as it should be').waitFor();
    await page.getByRole('region', { name: 'Issued while you were looking' }).waitFor();
    await page.getByText('healthy').waitFor();
    await page.getByRole('img', { name: '2 versions on a time line; version 2 is the current one' }).waitFor();
    const served = await fleet.served('www.example.com');
    await page.getByRole('table', { name: 'Assignments' }).getByText(served.slice(-8)).first().waitFor();
  });

  test.each(['/certificates?search=www', '/certificates/www'])(
    'that a certificate has expired, which no event tells, is seen on %s within a minute',
    async path => {
      // Paused, nothing happens to it: time alone changes its health.
      await fleet.api.call(operations.system.pause, { body: { reason: 'Nothing is to be renewed by this test' } });
      onTestFinished(async () => {
        fleet.clock.reset();
        await fleet.api.call(operations.system.resume, {});
      });
      const window = await open();
      const { page } = window;
      // A stream that comes back has everything read again.
      await page.route('**/api/v1/stream', route => route.abort());
      await page.clock.install();
      await window.signIn(fleet.certfleet.server.url + path, admin);
      await page.getByRole('main').getByText('healthy', { exact: true }).waitFor();
      fleet.clock.advance(days(400));
      await page.clock.fastForward(61_000);
      await page.getByRole('main').getByText('expired', { exact: true }).waitFor();
    },
  );

  test('a renewal is told as asked for, and that it waits while Certfleet is paused', async () => {
    await fleet.api.call(operations.system.pause, { body: { reason: 'The CA is being moved.' } });
    const window = await open();
    const { page } = window;
    const isRead = page.waitForResponse(/\/api\/v1\/system$/);
    await window.signIn(`${fleet.certfleet.server.url}/certificates/www`, admin);
    await isRead;
    await page.getByRole('button', { name: 'Renew now' }).click();
    await page.getByText('A new version of www was asked for. Certfleet is paused: it waits until').waitFor();
    const before = await versionOf('www');
    await fleet.api.call(operations.system.resume, {});
    await expect.poll(() => versionOf('www'), { timeout: 60_000 }).not.toBe(before);
  });

  test('where it is served is looked at page by page, with one look for each', async () => {
    const window = await open();
    const { page } = window;
    // As if a page were one target instead of a hundred.
    await page.route(/\/certificates\/www\/(assignments|served)\?/, route =>
      route.continue({ url: route.request().url().replace('limit=100', 'limit=1') }),
    );
    await fleet.api.call(operations.virtualService.create, {
      body: { address: '127.0.0.1', port: await freePort(), type: 'https' },
    });
    const params = { name: 'www' };
    await fleet.api.call(operations.certificate.assign, { params, body: { target: 'vs-3', isDefault: false } });
    await window.signIn(`${fleet.certfleet.server.url}/certificates/www`, admin);
    const table = page.getByRole('table', { name: 'Assignments' });
    const rows = table.getByRole('row');
    await rows.nth(1).getByText('as it should be').waitFor();
    expect([await rows.count(), await table.getByText('vs-3').count()]).toEqual([2, 0]);
    await page.getByRole('button', { name: 'The next ones' }).click();
    await rows.filter({ hasText: 'vs-3' }).getByText('as it should be').waitFor({ timeout: 60_000 });
    expect(await rows.count()).toBe(2);
    expect(await page.getByRole('button', { name: 'The next ones' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Those before' }).click();
    await rows.filter({ hasText: 'vs-2' }).waitFor();
    await fleet.api.call(operations.certificate.unassign, { params: { ...params, target: 'vs-3' } });
  });

  test('what was read of it stays when it can’t be read again, and what was typed in a dialog too', async () => {
    const page = await at('www');
    await page.getByRole('button', { name: 'Change…' }).click();
    const labels = page.getByRole('dialog').getByLabel('Labels');
    await labels.fill('typed=already');
    const own = /\/api\/v1\/certificates\/www$/;
    const refused = page.waitForResponse(own);
    await page.route(own, route => route.fulfill(broken));
    await fleet.api.call(operations.certificate.change, {
      params: { name: 'www' },
      body: { labels: { team: 'shop' } },
    });
    await refused;
    const alert = page.getByText('The database did not answer.');
    await alert.waitFor();
    expect(await labels.inputValue()).toBe('typed=already');
    await page.unroute(own);
    await fleet.api.call(operations.certificate.change, { params: { name: 'www' }, body: { labels: {} } });
    await alert.waitFor({ state: 'detached' });
  });

  test('one that is served is not deleted: what depends on it is said before and after', async () => {
    const page = await at('www');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete www?' });
    await dialog.getByText('It is assigned to a target').waitFor();
    await dialog.getByLabel('Type www to go on').fill('ww');
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Type www to go on').fill('www');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('alert').getByText('Unassign it first').waitFor();
    expect(await versionOf('www')).not.toBeNull();
  });

  test('what failed is told name by name, with what is the matter now', async () => {
    await fleet.api.call(operations.policy.create, {
      body: { name: 'unprovable', accounts: ['pebble'], defaultSolver: 'vs-1' },
    });
    fleet.proxy.inject('newOrder', async (_, forward) => {
      const { headers } = await forward();
      const subproblems = [
        {
          type: `${errors}rejectedIdentifier`,
          detail: 'Not this one.',
          identifier: { type: 'dns', value: 'bad.example.com' },
        },
      ];
      const problem = {
        type: `${errors}rejectedIdentifier`,
        detail: 'Some names are refused.',
        status: 403,
        subproblems,
      };
      return {
        status: 403,
        headers: { 'replay-nonce': headers['replay-nonce'] ?? '', 'content-type': 'application/problem+json' },
        body: Buffer.from(JSON.stringify(problem)),
      };
    });
    await fleet.request('bad', { policy: 'unprovable', assignments: [] });
    const page = await at('bad');
    const failure = page.getByRole('region', { name: 'What went wrong' });
    await failure.getByRole('table', { name: 'What the CA says of each name' }).getByText('Not this one.').waitFor();
    await failure.getByRole('button', { name: 'Look what is the matter now' }).click();
    await failure.getByText(/^(would fail|may fail|nothing in the way)$/).waitFor();
    await page.getByRole('button', { name: 'Try again now' }).click();
    await page.getByRole('table', { name: 'Versions' }).getByText('current').waitFor();
    await failure.waitFor({ state: 'detached' });
  });

  test('names are changed with what proves them, and a wrong one is refused at its field', async () => {
    await fleet.request('changing', { assignments: [] });
    await expect.poll(() => versionOf('changing'), { timeout: 60_000 }).toBe(1);
    const page = await at('changing');
    await page.getByRole('button', { name: 'Change…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change changing' });
    await dialog.getByLabel('Names').fill('changing.example.com\nnot a name!.example.com=vs-1');
    await dialog.getByLabel('Labels').fill('team=shop');
    await dialog.getByRole('button', { name: 'Change' }).click();
    await dialog.getByText('name!').nth(1).waitFor();
    await dialog.getByLabel('Names').fill('changing.example.com\nother.example.com=vs-1');
    await dialog.getByRole('button', { name: 'Change' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('table', { name: 'Names and what proves them' }).getByText('other.example.com').waitFor();
    await page.getByText('team=shop').waitFor();
    await expect.poll(() => versionOf('changing'), { timeout: 60_000 }).toBe(2);
  });

  test('a version is saved as a file, in any form', async () => {
    const page = await at('www');
    await page.getByRole('button', { name: 'Export…' }).first().click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('dialog').getByRole('button', { name: 'Save without key' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^www-\d\.pem$/);
    await page.getByRole('button', { name: 'Export…' }).first().click();
    const dialog = page.getByRole('dialog');
    const withKey = dialog.getByRole('button', { name: 'Save with private key' });
    expect(await withKey.getAttribute('aria-description')).toBe(
      'Type a password for the key, or choose to leave it unencrypted.',
    );
    await dialog.getByLabel('Leave the private key unencrypted').check();
    expect(await withKey.getAttribute('aria-disabled')).toBeNull();
    await dialog.getByLabel('Leave the private key unencrypted').uncheck();
    await dialog.getByRole('combobox', { name: 'Form' }).click();
    await page.getByRole('option', { name: /^PKCS#12 \(PFX\)/ }).click();
    await dialog.getByLabel('Password of the file').fill('secret word');
    const [keystore] = await Promise.all([page.waitForEvent('download'), withKey.click()]);
    expect(keystore.suggestedFilename()).toMatch(/^www-\d\.pfx$/);
    await page
      .getByRole('table', { name: 'The newest events' })
      .getByText(/private key .* was exported/)
      .waitFor();
  });

  test('several are assigned in the table, found by their target, and taken off again', async () => {
    for (const name of ['many-a', 'many-b']) await fleet.request(name, { assignments: [] });
    const { page } = await tableOf('search=many-');
    for (const name of ['many-a', 'many-b']) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
    await page.getByRole('button', { name: 'Assign…', exact: true }).click();
    const assigning = page.getByRole('dialog', { name: 'Assign certificates' });
    expect(await assigning.getByRole('button', { name: 'Assign', exact: true }).isDisabled()).toBe(true);
    await assigning.getByRole('combobox', { name: 'Target' }).click();
    await page.getByRole('option', { name: 'vs-2' }).click();
    await assigning.getByText('Deployed to vs-2, and looked for there by a handshake: 2 certificates.').waitFor();
    await assigning.getByRole('button', { name: 'Assign 2' }).click();
    await assigning.getByText('2 of 2 assigned.').waitFor();

    const { page: found } = await tableOf('target=vs-2&search=many-');
    await found.getByRole('checkbox', { name: 'Choose many-b' }).waitFor();
    await found.getByRole('button', { name: 'Choose all that match' }).click();
    await found.getByRole('button', { name: 'Unassign…' }).click();
    const taking = found.getByRole('dialog', { name: 'Unassign certificates' });
    await taking.getByRole('button', { name: 'Unassign 2' }).click();
    await taking.getByText('2 of 2 to be taken off.').waitFor();
    await taking.getByRole('button', { name: 'Close' }).last().click();
    await found.getByText('No certificate is like that.').waitFor();

    await expect.poll(() => Promise.all(['many-a', 'many-b'].map(versionOf)), { timeout: 60_000 }).toEqual([1, 1]);
    const { page: revoked } = await tableOf('search=many-');
    await revoked.getByRole('checkbox', { name: 'Choose many-b' }).waitFor();
    await revoked.getByRole('button', { name: 'Choose all that match' }).click();
    await revoked.getByRole('button', { name: 'Revoke…' }).click();
    const revoking = revoked.getByRole('dialog', { name: 'Revoke certificates' });
    await revoking.getByRole('checkbox', { name: /^Replace each first/ }).uncheck();
    await revoking.getByLabel(/^Type 2,/).fill('2');
    await revoking.getByRole('button', { name: 'Revoke 2' }).click();
    await revoking.getByText('2 of 2 revoked').waitFor();
    for (const name of ['many-a', 'many-b']) {
      const { items } = await fleet.api.call(operations.certificate.versions, { params: { name } });
      expect(items.find(({ number }) => number === 1)?.revokedAt).not.toBeNull();
    }
  });

  test('one becomes the own certificate of Certfleet, as a handshake shows, and is taken off again', async () => {
    const window = await open();
    const { page } = window;
    const shown = async () => {
      const { leaf } = await readServedCertificate({
        address: '127.0.0.1',
        port: Number(new URL(fleet.certfleet.server.url).port),
      });
      return leaf.serialNumber.toLowerCase();
    };
    const selfSigned = await shown();
    await window.signIn(`${fleet.certfleet.server.url}/settings/admin-interface`, admin);
    await page.getByText('The self-signed certificate is served.', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Certificate' }).click();
    await page.getByRole('option', { name: 'www', exact: true }).click();
    await page.getByRole('button', { name: 'Assign it' }).click();
    const { version } = await fleet.api.call(operations.certificate.show, { params: { name: 'www' } });
    const assigned = page.getByRole('region', { name: 'What is assigned' });
    await assigned.getByText(version?.serial ?? '', { exact: true }).waitFor({ timeout: 60_000 });
    expect(await shown()).toBe(version?.serial);

    await assigned.getByRole('button', { name: 'Take it off' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take it off' }).click();
    await page.getByText('The self-signed certificate is served.', { exact: true }).waitFor();
    expect(await shown()).toBe(selfSigned);
  });

  test('whoever is about to revoke a version is told where a handshake reads it', async () => {
    const page = await at('www');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Revoke…' }).click();
    await page.getByRole('dialog').getByText('It is served on vs-2, as handshakes have just read.').waitFor();
  });

  test('a version is revoked after its name was typed', async () => {
    await fleet.request('stolen', { assignments: [] });
    await expect.poll(() => versionOf('stolen'), { timeout: 60_000 }).toBe(1);
    const page = await at('stolen');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Revoke…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Revoke version 1 of stolen?' });
    await dialog.getByText('The certificate is assigned nowhere.').waitFor();
    await dialog.getByRole('checkbox', { name: /^Replace it first/ }).uncheck();
    await dialog.getByRole('textbox', { name: /^Type stolen/ }).fill('stolen');
    await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('Version 1 is revoked.').waitFor();
    const [version] = (await fleet.api.call(operations.certificate.versions, { params: { name: 'stolen' } })).items;
    expect(version?.revokedAt).not.toBeNull();
  });

  test('a viewer changes nothing, an operator revokes nothing, and both are told why', async () => {
    const page = await at('www', person('viewer'));
    for (const name of ['Renew now', 'Change…', 'Assign…', 'Unassign…']) {
      const button = page.getByRole('button', { name, exact: true }).first();
      expect(await button.getAttribute('aria-disabled'), name).toBe('true');
      expect(await button.getAttribute('aria-description'), name).toMatch(/^Only operators and administrators/);
    }
    expect(await page.getByRole('button', { name: 'Export…' }).first().getAttribute('aria-disabled')).toBeNull();

    const operators = await at('www', person('operator'));
    expect(await operators.getByRole('button', { name: 'Renew now' }).getAttribute('aria-disabled')).toBeNull();
    await operators.getByRole('button', { name: 'More' }).click();
    const revoke = operators.getByRole('menuitem', { name: 'Revoke…' });
    expect(await revoke.getAttribute('aria-description')).toMatch(/^Only administrators/);
    await revoke.click({ force: true });
    expect(await operators.getByRole('dialog').count()).toBe(0);
  });
});

const errors = 'urn:ietf:params:acme:error:';
