import type {
  Account,
  Assignment,
  Certificate,
  CertificateChallenges,
  Channel,
  Domain,
  Event,
  Intermediate,
  LoadMasterSettings,
  Pause,
  Plugin,
  Policy,
  PreflightReport,
  Restoration,
  Served,
  Solver,
  SolverFindings,
  System,
  Target,
  Token,
  UnprovableNames,
  User,
  Version,
} from '@certfleet/contract';
import { createdAt, id } from './sample-identity.js';

export { overview, running } from './sample-overview.js';
export * from './sample-virtual-services.js';

/** The moment of all tests. */
export const now = new Date('2026-11-21T10:00:00Z');

export const version: Version = {
  id: id(1),
  number: 3,
  serial: '04b2c8d1e0f3a5978612',
  fingerprintSha256: 'ab'.repeat(32),
  issuer: "CN=R11, O=Let's Encrypt, C=US",
  notBefore: '2026-10-20T08:00:00Z',
  notAfter: '2027-01-18T08:00:00Z',
  keyAlgorithm: 'P-256',
  account: 'letsencrypt',
  revokedAt: null,
  revocation: null,
  createdAt: '2026-10-20T09:00:00Z',
};

export const certificate: Certificate = {
  id: id(2),
  name: 'www',
  source: 'acme',
  identifiers: [
    { type: 'dns', value: 'www.example.com', solver: null },
    { type: 'dns', value: 'example.com', solver: 'dns' },
  ],
  subject: {},
  policy: 'default',
  keyAlgorithm: null,
  keyOnRenewal: null,
  signatureAlgorithm: null,
  profile: null,
  keystore: null,
  labels: { team: 'shop' },
  status: 'valid',
  health: 'healthy',
  request: 'renewed',
  version,
  toBeRevoked: [
    {
      version: 2,
      reason: 'keyCompromise',
      by: 'user:anna',
      at: '2026-11-20T10:00:00Z',
      trouble: { message: 'revokeCert failed: 403 unauthorized.', since: '2026-11-21T08:00:00Z' },
    },
  ],
  issuance: null,
  renewal: {
    at: '2026-12-19T03:12:00Z',
    reason: 'ari',
    text: 'ARI window 18–20 December, chosen 19 December 03:12 UTC',
    window: { start: '2026-12-18T00:00:00Z', end: '2026-12-20T00:00:00Z', chosen: '2026-12-19T03:12:00Z' },
    askedAgainAt: '2026-11-21T14:00:00Z',
    period: {
      lifetimeSeconds: 7_776_000,
      leadSeconds: 2_592_000,
      reason: 'lifetime',
      text: 'when the CA suggests it, else 30 days before notAfter',
    },
  },
  lastError: null,
  assignments: 1,
  createdAt,
  updatedAt: createdAt,
};

export const pendingCertificate: Certificate = {
  ...certificate,
  id: id(3),
  name: 'mail-of-the-department-for-long-names',
  identifiers: [{ type: 'dns', value: 'mail.department-for-long-names.example.com', solver: null }],
  labels: {},
  status: 'pending',
  health: 'failing',
  request: 'pending',
  version: null,
  toBeRevoked: [],
  renewal: null,
  issuance: {
    step: 'validating',
    account: 'letsencrypt',
    attempt: 2,
    since: '2026-11-21T09:58:00Z',
    stepSince: '2026-11-21T09:59:00Z',
    waitsUntil: '2026-11-21T10:09:00Z',
    reason: 'the CA is looking at the challenge',
    needsPerson: false,
  },
  lastError: {
    message: 'urn:ietf:params:acme:error:dns: no valid A records found for mail.department-for-long-names.example.com',
    at: '2026-11-21T09:57:00Z',
    attempts: 1,
    problem: {
      type: 'urn:ietf:params:acme:error:dns',
      detail: null,
      subproblems: [
        {
          identifier: 'mail.department-for-long-names.example.com',
          type: 'urn:ietf:params:acme:error:dns',
          detail: 'no valid A records found',
        },
      ],
    },
  },
  assignments: 0,
};

export const importedCertificate: Certificate = {
  ...certificate,
  id: id(5),
  name: 'intranet',
  source: 'imported',
  identifiers: [{ type: 'dns', value: 'intranet.example.com', solver: null }],
  policy: null,
  request: null,
  labels: {},
  toBeRevoked: [],
  version: { ...version, number: 1, issuer: 'CN=Example CA 2', account: null },
  renewal: null,
};

export const intermediate: Intermediate = {
  id: id(6),
  name: 'example-ca-2',
  subject: 'C=US, O=Example, CN=Example CA 2',
  issuer: 'C=US, O=Example, CN=Example Root',
  notBefore: '2024-01-01T00:00:00Z',
  notAfter: '2029-01-01T00:00:00Z',
  fingerprintSha256: 'cd'.repeat(32),
  certificate: '-----BEGIN CERTIFICATE-----\nY2E=\n-----END CERTIFICATE-----\n',
  createdAt,
};

