import { randomUUID } from 'node:crypto';
import {
  type ProviderReply,
  type ProviderRequest,
  type ProviderServer,
  pageOf,
  startProviderServer,
} from './server.js';

export interface FakeAzure extends ProviderServer {
  txt(name: string): string[];
  /** With metadata of its own; a value may be of several strings. */
  put(name: string, ...strings: string[]): void;
  /** The strings of each value. */
  strings(name: string): string[][];
  metadata(name: string): Record<string, string> | undefined;
  /** Lets the instance metadata service answer the next requests as it does while it is updated. */
  update(requests: number): void;
  /** Lets someone else change a record set right before its next change through the API. */
  interfere(): void;
}

export const account = {
  subscriptionId: '11111111-2222-3333-4444-555555555555',
  resourceGroup: 'dns-zones',
  directoryId: '22222222-2222-3333-4444-555555555555',
  applicationId: '33333333-2222-3333-4444-555555555555',
  key: 'azure~client.secret-0123456789',
};
/** What Kubernetes would mount. */
export const federatedToken = 'eyJhbGciOi.federated.token';

interface RecordSet {
  etag: string;
  TTL: number;
  metadata?: Record<string, string>;
  TXTRecords: { value: string[] }[];
}

/**
 * As much of Microsoft Entra ID, the instance metadata service and Azure DNS as DNS accounts use, with their rules: the
 * client credentials grant by secret or assertion, tokens for one resource, pages by nextLink, record sets replaced as
 * a whole and only if their ETag fits.
 */
export async function startAzure(zones: readonly string[]): Promise<FakeAzure> {
  const sets = new Map<string, RecordSet>();
  const tokens = new Set<string>();
  let interfering = false;
  let updating = 0;
  let origin = '';

  function answer(request: ProviderRequest): ProviderReply {
    const { method, path, query, headers } = request;
    if (path === '/metadata/identity/oauth2/token') {
      updating -= 1;
      return updating >= 0 ? { status: 410, body: '' } : metadataToken(request);
    }
    if (path === `/${account.directoryId}/oauth2/v2.0/token`) return signIn(request);
    if (path.endsWith('/oauth2/v2.0/token')) {
      return { status: 400, body: { error: 'invalid_request', error_description: 'AADSTS90002: Tenant not found.' } };
    }
    if (!tokens.has(headers.authorization?.replace('Bearer ', '') ?? '')) {
      return failure(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
    }
    if (query.get('api-version') !== '2018-05-01') return failure(400, 'InvalidApiVersionParameter', 'api-version');
    const [, group, rest = ''] =
      /^\/subscriptions\/11111111-2222-3333-4444-555555555555\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/dnsZones(.*)$/.exec(
        path,
      ) ?? [];
    if (group !== account.resourceGroup)
      return failure(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
    if (rest === '') return listZones(path, Number(query.get('$skipToken') ?? 1));
    const [, zone = '', name = ''] = /^\/([^/]+)\/TXT\/([^/]+)$/.exec(rest) ?? [];
    if (!zones.includes(zone)) return failure(404, 'ParentResourceNotFound', `The zone '${zone}' was not found.`);
    return onRecordSet(method, `${name === '@' ? '' : `${name}.`}${zone}`, request);
  }

  function listZones(path: string, page: number): ProviderReply {
    const { items, pages } = pageOf(zones, page, 10);
    // It leads to where it came from, as the real one's do.
    const nextLink = page < pages ? { nextLink: `${origin}${path}?api-version=2018-05-01&$skipToken=${page + 1}` } : {};
    return { status: 200, body: { value: items.map(name => ({ name, location: 'global' })), ...nextLink } };
  }

  function onRecordSet(method: string, name: string, { headers, body }: ProviderRequest): ProviderReply {
    if (method !== 'GET' && interfering) {
      interfering = false;
      set(name, [...(sets.get(name)?.TXTRecords ?? []), { value: ['of someone else'] }]);
    }
    const there = sets.get(name);
    if (method === 'GET') {
      if (!there) return recordFailure(404, 'NotFound', `The resource record '${name}' does not exist.`);
      const { etag, ...properties } = there;
      return { status: 200, body: { etag, name, properties } };
    }
    const fits = there ? headers['if-match'] === there.etag : headers['if-none-match'] === '*';
    if (!fits) return recordFailure(412, 'PreconditionFailed', 'The condition was not met.');
    if (method === 'DELETE') {
      sets.delete(name);
      return { status: 200 };
    }
    const { TTL, TXTRecords, metadata } = JSON.parse(body).properties as RecordSet;
    const isFine =
      TTL >= 1 && TXTRecords.length > 0 && TXTRecords.every(({ value }) => value.every(text => text.length <= 255));
    if (!isFine) return recordFailure(400, 'BadRequest', 'The record set is not valid.');
    set(name, TXTRecords, TTL, metadata);
    return { status: there ? 200 : 201, body: { name } };
  }

  function set(name: string, TXTRecords: { value: string[] }[], TTL = 3600, metadata?: Record<string, string>) {
    sets.set(name, { etag: randomUUID(), TTL, TXTRecords, ...(metadata ? { metadata } : {}) });
  }

  function signIn({ body }: ProviderRequest): ProviderReply {
    const form = new URLSearchParams(body);
    const known = form.get('client_id') === account.applicationId && form.get('grant_type') === 'client_credentials';
    const proven = form.get('client_secret') === account.key || form.get('client_assertion') === federatedToken;
    if (known && proven && form.get('scope') === `${origin}/.default`) return newToken();
    const error_description = 'AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 0';
    return { status: 401, body: { error: 'invalid_client', error_description } };
  }

  function metadataToken({ headers, query }: ProviderRequest): ProviderReply {
    if (headers.metadata !== 'true') return { status: 400, body: { error: 'invalid_request' } };
    if (query.get('resource') !== `${origin}/`) return { status: 400, body: { error: 'invalid_resource' } };
    const asked = query.get('client_id');
    if (asked !== null && asked !== account.applicationId) {
      return { status: 400, body: { error: 'invalid_request', error_description: 'Identity not found' } };
    }
    return newToken();
  }

  function newToken(): ProviderReply {
    const token = randomUUID();
    tokens.add(token);
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: token } };
  }

  const server = await startProviderServer(answer, {
    ...failure(429, 'TooManyRequests', 'The request is being throttled.'),
    headers: { 'retry-after': '1' },
  });
  origin = server.url;
  return {
    ...server,
    txt: name => sets.get(name)?.TXTRecords.map(({ value }) => value.join('')) ?? [],
    put: (name, ...strings) => set(name, [{ value: strings }], 3600, { owner: 'someone else' }),
    strings: name => sets.get(name)?.TXTRecords.map(({ value }) => value) ?? [],
    metadata: name => sets.get(name)?.metadata,
    update: requests => {
      updating = requests;
    },
    interfere() {
      interfering = true;
    },
  };
}

/** As Azure DNS itself answers: without `error` around it (Azure/azure-cli issue 27374 has such an answer). */
function recordFailure(status: number, code: string, message: string): ProviderReply {
  return { status, body: { code, message } };
}

/** As Azure Resource Manager answers what it doesn't pass on to Azure DNS. */
function failure(status: number, code: string, message: string): ProviderReply {
  return { status, body: { error: { code, message } } };
}
