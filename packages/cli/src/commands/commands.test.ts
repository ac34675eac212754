import { type Operation, operations } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { type Call, FakeApi } from '../testing/fake-api.js';
import { run } from '../testing/run.js';

/** A command line, what a person answers, and what the API is asked. */
type Row = [line: string, calls: Call[], answers?: string[]];

const byName = (name: string) => ({ params: { name } });

const rows: Row[] = [
  ['whoami', [{ operation: 'session.show' }]],

  [
    'account directory letsencrypt-staging',
    [
      {
        operation: 'account.directory',
        body: { directoryUrl: 'https://acme-staging-v02.api.letsencrypt.org/directory' },
      },
    ],
  ],
  [
    'account register le --directory letsencrypt --email ops@example.com --agree-to-terms',
    [
      { operation: 'account.directory', body: { directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory' } },
      {
        operation: 'account.register',
        body: {
          name: 'le',
          directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
          email: 'ops@example.com',
          agreeToTerms: true,
        },
      },
    ],
  ],
  ['account list', [{ operation: 'account.list', query: { limit: '100' } }]],
  ['account show le', [{ operation: 'account.show', ...byName('le') }]],
  ['account change le --email none', [{ operation: 'account.change', ...byName('le'), body: { email: null } }]],
  ['account rollover le', [{ operation: 'account.rollover', ...byName('le') }]],
  ['account deactivate le', [{ operation: 'account.deactivate', ...byName('le') }], ['y']],
  ['account delete le --yes', [{ operation: 'account.delete', ...byName('le') }]],

  [
    'policy create default --account le --account zerossl --key-algorithm RSA-2048 --renew-days-before 20 --solver web',
    [
      {
        operation: 'policy.create',
        body: {
          name: 'default',
          accounts: ['le', 'zerossl'],
          keyAlgorithm: 'RSA-2048',
          renewDaysBefore: 20,
          defaultSolver: 'web',
        },
      },
    ],
  ],
  ['policy list --limit 5 --cursor abc', [{ operation: 'policy.list', query: { cursor: 'abc', limit: '5' } }]],
  ['policy show default', [{ operation: 'policy.show', ...byName('default') }]],
  [
    'policy change default --profile none --renew-days-before none --key-on-renewal same',
    [
      {
        operation: 'policy.change',
        ...byName('default'),
        body: { keyOnRenewal: 'same', renewDaysBefore: null, profile: null },
      },
    ],
  ],
  ['policy delete default', [{ operation: 'policy.delete', ...byName('default') }], ['y']],

  [
    'solver create web --type virtual-service --set virtualService=1 --set note=port-80 --set tags=["a"]',
    [
      {
        operation: 'solver.create',
        body: { name: 'web', type: 'virtual-service', config: { virtualService: 1, note: 'port-80', tags: ['a'] } },
      },
    ],
  ],
  [
    'solver create dns --type rfc2136 --set-secret tsigKey',
    [{ operation: 'solver.create', body: { name: 'dns', type: 'rfc2136', config: { tsigKey: 'hush' } } }],
    ['hush'],
  ],
  ['solver list', [{ operation: 'solver.list', query: { limit: '100' } }]],
  ['solver show dns', [{ operation: 'solver.show', ...byName('dns') }]],
  [
    'solver change dns --set server=192.0.2.54',
    [{ operation: 'solver.change', ...byName('dns'), body: { config: { server: '192.0.2.54' } } }],
  ],
  ['solver change dns --disable', [{ operation: 'solver.change', ...byName('dns'), body: { enabled: false } }]],
  ['solver change dns --enable', [{ operation: 'solver.change', ...byName('dns'), body: { enabled: true } }]],
  [
    'solver create later --type standalone --disable',
    [{ operation: 'solver.create', body: { name: 'later', type: 'standalone', config: {}, enabled: false } }],
  ],
  [
    'solver test dns --identifier *.example.com',
    [{ operation: 'solver.test', ...byName('dns'), body: { identifier: '*.example.com' } }],
  ],
  ['solver delete dns --yes', [{ operation: 'solver.delete', ...byName('dns') }]],

  [
    'domain create .example.com --solver web',
    [{ operation: 'domain.create', body: { pattern: '.example.com', solver: 'web' } }],
  ],
  ['domain list', [{ operation: 'domain.list', query: { limit: '100' } }]],
  ['domain delete .example.com', [{ operation: 'domain.delete', params: { pattern: '.example.com' } }], ['y']],

  [
    'target create web --type virtual-service --set virtualService=1',
    [{ operation: 'target.create', body: { name: 'web', type: 'virtual-service', config: { virtualService: 1 } } }],
  ],
  ['target list', [{ operation: 'target.list', query: { limit: '100' } }]],
  ['target show web', [{ operation: 'target.show', ...byName('web') }]],
  ['target delete web --yes', [{ operation: 'target.delete', ...byName('web') }]],

  [
    'channel create ops --type smtp --set host=mail.example.com --set to=["a@example.com"] --set-secret password --notice failed --notice expiring --severity warning --label team=shop --account-holders --collect-seconds 60 --disable',
    [
      {
        operation: 'channel.create',
        body: {
          name: 'ops',
          type: 'smtp',
          config: { host: 'mail.example.com', to: ['a@example.com'], password: 'hush' },
          kinds: ['failed', 'expiring'],
          severity: 'warning',
          labels: ['team=shop'],
          accountHolders: true,
          collectSeconds: 60,
          enabled: false,
        },
      },
    ],
    ['hush'],
  ],
  ['channel list', [{ operation: 'channel.list', query: { limit: '100' } }]],
  ['channel show ops', [{ operation: 'channel.show', ...byName('ops') }]],
  [
    'channel change ops --set host=mx.example.com --without-account-holders --enable',
    [
      { operation: 'channel.show', ...byName('ops') },
      {
        operation: 'channel.change',
        ...byName('ops'),
        body: {
          config: { host: 'mx.example.com', from: 'certfleet@example.com', to: ['ops@example.com'] },
          accountHolders: false,
          enabled: true,
        },
      },
    ],
  ],
  [
    'channel change ops --severity info',
    [{ operation: 'channel.change', ...byName('ops'), body: { severity: 'info' } }],
  ],
  ['channel test ops', [{ operation: 'channel.test', ...byName('ops') }]],
  ['channel delete ops --yes', [{ operation: 'channel.delete', ...byName('ops') }]],
  [
    'certificate send www --channel ops --to a@example.com --to b@example.com --version 2',
    [
      {
        operation: 'certificate.send',
        ...byName('www'),
        body: { channel: 'ops', to: ['a@example.com', 'b@example.com'], version: 2 },
      },
    ],
  ],

  ['virtual-service load-balancers', [{ operation: 'virtualService.loadBalancers', query: { limit: '100' } }]],
  [
    'virtual-service create --type https --address 192.0.2.10 --port 443 --name shop --disabled --without-http2 --scheduling url-hash --persistence cookie:node,timeout=60 --health-check http:/health,a=1,port=8081,status=401,method=HEAD,status=403 --minimum-servers 2 --unavailable 302=https://status.example.com/a=b --real-server 10.0.0.5:8080 --real-server [2001:db8::5]:8080,weight=50,limit=9,disabled',
    [
      {
        operation: 'virtualService.create',
        body: {
          type: 'https',
          address: '192.0.2.10',
          port: 443,
          name: 'shop',
          enabled: false,
          http2: false,
          scheduling: 'url-hash',
          persistence: { type: 'cookie', name: 'node', timeoutSeconds: 60 },
          healthCheck: { type: 'http', path: '/health,a=1', port: 8081, method: 'HEAD', statuses: [401, 403] },
          minimumServers: 2,
          unavailable: { status: 302, redirectUrl: 'https://status.example.com/a=b' },
          realServers: [
            { address: '10.0.0.5', port: 8080 },
            { address: '2001:db8::5', port: 8080, weight: 50, connectionLimit: 9, enabled: false },
          ],
        },
      },
    ],
  ],
  ['virtual-service list', [{ operation: 'virtualService.list', query: { limit: '100' } }]],
  [
    'virtual-service list --name shop --address 192.0.2.10 --port 443 --type https',
    [
      {
        operation: 'virtualService.list',
        query: { name: 'shop', address: '192.0.2.10', port: '443', type: 'https', limit: '100' },
      },
    ],
  ],
  ['virtual-service statistics', [{ operation: 'virtualService.statistics', query: {} }]],
  ['virtual-service statistics 1', [{ operation: 'virtualService.statistics', query: { index: '1' } }]],
  ['virtual-service show 1', [{ operation: 'virtualService.show', params: { index: '1' } }]],
  [
    'virtual-service change 1 --enable --name none --port 8443',
    [{ operation: 'virtualService.change', params: { index: '1' }, body: { enabled: true, name: null, port: 8443 } }],
  ],
  [
    'virtual-service change 1 --disable',
    [{ operation: 'virtualService.change', params: { index: '1' }, body: { enabled: false } }],
  ],
  [
    'virtual-service change 1 --redirect-port 8443',
    [{ operation: 'virtualService.change', params: { index: '1' }, body: { redirectPort: 8443 } }],
  ],
  [
    'virtual-service change 1 --http2',
    [{ operation: 'virtualService.change', params: { index: '1' }, body: { http2: true } }],
  ],
  [
    'virtual-service change 1 --without-http2',
    [{ operation: 'virtualService.change', params: { index: '1' }, body: { http2: false } }],
  ],
  [
    'virtual-service change 1 --type https --unavailable none --persistence server-cookie:SID --health-check tcp,port=22',
    [
      {
        operation: 'virtualService.change',
        params: { index: '1' },
        body: {
          type: 'https',
          unavailable: null,
          persistence: { type: 'server-cookie', name: 'SID' },
          healthCheck: { type: 'tcp', port: 22 },
        },
      },
    ],
  ],
  [
    'virtual-service change 2 --content-rule api --content-rule legacy --health-check none --persistence source',
    [
      {
        operation: 'virtualService.change',
        params: { index: '2' },
        body: {
          contentRules: ['api', 'legacy'],
          healthCheck: { type: 'none' },
          persistence: { type: 'source' },
        },
      },
    ],
  ],
  [
    'virtual-service change 2 --without-content-rules',
    [{ operation: 'virtualService.change', params: { index: '2' }, body: { contentRules: [] } }],
  ],
  [
    'virtual-service convert 1 --name shop',
    [{ operation: 'virtualService.convert', params: { index: '1' }, body: { name: 'shop' } }],
  ],
  [
    'virtual-service attach-rule 2 api --position 1',
    [{ operation: 'virtualService.attachRule', params: { index: '2' }, body: { rule: 'api', position: 1 } }],
  ],
  [
    'virtual-service detach-rule 2 api',
    [{ operation: 'virtualService.detachRule', params: { index: '2', rule: 'api' } }],
  ],
  ['virtual-service delete 1 --yes', [{ operation: 'virtualService.delete', params: { index: '1' } }]],
  [
    'virtual-service add-sub 1 --name api --content-rule api --real-server 10.0.0.6:9000',
    [
      {
        operation: 'virtualService.addSub',
        params: { index: '1' },
        body: {
          name: 'api',
          contentRules: ['api'],
          realServers: [{ address: '10.0.0.6', port: 9000 }],
        },
      },
    ],
  ],
  [
    'virtual-service delete-sub 1 2 --yes',
    [{ operation: 'virtualService.deleteSub', params: { index: '1', subIndex: '2' } }],
  ],
  [
    'virtual-service add-real-server 2 10.0.0.7:8080 --weight 50',
    [
      {
        operation: 'virtualService.addRealServer',
        params: { index: '2' },
        body: { address: '10.0.0.7', port: 8080, weight: 50 },
      },
    ],
  ],
  [
    'virtual-service change-real-server 2 1 --weight 0 --disable --address 10.0.0.8 --port 81 --connection-limit 5',
    [
      {
        operation: 'virtualService.changeRealServer',
        params: { index: '2', realServer: '1' },
        body: { weight: 0, enabled: false, address: '10.0.0.8', port: 81, connectionLimit: 5 },
      },
    ],
  ],
  [
    'virtual-service delete-real-server 2 1',
    [{ operation: 'virtualService.deleteRealServer', params: { index: '2', realServer: '1' } }],
    ['y'],
  ],

  [
    'content-rule create api --match prefix --pattern /api/ --ignore-case --must-fail',
    [
      {
        operation: 'contentRule.create',
        body: { name: 'api', match: 'prefix', pattern: '/api/', ignoreCase: true, mustFail: true },
      },
    ],
  ],
  ['content-rule list', [{ operation: 'contentRule.list', query: { limit: '100' } }]],
  ['content-rule show api', [{ operation: 'contentRule.show', ...byName('api') }]],
  [
    'content-rule change api --field host --header none --without-negate --include-query',
    [
      {
        operation: 'contentRule.change',
        ...byName('api'),
        body: { field: 'host', header: null, negate: false, includeQuery: true },
      },
    ],
  ],
  ['content-rule delete api --yes', [{ operation: 'contentRule.delete', ...byName('api') }]],

  [
    'certificate request www --identifier www.example.com --identifier example.com=dns --identifier 2001:db8::1 --policy short --key-algorithm P-384 --subject-organization ACME --label team=shop --label env=a=b --assign web:default --assign other',
    [
      {
        operation: 'certificate.request',
        body: {
          name: 'www',
          identifiers: ['www.example.com', { value: 'example.com', solver: 'dns' }, '2001:db8::1'],
          policy: 'short',
          keyAlgorithm: 'P-384',
          subject: { organization: 'ACME' },
          labels: { team: 'shop', env: 'a=b' },
          assignments: [{ target: 'web', isDefault: true }, { target: 'other' }],
        },
      },
    ],
  ],
  [
    'certificate list --search shop --status valid --label team --policy default --sort -notAfter',
    [
      {
        operation: 'certificate.list',
        query: {
          search: 'shop',
          status: 'valid',
          label: 'team',
          policy: 'default',
          sort: '-notAfter',
          limit: '100',
        },
      },
    ],
  ],
  [
    'certificate list --source imported',
    [{ operation: 'certificate.list', query: { source: 'imported', limit: '100' } }],
  ],
  ['certificate show www', [{ operation: 'certificate.show', ...byName('www') }]],
  [
    'certificate change www --identifier www.example.com --profile none',
    [
      { operation: 'certificate.show', ...byName('www') },
      { operation: 'certificate.change', ...byName('www'), body: { identifiers: ['www.example.com'], profile: null } },
    ],
  ],
  [
    'certificate change www --keystore-type pkcs12',
    [
      { operation: 'certificate.show', ...byName('www') },
      { operation: 'certificate.change', ...byName('www'), body: { keystore: { type: 'pkcs12' } } },
    ],
  ],
  [
    'certificate change www --signature-algorithm SHA-512',
    [
      { operation: 'certificate.show', ...byName('www') },
      { operation: 'certificate.change', ...byName('www'), body: { signatureAlgorithm: 'SHA-512' } },
    ],
  ],
  [
    'certificate change www --keystore-type none',
    [
      { operation: 'certificate.show', ...byName('www') },
      { operation: 'certificate.change', ...byName('www'), body: { keystore: null } },
    ],
  ],
  [
    'certificate change www --csr none',
    [
      { operation: 'certificate.show', ...byName('www') },
      { operation: 'certificate.change', ...byName('www'), body: { csr: null } },
    ],
  ],
  [
    'certificate assign-dns www --solver dns --identifier www.example.com',
    [
      { operation: 'certificate.show', ...byName('www') },
      {
        operation: 'certificate.assignDns',
        ...byName('www'),
        body: { solver: 'dns', identifiers: ['www.example.com'] },
      },
    ],
  ],
  ['certificate challenges www', [{ operation: 'certificate.challenges', ...byName('www') }]],
  ['certificate verify www', [{ operation: 'certificate.verify', ...byName('www'), body: {} }]],
  ['certificate verify www --anyway', [{ operation: 'certificate.verify', ...byName('www'), body: { anyway: true } }]],
  [
    'certificate new-challenge www',
    [
      { operation: 'certificate.challenges', ...byName('www') },
      { operation: 'certificate.newChallenge', ...byName('www') },
    ],
  ],
  [
    'certificate preflight www --identifier www.example.com --identifier *.example.com=dns --policy default --profile none',
    [
      {
        operation: 'certificate.preflight',
        body: {
          name: 'www',
          identifiers: ['www.example.com', { value: '*.example.com', solver: 'dns' }],
          policy: 'default',
          profile: null,
        },
      },
    ],
  ],
  ['certificate preflight www --problems', [{ operation: 'certificate.preflight', body: { name: 'www' } }]],
  [
    'certificate renew www',
    [
      { operation: 'certificate.show', ...byName('www') },
      { operation: 'certificate.renew', ...byName('www') },
    ],
  ],
  [
    'certificate versions www --limit 3',
    [{ operation: 'certificate.versions', ...byName('www'), query: { limit: '3' } }],
  ],
  [
    'certificate revoke www --version 3 --reason keyCompromise --yes',
    [{ operation: 'certificate.revoke', ...byName('www'), body: { version: 3, reason: 'keyCompromise' } }],
  ],
  [
    'certificate revoke www --now --yes',
    [{ operation: 'certificate.revoke', ...byName('www'), body: { replaceFirst: false } }],
  ],
  [
    'certificate export www --version 2',
    [
      { operation: 'certificate.show', ...byName('www') },
      { operation: 'certificate.export', ...byName('www'), body: { version: 2 } },
    ],
  ],
  ['certificate delete www --yes', [{ operation: 'certificate.delete', ...byName('www') }]],
  [
    'certificate assignments www',
    [{ operation: 'certificate.assignments', ...byName('www'), query: { limit: '100' } }],
  ],
  [
    'certificate assign www web:default',
    [{ operation: 'certificate.assign', ...byName('www'), body: { target: 'web', isDefault: true } }],
  ],
  [
    'certificate unassign www web --yes',
    [{ operation: 'certificate.unassign', params: { name: 'www', target: 'web' } }],
  ],

  ['intermediate list', [{ operation: 'intermediate.list', query: { limit: '100' } }]],
  ['intermediate show ca-2', [{ operation: 'intermediate.show', ...byName('ca-2') }]],
  ['intermediate delete ca-2 --yes', [{ operation: 'intermediate.delete', ...byName('ca-2') }]],

  ['backup show', [{ operation: 'backup.show' }]],
  ['backup pass-phrase --none', [{ operation: 'backup.change', body: { passPhrase: null } }]],
  [
    'backup pass-phrase',
    [{ operation: 'backup.change', body: { passPhrase: 'the usual one' } }],
    ['the usual one', 'the usual one'],
  ],
  ['system show', [{ operation: 'system.show' }]],
  ['system pause', [{ operation: 'system.pause', body: {} }]],
  ['system pause --reason Moving', [{ operation: 'system.pause', body: { reason: 'Moving' } }]],
  ['system resume --yes', [{ operation: 'system.resume' }]],
  ['system resume', [{ operation: 'system.resume' }], ['y']],

  [
    'event list --subject certificate:www --action certificate.issued --actor system --outcome failed --since 2h --until 2026-11-21 --order oldest',
    [
      {
        operation: 'event.list',
        query: {
          subject: 'certificate:www',
          action: 'certificate.issued',
          actor: 'system',
          outcome: 'failed',
          order: 'oldest',
          limit: '100',
          since: '2026-11-21T08:00:00.000Z',
          until: '2026-11-21T00:00:00.000Z',
        },
      },
    ],
  ],

  [
    'user create bob --role operator',
    [{ operation: 'user.create', body: { name: 'bob', role: 'operator', password: 'a long password' } }],
    ['a long password', 'a long password'],
  ],
  ['user list', [{ operation: 'user.list', query: { limit: '100' } }]],
  ['user change bob --role admin', [{ operation: 'user.change', ...byName('bob'), body: { role: 'admin' } }]],
  [
    'user change bob --password',
    [{ operation: 'user.change', ...byName('bob'), body: { password: 'a long password' } }],
    ['a long password', 'a long password'],
  ],
  ['user delete bob --yes', [{ operation: 'user.delete', ...byName('bob') }]],

  [
    'token create ci --role operator --expires 90d',
    [
      {
        operation: 'token.create',
        body: { name: 'ci', role: 'operator', expiresAt: '2027-02-19T10:00:00.000Z' },
      },
    ],
  ],
  ['token list', [{ operation: 'token.list', query: { limit: '100' } }]],
  ['token delete ci --yes', [{ operation: 'token.delete', ...byName('ci') }]],

  ['loadmaster show', [{ operation: 'loadmaster.show' }]],
  [
    'loadmaster change --enable --directory https://ca.example.com/directory --renew-period 20',
    [
      {
        operation: 'loadmaster.change',
        body: { enabled: true, directoryUrl: 'https://ca.example.com/directory', renewPeriod: 20 },
      },
    ],
  ],
  [
    'loadmaster change --disable --renew-period none',
    [{ operation: 'loadmaster.change', body: { enabled: false, renewPeriod: null } }],
  ],
];

describe('a command line becomes operations of the contract', () => {
  test.each(rows)('certfleet %s', async (line, calls, answers) => {
    const api = new FakeApi();
    const result = await run(line.split(' '), { api, ...(answers ? { answers: [...answers] } : {}) });
    expect(result.stderr + result.stdout).not.toMatch(/undefined|\[object|What to do/);
    expect(result.exitCode).toBe(0);
    expect(api.calls).toEqual(calls);
  });

  test.each(rows)('certfleet %s --json prints one JSON document', async (line, _calls, answers) => {
    const { stdout } = await run([...line.split(' '), '--json'], answers ? { answers: [...answers] } : {});
    expect(() => JSON.parse(stdout)).not.toThrow();
  });
});

/** Called by no command, or by one that opens connections of its own: connection/access.test.ts. */
const exceptions = {
  'session.setup': 'certfleet setup',
  'session.create': 'sessions are for browsers',
  'session.delete': 'sessions are for browsers',
  'backup.create': 'reads and writes files: backup-parts.test.ts',
  'backup.restore': 'reads and writes files: backup-parts.test.ts',
  'certificate.exportKey': 'certificate export --key-file: certificate-export.test.ts',
  'account.export': 'account export --key-file: key-files.test.ts',
  'account.link': 'account link --key-file: key-files.test.ts',
  'certificate.import': 'certificate import --file: key-files.test.ts',
  'certificate.importKey': 'certificate import-key --key-file: key-files.test.ts',
  'intermediate.add': 'intermediate add --file: key-files.test.ts',
};

test('there is a command for each operation of the contract', () => {
  const called = new Set(rows.flatMap(([, calls]) => calls.map(({ operation }) => operation)));
  const all = Object.entries(operations).flatMap(([noun, verbs]) =>
    Object.keys(verbs as Record<string, Operation>).map(verb => `${noun}.${verb}`),
  );
  expect(all.filter(name => !called.has(name)).sort()).toEqual(Object.keys(exceptions).sort());
});