export const assignment: Assignment = {
  id: id(4),
  certificate: 'www',
  target: 'web',
  isDefault: true,
  deployment: {
    id: id(5),
    version: 3,
    status: 'verified',
    error: null,
    servedSerial: version.serial,
    at: '2026-10-20T09:00:05Z',
  },
  createdAt,
};

export const served: Served[] = [
  {
    target: 'web',
    state: 'as-it-should',
    expected: { version: 3, serial: version.serial },
    served: { serial: version.serial, version: 3 },
    reason: null,
    at: '2026-11-21T10:00:00Z',
  },
  {
    target: 'intranet',
    state: 'no-answer',
    expected: { version: 3, serial: version.serial },
    served: null,
    reason: '192.0.2.9:443 refused the connection.',
    at: '2026-11-21T10:00:00Z',
  },
];

export const account: Account = {
  id: id(6),
  name: 'letsencrypt',
  directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
  accountUrl: 'https://acme-v02.api.letsencrypt.org/acme/acct/1234',
  email: 'ops@example.com',
  status: 'valid',
  keyAlgorithm: 'ES256',
  termsOfServiceUrl: 'https://letsencrypt.org/documents/LE-SA.pdf',
  termsAgreedBy: 'user:alice',
  termsAgreedAt: createdAt,
  createdAt,
};

export const directory = {
  directoryUrl: account.directoryUrl,
  termsOfServiceUrl: account.termsOfServiceUrl,
  website: 'https://letsencrypt.org',
  caaIdentities: ['letsencrypt.org'],
  externalAccountRequired: false,
  profiles: { classic: 'The default', shortlived: 'Six days' },
  renewalInfo: true,
};

export const policy: Policy = {
  id: id(7),
  name: 'default',
  accounts: ['letsencrypt', 'zerossl'],
  keyAlgorithm: 'P-256',
  keyOnRenewal: 'new',
  renewDaysBefore: null,
  renewals: [
    {
      ...{ lifetime: '90 days', lifetimeSeconds: 7_776_000, leadSeconds: 2_592_000, reason: 'lifetime' },
      text: 'when the CA suggests it, else 30 days before notAfter',
    },
    {
      ...{ lifetime: '160 hours', lifetimeSeconds: 576_000, leadSeconds: 288_000, reason: 'lifetime' },
      text: 'when the CA suggests it, else 3.3 days before notAfter',
    },
  ],
  profile: null,
  defaultSolver: 'web',
  createdAt,
};

export const solver: Solver = {
  id: id(8),
  name: 'web',
  type: 'virtual-service',
  config: { virtualService: 1 },
  enabled: true,
  proves: { domains: 1, policies: 1 },
  leftOver: 0,
  createdAt,
};

export const solverFindings: SolverFindings = {
  zones: ['example.com', 'example.org'],
  record: { name: 'www.acme.example.org', zone: 'example.org', nameServers: ['ns1.example.org', 'ns2.example.org'] },
};

export const preflight: PreflightReport = {
  result: 'refused',
  findings: [
    {
      check: 'caa',
      name: 'shop.example.org',
      result: 'refused',
      message:
        'Account letsencrypt: example.org CAA 0 issue "ca.example" names who may issue, and that is not letsencrypt.org.',
      remedy:
        'Publish example.org CAA 0 issue "letsencrypt.org" as well, or use an account at a CA that is named there.',
    },
    {
      check: 'http-01',
      name: 'www.example.com',
      result: 'warning',
      message:
        'A trial challenge of vs-1 is not what is answered: http://www.example.com/ at 192.0.2.7 answered 404: "Not found".',
      remedy: 'Let port 80 of all its addresses lead to 198.51.100.4:80, or prove the name over dns-01.',
    },
    { check: 'account', name: null, result: 'ok', message: 'Account letsencrypt can be used.', remedy: null },
    {
      check: 'limits',
      name: null,
      result: 'ok',
      message: "The CA's limits have room for 49 more such orders.",
      remedy: null,
    },
  ],
};

export const dnsSolver: Solver = {
  ...solver,
  enabled: false,
  name: 'dns',
  type: 'rfc2136',
  config: { server: '192.0.2.53', keyName: 'certfleet', tsig: { secret: true } },
};

export const domain: Domain = { id: id(8), pattern: '.example.com', solver: 'web', createdAt };

export const unprovable: UnprovableNames = {
  examined: 3,
  total: 1,
  items: [
    {
      certificate: 'shop',
      identifier: '*.shop.example.org',
      reason:
        "*.shop.example.org is a wildcard, which http-01 cannot prove: use dns-01. Its solver was chosen because it is the policy's default.",
    },
  ],
  at: '2026-11-21T10:00:00Z',
};

