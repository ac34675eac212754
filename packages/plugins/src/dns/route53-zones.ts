import {
  type Change,
  ChangeResourceRecordSetsCommand,
  GetHostedZoneCommand,
  type HostedZone,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
  type Route53ClientConfig,
} from '@aws-sdk/client-route-53';
import { fromIni, fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { PluginError } from '../plugin.js';
import { quoteText, unquoteText } from './character-strings.js';
import { eachLimited } from './each-limited.js';
import { plainName } from './names.js';
import type { ProviderIo, TxtValues } from './provider.js';
import type { Route53Config } from './route53.js';

/** Requests at a time. Route 53 takes five a second of an AWS account; the SDK waits when it is told to. */
const atOnce = 4;
/** Times a request is sent before it has failed. */
const maxAttempts = 5;
/** Record sets in one change, which holds at most 1,000 of them and 32,000 characters. */
const mostChanges = 100;

/** What DnsProvider's `add` does. */
export async function addValues(
  settings: Route53Config,
  zone: string,
  records: readonly TxtValues[],
  io: ProviderIo,
): Promise<void> {
  await change(settings, zone, records, io, (there, values) => {
    const missing = values.filter(value => !there.values.includes(value));
    if (missing.length === 0) return null;
    return {
      Action: 'UPSERT',
      ResourceRecordSet: recordSet(there.name, there.ttl ?? io.ttl, [...there.raw, ...missing.map(quoteText)]),
    };
  });
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
  return using(settings, io, async client => (await listZones(client, settings, io)).map(({ name }) => name));
}

/** A TXT record set as it is there; empty, without a time to live, when it is not. */
interface There {
  name: string;
  ttl: number | undefined;
  /** As Route 53 has them: quoted. */
  raw: string[];
  values: string[];
}

async function change(
  settings: Route53Config,
  zone: string,
  records: readonly TxtValues[],
  io: ProviderIo,
  decide: (there: There, values: readonly string[]) => Change | null,
): Promise<void> {
  await using(settings, io, async client => {
    const { id } = await requireZone(client, settings, zone, io);
    const changes: Change[] = [];
    await eachLimited(records, atOnce, async ({ name, values }) => {
      const wanted = decide(await look(client, id, name, io), values);
      if (wanted) changes.push(wanted);
    });
    for (let at = 0; at < changes.length; at += mostChanges) {
      const ChangeBatch = { Changes: changes.slice(at, at + mostChanges) };
      await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch }), options(io));
    }
  });
}

async function look(client: Route53Client, zone: string, name: string, io: ProviderIo): Promise<There> {
  const question = { HostedZoneId: zone, StartRecordName: name, StartRecordType: 'TXT', MaxItems: 1 } as const;
  const { ResourceRecordSets = [] } = await client.send(new ListResourceRecordSetsCommand(question), options(io));
  const [found] = ResourceRecordSets.filter(({ Name = '', Type }) => Type === 'TXT' && plainName(Name) === name);
  if (found?.SetIdentifier !== undefined) {
    throw new PluginError('config', `${name} has a routing policy in Route 53: challenges can't be written there.`);
  }
  const raw = (found?.ResourceRecords ?? []).map(({ Value = '' }) => Value);
  return { name, ttl: found?.TTL, raw, values: raw.map(unquoteText) };
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

function options(io: ProviderIo): { abortSignal: AbortSignal } {
  return { abortSignal: io.signal };
}

/** Calls with a client, and says what its failure means. */
async function using<T>(
  settings: Route53Config,
  io: ProviderIo,
  call: (client: Route53Client) => Promise<T>,
): Promise<T> {
  const { region, endpoint } = settings;
  const client = new Route53Client({
    ...{ region, maxAttempts, credentials: credentialsOf(settings, io) },
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: { requestTimeout: io.timeoutMs, connectionTimeout: io.timeoutMs },
  });
  try {
    return await call(client);
  } catch (error) {
    if (error instanceof PluginError) throw error;
    io.signal.throwIfAborted();
    throw refusal(error);
  } finally {
    client.destroy();
  }
}

function credentialsOf(settings: Route53Config, io: ProviderIo): NonNullable<Route53ClientConfig['credentials']> {
  const { roleArn, externalId, region, stsEndpoint } = settings;
  const own = ownCredentials(settings);
  if (roleArn === undefined) return own;
  return fromTemporaryCredentials({
    masterCredentials: own,
    params: {
      RoleArn: roleArn,
      RoleSessionName: 'certfleet',
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
    clientConfig: {
      region,
      requestHandler: { requestTimeout: io.timeoutMs, connectionTimeout: io.timeoutMs },
      ...(stsEndpoint === undefined ? {} : { endpoint: stsEndpoint }),
    },
  });
}

function ownCredentials({ accessKeyId, secretAccessKey, profile }: Route53Config) {
  if (accessKeyId !== undefined && secretAccessKey !== undefined && profile === undefined) {
    return { accessKeyId, secretAccessKey };
  }
  if (accessKeyId !== undefined || secretAccessKey !== undefined) {
    throw new PluginError('config', 'Give accessKeyId and secretAccessKey, a profile, or none of them.');
  }
  return profile === undefined ? fromNodeProviderChain() : fromIni({ profile });
}

/** Names of AWS's errors that mean that the credentials are wrong, or may not do this. */
const refusals =
  /^(AccessDenied|AccessDeniedException|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException|ExpiredToken|ExpiredTokenException|MissingAuthenticationToken|CredentialsProviderError|TokenProviderError)$/;
const throttlings = /^(Throttling|ThrottlingException|PriorRequestNotComplete|TooManyRequestsException)$/;

function refusal(error: unknown): PluginError {
  const {
    name = 'Error',
    message = String(error),
    $metadata,
  } = error as Partial<Error> & {
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 0;
  const reason = refusals.test(name)
    ? 'credentials'
    : throttlings.test(name)
      ? 'rateLimited'
      : name === 'InvalidChangeBatch'
        ? 'conflict'
        : status >= 400 && status < 500
          ? 'config'
          : 'unavailable';
  return new PluginError(reason, `Amazon Route 53: ${message} (${name})`, { cause: error });
}
