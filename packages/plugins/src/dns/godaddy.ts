import { z } from 'zod';
import { advanced, PluginError, secret } from '../plugin.js';
import { eachLimited } from './each-limited.js';
import { Endpoint, type HttpReply, type HttpService, httpService } from './http.js';
import { listedZones } from './listed-zones.js';
import { relativeName } from './names.js';
import { defineDnsProvider, type ProviderIo, type TxtValues } from './provider.js';

const config = z.object({
  apiKey: secret(z.string().min(1).max(200).describe('A production API key of developer.godaddy.com.')),
  apiSecret: secret(z.string().min(1).max(200).describe("The API key's secret.")),
  shopperId: z.int().min(1).optional().describe("A reseller's customer, whose domains they are."),
  endpoint: Endpoint.default('https://api.godaddy.com')
    .describe('Where the API is reached; https://api.ote-godaddy.com for trials.')
    .meta(advanced),
});
type Config = z.output<typeof config>;

/** The API may be asked 60 times a minute: little at a time, and all that one request can hold in one. */
const atOnce = 2;
/** Milliseconds: its minute, and a little. A hundred names are taken away by a hundred requests. */
const longestWaitMs = 70_000;
/** How often records are listed and written, when others are there by the time they are written. */
const tries = 3;
/** The longest page of domains, and of records. */
const domainsPage = 1000;
const recordsPage = 500;
/** Seconds; the API takes no shorter one. */
const shortestTtl = 600;

const Domains = z.array(z.object({ domain: z.string() }));
const Records = z.array(z.object({ name: z.string(), data: z.string(), ttl: z.int() }));
type TxtRecord = z.output<typeof Records>[number];
const Failure = z.object({
  code: z.string(),
  message: z.string().default(''),
  retryAfterSec: z.number().min(0).optional(),
});

/** GoDaddy's Domains API, version 1: https://developer.godaddy.com/doc/endpoint/domains */
export const goDaddyProvider = defineDnsProvider({
  type: 'godaddy',
  title: 'GoDaddy DNS',
  config,
  neverRunAgainst:
    'Never run against GoDaddy itself: a local server checks keys, paging, whole record sets, times to live and requests per minute.',

  ...listedZones(listZones),

  async add(settings, zone, records, io) {
    const api = service(settings, io);
    const ttl = Math.max(shortestTtl, io.ttl);
    const wanted = inZone(records, zone).flatMap(({ name, values }) =>
      values.map(data => ({ type: 'TXT', name, data, ttl })),
    );
    for (let attempt = 1; ; attempt += 1) {
      const there = await txtRecords(api, zone);
      const missing = wanted.filter(({ name, data }) => !there.some(each => each.name === name && each.data === data));
      if (missing.length === 0) return;
      const reply = await api.send({ method: 'PATCH', path: pathOf(zone), json: missing, accept: [422] });
      if (reply.status !== 422) return;
      // It was this very request, sent before, whose answer was lost; or someone else's.
      if (failureOf(reply)?.code !== 'DUPLICATE_RECORD' || attempt === tries) {
        throw new PluginError('config', `GoDaddy did not take TXT records in ${zone}: ${words(reply) ?? reply.text}`);
      }
    }
  },

  async remove(settings, zone, records, io) {
    const api = service(settings, io);
    const there = await txtRecords(api, zone);
    await eachLimited(inZone(records, zone), atOnce, async ({ name, values }) => {
      const all = there.filter(record => record.name === name);
      const kept = all.filter(({ data }) => !values.includes(data));
      if (kept.length === all.length) return;
      const path = `${pathOf(zone)}/TXT/${encodeURIComponent(name)}`;
      // A record set is replaced as a whole, but can't be replaced by nothing.
      if (kept.length === 0) await api.send({ method: 'DELETE', path, accept: [404] });
      else await api.send({ method: 'PUT', path, json: kept.map(({ data, ttl }) => ({ data, ttl })) });
    });
  },
});

function service({ apiKey, apiSecret, shopperId, endpoint }: Config, io: ProviderIo): HttpService {
  const headers = {
    authorization: `sso-key ${apiKey}:${apiSecret}`,
    ...(shopperId === undefined ? {} : { 'x-shopper-id': String(shopperId) }),
  };
  return httpService({ service: 'GoDaddy', endpoint, headers, explain: words, retryAfterOf, longestWaitMs }, io);
}

async function listZones(settings: Config, io: ProviderIo): Promise<readonly string[]> {
  const api = service(settings, io);
  const zones: string[] = [];
  for (;;) {
    const query = { statuses: 'ACTIVE', limit: domainsPage, marker: zones.at(-1) };
    const page = (await api.send({ method: 'GET', path: '/v1/domains', query })).json(Domains);
    zones.push(...page.map(({ domain }) => domain.toLowerCase()));
    if (page.length < domainsPage) return zones;
  }
}

/** All of a zone, since that is one request for however many names. */
async function txtRecords(api: HttpService, zone: string): Promise<TxtRecord[]> {
  const found: TxtRecord[] = [];
  for (let offset = 1; ; offset += 1) {
    const query = { limit: recordsPage, offset };
    const page = (await api.send({ method: 'GET', path: `${pathOf(zone)}/TXT`, query })).json(Records);
    found.push(...page);
    if (page.length < recordsPage) return found;
  }
}

function pathOf(zone: string): string {
  return `/v1/domains/${zone}/records`;
}

function inZone(records: readonly TxtValues[], zone: string): TxtValues[] {
  return records.map(({ name, values }) => ({ name: relativeName(name, zone), values }));
}

/**
 * `The given domain is not registered … (UNKNOWN_DOMAIN)`, and what support says of accounts that may not use the API.
 */
function words(reply: HttpReply): string | undefined {
  const failure = failureOf(reply);
  if (!failure) return undefined;
  const { code, message } = failure;
  const more =
    code === 'ACCESS_DENIED'
      ? ' GoDaddy lets only accounts with ten or more domains, or in its Discount Domain Club, use this API.'
      : '';
  return `${message} (${code}).${more}`;
}

/** GoDaddy says in the body of a 429 how long to wait. */
function retryAfterOf(reply: HttpReply): number | undefined {
  const seconds = failureOf(reply)?.retryAfterSec;
  return seconds === undefined ? undefined : seconds * 1000;
}

function failureOf(reply: HttpReply): z.output<typeof Failure> | undefined {
  try {
    return reply.json(Failure);
  } catch (error) {
    // A proxy's page, say: not GoDaddy's words.
    if (error instanceof PluginError) return undefined;
    throw error;
  }
}
