import type { ContentRule, LoadBalancer, Traffic, VirtualService, VirtualServiceStatistics } from '@certfleet/contract';
import { createdAt, id } from './sample-identity.js';

export const virtualService: VirtualService = {
  index: 1,
  loadBalancer: 'default',
  name: 'shop',
  address: '192.0.2.10',
  port: 443,
  type: 'https',
  enabled: true,
  redirectPort: null,
  http2: false,
  scheduling: 'least-connection',
  persistence: { type: 'cookie', name: 'node', timeoutSeconds: null },
  healthCheck: { type: 'http', port: 8081, path: '/health', host: null, method: 'GET', statuses: [401] },
  minimumServers: 2,
  unavailable: { status: 302, redirectUrl: 'https://status.example.com/', page: null },
  realServers: [
    { index: 1, address: '10.0.0.5', port: 8080, weight: 100, enabled: true, connectionLimit: 0 },
    { index: 2, address: '2001:db8::5', port: 8080, weight: 50, enabled: false, connectionLimit: 200 },
  ],
  subVirtualServices: [
    {
      index: 2,
      name: 'api',
      enabled: true,
      contentRules: ['api', 'legacy'],
      scheduling: 'weighted-round-robin',
      persistence: { type: 'none' },
      healthCheck: { type: 'tcp', port: null },
      minimumServers: 1,
      unavailable: null,
      realServers: [{ index: 1, address: '10.0.0.6', port: 9000, weight: 100, enabled: true, connectionLimit: 0 }],
    },
  ],
  challenges: [
    {
      index: 1_000_000_007,
      certificate: 'www',
      identifier: 'www.example.com',
      path: '/.well-known/acme-challenge/Jx9hOqkLHDM3',
      since: createdAt,
    },
  ],
  certificates: ['www'],
  createdAt,
};

const traffic: Traffic = {
  sessions: 120,
  requests: 3400,
  bytesIn: 512_000,
  bytesOut: 73_400_320,
  responses1xx: 0,
  responses2xx: 3300,
  responses3xx: 90,
  responses4xx: 9,
  responses5xx: 1,
  currentSessions: 4,
  sessionsPerSecond: 2,
  requestsPerSecond: 17,
};

export const statistics: VirtualServiceStatistics = {
  index: 1,
  name: 'shop',
  address: '192.0.2.10',
  port: 443,
  state: 'up',
  traffic,
  realServers: [
    { index: 1, address: '10.0.0.5', port: 8080, state: 'up', lastCheck: null, traffic },
    { index: 2, address: '2001:db8::5', port: 8080, state: 'down', lastCheck: 'Connection refused', traffic },
  ],
  subVirtualServices: [
    {
      index: 2,
      name: 'api',
      state: 'down',
      traffic,
      realServers: [{ index: 1, address: '10.0.0.6', port: 9000, state: 'unchecked', lastCheck: null, traffic }],
    },
  ],
};

export const contentRule: ContentRule = {
  name: 'api',
  field: 'url',
  header: null,
  match: 'prefix',
  pattern: '/api/',
  includeHost: false,
  includeQuery: false,
  negate: false,
  ignoreCase: true,
  mustFail: false,
  usedBy: [2],
  createdAt,
};

export const loadBalancer: LoadBalancer = {
  id: id(1),
  name: 'default',
  isDefault: true,
  instances: [{ id: id(2), name: 'local', type: 'local', status: 'running' }],
};
