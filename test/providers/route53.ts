import { unquoteText } from '../../packages/plugins/src/dns/character-strings.js';
import { signatureFault } from './aws-signature.js';
import {
  type ProviderReply,
  type ProviderRequest,
  type ProviderServer,
  startProviderServer,
  zoneHolding,
} from './server.js';

export interface FakeRoute53 extends ProviderServer {
  /** Of the public zone that holds the name. */
  txt(name: string): string[];
  put(name: string, value: string): void;
  /** Puts a CNAME there, beside which nothing else may be. */
  alias(name: string): void;
  /** How often GetChange answers PENDING for each change from now on; `denied`: nobody may ask. */
  pending: number | 'denied';
  /** Requests that were refused as too many. */
  refused: number;
}

/** The name as the listing is sorted by: labels from the last to the first. */
const sortKey = (name: string) => `${name.replace(/\.$/, '').split('.').reverse().join('.')}.`;

export interface FakeZone {
  id: string;
  name: string;
  isPrivate?: boolean;
}

/** Access keys by id, with the session token that belongs to temporary ones. */
export type AccessKeys = Map<string, { secret: string; sessionToken?: string }>;

interface RecordSet {
  zone: string;
  name: string;
  ttl: number;
  values: string[];
}

/**
 * As much of Route 53's API of 2013-04-01 as DNS accounts use, with its rules: Signature Version 4, zones by marker in
 * pages of ten, record sets by reversed labels in pages of at most 300, changed as a whole and all or nothing, deleted only
 * exactly as they are, quoted values, changes that are pending for a while, requests per second.
 */
