import type { Overview, Running } from '@certfleet/contract';
import { id } from './sample-identity.js';

const firstDay = Date.UTC(2026, 10, 21);
const day = 86_400_000;

/** A fleet of 12,000 certificates in which some things went wrong. */
export const overview: Overview = {
  at: '2026-11-21T09:59:58Z',
  paused: null,
  certificates: {
    ...{ total: 12_000, revoked: 0, expired: 1, 'needs-person': 0, failing: 1, 'not-deployed': 1, unproven: 2 },
    ...{ 'in-progress': 7, due: 40, healthy: 11_948 },
  },
  problems: {
    total: 5,
    items: [
      {
        certificate: 'old-shop',
        health: 'expired',
        notAfter: '2026-11-20T08:00:00Z',
        message: 'Its current version has expired.',
        remedy: 'Import the next one, or delete it.',
        action: 'import',
        since: '2026-11-20T08:00:00Z',
      },
      {
        certificate: 'mail-of-the-department-for-long-names',
        health: 'failing',
        notAfter: null,
        message:
          'urn:ietf:params:acme:error:dns: no valid A records found for mail.department-for-long-names.example.com',
        remedy: 'Correct the DNS records of the name, then renew.',
        action: 'preflight',
        since: '2026-11-21T09:57:00Z',
      },
    ],
  },
  days: Array.from({ length: 91 }, (_, at) => ({
    day: new Date(firstDay + at * day).toISOString().slice(0, 10),
    expiring: at % 30 === 3 ? 120 : 0,
    renewals: at % 7 === 0 ? 130 : 0,
  })),
  accounts: [
    {
      account: 'letsencrypt',
      directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
      budgets: [
        {
          limit: 'newOrdersPerAccount',
          of: null,
          count: 300,
          windowSeconds: 10_800,
          used: 12,
          left: 288,
          nextAt: null,
        },
        {
          limit: 'certificatesPerRegisteredDomain',
          of: 'department-for-long-names.example.com',
          count: 50,
          windowSeconds: 604_800,
          used: 50,
          left: 0,
          nextAt: '2026-11-21T12:20:00Z',
        },
      ],
    },
  ],
  virtualServices: { total: 4, up: 2, down: 1, disabled: 0, redirect: 1, unknown: 0 },
  assignments: { total: 13_000, pending: 2, failing: 1, unproven: 2 },
  jobs: { running: 7, due: 33 },
  solvers: { total: 5, disabled: 1, leftOver: 1 },
  channels: { working: 2, failing: 1, disabled: 0 },
};

/** An order that waits for its CA, and a deployment. */
export const running: Running[] = [
  {
    ...{ id: id(4), kind: 'order', certificate: 'mail-of-the-department-for-long-names', account: 'letsencrypt' },
    ...{ target: null, step: 'validating', startedAt: '2026-11-21T09:55:00Z', stepSince: '2026-11-21T09:58:00Z' },
    ...{ waitsUntil: '2026-11-21T10:00:10Z', reason: 'The CA is validating.', needsPerson: false },
  },
  {
    ...{ id: id(5), kind: 'deployment', certificate: 'www', account: null, target: 'vs-2', step: 'installed' },
    ...{ startedAt: '2026-11-21T09:59:00Z', stepSince: '2026-11-21T09:59:30Z', waitsUntil: null, reason: null },
    needsPerson: false,
  },
];
