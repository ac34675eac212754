import { z } from 'zod';
import { advanced, PluginError, secret } from '../plugin.js';
import { quoteText, unquoteText } from './character-strings.js';
import { eachLimited } from './each-limited.js';
import { Endpoint, type HttpReply, type HttpService, httpService } from './http.js';
import { listedZones } from './listed-zones.js';
import { defineDnsProvider, type ProviderIo } from './provider.js';

const config = z.object({
  apiToken: secret(
    z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe(
        'API token with the permissions Zone: Read and DNS: Edit for the zones. Better than the global key, which may do everything.',
      ),
  ),
  email: z.email().max(254).optional().describe("The account's e-mail address: with the global API key only."),
  globalApiKey: secret(z.string().min(1).max(500).optional().describe('Global API key, in place of a token.')),
  endpoint: Endpoint.default('https://api.cloudflare.com/client/v4')
    .describe('Where the API is reached.')
    .meta(advanced),
});
type Config = z.output<typeof config>;

/** Requests at a time. An account may send 1,200 in five minutes. */
const atOnce = 8;

/** "An identical record already exists." and its older form: what we want is there. */
const alreadyThere = [81_057, 81_058];

/** Zones that are delegated to Cloudflare: in those that aren't, nobody would see a record. */
const active = { status: 'active' };

const Failure = z.object({ errors: z.array(z.object({ code: z.number(), message: z.string() })).default([]) });
const Zones = z.object({
  result: z.array(z.object({ id: z.string(), name: z.string() })),
  result_info: z.object({ page: z.int(), total_pages: z.int() }),
});
const Records = z.object({
  result: z.array(z.object({ id: z.string(), content: z.string() })),
  result_info: z.object({ page: z.int(), total_pages: z.int() }),
});

/** Cloudflare's API, version 4: https://developers.cloudflare.com/api/resources/dns/subresources/records/ */
export const cloudflareProvider = defineDnsProvider({
  type: 'cloudflare',
  title: 'Cloudflare DNS',
  config,
  neverRunAgainst:
    'Never run against Cloudflare itself: a local server checks tokens, global keys, paging, throttling.',

  ...listedZones(listZones),

  async add(settings, zone, records, io) {
    const api = service(settings, io);
    const id = await requireZone(api, zone);
    const values = records.flatMap(({ name, values }) => values.map(value => ({ name, value })));
    await eachLimited(values, atOnce, async ({ name, value }) => {
      const json = { type: 'TXT', name, content: quoteText(value), ttl: Math.max(60, io.ttl) };
      const reply = await api.send({ method: 'POST', path: `/zones/${id}/dns_records`, json, accept: [400, 409] });
      if (reply.status < 300 || errorsOf(reply).some(({ code }) => alreadyThere.includes(code))) return;
      throw new PluginError('config', `Cloudflare did not take the TXT record ${name}: ${words(reply)}`);
    });
  },

  async remove(settings, zone, records, io) {
    const api = service(settings, io);
    const id = await requireZone(api, zone);
    await eachLimited(records, atOnce, async ({ name, values }) => {
      const unwanted = (await txtRecords(api, id, name)).filter(({ content }) => values.includes(unquoteText(content)));
      for (const record of unwanted) {
        await api.send({ method: 'DELETE', path: `/zones/${id}/dns_records/${record.id}`, accept: [404] });
      }
    });
  },
});

async function listZones(settings: Config, io: ProviderIo): Promise<readonly string[]> {
  const api = service(settings, io);
  const zones: string[] = [];
  for (let page = 1; ; page += 1) {
    const reply = await api.send({ method: 'GET', path: '/zones', query: { ...active, page, per_page: 50 } });
    const { result, result_info } = reply.json(Zones);
    zones.push(...result.map(({ name }) => name));
    if (page >= result_info.total_pages) return zones;
  }
}

function service({ apiToken, email, globalApiKey, endpoint }: Config, io: ProviderIo): HttpService {
  const headers = apiToken
    ? { authorization: `Bearer ${apiToken}` }
    : email && globalApiKey
      ? { 'x-auth-email': email, 'x-auth-key': globalApiKey }
      : undefined;
  if (!headers) {
    throw new PluginError('config', 'Give an API token, or the global API key with the e-mail address of its account.');
  }
  return httpService(
    {
      ...{ service: 'Cloudflare', endpoint, headers, explain: words },
      // 400 with 6003: the form of the token or key is not what it should be.
      reasonOf: reply => (errorsOf(reply).some(({ code }) => code === 6003) ? 'credentials' : undefined),
    },
    io,
  );
}

async function requireZone(api: HttpService, name: string): Promise<string> {
  const { result } = (await api.send({ method: 'GET', path: '/zones', query: { ...active, name } })).json(Zones);
  const id = result.find(zone => zone.name === name)?.id;
  if (id !== undefined) return id;
  throw new PluginError('config', `The Cloudflare account has no zone ${name}, or its token may not see it.`);
}

async function txtRecords(api: HttpService, zone: string, name: string): Promise<{ id: string; content: string }[]> {
  const found: { id: string; content: string }[] = [];
  for (let page = 1; ; page += 1) {
    const query = { type: 'TXT', name, page, per_page: 100 };
    const reply = await api.send({ method: 'GET', path: `/zones/${zone}/dns_records`, query });
    const { result, result_info } = reply.json(Records);
    found.push(...result);
    if (page >= result_info.total_pages) return found;
  }
}

function errorsOf(reply: HttpReply): { code: number; message: string }[] {
  try {
    return reply.json(Failure).errors;
  } catch (error) {
    // A proxy's page, say: not Cloudflare's words.
    if (error instanceof PluginError) return [];
    throw error;
  }
}

/** `Invalid format for Authorization header (6111)` */
function words(reply: HttpReply): string | undefined {
  const errors = errorsOf(reply);
  return errors.length === 0 ? undefined : errors.map(({ code, message }) => `${message} (${code})`).join('; ');
}
