import type {
  Assignment,
  Certificate,
  CertificateChallenges,
  Intermediate,
  NameProof,
  PreflightReport,
  Served,
  Version,
} from '@certfleet/contract';
import { createdAt, id } from './sample-identity.js';

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
  servedUntil: '2026-12-01T08:00:00Z',
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
      text: 'when the CA suggests it, else 30 days before it expires',
    },
  },
  lastError: null,
  assignments: 1,
  virtualServices: [{ index: 2, name: null, address: '192.0.2.80', port: 443, enabled: true }],
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
  servedUntil: null,
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
  virtualServices: [],
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
  servedUntil: null,
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
  virtualService: { index: 1, name: 'shop', address: '192.0.2.10', port: 443, enabled: true },
  isDefault: true,
  deployment: {
    id: id(5),
    version: 3,
    status: 'verified',
    error: null,
    servedSerial: version.serial,
    at: '2026-10-20T09:00:05Z',
  },
  toBeTakenOff: null,
  createdAt,
};

export const proofs: NameProof[] = [
  {
    ...{ identifier: 'www.example.com', solver: 'web', challengeType: 'http-01', rule: 'policy', pattern: null },
    reason: "Chosen because it is the policy's default.",
  },
  {
    ...{ identifier: '*.example.com', solver: 'dns', challengeType: 'dns-01', rule: 'suffix', pattern: '.example.com' },
    reason: 'Chosen because it is bound to .example.com, the longest suffix that fits.',
  },
];

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
      solver: null,
    },
    {
      check: 'http-01',
      name: 'www.example.com',
      result: 'warning',
      message:
        'A trial challenge of vs-1 is not what is answered: http://www.example.com/ at 192.0.2.7 answered 404: "Not found".',
      remedy: 'Let port 80 of all its addresses lead to 198.51.100.4:80, or prove the name over dns-01.',
      solver: null,
    },
    {
      check: 'account',
      name: null,
      result: 'ok',
      message: 'Account letsencrypt can be used.',
      remedy: null,
      solver: null,
    },
    {
      check: 'limits',
      name: null,
      result: 'ok',
      message: "The CA's limits have room for 49 more such orders.",
      remedy: null,
      solver: null,
    },
  ],
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
