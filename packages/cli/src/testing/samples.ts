import type {
  Account,
  Channel,
  Domain,
  Event,
  LoadMasterSettings,
  Pause,
  Plugin,
  Policy,
  Restoration,
  Solver,
  SolverFindings,
  System,
  Target,
  Token,
  UnprovableNames,
  User,
} from '@certfleet/contract';
import { version } from './sample-certificates.js';
import { createdAt, id } from './sample-identity.js';

export * from './sample-certificates.js';
export { overview, running } from './sample-overview.js';
export * from './sample-virtual-services.js';

/** The moment of all tests. */
export const now = new Date('2026-11-21T10:00:00Z');

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
      text: 'when the CA suggests it, else 30 days before it expires',
    },
    {
      ...{ lifetime: '160 hours', lifetimeSeconds: 576_000, leadSeconds: 288_000, reason: 'lifetime' },
      text: 'when the CA suggests it, else 3.3 days before it expires',
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
  virtualService: null,
  leftOver: 0,
  createdAt,
};

export const solverFindings: SolverFindings = {
  zones: ['example.com', 'example.org'],
  record: { name: 'www.acme.example.org', zone: 'example.org', nameServers: ['ns1.example.org', 'ns2.example.org'] },
  answers: null,
  byPerson: false,
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
  virtualService: { index: 1, name: 'shop', address: '192.0.2.10', port: 443, enabled: true },
  certificates: ['www'],
  defaultCertificate: 'www',
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

export const system: System = {
  version: '0.1.0',
  versions: {
    ...{ node: '22.12.0', haproxy: '2.6.12-1+deb12u1', store: 'SQLite 3.46.0', schema: 1 },
    system: 'Linux 6.1.0-26-amd64 (x64)',
  },
  paused: null,
};
