import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { multiline, PluginError, secret } from '../plugin.js';
import { Endpoint, type HttpService, httpService } from './http.js';
import { plainName } from './names.js';
import { defineDnsProvider, type ProviderIo } from './provider.js';

const config = z.object({
  endpoint: Endpoint.default('https://auth.acme-dns.io').describe(
    'Where the acme-dns server is reached. Run one of your own: whoever runs it can prove your names.',
  ),
  accounts: secret(
    z
      .string()
      .min(2)
      .max(1_000_000)
      .describe(
        'Its accounts, as JSON: what POST /register answered, a list of such answers, or the file that lego, certbot or acme-dns-client keep (an object of them by domain).',
      )
      .meta(multiline),
  ),
});
type Config = z.output<typeof config>;

/** What `POST /register` answers. */
const Account = z.object({
  fulldomain: z.string().min(1).max(253),
  subdomain: z.string().min(1).max(63),
  username: z.string().min(1).max(200),
  password: z.string().min(1).max(200),
});
type Account = z.output<typeof Account>;
const Accounts = z.union([
  Account.transform(account => [account]),
  z.array(Account).min(1),
  z.record(z.string(), Account).transform(accounts => Object.values(accounts)),
]);

/** As many values a name has there; the next one takes the place of the oldest. */
const mostValues = 2;
/** How often the values of a name are written, until all answers have come. */
const tries = 3;
/** Milliseconds. acme-dns knows in which second a value was written: of two in one second, either is the oldest. */
const nextSecond = 1100;
/** Milliseconds. The longest that is waited because acme-dns, or what is before it, says so. */
const longestWait = 30_000;

/**
 * acme-dns, a DNS server for nothing but challenges: https://github.com/joohoi/acme-dns. Each account is one name, to
 * which `_acme-challenge` of the names that are proved is an alias (CNAME).
 */
export const acmeDnsProvider = defineDnsProvider({
  type: 'acme-dns',
  title: 'acme-dns',
  config,
  neverRunAgainst:
    'Never run against acme-dns itself: a local server checks accounts, the length of values and that a name keeps two, by the second in which they were written. acme-dns can take nothing away: what was presented stays until two others were.',

  async add(settings, _zone, records, io) {
    const accounts = accountsOf(settings);
    for (const { name, values } of records) {
      const account = accounts.get(name);
      if (!account) throw new PluginError('config', explainName(name, [...accounts.keys()]));
      if (values.length > mostValues) {
        const message = `acme-dns keeps ${mostValues} values at a name, and ${name} needs ${values.length}: alias some of the names to another account.`;
        throw new PluginError('config', message);
      }
      const { username, password, subdomain } = account;
      const headers = { 'x-api-user': username, 'x-api-key': password };
      const where = { service: 'acme-dns', endpoint: settings.endpoint, headers, secrets: [password] };
      await write(httpService({ ...where, tries: 1 }, io), subdomain, values, io);
    }
  },

  async remove() {
    // acme-dns has no way to. The values are of no use once the CA has seen them.
  },

  async test(settings, io) {
    const names = [...accountsOf(settings).keys()];
    await httpService({ service: 'acme-dns', endpoint: settings.endpoint }, io).send({
      method: 'GET',
      path: '/health',
      // Old versions have none.
      accept: [404],
    });
    return names;
  },
});

/**
 * Writes all values of a name. One whose answer is lost may be there or not; writing it once more could take the place of
 * another of them, so all are written again.
 */
async function write(http: HttpService, subdomain: string, values: readonly string[], io: ProviderIo): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      for (const txt of values) {
        if (values.length > 1) await pause(nextSecond, undefined, { signal: io.signal });
        await http.send({ method: 'POST', path: '/update', json: { subdomain, txt } });
      }
      return;
    } catch (error) {
      if (!(error instanceof PluginError)) throw error;
      const wait = Math.max(nextSecond, error.retryAfterMs ?? 0);
      const passes = error.reason === 'unavailable' || error.reason === 'rateLimited';
      if (!passes || attempt === tries || wait > longestWait) throw error;
      await pause(wait, undefined, { signal: io.signal });
    }
  }
}

/** At most three of the accounts by name. */
function explainName(name: string, accounts: readonly string[]): string {
  const shown = accounts.slice(0, 3).join(', ');
  const more = accounts.length > 3 ? ` and ${accounts.length - 3} more` : '';
  return `None of the acme-dns accounts has the name ${name}. It has to be an alias (CNAME) of one of them: ${shown}${more}.`;
}

/** By the name of each. Throws PluginError `config`, which quotes nothing of it. */
function accountsOf({ accounts }: Config): Map<string, Account> {
  let content: unknown;
  try {
    content = JSON.parse(accounts);
  } catch {
    throw new PluginError('config', 'The accounts of acme-dns are not JSON.');
  }
  const parsed = Accounts.safeParse(content);
  if (!parsed.success) {
    throw new PluginError(
      'config',
      'The accounts of acme-dns need fulldomain, subdomain, username and password each, as POST /register answers them.',
    );
  }
  return new Map(parsed.data.map(account => [plainName(account.fulldomain), account]));
}
