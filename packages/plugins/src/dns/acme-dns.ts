import { z } from 'zod';
import { PluginError, secret } from '../plugin.js';
import { Endpoint, httpService } from './http.js';
import { plainName } from './names.js';
import { defineDnsProvider } from './provider.js';

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
      ),
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

/**
 * acme-dns, a DNS server for nothing but challenges: https://github.com/joohoi/acme-dns. Each account is one name, to
 * which `_acme-challenge` of the names that are proved is an alias (CNAME).
 */
export const acmeDnsProvider = defineDnsProvider({
  type: 'acme-dns',
  title: 'acme-dns',
  config,
  neverRunAgainst:
    'Never run against acme-dns itself: a local server checks accounts, the length of values and that a name keeps two. acme-dns can take nothing away: what was presented stays until two others were.',

  async add(settings, _zone, records, io) {
    const accounts = accountsOf(settings);
    for (const { name, values } of records) {
      const account = accounts.get(name);
      if (!account) throw new PluginError('config', `None of the acme-dns accounts has the name ${name}.`);
      if (values.length > mostValues) {
        const message = `acme-dns keeps ${mostValues} values at a name, and ${name} needs ${values.length}: alias some of the names to another account.`;
        throw new PluginError('config', message);
      }
      const { username, password, subdomain } = account;
      const headers = { 'x-api-user': username, 'x-api-key': password };
      const http = httpService({ service: 'acme-dns', endpoint: settings.endpoint, headers, secrets: [password] }, io);
      for (const txt of values) await http.send({ method: 'POST', path: '/update', json: { subdomain, txt } });
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
    });
    return names;
  },
});

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
