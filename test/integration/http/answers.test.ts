import { Health, operations, Problem } from '@certfleet/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { minutes } from '../../../packages/server/src/domain/time.js';
import { openApiDocument } from '../../../packages/server/src/http/openapi.js';
import { publicUrl, startHttp, stubEngine, type TestServer } from './server.js';

let server: TestServer;
let admin: { authorization: string };
beforeEach(async () => {
  server = await startHttp();
  admin = await server.bearer('admin');
});
afterEach(() => server.close());

/** A server in place of the usual one, with some of its parts replaced. */
async function restart(options: Parameters<typeof startHttp>[0]): Promise<void> {
  await server.close();
  server = await startHttp(options);
  admin = await server.bearer('admin');
}

describe('problems', () => {
  test.each<[string, object, number, string]>([
    ['no such path', { url: '/api/v1/nonsense' }, 404, 'not-found'],
    ['no such method', { method: 'PUT', url: '/api/v1/users' }, 404, 'not-found'],
    [
      'a field that is wrong',
      {
        method: 'POST',
        url: '/api/v1/users',
        payload: { name: '../x', role: 'viewer', password: 'correct horse battery' },
      },
      400,
      'invalid-input',
    ],
    ['a field that there is not', { url: '/api/v1/users?lmit=5' }, 400, 'invalid-input'],
    ['no body', { method: 'POST', url: '/api/v1/users' }, 400, 'invalid-input'],
    [
      'broken JSON',
      { method: 'POST', url: '/api/v1/users', payload: '{"name":', headers: { 'content-type': 'application/json' } },
      400,
      'invalid-input',
    ],
    [
      'a body that would change all objects',
      {
        method: 'POST',
        url: '/api/v1/users',
        payload: '{"__proto__":{"role":"admin"}}',
        headers: { 'content-type': 'application/json' },
      },
      400,
      'invalid-input',
    ],
    [
      'another media type',
      {
        method: 'POST',
        url: '/api/v1/users',
        payload: 'name=x',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      415,
      'wrong-media-type',
    ],
    ['too large', { method: 'POST', url: '/api/v1/users', payload: { name: 'x'.repeat(1_100_000) } }, 413, 'too-large'],
    ['a broken escape in the path', { url: '/api/v1/users/%zz' }, 400, 'invalid-input'],
    ['a cursor of another list', { url: '/api/v1/users?cursor=xyz' }, 400, 'invalid-input'],
    ['an engine that says why not', { method: 'POST', url: '/api/v1/certificates/web/renew' }, 422, 'not-possible'],
  ])('%s', async (_, request, status, code) => {
    const { headers = {}, ...rest } = request as { headers?: object };
    const reply = await server.app.inject({ ...rest, headers: { ...headers, ...admin } });
    expect(reply.statusCode).toBe(status);
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(Problem.parse(reply.json())).toMatchObject({ status, code });
  });

  test('a defect is logged with its stack and request id, and nothing of it goes out', async () => {
    const actions = stubEngine([]);
    const list = async () => {
      throw new TypeError('reading private_key of undefined');
    };
    await restart({ actions: { ...actions, certificate: { ...operationsOf(actions.certificate), list } as never } });
    const headers = { ...admin, 'x-request-id': 'from-the-proxy-1' };
    const reply = await server.app.inject({ url: '/api/v1/certificates', headers });
    expect(reply.json()).toMatchObject({ status: 500, code: 'internal' });
    expect(reply.body).not.toContain('private_key');
    expect(reply.headers['x-request-id']).toBe('from-the-proxy-1');
    const line = server.log.map(text => JSON.parse(text)).find(entry => entry.level === 50);
    expect(line).toMatchObject({
      reqId: 'from-the-proxy-1',
      err: { stack: expect.stringContaining('answers.test.ts') },
    });
  });

  test('a reply with a field that its schema does not know is a defect in tests', async () => {
    const actions = stubEngine([]);
    const list = async () => ({ items: [], nextCursor: null, passwordHash: 'x' });
    await restart({ actions: { ...actions, certificate: { ...operationsOf(actions.certificate), list } as never } });
    const reply = await server.app.inject({ url: '/api/v1/certificates', headers: admin });
    expect(reply.statusCode).toBe(500);
  });

  /** The stubs of a noun, which are made as they are asked for. */
  function operationsOf(noun: object): object {
    const verbs = noun as Record<string, unknown>;
    return Object.fromEntries(Object.keys(operations.certificate).map(verb => [verb, verbs[verb]]));
  }
});

describe('every answer', () => {
  test.each(['/api/v1/openapi.json', '/healthz', '/api/v1/users', '/nonsense'])(
    '%s is safe in a browser',
    async url => {
      const { headers } = await server.app.inject({ url });
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-request-id': expect.any(String),
      });
    },
  );

  test('a request id that could break a log line is replaced', async () => {
    const { headers } = await server.app.inject({ url: '/healthz', headers: { 'x-request-id': 'a b"c' } });
    expect(headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  });

  test('the log has one line for each, without headers, query and body', async () => {
    await server.app.inject({ url: '/api/v1/users?cursor=hidden1', headers: { ...admin, cookie: 'x=hidden2' } });
    await server.app.inject({ method: 'POST', url: '/api/v1/session', payload: { name: 'anna', password: 'hidden3' } });
    const lines = server.log.map(text => JSON.parse(text)).filter(entry => entry.msg === 'request');
    expect(lines).toMatchObject([
      { method: 'GET', path: '/api/v1/users', status: 400, actor: expect.stringMatching(/^token:admin-/) },
      { method: 'POST', path: '/api/v1/session', status: 401, actor: null },
    ]);
    expect(server.log.join('')).not.toMatch(/hidden\d|cf_/);
  });
});

