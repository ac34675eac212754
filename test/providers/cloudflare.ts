import { unquoteText } from '../../packages/plugins/src/dns/character-strings.js';
import {
  type ProviderReply,
  type ProviderRequest,
  type ProviderServer,
  pageOf,
  startProviderServer,
} from './server.js';

export interface FakeCloudflare extends ProviderServer {
  /** Every zone's TXT values at a name. */
  txt(name: string): string[];
  /** As someone would enter it who doesn't know of quotes. */
  put(name: string, value: string): void;
}

export const token = 'v1.0-cloudflare-token-0123456789';
export const globalKey = { email: 'dns@example.com', key: 'c0ffee'.repeat(6).concat('0') };

interface TxtRecord {
  id: string;
  zone: string;
  name: string;
  content: string;
}

const failure = (status: number, code: number, message: string): ProviderReply => ({
  status,
  body: { success: false, errors: [{ code, message }], messages: [], result: null },
});

const success = (result: unknown, info?: object): ProviderReply => ({
  status: 200,
  body: { success: true, errors: [], messages: [], result, ...(info ? { result_info: info } : {}) },
});

/**
 * As much of Cloudflare's API version 4 as DNS accounts use, with its rules: tokens and global keys, at most 50 zones a
 * page, identical records refused, times to live of 60 s and more, TXT content in presentation format.
 */
export async function startCloudflare(
  zoneNames: readonly string[],
  { pending = [] as readonly string[] } = {},
): Promise<FakeCloudflare> {
  const zones = [...pending, ...zoneNames].map((name, index) => ({
    ...{ id: index.toString(16).padStart(32, '0'), name },
    // One that was entered, but that the registry doesn't delegate to Cloudflare yet.
    status: index < pending.length ? 'pending' : 'active',
  }));
  const records: TxtRecord[] = [];
  let last = 0;

  function answer({ method, path, query, headers, body }: ProviderRequest): ProviderReply {
    const refused = refuse(headers);
    if (refused) return refused;
    if (method === 'GET' && path === '/zones') return listZones(query);
    const [, zoneId, recordId] = /^\/zones\/([0-9a-f]{32})\/dns_records(?:\/([0-9a-f]{32}))?$/.exec(path) ?? [];
    const zone = zones.find(({ id }) => id === zoneId);
    if (!zone) return failure(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
    if (method === 'GET') return listRecords(zone.id, query);
    if (method === 'POST') return create(zone, JSON.parse(body));
    const at = records.findIndex(({ id }) => id === recordId);
    if (method !== 'DELETE' || at < 0) return failure(404, 81_044, 'Record does not exist.');
    records.splice(at, 1);
    return success({ id: recordId });
  }

  function refuse(headers: ProviderRequest['headers']): ProviderReply | undefined {
    const { authorization } = headers;
    if (authorization !== undefined) {
      if (!/^Bearer [\w.-]{20,}$/.test(authorization)) return failure(400, 6003, 'Invalid request headers');
      return authorization === `Bearer ${token}` ? undefined : failure(403, 9109, 'Invalid access token');
    }
    const known = headers['x-auth-email'] === globalKey.email && headers['x-auth-key'] === globalKey.key;
    return known ? undefined : failure(403, 9103, 'Unknown X-Auth-Key or X-Auth-Email');
  }

  function listZones(query: URLSearchParams): ProviderReply {
    const name = query.get('name');
    const status = query.get('status');
    const size = Number(query.get('per_page') ?? 20);
    if (size > 50) return failure(400, 1068, 'per_page must not be more than 50');
    const page = Number(query.get('page') ?? 1);
    const { items, pages } = pageOf(
      zones.filter(zone => (name === null || zone.name === name) && (status === null || zone.status === status)),
      page,
      size,
    );
    return success(items, { page, per_page: size, count: items.length, total_pages: pages });
  }

  function listRecords(zone: string, query: URLSearchParams): ProviderReply {
    if (query.get('type') !== 'TXT') throw new Error('Only TXT records are known here.');
    const page = Number(query.get('page') ?? 1);
    // Three a page, whatever was asked for, so that every list of more has pages.
    const { items, pages } = pageOf(
      records.filter(record => record.zone === zone && record.name === query.get('name')),
      page,
      3,
    );
    return success(items, { page, per_page: 3, count: items.length, total_pages: pages });
  }

  function create(zone: { id: string; name: string }, asked: Record<string, unknown>): ProviderReply {
    const { type, name, content, ttl } = asked as { type: string; name: string; content: string; ttl: number };
    if (type !== 'TXT' || typeof content !== 'string') return failure(400, 9005, 'Content for TXT record is invalid.');
    if (name !== zone.name && !name.endsWith(`.${zone.name}`)) return failure(400, 9000, 'DNS name is invalid.');
    if (ttl !== 1 && !(ttl >= 60 && ttl <= 86_400)) return failure(400, 9021, 'Invalid TTL.');
    const same = (record: TxtRecord) => record.name === name && record.content === content;
    if (records.some(same)) return failure(400, 81_058, 'An identical record already exists.');
    const record = { id: (last++).toString(16).padStart(32, 'a'), zone: zone.id, name, content };
    records.push(record);
    return success({ ...record, type, ttl });
  }

  const server = await startProviderServer(answer, {
    ...failure(429, 971, 'Please wait and consider throttling your request speed'),
    headers: { 'retry-after': '1' },
  });
  return {
    ...server,
    txt: name => records.filter(record => record.name === name).map(({ content }) => unquoteText(content)),
    put(name, content) {
      const zone = zones.find(each => name.endsWith(each.name));
      if (zone) records.push({ id: (last++).toString(16).padStart(32, 'b'), zone: zone.id, name, content });
    },
  };
}
