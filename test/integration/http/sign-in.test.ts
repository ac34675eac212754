import { readFile } from 'node:fs/promises';
import { Problem } from '@certfleet/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hours, minutes } from '../../../packages/server/src/domain/time.js';
import { defaultSetupLife, offerSetupCode, setupLink } from '../../../packages/server/src/http/setup-code.js';
import { cookieOf, password, publicUrl, startHttp, type TestServer } from './server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startHttp();
});
afterEach(() => server.close());

const who = (headers: Record<string, string>) => server.app.inject({ url: '/api/v1/session', headers });
const signIn = (name: string, secret: string, remoteAddress = '192.0.2.1') =>
  server.app.inject({ method: 'POST', url: '/api/v1/session', payload: { name, password: secret }, remoteAddress });
const basic = (name: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
});
const codeOf = (reply: { json(): unknown }) => Problem.parse(reply.json()).code;

describe('set-up', () => {
  const setUp = (code: string, name = 'anna') =>
    server.app.inject({ method: 'POST', url: '/api/v1/setup', payload: { code, name, password } });
  const offer = async () => {
    const code = await offerSetupCode(server.store.users, server.clock, defaultSetupLife);
    if (code === undefined) throw new Error('No code was offered.');
    return code;
  };

  test('the code makes the first administrator, who is signed in, and is used up', async () => {
    const code = await offer();
    const reply = await setUp(code);
    expect(reply.statusCode).toBe(201);
    expect((await who({ cookie: cookieOf(reply) })).json()).toMatchObject({ name: 'anna', role: 'admin' });
    expect((await setUp(code, 'bert')).json()).toMatchObject({ code: 'not-possible' });
    expect(await offerSetupCode(server.store.users, server.clock, defaultSetupLife)).toBeUndefined();
  });

  test('of two at once, one becomes the administrator', async () => {
    const code = await offer();
    const replies = await Promise.all([setUp(code, 'anna'), setUp(code, 'bert')]);
    expect(replies.map(reply => reply.statusCode).sort()).toEqual([201, 422]);
    expect((await server.store.users.list({})).items).toHaveLength(1);
  });

  test('a wrong code is refused, and the right one still works', async () => {
    const code = await offer();
    expect(codeOf(await setUp('wrong'))).toBe('not-signed-in');
    expect((await setUp(code)).statusCode).toBe(201);
  });

  test('it expires', async () => {
    const code = await offer();
    server.clock.pass(defaultSetupLife);
    expect((await setUp(code)).json()).toMatchObject({
      code: 'not-possible',
      detail: expect.stringContaining('expired'),
    });
  });

  test('a later start replaces it', async () => {
    const first = await offer();
    await offer();
    expect(codeOf(await setUp(first))).toBe('not-signed-in');
  });

  test('neither the store nor the log has the code', async () => {
    const code = await offer();
    await setUp(code);
    const files = await Promise.all(
      ['store.db', 'store.db-wal'].map(name => readFile(server.workdir.file(name), 'latin1')),
    );
    expect([...files, ...server.log].filter(text => text.includes(code))).toEqual([]);
  });

  test('the link has the code where browsers do not send it', () => {
    const link = new URL(setupLink(publicUrl, 'abc'));
    expect(link.hash).toBe('#abc');
    expect(link.pathname + link.search).toBe('/setup');
  });
});

