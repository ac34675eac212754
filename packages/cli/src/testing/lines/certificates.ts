import { byName, type Line } from './line.js';

/** Certificates, and the intermediates that complete their chains. */
export const certificateLines: readonly Line[] = [
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
  [
    'certificate preflight www --problems --offline',
    [{ operation: 'certificate.preflight', body: { name: 'www', offline: true } }],
  ],
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
    'certificate assignments www --target web',
    [{ operation: 'certificate.assignments', ...byName('www'), query: { target: 'web', limit: '100' } }],
  ],
  ['certificate proofs www', [{ operation: 'certificate.proofs', ...byName('www') }]],
  ['certificate served www', [{ operation: 'certificate.served', ...byName('www'), query: { limit: '100' } }]],
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
  [
    'certificate bulk renew --policy default --expires-before 30d --yes',
    (['bulkPreview', 'bulk'] as const).map(verb => ({
      operation: `certificate.${verb}`,
      body: {
        act: { action: 'renew' },
        selection: { filter: { policy: 'default', expiresBefore: '2026-12-21T10:00:00.000Z' } },
      },
    })),
  ],
  [
    'certificate bulk delete --label team=gone --yes',
    (['bulkPreview', 'bulk'] as const).map(verb => ({
      operation: `certificate.${verb}`,
      body: {
        act: { action: 'delete' },
        selection: { filter: { label: 'team=gone' } },
        ...(verb === 'bulk' && { agreed: { most: 3, asOf: '2026-11-21T10:00:00.000Z' } }),
      },
    })),
  ],
  [
    'certificate bulk assign --certificate www --certificate shop --to vs-2:default --preview',
    [
      {
        operation: 'certificate.bulkPreview',
        body: {
          act: { action: 'assign', target: 'vs-2', isDefault: true },
          selection: { certificates: ['www', 'shop'] },
        },
      },
    ],
  ],
  [
    'certificate bulk unassign --target vs-2 --except www --from vs-2 --preview',
    [
      {
        operation: 'certificate.bulkPreview',
        body: {
          act: { action: 'unassign', target: 'vs-2' },
          selection: { filter: { target: 'vs-2' }, except: ['www'] },
        },
      },
    ],
  ],
  [
    'certificate bulk revoke --account letsencrypt --reason keyCompromise --now --preview',
    [
      {
        operation: 'certificate.bulkPreview',
        body: {
          act: { action: 'revoke', reason: 'keyCompromise', replaceFirst: false },
          selection: { filter: { account: 'letsencrypt' } },
        },
      },
    ],
  ],
];
