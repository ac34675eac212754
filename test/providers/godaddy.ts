import {
  type ProviderReply,
  type ProviderRequest,
  type ProviderServer,
  startProviderServer,
  zoneHolding,
} from './server.js';

export interface FakeGoDaddy extends ProviderServer {
  txt(name: string): string[];
  put(name: string, value: string): void;
  /** Requests that were refused as too many. */
  refused(): number;
}

export const credentials = { apiKey: 'dKD3_key', apiSecret: 'godaddy-secret-0123456789' };

interface TxtRecord {
  domain: string;
  name: string;
  data: string;
  ttl: number;
}

const failure = (status: number, code: string, message: string): ProviderReply => ({ status, body: { code, message } });

/**
 * As much of GoDaddy's Domains API as DNS accounts use, with its rules: the key's header, domains by marker, records by
 * offset, PATCH that adds, PUT that replaces a whole record set and takes no empty one, times to live of 600 s and
 * more, so many requests a minute (which may be a short one).
 */
export async function startGoDaddy(
  domains: readonly string[],
  { requestsPerMinute = Number.POSITIVE_INFINITY, minute = 60_000 } = {},
): Promise<FakeGoDaddy> {
  let records: TxtRecord[] = [];
  let inMinute = { ends: 0, requests: 0 };
  let refused = 0;

  function answer({ method, path, query, headers, body }: ProviderRequest): ProviderReply {
    if (Date.now() >= inMinute.ends) inMinute = { ends: Date.now() + minute, requests: 0 };
    inMinute.requests += 1;
    if (inMinute.requests > requestsPerMinute) {
      refused += 1;
      return tooMany(Math.ceil((inMinute.ends - Date.now()) / 1000));
    }
    const { apiKey, apiSecret } = credentials;
    if (!headers.authorization?.startsWith('sso-key '))
      return failure(401, 'MISSING_CREDENTIALS', 'Unauthorized : Credentials must be specified');
    if (headers.authorization !== `sso-key ${apiKey}:${apiSecret}`)
      return failure(401, 'UNABLE_TO_AUTHENTICATE', 'Unauthorized : Could not authenticate API key/secret');
    if (method === 'GET' && path === '/v1/domains') return listDomains(query);
    const [, domain = '', name] = /^\/v1\/domains\/([^/]+)\/records(?:\/TXT(?:\/([^/]+))?)?$/.exec(path) ?? [];
    if (!domains.includes(domain)) {
      return failure(404, 'UNKNOWN_DOMAIN', 'The given domain is not registered, or does not have a zone file');
    }
    if (method === 'GET') return listRecords(domain, query);
    if (method === 'PATCH') return add(domain, JSON.parse(body));
    if (name === undefined) throw new Error(`Nobody may ${method} all records of ${domain}.`);
    if (method === 'DELETE') return removeSet(domain, name);
    return replaceSet(domain, name, JSON.parse(body));
  }

  function listDomains(query: URLSearchParams): ProviderReply {
    const limit = Number(query.get('limit') ?? 100);
    if (limit > 1000) return failure(422, 'INVALID_BODY', 'limit must be at most 1000');
    const sorted = domains.toSorted();
    const marker = query.get('marker');
    const from = marker === null ? 0 : sorted.indexOf(marker) + 1;
    const page = sorted.slice(from, from + limit);
    return { status: 200, body: page.map(domain => ({ domain, status: 'ACTIVE' })) };
  }

  function listRecords(domain: string, query: URLSearchParams): ProviderReply {
    const limit = Number(query.get('limit') ?? 100);
    if (limit > 500) return failure(422, 'INVALID_BODY', 'limit must be at most 500');
    const from = (Number(query.get('offset') ?? 1) - 1) * limit;
    const page = records.filter(record => record.domain === domain).slice(from, from + limit);
    return { status: 200, body: page.map(({ name, data, ttl }) => ({ type: 'TXT', name, data, ttl })) };
  }

  function add(domain: string, asked: (TxtRecord & { type: string })[]): ProviderReply {
    const fault = asked.find(({ ttl, type, data }) => ttl < 600 || type !== 'TXT' || typeof data !== 'string');
    if (fault) return failure(422, 'INVALID_BODY', `Request body doesn't fulfill schema, see details in fields: ttl`);
    const there = asked.find(({ name, data }) => has(domain, name, data));
    if (there) return failure(422, 'DUPLICATE_RECORD', `Another record with the same attributes already exists`);
    records.push(...asked.map(({ name, data, ttl }) => ({ domain, name, data, ttl })));
    return { status: 200 };
  }

  function removeSet(domain: string, name: string): ProviderReply {
    const before = records.length;
    records = records.filter(record => record.domain !== domain || record.name !== name);
    return records.length < before ? { status: 204 } : failure(404, 'NOT_FOUND', 'Not Found : no such records');
  }

  function replaceSet(domain: string, name: string, asked: { data: string; ttl: number }[]): ProviderReply {
    if (asked.length === 0) return failure(422, 'INVALID_BODY', 'Records array must not be empty');
    if (asked.some(({ ttl }) => ttl < 600)) return failure(422, 'INVALID_BODY', 'ttl must be at least 600');
    removeSet(domain, name);
    records.push(...asked.map(({ data, ttl }) => ({ domain, name, data, ttl })));
    return { status: 200 };
  }

  const has = (domain: string, name: string, data: string) =>
    records.some(record => record.domain === domain && record.name === name && record.data === data);

  const tooMany = (retryAfterSec: number): ProviderReply => ({
    status: 429,
    body: { code: 'TOO_MANY_REQUESTS', message: 'Too many requests received within interval', retryAfterSec },
  });
  const server = await startProviderServer(answer, tooMany(1));
  const place = (name: string) => {
    const { name: domain = '' } =
      zoneHolding(
        name,
        domains.map(each => ({ name: each })),
      ) ?? {};
    return { domain, name: name === domain ? '@' : name.slice(0, -domain.length - 1) };
  };
  return {
    ...server,
    refused: () => refused,
    txt(full) {
      const { domain, name } = place(full);
      return records.filter(record => record.domain === domain && record.name === name).map(({ data }) => data);
    },
    put(full, data) {
      records.push({ ...place(full), data, ttl: 3600 });
    },
  };
}
