/** Challenges presented by hand: a person, a web server and a BIND, which Pebble asks. */
import { type CertificateChallenges, type Challenge, operations, type VerificationResult } from '@certfleet/contract';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { rfc2136Provider } from '../../../packages/plugins/src/dns/rfc2136.js';
import { type Http01Responder, startHttp01Responder } from '../../harness/http01-responder.js';
import { type CrashingServer, startCrashingServer } from '../engine/crashing-server.js';
import { days, hours, MovableClock } from '../engine/fleet.js';
import { certificateBecomes, certificateFails, certificateGets, certificateIs, eventually } from '../engine/waiting.js';
import { type DnsFleet, startDnsFleet } from './dns-fleet.js';
import { providerIo } from './io.js';

const zone = 'example.org';
const clock = new MovableClock();
let web: Http01Responder;
let fleet: DnsFleet;

beforeAll(async () => {
  web = await startHttp01Responder();
  const hosts = [
    'www',
    'shop',
    'kill',
    'wrong',
    'forced',
    'again',
    'renewed',
    'gone',
    'late',
    'moved',
    'mixed',
    'slow',
    'held',
    'paused',
    'twice',
  ];
  fleet = await startDnsFleet({
    bind: {
      zones: [zone, 'delegated.example.net'],
      records: {
        [zone]: [
          ...hosts.map(host => `${host} A 127.0.0.1`),
          // Nothing listens there.
          'refusing A 127.0.0.9',
          '_acme-challenge.alias CNAME alias.delegated.example.net.',
        ],
      },
    },
    pebble: { httpPort: web.port },
    server: {
      clock,
      httpPorts: { http: web.port, https: 443 },
      sessionLife: { idle: days(1000), absolute: days(1000) },
    },
  });
  const create = (name: string, config: Record<string, unknown>) =>
    fleet.api.call(operations.solver.create, { body: { name, type: 'manual', config } });
  await create('hand', {});
  await create('hand-dns', { prefer: 'dns-01' });
});
afterEach(() => {
  clock.reset();
  web.answers.clear();
});
afterAll(async () => {
  await fleet.stop();
  await web.stop();
});

const params = (name: string) => ({ params: { name } });

async function request(name: string, identifiers: Record<string, string>): Promise<void> {
  const body = { name, identifiers: Object.entries(identifiers).map(([value, solver]) => ({ value, solver })) };
  await fleet.api.call(operations.certificate.request, { body });
}

const challengesOf = (name: string): Promise<CertificateChallenges> =>
  fleet.api.call(operations.certificate.challenges, params(name));

/** Resolves when somebody is waited for. */
const asked = (name: string) =>
  eventually(
    () => challengesOf(name),
    ({ needsPerson }) => needsPerson,
  );

/** Resolves when somebody is waited for with another challenge than the one before. */
function otherThan(name: string, before: CertificateChallenges): Promise<CertificateChallenges> {
  const token = before.challenges[0]?.http?.file;
  return eventually(
    () => challengesOf(name),
    ({ needsPerson, challenges }) => needsPerson && challenges[0]?.http?.file !== token,
  );
}

const verify = (name: string, body: { anyway?: boolean } = {}): Promise<VerificationResult> =>
  fleet.api.call(operations.certificate.verify, { ...params(name), body });

/** What a person does with what they were shown. */
async function present({ challenges }: Pick<CertificateChallenges, 'challenges'>): Promise<void> {
  for (const { http, dns } of challenges) {
    if (http) web.answers.set(new URL(http.url).pathname, `${http.content}\n`);
    if (dns) await setTxt(dns.name, dns.value);
  }
}

async function setTxt(name: string, value: string): Promise<void> {
  const at = name.endsWith(zone) ? zone : 'delegated.example.net';
  const config = rfc2136Provider.config.parse({ server: fleet.bind.address, ...fleet.bind.keys[0] });
  await rfc2136Provider.add(config, at, [{ name, values: [value] }], providerIo({ dns: fleet.bind.client }));
}

async function removeTxt(): Promise<void> {
  const config = rfc2136Provider.config.parse({ server: fleet.bind.address, ...fleet.bind.keys[0] });
  for (const record of await fleet.left()) {
    const [name = '', value = ''] = record.split(' ');
    const at = name.endsWith(zone) ? zone : 'delegated.example.net';
    await rfc2136Provider.remove(config, at, [{ name, values: [value] }], providerIo({ dns: fleet.bind.client }));
  }
}

async function events(name: string, action: string): Promise<string[]> {
  const query = { subject: `certificate:${name}`, action: `certificate.${action}` };
  const { items } = await fleet.api.call(operations.event.list, { query });
  return items.map(({ message }) => message);
}

