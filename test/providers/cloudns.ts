import {
  type ProviderReply,
  type ProviderRequest,
  type ProviderServer,
  pageOf,
  startProviderServer,
  zoneHolding,
} from './server.js';

export interface FakeClouDns extends ProviderServer {
  txt(name: string): string[];
  put(name: string, value: string): void;
}

export const password = 'cloudns-password-0123456789';
export const users = { authId: 1234, subAuthId: 5678, subAuthUser: 'acme' };

interface TxtRecord {
  id: number;
  zone: string;
  host: string;
  record: string;
  ttl: string;
}

const failed = (statusDescription: string): ProviderReply => ({
  status: 200,
  body: { status: 'Failed', statusDescription },
});

const done = (statusDescription: string, data?: unknown): ProviderReply => ({
  status: 200,
  body: { status: 'Success', statusDescription, ...(data ? { data } : {}) },
});

/**
 * As much of ClouDNS's HTTP API as DNS accounts use, with its rules: one of three kinds of users, refusals with status
 * 200, pages of given sizes, fixed times to live, an empty array where there are no records. Other than the real one,
 * it refuses credentials in a URL.
 */
export async function startClouDns(zones: readonly { name: string; type: 'master' | 'slave' }[]): Promise<FakeClouDns> {
  const records: TxtRecord[] = [];
  let last = 100;

  function answer({ method, path, query, body }: ProviderRequest): ProviderReply {
    if (query.size > 0) throw new Error(`Parameters in the URL: ${query}`);
    const form = new URLSearchParams(body);
    if (method !== 'POST' || !isKnown(form)) {
      return failed('Invalid authentication, incorrect auth-id or auth-password.');
    }
    if (path === '/dns/list-zones.json') return paged(form, zones, items => items);
    const zone = zones.find(({ name }) => name === form.get('domain-name'));
    if (!zone) return failed('Missing domain-name');
    if (path === '/dns/records.json') return list(zone.name, form);
    if (zone.type !== 'master') return failed('This function is available only for master zones.');
    if (path === '/dns/add-record.json') return add(zone.name, form);
    const at = records.findIndex(({ id, zone: of }) => of === zone.name && String(id) === form.get('record-id'));
    if (path !== '/dns/delete-record.json' || at < 0) return failed('Invalid record-id param.');
    records.splice(at, 1);
    return done('The record was deleted successfully.');
  }

  function isKnown(form: URLSearchParams): boolean {
    const given = [form.get('auth-id'), form.get('sub-auth-id'), form.get('sub-auth-user')];
    const expected = [users.authId, users.subAuthId, users.subAuthUser].map(String);
    const named = given.filter(value => value !== null).length === 1;
    return named && given.some((value, at) => value === expected[at]) && form.get('auth-password') === password;
  }

  function paged<T>(form: URLSearchParams, all: readonly T[], shown: (items: T[]) => unknown): ProviderReply {
    const size = Number(form.get('rows-per-page'));
    if (![10, 20, 30, 50, 100].includes(size)) return failed('Invalid rows-per-page');
    return { status: 200, body: shown(pageOf(all, Number(form.get('page')), size).items) };
  }

  function list(zone: string, form: URLSearchParams): ProviderReply {
    const host = form.get('host');
    const all = records.filter(record => record.zone === zone && (host === null || record.host === host));
    return paged(form, all, items =>
      items.length === 0
        ? []
        : Object.fromEntries(items.map(({ id, ...rest }) => [id, { id: String(id), type: 'TXT', ...rest, status: 1 }])),
    );
  }

  function add(zone: string, form: URLSearchParams): ProviderReply {
    const { host, record, ttl } = Object.fromEntries(form) as Record<string, string>;
    if (!['60', '300', '900', '1800', '3600', '21600', '43200', '86400'].includes(ttl ?? ''))
      return failed('Invalid ttl.');
    if (form.get('record-type') !== 'TXT' || host === undefined || !record) return failed('Missing record');
    const same = (each: TxtRecord) => each.zone === zone && each.host === host && each.record === record;
    if (records.some(same)) return failed('You can not add the same record more than once.');
    last += 1;
    records.push({ id: last, zone, host, record, ttl: ttl ?? '' });
    return done('The record was added successfully.', { id: last });
  }

  const server = await startProviderServer(answer, {
    status: 429,
    body: '<html>Too Many Requests</html>',
    headers: { 'retry-after': '1' },
  });
  const place = (name: string) => {
    const { name: zone = '' } = zoneHolding(name, zones) ?? {};
    return { zone, host: name === zone ? '' : name.slice(0, -zone.length - 1) };
  };
  return {
    ...server,
    txt(full) {
      const { zone, host } = place(full);
      return records.filter(each => each.zone === zone && each.host === host).map(({ record }) => record);
    },
    put(full, record) {
      last += 1;
      records.push({ id: last, ...place(full), record, ttl: '3600' });
    },
  };
}