describe('/api/v1/openapi.json', () => {
  test('is there before anyone has signed in', async () => {
    const reply = await server.app.inject({ url: '/api/v1/openapi.json' });
    expect(reply.json()).toEqual(openApiDocument('0.0.0-test', publicUrl));
  });
});

describe('/healthz', () => {
  type HealthOptions = NonNullable<Parameters<typeof startHttp>[0]>['health'];
  test.each<[string, HealthOptions, number, object]>([
    [
      'all is well',
      { schedulerLag: async () => 1500, haproxy: async () => 'running', paused: async () => false },
      200,
      { status: 'ok', store: 'ok', scheduler: { status: 'ok', lagSeconds: 1.5 }, haproxy: 'running' },
    ],
    [
      'paused, which is no failure',
      { schedulerLag: async () => 0, haproxy: async () => 'running', paused: async () => true },
      200,
      { status: 'ok', paused: true },
    ],
    [
      'there is no HAProxy, and none is needed',
      { schedulerLag: async () => 0, haproxy: async () => 'unused', paused: async () => false },
      200,
      { status: 'ok' },
    ],
    [
      'HAProxy is down',
      { schedulerLag: async () => 0, haproxy: async () => 'stopped', paused: async () => false },
      503,
      { status: 'failing', haproxy: 'stopped' },
    ],
    [
      'jobs wait too long',
      { schedulerLag: async () => minutes(6), haproxy: async () => 'running', paused: async () => false },
      503,
      { scheduler: { status: 'late', lagSeconds: 360 } },
    ],
    [
      'the scheduler is stopped',
      { schedulerLag: async () => null, haproxy: async () => 'running', paused: async () => false },
      503,
      { scheduler: { status: 'stopped' } },
    ],
    [
      'a check fails',
      {
        schedulerLag: async () => 0,
        haproxy: () => Promise.reject(new Error('secret path')),
        paused: async () => false,
      },
      503,
      { haproxy: 'stopped' },
    ],
  ])('%s', async (_, health, status, expected) => {
    await restart({ ...(health && { health }) });
    const reply = await server.app.inject({ url: '/healthz' });
    expect(reply.statusCode).toBe(status);
    expect(Health.parse(reply.json())).toMatchObject(expected);
    expect(reply.body).not.toContain('secret');
  });

  test('a backup is being restored, which everything else waits for, and which is no failure', async () => {
    let end: () => void = () => undefined;
    const restored = new Promise<void>(resolve => {
      end = resolve;
    });
    const restoring = server.store.longTransaction(() => restored);
    const reply = await server.app.inject({ url: '/healthz' });
    end();
    await restoring;
    expect(reply.statusCode).toBe(200);
    expect(Health.parse(reply.json())).toMatchObject({ status: 'ok', store: 'restoring', paused: true });
    expect((await server.app.inject({ url: '/healthz' })).json()).toMatchObject({ store: 'ok' });
  });

  test('the store is out of reach', async () => {
    server.store.events.newestId = () => Promise.reject(new Error('gone'));
    const reply = await server.app.inject({ url: '/healthz' });
    expect(reply.statusCode).toBe(503);
    expect(reply.json()).toMatchObject({ status: 'failing', store: 'unreachable' });
  });
});

describe('/metrics', () => {
  test('needs a viewer, unless configured otherwise', async () => {
    expect((await server.app.inject({ url: '/metrics' })).statusCode).toBe(401);
    expect((await server.app.inject({ url: '/metrics', headers: await server.bearer('viewer') })).statusCode).toBe(200);
    const metrics = {
      certificatesByStatus: async () => ({}),
      assignmentsByStatus: async () => ({}),
      jobsByState: async () => ({}),
      channelsByState: async () => ({}),
      noticesWaiting: async () => 0,
      schedulerLag: async () => null,
      paused: async () => false,
      isPublic: true,
    };
    await restart({ metrics });
    expect((await server.app.inject({ url: '/metrics' })).statusCode).toBe(200);
  });

  test('labels are bounded: templates of routes, not what people put into paths', async () => {
    for (const name of ['web1', 'web2', 'web3']) {
      await server.app.inject({ url: `/api/v1/certificates/${name}`, headers: admin });
      await server.app.inject({ url: `/no/${name}` });
    }
    const { body } = await server.app.inject({ url: '/metrics', headers: admin });
    expect(body).toContain(
      'certfleet_http_request_duration_seconds_count{route="/api/v1/certificates/:name",method="GET",status="4xx"} 3',
    );
    expect(body).toContain('certfleet_http_request_duration_seconds_count{route="(none)",method="GET",status="4xx"} 3');
    expect(body).not.toMatch(/web\d/);
  });

  test('certificates and assignments by status, jobs by state, the lag', async () => {
    const { body } = await server.app.inject({ url: '/metrics', headers: admin });
    for (const line of [
      'certfleet_certificates{status="valid"} 3',
      'certfleet_certificates{status="failing"} 1',
      'certfleet_assignments{status="rolled-back"} 1',
      'certfleet_jobs{state="due"} 2',
      'certfleet_channels{state="failing"} 1',
      'certfleet_notices_waiting 7',
      'certfleet_scheduler_lag_seconds 1.5',
      'certfleet_paused 1',
    ]) {
      expect(body).toContain(line);
    }
  });
});
