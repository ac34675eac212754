import { Readable } from 'node:stream';
import { type Operation, type OperationInput, type operations, Problem, Role } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eachOperation } from '../../../packages/server/src/http/routes.js';
import { startHttp, type TestServer } from './server.js';

type Operations = typeof operations;
type InputOf<O> = O extends Operation ? OperationInput<O> : never;

const byName = { params: { name: 'web' } };
const health = { type: 'tcp' as const };

/** A valid input for every operation: without one, a refusal could come from the input and not from the role. */
const inputs: { [N in keyof Operations]: { [V in keyof Operations[N]]: InputOf<Operations[N][V]> } } = {
  session: {
    setup: { body: { code: 'x', name: 'anna', password: 'correct horse battery' } },
    create: { body: { name: 'nobody', password: 'wrong' } },
    show: {},
    changePassword: { body: { present: 'wrong', password: 'correct horse battery' } },
    delete: {},
  },
  account: {
    directory: { body: { directoryUrl: 'https://ca.test/directory' } },
    register: { body: { name: 'le', directoryUrl: 'https://ca.test/directory', agreeToTerms: true } },
    link: { body: { name: 'le', directoryUrl: 'https://ca.test/directory', file: 'AA==' } },
    list: {},
    show: byName,
    ca: byName,
    limits: byName,
    change: { ...byName, body: { email: null } },
    export: { ...byName, body: {} },
    rollover: byName,
    deactivate: byName,
    delete: byName,
  },
  policy: {
    create: { body: { name: 'default', accounts: ['le'] } },
    list: {},
    renewals: {},
    show: byName,
    change: { ...byName, body: { renewDaysBefore: 30 } },
    delete: byName,
  },
  solver: {
    create: { body: { name: 'vs', type: 'virtual-service' } },
    list: {},
    show: byName,
    change: { ...byName, body: { config: {} } },
    test: { ...byName, body: {} },
    delete: byName,
  },
  domain: {
    create: { body: { pattern: '.example.com', solver: 'vs' } },
    list: {},
    unprovable: {},
    delete: { params: { pattern: '.example.com' } },
  },
  virtualService: {
    loadBalancers: {},
    create: { body: { address: '192.0.2.1', port: 443, type: 'https' } },
    list: {},
    statistics: {},
    show: { params: { index: 1 } },
    change: { params: { index: 1 }, body: { healthCheck: health } },
    delete: { params: { index: 1 } },
    addSub: { params: { index: 1 }, body: { name: 'api' } },
    deleteSub: { params: { index: 1, subIndex: 2 } },
    convert: { params: { index: 1 }, body: {} },
    attachRule: { params: { index: 2 }, body: { rule: 'api' } },
    detachRule: { params: { index: 2, rule: 'api' } },
    addRealServer: { params: { index: 1 }, body: { address: '192.0.2.7', port: 80 } },
    changeRealServer: { params: { index: 1, realServer: 1 }, body: { weight: 50 } },
    deleteRealServer: { params: { index: 1, realServer: 1 } },
  },
  contentRule: {
    create: { body: { name: 'api', pattern: '/api/' } },
    list: {},
    show: { params: { name: 'api' } },
    change: { params: { name: 'api' }, body: { pattern: '/api/v2/' } },
    delete: { params: { name: 'api' } },
  },
  target: {
    create: { body: { name: 'front', type: 'virtual-service' } },
    list: {},
    show: byName,
    delete: byName,
  },
  plugin: { list: {} },
  channel: {
    create: { body: { name: 'ops', type: 'smtp' } },
    list: {},
    show: byName,
    change: { ...byName, body: { severity: 'critical' } },
    delete: byName,
    test: byName,
  },
  certificate: {
    request: { body: { name: 'web', identifiers: ['www.example.com'] } },
    import: { body: { name: 'web', file: 'AA==' } },
    preflight: { body: { name: 'web', identifiers: ['www.example.com'] } },
    list: { query: { sort: '-notAfter' } },
    bulkPreview: { body: { act: { action: 'renew' }, selection: { filter: {} } } },
    bulk: { body: { act: { action: 'renew' }, selection: { certificates: ['web'] } } },
    bulkExport: { body: { selection: { certificates: ['web'] } } },
    show: byName,
    change: { ...byName, body: { labels: { team: 'web' } } },
    importKey: { ...byName, body: { file: 'AA==' } },
    assignDns: { ...byName, body: { solver: 'dns' } },
    proofs: byName,
    challenges: byName,
    verify: { ...byName, body: { anyway: true } },
    newChallenge: byName,
    renew: byName,
    versions: byName,
    revoke: { ...byName, body: { reason: 'superseded' } },
    export: { ...byName, body: { version: 1 } },
    exportKey: { ...byName, body: { version: 1 } },
    send: { ...byName, body: { channel: 'ops', to: ['ops@example.com'] } },
    delete: byName,
    assignments: byName,
    served: byName,
    assign: { ...byName, body: { target: 'front' } },
    unassign: { params: { name: 'web', target: 'front' } },
  },
  intermediate: { add: { body: { name: 'ca', file: 'AA==' } }, list: {}, show: byName, delete: byName },
  event: { list: {}, export: {}, show: { params: { id: 1 } } },
  user: {
    create: { body: { name: 'bert', role: 'viewer', password: 'correct horse battery' } },
    list: {},
    change: { params: { name: 'bert' }, body: { role: 'operator' } },
    delete: { params: { name: 'bert' } },
  },
  loadmaster: { show: {}, change: { body: { enabled: true } } },
  system: { show: {}, overview: {}, running: {}, pause: { body: {} }, resume: {} },
  backup: {
    show: {},
    change: { body: { passPhrase: null } },
    create: { body: {} },
    restore: { upload: Readable.from([Buffer.from('x')]) },
  },
  token: {
    create: { body: { name: 'deploy', role: 'operator' } },
    list: {},
    delete: { params: { name: 'deploy' } },
  },
};