const found = ({ challenges }: { challenges: Challenge[] }) => challenges.map(({ sighting }) => sighting?.message);

describe('somebody presents', () => {
  test('a file and two records: shown, looked for, issued; then told what can be removed', async () => {
    await request('both', {
      'www.example.org': 'hand',
      'alias.example.org': 'hand-dns',
      '*.alias.example.org': 'hand',
    });
    const shown = await asked('both');
    expect(
      shown.challenges.map(({ identifier, type, state, byPerson }) => [identifier, type, state, byPerson]),
    ).toEqual(
      expect.arrayContaining([
        ['www.example.org', 'http-01', 'open', true],
        ['alias.example.org', 'dns-01', 'open', true],
        ['alias.example.org', 'dns-01', 'open', true],
      ]),
    );
    const dns = shown.challenges.filter(challenge => challenge.dns !== null);
    for (const each of dns) {
      expect(each.dns).toMatchObject({
        name: 'alias.delegated.example.net',
        aliasOf: '_acme-challenge.alias.example.org',
      });
    }
    const certificate = await fleet.api.call(operations.certificate.show, params('both'));
    expect(certificate).toMatchObject({ status: 'pending', issuance: { step: 'presenting', needsPerson: true } });
    expect(certificate.issuance?.reason).toContain('www.example.org (http-01)');
    expect(certificate.issuance?.waitsUntil).toBe(shown.order?.expiresAt);
    expect(fleet.proxy.to('challenge')).toEqual([]);

    await present(shown);
    const verified = await verify('both');
    expect(verified.goesOn).toBe(true);
    expect(found(verified).sort()).toEqual([
      'Every name server of delegated.example.net has it: ns1.delegated.example.net.',
      'Every name server of delegated.example.net has it: ns1.delegated.example.net.',
      'It is there, at 127.0.0.1.',
    ]);
    await certificateBecomes(fleet.api, 'both', 1);
    const [removable = ''] = await events('both', 'challenges-removable');
    expect(removable).toContain(shown.challenges.find(({ http }) => http)?.http?.url);
    expect((await challengesOf('both')).removable).toHaveLength(3);
    await removeTxt();
  });

  test('beside a DNS account, which presents its part by itself', async () => {
    await request('mixed', { 'mixed.example.org': 'hand', '*.mixed.example.org': 'dns' });
    const shown = await asked('mixed');
    expect(shown.challenges.map(({ type, state }) => [type, state]).sort()).toEqual([
      ['dns-01', 'presented'],
      ['http-01', 'open'],
    ]);
    await present({ challenges: shown.challenges.filter(({ byPerson }) => byPerson) });
    expect((await verify('mixed')).challenges).toHaveLength(1);
    await certificateBecomes(fleet.api, 'mixed', 1);
    expect(await fleet.left()).toEqual([]);
  });
});

describe('it is not there', () => {
  test('what was found instead is said of each, and the CA is not told to look', async () => {
    await request('not-there', {
      'www.example.org': 'hand',
      'refusing.example.org': 'hand',
      'nowhere.example.org': 'hand',
      'shop.example.org': 'hand-dns',
      'wrong.example.org': 'hand-dns',
    });
    await asked('not-there');
    await setTxt('_acme-challenge.wrong.example.org', 'something-else');
    const orders = fleet.proxy.to('challenge').length;
    const { goesOn, challenges } = await verify('not-there');
    expect(goesOn).toBe(false);
    const said = Object.fromEntries(challenges.map(({ identifier, sighting }) => [identifier, sighting?.message]));
    const file = (identifier: string) => challenges.find(each => each.identifier === identifier)?.http?.url;
    expect(said).toEqual({
      'www.example.org': `${file('www.example.org')} at 127.0.0.1 answered 404: "nothing here".`,
      'refusing.example.org': `${file('refusing.example.org')} at 127.0.0.9: connection refused.`,
      'nowhere.example.org': 'The DNS has no address for nowhere.example.org, neither A nor AAAA.',
      'shop.example.org': expect.stringMatching(
        /^ns1\.example\.org .* says that _acme-challenge\.shop\.example\.org does not exist, where ".{43}" should be\.$/,
      ),
      'wrong.example.org': expect.stringMatching(
        /^ns1\.example\.org .* has other TXT values at _acme-challenge\.wrong\.example\.org: "something-else", where/,
      ),
    });
    expect(fleet.proxy.to('challenge')).toHaveLength(orders);
    expect((await challengesOf('not-there')).challenges.every(({ sighting }) => sighting?.seen === false)).toBe(true);
    await removeTxt();
  });

  test('told to go on anyway, the CA looks and refuses; new challenges, presented, are issued', async () => {
    await request('forced', { 'forced.example.org': 'hand' });
    const first = await asked('forced');
    expect((await verify('forced', { anyway: true })).goesOn).toBe(true);
    expect((await events('forced', 'verified'))[0]).toContain('although it was not found from here');
    const failed = await certificateFails(fleet.api, 'forced', 'forced.example.org');
    await expect(verify('forced')).rejects.toThrow(/the last order has failed|Nobody is waited for/);

    const answer = await fleet.api.call(operations.certificate.newChallenge, params('forced'));
    expect(answer.lastError?.message).toBe(failed.lastError?.message);
    const second = await asked('forced');
    expect(second.challenges[0]?.http?.content).not.toBe(first.challenges[0]?.http?.content);
    await present(second);
    expect((await verify('forced')).goesOn).toBe(true);
    expect((await certificateGets(fleet.api, 'forced', 1)).lastError).toBeNull();
  });
});

