import { z } from 'zod';
import { advanced, PluginError, secret } from '../plugin.js';
import { eachLimited } from './each-limited.js';
import { Endpoint, type HttpService, httpService } from './http.js';
import { listedZones } from './listed-zones.js';
import { relativeName } from './names.js';
import { defineDnsProvider, type ProviderIo } from './provider.js';

const Id = z.int().min(1);

const config = z.object({
  authId: Id.optional().describe('auth-id: the API user. One of authId, subAuthId and subAuthUser.'),
  subAuthId: Id.optional().describe(
    'sub-auth-id: an API sub user, who has only the zones that were delegated to them.',
  ),
  subAuthUser: z.string().min(1).max(200).optional().describe('sub-auth-user: an API sub user, by name.'),
  authPassword: secret(z.string().min(1).max(500).describe('auth-password of that user.')),
  endpoint: Endpoint.default('https://api.cloudns.net').describe('Where the API is reached.').meta(advanced),
});
type Config = z.output<typeof config>;

/** Requests at a time. The API may be asked 20 times a second. */
const atOnce = 4;
/** The longest page that can be asked for. */
const rowsPerPage = 100;
/** Seconds: the times to live that ClouDNS has. */
const ttls = [60, 300, 900, 1800, 3600, 21_600, 43_200, 86_400];

/** Refusals have the HTTP status 200. */
const Refusal = z.object({ status: z.literal('Failed'), statusDescription: z.string() });
const Zones = z.array(z.object({ name: z.string(), type: z.string() }));
const TxtRecord = z.object({ id: z.union([z.string(), z.number()]), record: z.string() });
/** PHP: an object by id, or an empty array. */
const Records = z.union([z.array(TxtRecord), z.record(z.string(), TxtRecord)]);
const Done = z.object({ status: z.literal('Success') });

/** ClouDNS's HTTP API: https://www.cloudns.net/api-help */
export const clouDnsProvider = defineDnsProvider({
  type: 'cloudns',
  title: 'ClouDNS',
  config,
  neverRunAgainst:
    'Never run against ClouDNS itself: a local server checks the three kinds of users, paging, times to live and refusals.',

  ...listedZones(listZones),

  async add(settings, zone, records, io) {
    const ask = api(settings, io);
    const ttl = String(ttls.find(seconds => seconds >= io.ttl) ?? ttls.at(-1));
    await eachLimited(records, atOnce, async ({ name, values }) => {
      const host = hostOf(name, zone);
      const there = await txtRecords(ask, zone, host);
      for (const record of values.filter(value => !there.some(({ record }) => record === value))) {
        const parameters = { 'domain-name': zone, 'record-type': 'TXT', host, record, ttl };
        await makeOnce(
          () => ask('add-record', parameters, Done),
          async () => (await txtRecords(ask, zone, host)).some(each => each.record === record),
        );
      }
    });
  },

  async remove(settings, zone, records, io) {
    const ask = api(settings, io);
    await eachLimited(records, atOnce, async ({ name, values }) => {
      const host = hostOf(name, zone);
      const there = await txtRecords(ask, zone, host);
      for (const { id } of there.filter(({ record }) => values.includes(record))) {
        await makeOnce(
          () => ask('delete-record', { 'domain-name': zone, 'record-id': String(id) }, Done),
          async () => !(await txtRecords(ask, zone, host)).some(each => each.id === id),
        );
      }
    });
  },
});

/**
 * Makes a change. Where it was made already by the same request, whose answer was lost, ClouDNS refuses it the second
 * time: that is no failure.
 */
async function makeOnce(make: () => Promise<unknown>, isMade: () => Promise<boolean>): Promise<void> {
  try {
    await make();
  } catch (error) {
    const refused = error instanceof PluginError && error.reason === 'config';
    if (!refused || !(await isMade())) throw error;
  }
}

type Ask = <T>(what: string, parameters: Record<string, string>, schema: z.ZodType<T>) => Promise<T>;

/** Credentials and all else go in the body: in a URL they would be in logs. */
function api(settings: Config, io: ProviderIo): Ask {
  const credentials = credentialsOf(settings);
  const http: HttpService = httpService({ service: 'ClouDNS', endpoint: settings.endpoint }, io);
  return async (what, parameters, schema) => {
    const reply = await http.send({
      method: 'POST',
      path: `/dns/${what}.json`,
      form: { ...credentials, ...parameters },
    });
    const outcome = reply.json(z.union([Refusal, schema]));
    const refused = Refusal.safeParse(outcome);
    if (!refused.success) return outcome as z.output<typeof schema>;
    const { statusDescription } = refused.data;
    const reason = /authentication/i.test(statusDescription) ? 'credentials' : 'config';
    throw new PluginError(reason, `ClouDNS: ${what} was refused: ${statusDescription}`);
  };
}

function credentialsOf({ authId, subAuthId, subAuthUser, authPassword }: Config): Record<string, string> {
  const users = Object.entries({ 'auth-id': authId, 'sub-auth-id': subAuthId, 'sub-auth-user': subAuthUser });
  const given = users.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }]));
  const [user] = given;
  if (!user || given.length > 1) throw new PluginError('config', 'Give one of authId, subAuthId and subAuthUser.');
  return { [user.name]: user.value, 'auth-password': authPassword };
}

/** Those that can be written: a slave zone is changed where its master is. */
async function listZones(settings: Config, io: ProviderIo): Promise<readonly string[]> {
  const ask = api(settings, io);
  const zones: string[] = [];
  for (let page = 1; ; page += 1) {
    const found = await ask('list-zones', { page: String(page), 'rows-per-page': String(rowsPerPage) }, Zones);
    zones.push(...found.filter(({ type }) => type === 'master').map(({ name }) => name));
    if (found.length < rowsPerPage) return zones;
  }
}

async function txtRecords(ask: Ask, zone: string, host: string): Promise<z.output<typeof TxtRecord>[]> {
  const found: z.output<typeof TxtRecord>[] = [];
  for (let page = 1; ; page += 1) {
    const paging = { page: String(page), 'rows-per-page': String(rowsPerPage) };
    const rows = Object.values(await ask('records', { 'domain-name': zone, host, type: 'TXT', ...paging }, Records));
    found.push(...rows);
    if (rows.length < rowsPerPage) return found;
  }
}

/** The apex is the empty host. */
function hostOf(name: string, zone: string): string {
  return name === zone ? '' : relativeName(name, zone);
}