const all = [...eachOperation()].map(({ noun, verb, operation }) => {
  const verbs = inputs[noun as keyof Operations] as Record<string, object>;
  return { name: `${noun}.${verb}`, operation, input: verbs[verb] as OperationInput<Operation> };
});

let server: TestServer;
let headers: Record<Role, { authorization: string }>;
beforeAll(async () => {
  server = await startHttp();
  headers = {
    viewer: await server.bearer('viewer'),
    operator: await server.bearer('operator'),
    admin: await server.bearer('admin'),
  };
});
afterAll(() => server.close());

const roles = Role.options;
const cases = all.flatMap(each => roles.map(role => ({ ...each, role })));

/** The roles in full, apart from the code that compares them. */
const mayDo: Record<Operation['role'], readonly Role[]> = {
  anyone: ['viewer', 'operator', 'admin'],
  viewer: ['viewer', 'operator', 'admin'],
  operator: ['operator', 'admin'],
  admin: ['admin'],
};

test.each(cases)('$role → $name', async ({ operation, input, role }) => {
  const reply = await send(operation, input, headers[role]);
  const code = reply.statusCode >= 400 ? Problem.parse(reply.json()).code : 'done';
  if (mayDo[operation.role].includes(role)) expect(code).not.toBe('forbidden');
  else expect(code).toBe('forbidden');
  expect(code, 'the input is valid and the server works').not.toMatch(/^(invalid-input|internal)$/);
});

test.each(all)('nobody → $name', async ({ operation, input }) => {
  const reply = await send(operation, input, {});
  // Anyone may try to sign in: the credentials are wrong, which is not the same as having none.
  if (operation.role === 'anyone') expect(reply.json().detail).not.toContain('needs a sign-in');
  else expect(reply.json()).toMatchObject({ status: 401, detail: expect.stringContaining('needs a sign-in') });
});

test('every operation of the engine was reached, and only by the roles that may', () => {
  const expected = all
    .filter(({ name }) => !/^(session|user|token|event)\./.test(name))
    .flatMap(({ name, operation }) => mayDo[operation.role].map(() => name));
  expect(server.reached.toSorted()).toEqual(expected.toSorted());
});

function send(operation: Operation, input: OperationInput<Operation>, header: Record<string, string>) {
  const {
    params = {},
    query = {},
    body,
    upload,
  } = input as Record<'params' | 'query' | 'body' | 'upload', object | undefined>;
  const path = operation.path.replace(/\{(\w+)\}/g, (_, key: string) =>
    String(new Map(Object.entries(params)).get(key)),
  );
  return server.app.inject({
    method: operation.method,
    url: `/api/v1${path}`,
    query: Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)])),
    headers: { ...header, ...(upload ? { 'content-type': 'application/octet-stream' } : {}) },
    ...(body ? { payload: body } : {}),
    ...(upload ? { payload: 'x' } : {}),
  });
}
