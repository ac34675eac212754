import { z } from 'zod';
import { multiline, secret } from '../plugin.js';
import { parseEnvironment } from './environment.js';
import { defineDnsProvider, type ProviderIo, type TxtValues } from './provider.js';

const config = z.object({
  script: z
    .string()
    .regex(/^dns_[a-z0-9_]+$/, 'Must be the name of a script, such as dns_hetzner.')
    .max(100)
    .describe(
      'The DNS script of acme.sh, such as dns_hetzner; https://github.com/acmesh-official/acme.sh/wiki/dnsapi lists them.',
    ),
  environment: secret(
    z
      .string()
      .max(50_000)
      .default('')
      .describe(
        'What the script wants to know, as its page says: a line NAME=value for each. Only what it reads may be set.',
      )
      .meta(multiline),
  ),
});
type Config = z.output<typeof config>;

/**
 * The DNS scripts of an installed acme.sh, for the providers that Certfleet does not speak to itself. The folder of
 * acme.sh is named in certfleet.yaml (`hooks.acmeSh`).
 */
export const acmeShProvider = defineDnsProvider({
  type: 'acme-sh',
  title: 'A DNS script of acme.sh',
  config,
  neverRunAgainst:
    'Run with dns_nsupdate of acme.sh 3.1.4 against BIND 9.18 by hand, and with a small stand-in for acme.sh in the tests. None of the other scripts was run. Some, dns_nsupdate among them, take away all values of a name when they are told one.',

  defaultTimeout: 120,

  exclusive: ({ script }) => [`program:acme.sh/${script}`],

  async add(settings, _zone, records, io) {
    await runEach('add', settings, records, io);
  },

  async remove(settings, _zone, records, io) {
    await runEach('remove', settings, records, io);
  },

  async test({ script, environment }, { hooks }) {
    await hooks.findAcmeSh(script, Object.keys(parseEnvironment(environment)));
    return null;
  },
});

/** One after the other. */
async function runEach(
  change: 'add' | 'remove',
  { script, environment: text }: Config,
  records: readonly TxtValues[],
  { signal, timeoutMs, hooks }: ProviderIo,
): Promise<void> {
  const environment = parseEnvironment(text);
  const call = { environment, timeoutMs, signal, secrets: Object.values(environment) };
  for (const { name, values } of records) {
    for (const value of values) await hooks.runAcmeSh({ ...call, script, change, name, value });
  }
}