test('starting over while somebody is waited for: other challenges, the former are given up at the CA', async () => {
  await request('again', { 'again.example.org': 'hand' });
  const first = await asked('again');
  await fleet.api.call(operations.certificate.newChallenge, params('again'));
  const second = await otherThan('again', first);
  expect(second.lastError).toBeNull();
  const givenUp = fleet.proxy.to('authorization').filter(({ payload }) => payload?.status === 'deactivated');
  expect(givenUp).toMatchObject([{ status: 200 }]);
  await present(second);
  await verify('again');
  await certificateBecomes(fleet.api, 'again', 1);
  await expect(fleet.api.call(operations.certificate.newChallenge, params('again'))).rejects.toThrow('not due');
});

test('nobody comes before the order ends: that is said, and another one begins, which is no failure', async () => {
  await request('late', { 'late.example.org': 'hand' });
  const first = await asked('late');
  await fleet.certfleet.stop();
  clock.advance(Date.parse(first.order?.expiresAt ?? '') - Date.now() + hours(1));
  await fleet.certfleet.restart();
  const second = await otherThan('late', first);
  expect(second.lastError).toBeNull();
  expect((await events('late', 'challenges-expired'))[0]).toContain('Nobody presented and verified by hand');
  expect(await events('late', 'needs-person')).toHaveLength(2);
});

test('renewed in time: challenges stand while the former version is served', async () => {
  await request('renewed', { 'renewed.example.org': 'hand' });
  await present(await asked('renewed'));
  await verify('renewed');
  const first = await certificateBecomes(fleet.api, 'renewed', 1);
  await fleet.api.call(operations.certificate.renew, params('renewed'));
  const shown = await asked('renewed');
  const waiting = await fleet.api.call(operations.certificate.show, params('renewed'));
  expect(waiting).toMatchObject({ status: 'valid', version: { serial: first.version?.serial } });
  expect(shown.removable).toHaveLength(1);
  await present(shown);
  await verify('renewed');
  await certificateBecomes(fleet.api, 'renewed', 2);
});

test("the account's key is replaced meanwhile: other challenges, of the new key, which is no failure", async () => {
  await request('moved', { 'moved.example.org': 'hand' });
  const first = await asked('moved');
  await fleet.api.call(operations.account.rollover, params('pebble'));
  const challenges = fleet.proxy.to('challenge').length;
  // It goes on only as far as to notice.
  await verify('moved', { anyway: true });
  const second = await otherThan('moved', first);
  expect(fleet.proxy.to('challenge')).toHaveLength(challenges);
  expect(second.lastError).toBeNull();
  await present(second);
  await verify('moved');
  await certificateBecomes(fleet.api, 'moved', 1);
});

test('a DNS account is to do it after all: it does, and nobody is waited for any more', async () => {
  await request('assigned', { 'assigned.example.org': 'hand' });
  await asked('assigned');
  await fleet.api.call(operations.certificate.assignDns, { ...params('assigned'), body: { solver: 'dns' } });
  await certificateBecomes(fleet.api, 'assigned', 1);
  expect(await fleet.left()).toEqual([]);
});

test('an account that shows its records late does not spoil what a person has needed days for', async () => {
  const values = { 'slow.example.org': 'hand', '*.slow.example.org': 'dns' };
  await request('slow', values);
  const shown = await asked('slow');
  await eventually(
    () => fleet.left(),
    left => left.length === 1,
  );
  const record = shown.challenges.find(({ byPerson }) => !byPerson)?.dns;
  await removeTxt();
  // Longer than the account's patience, which is five minutes.
  await fleet.certfleet.stop();
  clock.advance(hours(1));
  await fleet.certfleet.restart();
  await present({ challenges: shown.challenges.filter(({ byPerson }) => byPerson) });
  await verify('slow');
  await certificateIs(fleet.api, 'slow', ({ issuance }) => issuance?.reason?.includes('does not exist') ?? false);
  await setTxt(record?.name ?? '', record?.value ?? '');
  await certificateBecomes(fleet.api, 'slow', 1);
});

