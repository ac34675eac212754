import { z } from 'zod';
import { advanced, PluginError, secret } from '../plugin.js';
import { accessToken } from './azure-token.js';
import { eachLimited } from './each-limited.js';
import { Endpoint, type HttpReply, type HttpService, httpService } from './http.js';
import { listedZones } from './listed-zones.js';
import { relativeName } from './names.js';
import { defineDnsProvider, type ProviderIo, type TxtValues } from './provider.js';

const Uuid = z.guid('Must be an id such as 11111111-2222-3333-4444-555555555555.');

const config = z.object({
  subscriptionId: Uuid.describe('Subscription ID, on the overview page of the DNS zone.'),
  resourceGroup: z
    .string()
    .regex(/^[\w.()-]{1,90}$/, 'Letters, digits, dots, dashes and parentheses.')
    .describe('The resource group that has the DNS zones.'),
  credentials: z
    .enum(['client-secret', 'managed-identity', 'workload-identity'])
    .default('client-secret')
    .describe(
      'client-secret: an application with directoryId, applicationId and key. managed-identity: the identity of the virtual machine that Certfleet runs on. workload-identity: the token that Kubernetes mounts (AZURE_FEDERATED_TOKEN_FILE).',
    ),
  directoryId: Uuid.optional().describe('Directory (tenant) ID of Microsoft Entra ID.'),
  applicationId: Uuid.optional().describe(
    'Application (client) ID; of a managed identity only if the machine has several.',
  ),
  key: secret(
    z.string().min(1).max(500).optional().describe("The application's client secret: its value, not its id."),
  ),
  endpoint: Endpoint.default('https://management.azure.com')
    .describe(
      'Azure Resource Manager; https://management.usgovcloudapi.net or https://management.chinacloudapi.cn for those clouds.',
    )
    .meta(advanced),
  loginEndpoint: Endpoint.default('https://login.microsoftonline.com')
    .describe(
      'Microsoft Entra ID; https://login.microsoftonline.us or https://login.chinacloudapi.cn for those clouds.',
    )
    .meta(advanced),
  metadataEndpoint: Endpoint.optional()
    .describe("Where the machine's identity is asked for, if not at http://169.254.169.254.")
    .meta(advanced),
});
export type AzureConfig = z.output<typeof config>;

/** Requests at a time. */
const atOnce = 4;
/** Tries, when someone else changes the record set in the meantime. */
const tries = 5;
const apiVersion = '2018-05-01';

const Zones = z.object({ value: z.array(z.object({ name: z.string() })), nextLink: z.string().optional() });
const RecordSet = z.object({
  etag: z.string(),
  properties: z.object({
    TTL: z.int(),
    metadata: z.record(z.string(), z.string()).optional(),
    TXTRecords: z.array(z.object({ value: z.array(z.string()) })).default([]),
  }),
});
type RecordSet = z.output<typeof RecordSet>;
/** A TXT value in its strings of at most 255 characters, as whoever wrote it cut it. */
type Strings = RecordSet['properties']['TXTRecords'][number]['value'];
const CodeAndMessage = z.object({ code: z.string(), message: z.string() });
/** Azure Resource Manager answers with `error` around it, Azure DNS without. */
const Failure = z.union([z.object({ error: CodeAndMessage }).transform(({ error }) => error), CodeAndMessage]);

/** Azure DNS, by the REST API of Azure Resource Manager: https://learn.microsoft.com/rest/api/dns/ */
export const azureProvider = defineDnsProvider({
  type: 'azure',
  title: 'Azure DNS',
  config,
  neverRunAgainst:
    'Never run against Azure: a local server checks tokens, paging, ETags, whole record sets and throttling, and refuses in both shapes, of Azure DNS and of Resource Manager; another one answers as the instance metadata service.',

  ...listedZones(listZones),

  async add(settings, zone, records, io) {
    await change(settings, zone, records, io, (there, values) => {
      const missing = values.filter(value => !there.some(strings => strings.join('') === value));
      return missing.length === 0 ? null : [...there, ...missing.map(inStrings)];
    });
  },

  async remove(settings, zone, records, io) {
    await change(settings, zone, records, io, (there, values) => {
      const kept = there.filter(strings => !values.includes(strings.join('')));
      return kept.length === there.length ? null : kept;
    });
  },
});