describe('session', () => {
  beforeEach(() => server.addUser('anna', 'operator'));

  test('the cookie can be read by no script, sent over HTTPS only, and comes with no request of another site', async () => {
    const { headers } = await signIn('anna', password);
    expect(headers['set-cookie']).toMatch(
      /^__Host-certfleet=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  test('the store keeps only a hash of the cookie', async () => {
    const { cookie } = await server.signIn('anna');
    const [, value = ''] = cookie.split('=');
    const database = await readFile(server.workdir.file('store.db-wal'), 'latin1');
    expect(database).toContain('anna');
    expect(database).not.toContain(value);
  });

  test('whoever knows the present password chooses another one; every other session ends', async () => {
    const first = await server.signIn('anna');
    const other = await server.signIn('anna');
    const choose = (present: string) =>
      server.app.inject({
        method: 'POST',
        url: '/api/v1/session/password',
        payload: { present, password: 'another long one' },
        headers: first,
      });
    expect((await choose('not the present one')).json()).toMatchObject({
      code: 'invalid-input',
      errors: [{ path: 'present' }],
    });
    expect((await who(other)).statusCode, 'after a wrong one').toBe(200);
    const changed = await choose(password);
    expect(changed.statusCode).toBe(200);
    expect((await who({ cookie: cookieOf(changed) })).statusCode).toBe(200);
    expect((await who(other)).statusCode).toBe(401);
    expect((await signIn('anna', password)).statusCode).toBe(401);
    expect((await signIn('anna', 'another long one')).statusCode).toBe(201);
  });

  test('it ends when it is not used', async () => {
    const { cookie } = await server.signIn('anna');
    server.clock.pass(hours(1) - 1);
    expect((await who({ cookie })).statusCode).toBe(200);
    server.clock.pass(hours(1) - 1);
    expect((await who({ cookie })).statusCode, 'used within the hour').toBe(200);
    server.clock.pass(hours(1));
    expect((await who({ cookie })).json()).toMatchObject({
      ...{ status: 401, code: 'session-ended' },
      detail: expect.stringContaining('nobody has used it for 60 minutes'),
    });
  });

  test('what nobody has asked for is no use of it', async () => {
    const { cookie } = await server.signIn('anna');
    server.clock.pass(minutes(59));
    expect((await who({ cookie, 'x-unattended': '1' })).statusCode).toBe(200);
    server.clock.pass(minutes(1));
    expect((await who({ cookie })).statusCode).toBe(401);
  });

  test('it ends after twelve hours however much it is used', async () => {
    const { cookie } = await server.signIn('anna');
    for (let half = 1; half < 24; half++) {
      server.clock.pass(minutes(30));
      expect((await who({ cookie })).statusCode).toBe(200);
    }
    server.clock.pass(minutes(30));
    expect((await who({ cookie })).json()).toMatchObject({
      ...{ status: 401, code: 'session-ended' },
      detail: expect.stringContaining('none lasts longer than 12 hours'),
    });
  });

  test('signing out ends it', async () => {
    const session = await server.signIn('anna');
    const reply = await server.app.inject({ method: 'DELETE', url: '/api/v1/session', headers: session });
    expect(reply.statusCode).toBe(204);
    expect(reply.headers['set-cookie']).toContain('Expires=Thu, 01 Jan 1970');
    expect((await who({ cookie: session.cookie })).statusCode).toBe(401);
  });

  test.each<[string, object, number]>([
    ['a new password ends it', { password: 'another long password' }, 401],
    ['a new role holds at once', { role: 'viewer' }, 200],
  ])('%s', async (_, change, status) => {
    const { cookie } = await server.signIn('anna');
    const headers = await server.bearer('admin');
    await server.app.inject({ method: 'PATCH', url: '/api/v1/users/anna', headers, payload: change });
    const reply = await who({ cookie });
    expect(reply.statusCode).toBe(status);
    if (status === 200) expect(reply.json()).toMatchObject({ role: 'viewer' });
  });

  test('it ends with its user', async () => {
    const { cookie } = await server.signIn('anna');
    const headers = await server.bearer('admin');
    await server.app.inject({ method: 'DELETE', url: '/api/v1/users/anna', headers });
    expect((await who({ cookie })).statusCode).toBe(401);
  });
});

describe('requests that another site could cause', () => {
  const renew = (headers: Record<string, string>) =>
    server.app.inject({ method: 'POST', url: '/api/v1/certificates/web/renew', headers });
  let session: { cookie: string; 'x-csrf-token': string };
  beforeEach(async () => {
    await server.addUser('anna', 'operator');
    session = await server.signIn('anna');
  });

  test.each<[string, () => Record<string, string>, string]>([
    ['with cookie and token', () => session, 'not-possible'],
    ['with cookie, token and our origin', () => ({ ...session, origin: publicUrl }), 'not-possible'],
    [
      'from the host that was asked',
      () => ({ ...session, origin: 'http://localhost:80', host: 'localhost:80' }),
      'not-possible',
    ],
    ['without the token', () => ({ cookie: session.cookie }), 'cross-site'],
    ['with a wrong token', () => ({ ...session, 'x-csrf-token': 'x'.repeat(43) }), 'cross-site'],
    ['from another origin', () => ({ ...session, origin: 'https://evil.test' }), 'cross-site'],
    ['from a sandboxed page', () => ({ ...session, origin: 'null' }), 'cross-site'],
    ['from a sister domain, says the browser', () => ({ ...session, 'sec-fetch-site': 'same-site' }), 'cross-site'],
    [
      'with Basic credentials that a browser remembered',
      () => ({ ...basic('anna', password), origin: 'https://evil.test' }),
      'cross-site',
    ],
    ['with Basic credentials of a script', () => basic('anna', password), 'not-possible'],
  ])('a change %s: %s', async (_, headers, code) => {
    expect(codeOf(await renew(headers()))).toBe(code);
  });

  test('a token needs neither', async () => {
    const headers = { ...(await server.bearer('operator')), origin: 'https://evil.test' };
    expect(codeOf(await renew(headers))).toBe('not-possible');
  });

  test('another site cannot sign anyone in', async () => {
    const headers = { origin: 'https://evil.test' };
    const payload = { name: 'anna', password };
    const reply = await server.app.inject({ method: 'POST', url: '/api/v1/session', headers, payload });
    expect(codeOf(reply)).toBe('cross-site');
  });

  test('no answer allows another origin to read it', async () => {
    const reply = await server.app.inject({
      method: 'OPTIONS',
      url: '/api/v1/certificates',
      headers: { origin: 'https://evil.test', 'access-control-request-method': 'GET' },
    });
    expect(Object.keys(reply.headers).filter(name => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('API tokens', () => {
  const create = async (payload: object) => {
    const headers = await server.bearer('admin');
    return await server.app.inject({ method: 'POST', url: '/api/v1/tokens', headers, payload });
  };

  test('the token is shown once, works with its role, and only its hash is kept', async () => {
    const { token } = (await create({ name: 'deploy', role: 'operator' })).json<{ token: string }>();
    expect(token).toMatch(/^cf_[\w-]{43}$/);
    const reply = await who({ authorization: `Bearer ${token}` });
    expect(reply.json()).toEqual({ name: 'deploy', role: 'operator', csrfToken: null });
    const database = await readFile(server.workdir.file('store.db-wal'), 'latin1');
    expect(database).not.toContain(token.slice(3));
    const list = await server.app.inject({ url: '/api/v1/tokens', headers: await server.bearer('admin') });
    expect(list.body).not.toContain(token.slice(3));
  });

  test('it expires', async () => {
    const expiresAt = new Date(server.clock.now() + minutes(5)).toISOString();
    const { token } = (await create({ name: 'short', role: 'viewer', expiresAt })).json<{ token: string }>();
    const headers = { authorization: `Bearer ${token}` };
    expect((await who(headers)).statusCode).toBe(200);
    server.clock.pass(minutes(5));
    expect((await who(headers)).statusCode).toBe(401);
  });

  test('one that would have expired already is not made', async () => {
    const expiresAt = new Date(server.clock.now()).toISOString();
    expect((await create({ name: 'late', role: 'viewer', expiresAt })).json()).toMatchObject({
      code: 'invalid-input',
      errors: [{ path: 'expiresAt' }],
    });
  });

  test('its last use is written at most once a minute', async () => {
    const headers = await server.bearer('viewer');
    const lastUse = async () => (await server.store.tokens.list({})).items[0]?.lastUsedAt;
    await who(headers);
    const first = await lastUse();
    expect(first).toBe(server.clock.now());
    server.clock.pass(minutes(1) - 1);
    await who(headers);
    expect(await lastUse()).toBe(first);
    server.clock.pass(1);
    await who(headers);
    expect(await lastUse()).toBe(server.clock.now());
  });

  test('a bad token is not covered up by a good session', async () => {
    await server.addUser('anna', 'admin');
    const { cookie } = await server.signIn('anna');
    const reply = await who({ cookie, authorization: 'Bearer cf_wrong' });
    expect(reply.statusCode).toBe(401);
    expect(reply.headers['www-authenticate'], 'Basic would make browsers ask with a dialog').toBe(
      'Bearer realm="Certfleet"',
    );
  });
});

describe('attempts', () => {
  beforeEach(() => server.addUser('anna', 'viewer'));
  const failSome = async (times: number) => {
    for (let time = 0; time < times; time++) await signIn('anna', 'wrong');
  };

  test('after five mistakes even the right password has to wait, as long as Retry-After says', async () => {
    await failSome(5);
    const refused = await signIn('anna', password);
    expect(refused.statusCode).toBe(429);
    expect(codeOf(refused)).toBe('too-many-attempts');
    expect(refused.headers['retry-after']).toBe('1');
    server.clock.pass(1000);
    expect((await signIn('anna', password)).statusCode).toBe(201);
  });

  test('a wrong name is answered like a wrong password', async () => {
    const wrongName = await signIn('nobody', 'wrong');
    const wrongPassword = await signIn('anna', 'wrong');
    expect(wrongName.json()).toEqual(wrongPassword.json());
  });

  test('Basic credentials count too', async () => {
    for (let time = 0; time < 5; time++) expect((await who(basic('anna', 'wrong'))).statusCode).toBe(401);
    expect((await who(basic('anna', password))).statusCode).toBe(429);
  });

  test('guessing at the set-up code has to wait as well', async () => {
    const guess = () =>
      server.app.inject({ method: 'POST', url: '/api/v1/setup', payload: { code: 'x', name: 'eve', password } });
    for (let time = 0; time < 5; time++) await guess();
    expect((await guess()).statusCode).toBe(429);
  });

  test('a script that was let in before is not locked out by strangers who guess', async () => {
    expect((await who(basic('anna', password))).statusCode).toBe(200);
    await failSome(8);
    expect((await who(basic('anna', password))).statusCode).toBe(200);
  });
});

describe('users', () => {
  let admin: { authorization: string };
  beforeEach(async () => {
    await server.addUser('anna', 'admin');
    admin = await server.bearer('admin');
  });
  const change = (payload: object) =>
    server.app.inject({ method: 'PATCH', url: '/api/v1/users/anna', headers: admin, payload });

  test('the last administrator can be neither deleted nor demoted', async () => {
    const deleted = await server.app.inject({ method: 'DELETE', url: '/api/v1/users/anna', headers: admin });
    expect([codeOf(deleted), codeOf(await change({ role: 'viewer' }))]).toEqual(['not-possible', 'not-possible']);
    await server.addUser('bert', 'admin');
    expect((await change({ role: 'viewer' })).statusCode).toBe(200);
  });

  test('a new password replaces the old one at once, also for a script that was remembered', async () => {
    expect((await who(basic('anna', password))).statusCode).toBe(200);
    await change({ password: 'another long password' });
    expect((await who(basic('anna', password))).statusCode).toBe(401);
    expect((await who(basic('anna', 'another long password'))).statusCode).toBe(200);
  });

  test('a name is taken once', async () => {
    const payload = { name: 'anna', role: 'viewer', password };
    const reply = await server.app.inject({ method: 'POST', url: '/api/v1/users', headers: admin, payload });
    expect(codeOf(reply)).toBe('already-exists');
  });

  test('every change is an event, and no event, answer or log line has a password or its hash', async () => {
    const payload = { name: 'bert', role: 'viewer', password: 'a very secret password' };
    const replies = [
      await server.app.inject({ method: 'POST', url: '/api/v1/users', headers: admin, payload }),
      await server.app.inject({
        method: 'PATCH',
        url: '/api/v1/users/bert',
        headers: admin,
        payload: { role: 'operator' },
      }),
      await server.app.inject({ method: 'DELETE', url: '/api/v1/users/bert', headers: admin }),
    ];
    const list = await server.app.inject({ url: '/api/v1/events?subject=user:bert&order=oldest', headers: admin });
    expect(list.json().items.map((event: { action: string }) => event.action)).toEqual([
      'user.created',
      'user.changed',
      'user.deleted',
    ]);
    const texts = [...replies.map(reply => reply.body), list.body, ...server.log];
    expect(texts.filter(text => /a very secret|argon2/.test(text))).toEqual([]);
  });

  test('only administrators see events about users, tokens and sign-ins', async () => {
    await server.signIn('anna');
    await server.store.events.append({
      actor: 'system',
      action: 'certificate.issued',
      outcome: 'succeeded',
      message: '',
    });
    const actions = async (headers: Record<string, string>) => {
      const reply = await server.app.inject({ url: '/api/v1/events', headers });
      return reply.json().items.map((event: { action: string }) => event.action);
    };
    expect(await actions(admin)).toEqual(['certificate.issued', 'session.created']);
    const operator = await server.bearer('operator');
    expect(await actions(operator)).toEqual(['certificate.issued']);
    const [{ id = 0 } = {}] = (await server.store.events.list({ action: 'session.created' })).items;
    const show = (headers: Record<string, string>) => server.app.inject({ url: `/api/v1/events/${id}`, headers });
    expect((await show(admin)).json()).toMatchObject({ id, action: 'session.created' });
    expect((await show(operator)).json()).toMatchObject({ code: 'not-found' });
  });
});
