import { setTimeout as pause } from 'node:timers/promises';
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  type HostedZone,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { PluginError } from '../plugin.js';
import { quoteText, unquoteText } from './character-strings.js';
import { plainName } from './names.js';
import type { ProviderIo, TxtValues } from './provider.js';
import type { Route53Config } from './route53.js';
import { isDenied, isStale, options, withClient } from './route53-client.js';

/** The longest page of record sets. */
const longestPage = 300;
/** How often record sets are looked at and changed, when they are other ones by the time of the change. */
const tries = 3;
/** Milliseconds until a change is asked after, twice that the next time, up to the longest. */
const firstPause = 250;
const longestPause = 5000;
/** Milliseconds. Amazon says 60 s; longer than that, something is wrong there. */
const longestSync = 120_000;
/** Record sets in one change, which holds at most 1,000 of them and 32,000 characters. */
const mostChanges = 100;

/** What DnsProvider's `add` does. */
export async function addValues(
  settings: Route53Config,
  zone: string,
  records: readonly TxtValues[],
  io: ProviderIo,
): Promise<void> {
  const changes = await change(settings, zone, records, io, (there, values) => {
    const missing = values.filter(value => !there.values.includes(value));
    if (missing.length === 0) return null;
    return {
      Action: 'UPSERT',
      ResourceRecordSet: recordSet(there.name, there.ttl ?? io.ttl, [...there.raw, ...missing.map(quoteText)]),
    };
  });
  await inSync(settings, changes, io);
}

/** What DnsProvider's `remove` does. */
export async function removeValues(
  settings: Route53Config,
  zone: string,
  records: readonly TxtValues[],
  io: ProviderIo,
): Promise<void> {
  await change(settings, zone, records, io, (there, values) => {
    const kept = there.raw.filter(raw => !values.includes(unquoteText(raw)));
    if (kept.length === there.raw.length || there.ttl === undefined) return null;
    // A record set goes only as it is there; nobody else's values go with it.
    if (kept.length === 0) return { Action: 'DELETE', ResourceRecordSet: recordSet(there.name, there.ttl, there.raw) };
    return { Action: 'UPSERT', ResourceRecordSet: recordSet(there.name, there.ttl, kept) };
  });
}

/** The zones that the credentials see. */
export async function zoneNames(settings: Route53Config, io: ProviderIo): Promise<string[]> {
  return withClient(settings, io, async client => (await listZones(client, settings, io)).map(({ name }) => name));
}

/** A TXT record set as it is there; empty, without a time to live, when it is not. */
interface There {
  name: string;
  ttl: number | undefined;
  /** As Route 53 has them: quoted. */
  raw: string[];
  values: string[];
}

/** Changes record sets, all or none of each hundred. Returns the ids of the changes, which take a while everywhere. */
async function change(
  settings: Route53Config,
  zone: string,
  records: readonly TxtValues[],
  io: ProviderIo,
  decide: (there: There, values: readonly string[]) => Change | null,
): Promise<string[]> {
  return withClient(settings, io, async client => {
    const { id } = await requireZone(client, settings, zone, io);
    const made: string[] = [];
    for (let attempt = 1; ; attempt += 1) {
      const there = await look(client, id, records, io);
      const changes = there.flatMap((set, index) => decide(set, records[index]?.values ?? []) ?? []);
      try {
        for (let at = 0; at < changes.length; at += mostChanges) {
          const ChangeBatch = { Changes: changes.slice(at, at + mostChanges) };
          const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch });
          const { ChangeInfo } = await client.send(command, options(io));
          if (ChangeInfo?.Id !== undefined) made.push(ChangeInfo.Id);
        }
        return made;
      } catch (error) {
        // Someone else was there in between, or it was ourselves and the answer was lost.
        if (!isStale(error) || attempt === tries) throw error;
      }
    }
  });
}

/**
 * Waits until all of Route 53's servers have what was changed. They are anycast: what the nearest ones show says nothing
 * of those that the CA asks.
 */
async function inSync(settings: Route53Config, changes: readonly string[], io: ProviderIo): Promise<void> {
  const deadline = Date.now() + longestSync;
  await withClient(settings, io, async client => {
    for (const Id of changes) {
      for (let wait = firstPause; ; wait = Math.min(2 * wait, longestPause)) {
        await pause(wait, undefined, { signal: io.signal });
        const status = await statusOf(client, Id, io);
        if (status !== 'PENDING') break;
        if (Date.now() > deadline) {
          const message = `Amazon Route 53 has taken the change ${Id}, but after ${longestSync / 1000} s not all of its servers have it.`;
          throw new PluginError('unavailable', message);
        }
      }
    }
  });
}

