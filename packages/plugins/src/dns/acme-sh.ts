import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { secret } from '../plugin.js';
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
      .describe('What the script wants to know, as its page says: a line NAME=value for each.'),
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

  async add(settings, _zone, records, io) {
    await runEach('add', settings, records, io);
  },

  async remove(settings, _zone, records, io) {
    await runEach('remove', settings, records, io);
  },

  async test({ environment }) {
    parseEnvironment(environment);
    return null;
  },
});

/** One after the other, and each with a folder of its own: the scripts keep what they are given there. */
async function runEach(
  change: 'add' | 'remove',
  { script, environment: text }: Config,
  records: readonly TxtValues[],
  { signal, timeoutMs, hooks }: ProviderIo,
): Promise<void> {
  const environment = parseEnvironment(text);
  const configHome = await mkdtemp(join(tmpdir(), 'certfleet-acme-sh-'));
  try {
    for (const { name, values } of records) {
      for (const value of values) {
        const call = { environment, timeoutMs, signal, secrets: Object.values(environment), configHome };
        await hooks.runAcmeSh({ ...call, script, change, name, value });
      }
    }
  } finally {
    await rm(configHome, { recursive: true, force: true });
  }
}
