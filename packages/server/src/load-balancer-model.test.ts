import { checkLoadBalancer } from '@certfleet/haproxy';
import { describe, expect, test } from 'vitest';
import { toModel } from './load-balancer-model.js';
import type { ContentRuleRecord } from './store/content-rules.js';
import type { RealServerRecord } from './store/real-servers.js';
import type { PoolSettings, SubVirtualServiceRecord, VirtualServiceRecord } from './store/virtual-services.js';

const settings: PoolSettings = {
  scheduling: 'fixed-weight',
  persistence: { type: 'server-cookie', name: 'SID', timeoutSeconds: 60 },
  healthCheck: { type: 'https', port: 8443, path: '/up', host: 'www.example.com', method: 'HEAD', statuses: [401] },
  minimumServers: 3,
  unavailable: { status: 302, redirectUrl: 'https://sorry.example.com/', page: null },
};
const realServer: RealServerRecord = {
  ...{ virtualServiceIndex: 1, index: 4, address: '10.0.0.4', port: 8080, weight: 900, enabled: false },
  ...{ connectionLimit: 12, properties: { critical: true } },
};
const record = { loadBalancerId: 'lb', enabled: true, position: 0, properties: { kept: 'for clients' }, createdAt: 0 };
const sub: SubVirtualServiceRecord = {
  ...{ ...record, ...settings, type: 'sub', index: 2, parentIndex: 1, name: 'api', contentRules: ['api', 'default'] },
  ...{ address: null, port: null, redirectPort: null, http2: null, unavailable: null, realServers: [realServer] },
};
const service: VirtualServiceRecord = {
  ...{ ...record, ...settings, type: 'http', index: 1, parentIndex: null, name: 'shop', loadBalancer: 'default' },
  ...{
    address: '192.0.2.1',
    port: 80,
    redirectPort: null,
    http2: null,
    realServers: [realServer],
    subVirtualServices: [sub],
  },
};
const rule: ContentRuleRecord = {
  ...{ id: 'r', name: 'api', field: 'header', header: 'x-api', match: 'suffix', pattern: '2' },
  ...{ includeHost: false, includeQuery: false, negate: true, ignoreCase: true, mustFail: true, createdAt: 0 },
};
const asModelled = { index: 4, address: '10.0.0.4', port: 8080, weight: 900, enabled: false, connectionLimit: 12 };

describe('what is stored becomes the model that HAProxy is configured by', () => {
  const model = checkLoadBalancer(toModel([service], [rule]));

  test('every setting of a virtual service, and of a part of it', () => {
    expect(model.virtualServices).toMatchObject([
      {
        ...{ index: 1, name: 'shop', enabled: true, address: '192.0.2.1', port: 80, type: 'http', ...settings },
        realServers: [asModelled],
        subVirtualServices: [
          {
            ...{ index: 2, name: 'api', enabled: true, contentRules: ['api', 'default'] },
            ...{ ...settings, unavailable: null, realServers: [asModelled] },
          },
        ],
      },
    ]);
  });

  test.each([
    [true, true],
    [false, false],
  ])('an https service with http2 %s', (http2, expected) => {
    const { virtualServices } = checkLoadBalancer(toModel([{ ...service, type: 'https', http2 }], [rule]));
    expect(virtualServices).toMatchObject([{ type: 'https', http2: expected }]);
  });

  test('every field of a content rule', () => {
    const { id: _, createdAt: __, ...fields } = rule;
    expect(model.contentRules).toEqual([fields]);
  });

  test.each([
    [8443, 8443],
    [null, 443],
  ])('a redirect with port %s goes to %i', (redirectPort, expected) => {
    const redirect = { ...service, type: 'redirect' as const, redirectPort, realServers: [], subVirtualServices: [] };
    const { virtualServices } = checkLoadBalancer(toModel([redirect], []));
    expect(virtualServices).toMatchObject([{ type: 'redirect', redirectPort: expected }]);
  });
});
