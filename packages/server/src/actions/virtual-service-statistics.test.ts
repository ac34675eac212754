import type { PoolStatus, VirtualServiceStatus } from '@certfleet/haproxy';
import { describe, expect, test } from 'vitest';
import type { VirtualServiceRecord } from '../store/virtual-services.js';
import { statisticsOf } from './virtual-service-statistics.js';

const traffic = (requests: number) => ({
  counters: {
    ...{ sessions: 2, requests, bytesIn: 3, bytesOut: 4 },
    ...{ responses1xx: 0, responses2xx: requests, responses3xx: 0, responses4xx: 0, responses5xx: 0 },
  },
  load: { currentSessions: 5, sessionsPerSecond: 6, requestsPerSecond: 7 },
});
const server = (index: number, enabled = true) => ({ index, address: `10.0.0.${index}`, port: 80, enabled });

function service(enabled: boolean): VirtualServiceRecord {
  return {
    ...{ index: 1, name: 'shop', address: '192.0.2.1', port: 80, type: 'http', enabled },
    realServers: [server(1), server(2, false)],
    subVirtualServices: [{ index: 2, name: 'api', enabled: true, realServers: [server(1)] }],
  } as VirtualServiceRecord;
}

describe('statistics', () => {
  test('are what HAProxy tells of what is stored', () => {
    const sub: PoolStatus = { index: 2, state: 'down', realServers: [], ...traffic(1) };
    const status: VirtualServiceStatus = {
      ...{ index: 1, state: 'up', ...traffic(9), subVirtualServices: [sub] },
      realServers: [{ index: 1, state: 'down', lastCheck: 'Connection refused', ...traffic(8) }],
    };
    const other = { ...status, index: 3 };
    expect(statisticsOf([service(true)], [other, status])).toMatchObject([
      {
        ...{ index: 1, name: 'shop', address: '192.0.2.1', port: 80, state: 'up' },
        traffic: { requests: 9, responses2xx: 9, bytesOut: 4, currentSessions: 5, requestsPerSecond: 7 },
        realServers: [
          { index: 1, address: '10.0.0.1', state: 'down', lastCheck: 'Connection refused', traffic: { requests: 8 } },
          // It was made a moment ago: HAProxy doesn't know it yet.
          { index: 2, state: 'disabled', lastCheck: null, traffic: { requests: 0 } },
        ],
        subVirtualServices: [{ index: 2, name: 'api', state: 'down', traffic: { requests: 1 }, realServers: [{}] }],
      },
    ]);
  });

  test.each([
    ['enabled', true, 'unknown'],
    ['disabled', false, 'disabled'],
  ])('without HAProxy, one that is %s', (_what, enabled, state) => {
    expect(statisticsOf([service(enabled)], null)).toMatchObject([
      {
        ...{ state, traffic: { sessions: 0 }, subVirtualServices: [{ state }] },
        realServers: [{ state: 'unknown' }, { state: 'disabled' }],
      },
    ]);
  });
});