/** Undefined if the credentials may not ask: then the name servers alone tell. */
async function statusOf(client: Route53Client, Id: string, io: ProviderIo): Promise<string | undefined> {
  try {
    return (await client.send(new GetChangeCommand({ Id }), options(io))).ChangeInfo?.Status;
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
}

/**
 * The TXT record sets of these names, in their order. Route 53 answers five requests a second of a whole AWS account, so
 * it is asked for pages rather than for each name: never for more pages than there are names, and mostly for one.
 */
async function look(
  client: Route53Client,
  zone: string,
  records: readonly TxtValues[],
  io: ProviderIo,
): Promise<There[]> {
  const names = records.map(({ name }) => name);
  const wanted = names.toSorted(inListingOrder);
  const found = new Map<string, ResourceRecordSet>();
  for (let at = 0; at < wanted.length; ) {
    const page = await client.send(
      new ListResourceRecordSetsCommand({
        ...{ HostedZoneId: zone, StartRecordName: wanted[at], StartRecordType: 'TXT' },
        MaxItems: wanted.length === 1 ? 1 : longestPage,
      }),
      options(io),
    );
    for (const set of page.ResourceRecordSets ?? []) if (set.Type === 'TXT') found.set(plainName(set.Name ?? ''), set);
    const next = page.IsTruncated ? plainName(page.NextRecordName ?? '') : undefined;
    // The name that was asked for comes first, if it is there; those before the next page's first were on this one.
    at += 1;
    while (at < wanted.length && (next === undefined || inListingOrder(wanted[at] ?? '', next) < 0)) at += 1;
  }
  return names.map(name => thereOf(name, found.get(name)));
}

function thereOf(name: string, found: ResourceRecordSet | undefined): There {
  if (found?.SetIdentifier !== undefined) {
    throw new PluginError('config', `${name} has a routing policy in Route 53: challenges can't be written there.`);
  }
  const raw = (found?.ResourceRecords ?? []).map(({ Value = '' }) => Value);
  return { name, ttl: found?.TTL, raw, values: raw.map(unquoteText) };
}

/**
 * The order in which ListResourceRecordSets has names: by their labels from the last to the first, each with a dot behind
 * it. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 */
function inListingOrder(one: string, other: string): number {
  const [first, second] = [one, other].map(name => `${name.split('.').toReversed().join('.')}.`) as [string, string];
  return first < second ? -1 : first > second ? 1 : 0;
}

function recordSet(name: string, ttl: number, values: readonly string[]): ResourceRecordSet {
  return { Name: `${name}.`, Type: 'TXT', TTL: ttl, ResourceRecords: values.map(Value => ({ Value })) };
}

interface Zone {
  id: string;
  name: string;
}

/** Public ones, unless one was named: no CA sees a private one. */
async function listZones(client: Route53Client, { hostedZoneId }: Route53Config, io: ProviderIo): Promise<Zone[]> {
  if (hostedZoneId !== undefined) {
    const only = await client.send(new GetHostedZoneCommand({ Id: hostedZoneId }), options(io));
    return [zoneOf(only.HostedZone)];
  }
  const zones: HostedZone[] = [];
  let marker: string | undefined;
  do {
    const page = await client.send(new ListHostedZonesCommand({ Marker: marker }), options(io));
    zones.push(...(page.HostedZones ?? []));
    marker = page.NextMarker;
  } while (marker !== undefined);
  return zones.filter(({ Config }) => Config?.PrivateZone !== true).map(zoneOf);
}

function zoneOf({ Id = '', Name = '' }: Partial<HostedZone> = {}): Zone {
  return { id: Id.replace('/hostedzone/', ''), name: plainName(Name) };
}

async function requireZone(
  client: Route53Client,
  settings: Route53Config,
  name: string,
  io: ProviderIo,
): Promise<Zone> {
  const fitting = (await listZones(client, settings, io)).filter(zone => zone.name === name);
  const [zone] = fitting;
  if (zone && fitting.length === 1) return zone;
  throw new PluginError(
    'config',
    zone
      ? `There are ${fitting.length} public hosted zones ${name} (${fitting.map(({ id }) => id).join(', ')}): say which by hostedZoneId.`
      : `There is no public hosted zone ${name}, or its credentials may not list it.`,
  );
}