export async function startRoute53(
  zones: readonly FakeZone[],
  keys: AccessKeys,
  { requestsPerSecond = Number.POSITIVE_INFINITY } = {},
): Promise<FakeRoute53> {
  let sets: RecordSet[] = [];
  const aliases = new Set<string>();
  /** By change: how often it is still pending. */
  const changes = new Map<string, number>();
  const state: Pick<FakeRoute53, 'pending' | 'refused'> = { pending: 0, refused: 0 };
  let lately: number[] = [];

  function answer(request: ProviderRequest): ProviderReply {
    const fault = signatureFault(request, 'route53', id => keys.get(id)?.secret);
    if (fault) return failure(403, fault, 'The security token included in the request is invalid.');
    const [, accessKeyId = ''] = /Credential=([^/]+)/.exec(request.headers.authorization ?? '') ?? [];
    if (keys.get(accessKeyId)?.sessionToken !== request.headers['x-amz-security-token']) {
      return failure(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
    }
    const { method, path, query, body } = request;
    lately = lately.filter(time => time > Date.now() - 1000);
    if (lately.length >= requestsPerSecond) {
      state.refused += 1;
      return failure(400, 'Throttling', 'Rate exceeded');
    }
    lately.push(Date.now());
    if (path.startsWith('/2013-04-01/change/')) return getChange(path.replace('/2013-04-01/change/', ''));
    if (path === '/2013-04-01/hostedzone') return listZones(query.get('marker'));
    const [, id, rest] = /^\/2013-04-01\/hostedzone\/([A-Z0-9]+)(\/rrset\/?)?$/.exec(path) ?? [];
    const zone = zones.find(each => each.id === id);
    if (!zone) return failure(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${id}`);
    if (!rest) return xml('GetHostedZoneResponse', zoneXml(zone));
    return method === 'GET' ? listSets(zone, query) : change(zone, body);
  }

  function listZones(marker: string | null): ProviderReply {
    const from = marker === null ? 0 : zones.findIndex(({ id }) => id === marker);
    const page = zones.slice(from, from + 10);
    const next = zones[from + 10];
    const more = next
      ? `<IsTruncated>true</IsTruncated><NextMarker>${next.id}</NextMarker>`
      : '<IsTruncated>false</IsTruncated>';
    return xml(
      'ListHostedZonesResponse',
      `<HostedZones>${page.map(zoneXml).join('')}</HostedZones>${more}<MaxItems>10</MaxItems>`,
    );
  }

  /** From a name on, as Route 53 does, so that a caller has to look at what it gets. */
  function listSets(zone: FakeZone, query: URLSearchParams): ProviderReply {
    if (query.get('type') !== 'TXT') throw new Error(`Unexpected question: ${query}`);
    const most = Math.min(300, Number(query.get('maxitems') ?? 300));
    const from = sortKey(query.get('name') ?? '');
    const all = sets
      .filter(set => set.zone === zone.id && sortKey(set.name) >= from)
      .toSorted((one, other) => (sortKey(one.name) < sortKey(other.name) ? -1 : 1));
    const shown = all.slice(0, most).map(recordSetXml).join('');
    const next = all[most];
    const more = next
      ? `<IsTruncated>true</IsTruncated><NextRecordName>${next.name}</NextRecordName><NextRecordType>TXT</NextRecordType>`
      : '<IsTruncated>false</IsTruncated>';
    return xml(
      'ListResourceRecordSetsResponse',
      `<ResourceRecordSets>${shown}</ResourceRecordSets>${more}<MaxItems>${most}</MaxItems>`,
    );
  }

  function getChange(id: string): ProviderReply {
    const pending = changes.get(id);
    if (pending === undefined) return failure(404, 'NoSuchChange', `Could not find resource with ID: ${id}`);
    if (state.pending === 'denied') return failure(403, 'AccessDenied', 'not authorized to perform: route53:GetChange');
    changes.set(id, pending - 1);
    return xml('GetChangeResponse', changeXml(id, pending > 0 ? 'PENDING' : 'INSYNC'));
  }

  function change(zone: FakeZone, body: string): ProviderReply {
    const before = sets;
    sets = [...sets];
    for (const [, text = ''] of body.matchAll(/<Change>(.*?)<\/Change>/gs)) {
      const fault = apply(zone, text);
      if (fault) {
        sets = before;
        return failure(400, 'InvalidChangeBatch', fault);
      }
    }
    const id = `C${changes.size + 1}`;
    changes.set(id, state.pending === 'denied' ? 0 : state.pending);
    return xml('ChangeResourceRecordSetsResponse', changeXml(id, 'PENDING'));
  }

  function apply(zone: FakeZone, text: string): string | undefined {
    const one = (tag: string) => new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(text)?.[1] ?? '';
    const [action, name, ttl] = [one('Action'), one('Name'), Number(one('TTL'))];
    const values = [...text.matchAll(/<Value>(.*?)<\/Value>/gs)].map(([, value = '']) => unescaped(value));
    if (!name.endsWith(`${zone.name}.`)) return `RRSet with DNS name ${name} is not permitted in zone ${zone.name}.`;
    if (aliases.has(name)) {
      return `RRSet of type TXT with DNS name ${name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zone.name}.`;
    }
    if (values.length === 0 || new Set(values).size < values.length) return 'Duplicate or missing Resource Record';
    if (values.some(value => !/^"([^"\\]|\\.){0,255}"( "([^"\\]|\\.){0,255}")*$/.test(value))) {
      return 'Invalid Resource Record: TXT values must be enclosed in quotation marks';
    }
    const at = sets.findIndex(set => set.zone === zone.id && set.name === name);
    const there = sets[at];
    if (action === 'DELETE') {
      if (!there) return `Tried to delete resource record set [name='${name}', type='TXT'] but it was not found`;
      const same = there.ttl === ttl && there.values.toSorted().join() === values.toSorted().join();
      if (!same)
        return `Tried to delete resource record set [name='${name}', type='TXT'] but the values provided do not match the current values`;
      sets.splice(at, 1);
    } else if (action === 'UPSERT') {
      sets.splice(at < 0 ? sets.length : at, at < 0 ? 0 : 1, { zone: zone.id, name, ttl, values });
    } else return `Unknown action ${action}`;
    return undefined;
  }

  const server = await startProviderServer(answer, failure(400, 'Throttling', 'Rate exceeded'));
  const zoneFor = (name: string) =>
    zoneHolding(
      name,
      zones.filter(({ isPrivate }) => !isPrivate),
    );
  return Object.assign(state, server, {
    txt: (name: string) =>
      sets.find(set => set.name === `${name}.` && set.zone === zoneFor(name)?.id)?.values.map(unquoteText) ?? [],
    alias: (name: string) => {
      aliases.add(`${name}.`);
    },
    put(name: string, value: string) {
      const quoted = `"${value.replace(/["\\]/g, '\\$&')}"`;
      sets.push({ zone: zoneFor(name)?.id ?? '', name: `${name}.`, ttl: 3600, values: [quoted] });
    },
  });
}

function recordSetXml({ name, ttl, values }: RecordSet): string {
  const records = values.map(value => `<ResourceRecord><Value>${escaped(value)}</Value></ResourceRecord>`).join('');
  return `<ResourceRecordSet><Name>${name}</Name><Type>TXT</Type><TTL>${ttl}</TTL><ResourceRecords>${records}</ResourceRecords></ResourceRecordSet>`;
}

function changeXml(id: string, status: 'PENDING' | 'INSYNC'): string {
  return `<ChangeInfo><Id>/change/${id}</Id><Status>${status}</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo>`;
}

function zoneXml({ id, name, isPrivate = false }: FakeZone): string {
  return `<HostedZone><Id>/hostedzone/${id}</Id><Name>${name}.</Name><CallerReference>r</CallerReference><Config><PrivateZone>${isPrivate}</PrivateZone></Config></HostedZone>`;
}

function xml(root: string, inside: string, status = 200): ProviderReply {
  return {
    status,
    body: `<?xml version="1.0"?>\n<${root} xmlns="https://route53.amazonaws.com/doc/2013-04-01/">${inside}</${root}>`,
    headers: { 'content-type': 'text/xml' },
  };
}

function failure(status: number, code: string, message: string): ProviderReply {
  return xml(
    'ErrorResponse',
    `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>r</RequestId>`,
    status,
  );
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function unescaped(text: string): string {
  return text
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}
