import type {
  HealthCheck,
  Persistence,
  Scheduling,
  SubVirtualService,
  Unavailable,
  VirtualService,
  VirtualServiceChange,
} from '@certfleet/contract';
import { typedNumber } from '../../parts/typed-number.js';

/** A (sub) virtual service as far as its real servers are concerned. */
export type Pool = Pick<
  VirtualService | SubVirtualService,
  'index' | 'name' | 'scheduling' | 'persistence' | 'healthCheck' | 'minimumServers' | 'unavailable' | 'realServers'
>;

/** What stands in the fields: of each choice with kinds of its own, the fields of all kinds side by side. */
export interface PoolValues extends Record<string, unknown> {
  name: string;
  scheduling: Scheduling;
  persistence: { type: Persistence['type']; name: string; timeoutSeconds: number | string };
  healthCheck: {
    type: HealthCheck['type'];
    port: number | string;
    path: string;
    host: string;
    method: 'GET' | 'HEAD';
    statuses: string[];
  };
  minimumServers: number | string;
  unavailable: {
    kind: 'none' | 'status' | 'redirect' | 'page';
    status: number | string;
    redirectUrl: string;
    page: string;
  };
}

export function valuesOf({
  name,
  scheduling,
  persistence,
  healthCheck,
  minimumServers,
  unavailable,
}: Pool): PoolValues {
  const noRequest = { path: '/', host: null, method: 'GET', statuses: [] } as const;
  const request = healthCheck.type === 'http' || healthCheck.type === 'https' ? healthCheck : noRequest;
  return {
    name: name ?? '',
    scheduling,
    persistence: {
      type: persistence.type,
      name: 'name' in persistence ? persistence.name : '',
      timeoutSeconds: persistence.type === 'none' ? 360 : (persistence.timeoutSeconds ?? ''),
    },
    healthCheck: {
      type: healthCheck.type,
      port: healthCheck.type === 'none' ? '' : (healthCheck.port ?? ''),
      path: request.path,
      host: request.host ?? '',
      method: request.method,
      statuses: request.statuses.map(String),
    },
    minimumServers,
    unavailable: {
      kind: kindOf(unavailable),
      status: unavailable?.status ?? 503,
      redirectUrl: unavailable?.redirectUrl ?? '',
      page: unavailable?.page ?? '',
    },
  };
}

function kindOf(unavailable: Unavailable | null): PoolValues['unavailable']['kind'] {
  if (unavailable === null) return 'none';
  if (unavailable.redirectUrl !== null) return 'redirect';
  return unavailable.page === null ? 'status' : 'page';
}

/** What is changed to. What is wrong in a field goes along as it is, for the operation's schemas to say so. */
export function changeOf(values: PoolValues): VirtualServiceChange {
  return {
    name: values.name === '' ? null : values.name,
    scheduling: values.scheduling,
    persistence: persistenceOf(values.persistence),
    healthCheck: healthCheckOf(values.healthCheck),
    minimumServers: typedNumber(values.minimumServers),
    unavailable: unavailableOf(values.unavailable),
  };
}

function persistenceOf({ type, name, timeoutSeconds }: PoolValues['persistence']): Persistence {
  const seconds = numberOrNull(timeoutSeconds);
  switch (type) {
    case 'none':
      return { type };
    case 'source':
      return { type, timeoutSeconds: seconds ?? 360 };
    case 'cookie':
      return { type, name, timeoutSeconds: seconds };
    case 'server-cookie':
      return { type, name, timeoutSeconds: seconds ?? 360 };
  }
}

function healthCheckOf({ type, port, path, host, method, statuses }: PoolValues['healthCheck']): HealthCheck {
  if (type === 'none') return { type };
  if (type === 'tcp') return { type, port: numberOrNull(port) };
  return {
    ...{ type, path, method, port: numberOrNull(port) },
    host: host === '' ? null : host,
    statuses: statuses.map(Number),
  };
}

function unavailableOf({ kind, status, redirectUrl, page }: PoolValues['unavailable']): Unavailable | null {
  if (kind === 'none') return null;
  return {
    status: Number(status),
    redirectUrl: kind === 'redirect' ? redirectUrl : null,
    page: kind === 'page' ? page : null,
  };
}

function numberOrNull(typed: number | string): number | null {
  return typed === '' ? null : Number(typed);
}