test('deleted while somebody is waited for: nothing is left, and what can be removed is said', async () => {
  await request('gone', { 'gone.example.org': 'hand', '*.gone.example.org': 'dns' });
  await asked('gone');
  await eventually(
    () => fleet.left(),
    left => left.length === 1,
  );
  await fleet.api.call(operations.certificate.delete, params('gone'));
  expect(await fleet.left()).toEqual([]);
  expect((await events('gone', 'deleted'))[0]).toContain('http://gone.example.org/.well-known/acme-challenge/');
  const { store } = fleet.certfleet.server.engine;
  expect(await store.challenges.uncleaned()).toSatisfy((all: { identifier: string }[]) =>
    all.every(({ identifier }) => identifier !== 'gone.example.org'),
  );
});

test('a delete that is refused leaves the challenges that somebody is to present', async () => {
  await request('held', { 'held.example.org': 'hand' });
  await present(await asked('held'));
  await verify('held');
  await certificateBecomes(fleet.api, 'held', 1);
  await fleet.api.call(operations.certificate.revoke, { ...params('held'), body: { reason: 'superseded' } });
  const before = await asked('held');
  const given = () => fleet.proxy.to('authorization').filter(({ payload }) => payload?.status === 'deactivated').length;
  const givenBefore = given();
  await expect(fleet.api.call(operations.certificate.delete, params('held'))).rejects.toThrow('still to be revoked');
  expect(await challengesOf('held')).toEqual(before);
  expect(given()).toBe(givenBefore);
  await present(before);
  await verify('held');
  await certificateBecomes(fleet.api, 'held', 2);
});

test('while Certfleet is paused nothing is looked for, and no challenge is given up', async () => {
  await request('paused', { 'paused.example.org': 'hand' });
  const before = await asked('paused');
  const asks = fleet.proxy.to('authorization').length;
  await fleet.api.call(operations.system.pause, { body: { reason: 'Moving.' } });
  try {
    const refusal = /paused since .*: Moving\. .*certfleet system resume/;
    await expect(verify('paused', { anyway: true })).rejects.toThrow(refusal);
    await expect(fleet.api.call(operations.certificate.newChallenge, params('paused'))).rejects.toThrow(refusal);
    expect(await challengesOf('paused')).toEqual(before);
    await fleet.api.call(operations.certificate.delete, params('paused'));
    expect(fleet.proxy.to('authorization')).toHaveLength(asks);
  } finally {
    await fleet.api.call(operations.system.resume, {});
  }
});

test('two who verify, or start over, at the same time: it is done once', async () => {
  await request('twice', { 'twice.example.org': 'hand' });
  const first = await asked('twice');
  const anew = () => fleet.api.call(operations.certificate.newChallenge, params('twice'));
  await Promise.all([anew(), anew()]);
  const second = await otherThan('twice', first);
  expect((await events('twice', 'new-challenge')).filter(message => message.startsWith('The CA may'))).toEqual([]);
  await present(second);
  const [one, other] = await Promise.allSettled([verify('twice'), verify('twice')]);
  const refused = [one, other].find(result => result?.status === 'rejected');
  expect(refused?.reason).toMatchObject({ problem: { code: 'not-possible' } });
  await certificateBecomes(fleet.api, 'twice', 1);
  expect(await events('twice', 'verified')).toHaveLength(1);
});

test('killed while somebody is waited for: the same challenges stand, and are enough', {
  timeout: 120_000,
}, async () => {
  await request('kill', { 'kill.example.org': 'hand' });
  await asked('kill');
  await fleet.certfleet.stop();
  let server: CrashingServer | null = startCrashingServer(fleet.certfleet);
  await server.serve();
  const before = await asked('kill');
  server.kill();
  await server.gone;
  server = startCrashingServer(fleet.certfleet);
  await server.serve();
  try {
    const after = await challengesOf('kill');
    expect(after).toEqual(before);
    await present(after);
    await verify('kill');
    await certificateBecomes(fleet.api, 'kill', 1);
  } finally {
    server.kill();
    await server.gone;
    await fleet.certfleet.restart();
  }
  expect(await certificateIs(fleet.api, 'kill', ({ status }) => status === 'valid')).toBeDefined();
});