export const channel: Channel = {
  id: id(7),
  name: 'ops',
  type: 'smtp',
  config: {
    host: 'mail.example.com',
    from: 'certfleet@example.com',
    to: ['ops@example.com'],
    password: { secret: true },
  },
  enabled: true,
  kinds: ['failed', 'expiring'],
  severity: 'warning',
  labels: ['team=shop'],
  accountHolders: true,
  collectSeconds: 120,
  waiting: 2,
  lastSentAt: '2026-11-21T09:00:00Z',
  lastError: null,
  createdAt,
};

export const failingChannel: Channel = {
  ...channel,
  id: id(8),
  name: 'alive',
  type: 'heartbeat',
  config: { url: { secret: true }, everyMinutes: 5 },
  kinds: [],
  severity: 'info',
  labels: [],
  accountHolders: false,
  waiting: 0,
  lastSentAt: null,
  lastError: {
    message: 'The monitor at status.example.com: GET answered 404',
    at: '2026-11-21T09:55:00Z',
    attempts: 12,
  },
};

export const plugin: Plugin = {
  kind: 'solver',
  type: 'rfc2136',
  title: 'DNS update by RFC 2136 (BIND and others)',
  challengeTypes: ['dns-01'],
  config: { type: 'object', properties: { server: { type: 'string' } }, required: ['server'] },
  neverRunAgainst: null,
  guide: 'docs/guides/dns.md',
};

export const target: Target = {
  id: id(9),
  name: 'web',
  type: 'virtual-service',
  config: { virtualService: 1 },
  certificates: ['www'],
  createdAt,
};

export const event: Event = {
  id: 42,
  at: '2026-11-21T09:55:00Z',
  actor: 'user:alice',
  action: 'certificate.issued',
  subject: 'certificate:www',
  outcome: 'succeeded',
  message: "Let's Encrypt issued version 3 of www for www.example.com and example.com",
  detail: { serial: version.serial },
};

export const user: User = { id: id(1), name: 'alice', role: 'admin', createdAt, lastSignInAt: '2026-11-21T09:00:00Z' };

export const token: Token = {
  id: id(2),
  name: 'ci',
  role: 'operator',
  createdBy: 'user:alice',
  user: null,
  createdAt,
  expiresAt: '2027-02-19T10:00:00Z',
  lastUsedAt: null,
};

export const loadmaster: LoadMasterSettings = {
  enabled: true,
  directoryUrl: account.directoryUrl,
  caCertificate: null,
  renewPeriod: null,
};

export const exported = {
  format: 'pem',
  version: 3,
  certificate: '-----BEGIN CERTIFICATE-----\nbGVhZg==\n-----END CERTIFICATE-----\n',
  chain: '-----BEGIN CERTIFICATE-----\nY2E=\n-----END CERTIFICATE-----\n',
  privateKey: null,
  keystore: null,
};

export const privateKey = '-----BEGIN PRIVATE KEY-----\na2V5\n-----END PRIVATE KEY-----\n';

export const pause: Pause = {
  since: '2026-11-21T09:00:00Z',
  by: 'user:alice',
  reason: 'Moving to another data centre',
  restored: false,
};

export const restoration: Restoration = {
  kind: 'base',
  createdAt: '2026-11-20T10:00:00Z',
  restored: { account: 1, virtual_service: 2 },
  leftOut: [],
  paused: pause,
};

export const system: System = { version: '0.1.0', paused: null };

/** Two by hand, one of which was looked for in vain, and one that a DNS account presents. */
export const challenges: CertificateChallenges = {
  certificate: 'www',
  order: { step: 'presenting', account: 'letsencrypt', expiresAt: '2026-11-28T09:58:00Z' },
  needsPerson: true,
  challenges: [
    {
      identifier: 'www.example.com',
      type: 'http-01',
      solver: 'hand',
      byPerson: true,
      state: 'open',
      http: {
        url: 'http://www.example.com/.well-known/acme-challenge/DGyRejmCefe7v4NfDGDKfA',
        file: 'DGyRejmCefe7v4NfDGDKfA',
        content: 'DGyRejmCefe7v4NfDGDKfA.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI',
      },
      dns: null,
      sighting: {
        seen: false,
        message:
          'http://www.example.com/.well-known/acme-challenge/DGyRejmCefe7v4NfDGDKfA at 192.0.2.7 answered 404: "Not found".',
        at: '2026-11-21T09:59:00Z',
      },
    },
    {
      identifier: 'example.com',
      type: 'dns-01',
      solver: 'hand',
      byPerson: true,
      state: 'open',
      http: null,
      dns: {
        name: '_acme-challenge.example.com',
        aliasOf: null,
        value: 'LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0',
      },
      sighting: null,
    },
    {
      identifier: 'shop.example.com',
      type: 'dns-01',
      solver: 'dns',
      byPerson: false,
      state: 'presented',
      http: null,
      dns: {
        name: 'shop.acme.example.net',
        aliasOf: '_acme-challenge.shop.example.com',
        value: 'ejmCefe7v4NfDGDKfADGyRejmCefe7v4NfDGDKfADGy',
      },
      sighting: null,
    },
  ],
  removable: [],
  lastError: null,
};