/** Azure Resource Manager, with a token. */
async function service(settings: AzureConfig, io: ProviderIo): Promise<HttpService> {
  const token = await accessToken(settings, io);
  const headers = { authorization: `Bearer ${token}` };
  return httpService({ service: 'Azure', endpoint: settings.endpoint, headers, secrets: [token], explain: words }, io);
}

async function listZones(settings: AzureConfig, io: ProviderIo): Promise<readonly string[]> {
  const api = await service(settings, io);
  const zones: string[] = [];
  let path = pathOf(settings);
  let query: Record<string, string> = { 'api-version': apiVersion };
  for (;;) {
    const { value, nextLink } = (await api.send({ method: 'GET', path, query })).json(Zones);
    zones.push(...value.map(({ name }) => name.toLowerCase()));
    if (!nextLink) return zones;
    // The token goes to no other place than the one that was configured, whatever the reply says.
    const next = new URL(nextLink);
    path = next.pathname;
    query = Object.fromEntries(next.searchParams);
  }
}

function pathOf({ subscriptionId, resourceGroup }: AzureConfig): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/dnsZones`;
}

/** `decide` returns the values that a record set is to have; null when it has them. */
async function change(
  settings: AzureConfig,
  zone: string,
  records: readonly TxtValues[],
  io: ProviderIo,
  decide: (there: readonly Strings[], values: readonly string[]) => Strings[] | null,
): Promise<void> {
  const api = await service(settings, io);
  await eachLimited(records, atOnce, async ({ name, values }) => {
    const path = `${pathOf(settings)}/${zone}/TXT/${relativeName(name, zone)}`;
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      const there = await look(api, path);
      const wanted = decide(there?.properties.TXTRecords.map(({ value }) => value) ?? [], values);
      if (wanted === null || (await put(api, path, there, wanted, io))) return;
    }
    throw new PluginError('conflict', `Azure: ${name} was changed by others each of the ${tries} times it was tried.`);
  });
}

async function look(api: HttpService, path: string): Promise<RecordSet | null> {
  const reply = await api.send({ method: 'GET', path, query: { 'api-version': apiVersion }, accept: [404] });
  if (reply.status !== 404) return reply.json(RecordSet);
  // The zone or the group may be missing as well.
  if (codeOf(reply) === 'NotFound') return null;
  throw new PluginError('config', `Azure: ${words(reply) ?? 'It was not found.'}`);
}

/** False when someone else has changed it since it was looked at. */
async function put(
  api: HttpService,
  path: string,
  there: RecordSet | null,
  values: readonly Strings[],
  io: ProviderIo,
): Promise<boolean> {
  const condition: Record<string, string> = there ? { 'if-match': there.etag } : { 'if-none-match': '*' };
  const request = { path, query: { 'api-version': apiVersion }, headers: condition };
  if (values.length === 0) {
    const reply = await api.send({ ...request, method: 'DELETE', accept: [404, 412] });
    return reply.status !== 412;
  }
  const { metadata, TTL = io.ttl } = there?.properties ?? {};
  const TXTRecords = values.map(value => ({ value }));
  const json = { properties: { ...(metadata ? { metadata } : {}), TTL, TXTRecords } };
  return (await api.send({ ...request, method: 'PUT', json, accept: [412] })).status !== 412;
}

/** A long value is several strings of at most 255 characters. */
function inStrings(value: string): Strings {
  return value.match(/.{1,255}/gs) ?? [''];
}

function codeOf(reply: HttpReply): string | undefined {
  return failureOf(reply)?.code;
}

/** `The client '…' does not have authorization … (AuthorizationFailed)` */
function words(reply: HttpReply): string | undefined {
  const failure = failureOf(reply);
  return failure && `${failure.message} (${failure.code})`;
}

function failureOf(reply: HttpReply): { code: string; message: string } | undefined {
  try {
    return reply.json(Failure);
  } catch (error) {
    if (error instanceof PluginError) return undefined;
    throw error;
  }
}
