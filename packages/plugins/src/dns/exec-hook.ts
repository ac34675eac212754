import { z } from 'zod';
import { multiline, PluginError, secret } from '../plugin.js';
import { parseEnvironment } from './environment.js';
import { defineDnsProvider, type ProviderIo, type TxtValues } from './provider.js';

const Program = z
  .string()
  .regex(/^[\w-][\w.-]*$/, 'Must be the name of a file, without a folder.')
  .max(200);

const config = z.object({
  program: Program.describe('A program in the folder that certfleet.yaml names as hooks.folder.'),
  convention: z
    .enum(['lego', 'certbot', 'dehydrated'])
    .default('lego')
    .describe(
      'How it is called. lego: `present|cleanup NAME. VALUE`. certbot: as --manual-auth-hook, with CERTBOT_DOMAIN and CERTBOT_VALIDATION, but CERTBOT_AUTH_OUTPUT is always empty. dehydrated: `deploy_challenge|clean_challenge DOMAIN - VALUE`.',
    ),
  cleanupProgram: Program.optional().describe('For certbot: --manual-cleanup-hook. Left out: nothing is taken away.'),
  environment: secret(
    z
      .string()
      .max(50_000)
      .default('')
      .describe('Variables for it, such as credentials: a line NAME=value for each.')
      .meta(multiline),
  ),
});
type Config = z.output<typeof config>;

/** What else is asked for together with a value. */
interface Rest {
  /** Of all values, this one's among them. */
  names: readonly string[];
  /** How many values come after this one. */
  remaining: number;
}

/** How one value is asked for; null: there is nothing to run. */
type Convention = (
  change: 'add' | 'remove',
  name: string,
  value: string,
  config: Config,
  rest: Rest,
) => { program: string; argv: string[]; environment: Record<string, string> } | null;

const conventions: Record<Config['convention'], Convention> = {
  lego: (change, name, value, { program }) => ({
    program,
    argv: [change === 'add' ? 'present' : 'cleanup', `${name}.`, value],
    environment: {},
  }),
  certbot: (change, name, value, { program, cleanupProgram }, { names, remaining }) => {
    const asked = change === 'add' ? program : cleanupProgram;
    if (asked === undefined) return null;
    const domain = domainOf(name);
    const environment = {
      ...{ CERTBOT_DOMAIN: domain, CERTBOT_VALIDATION: value },
      ...{ CERTBOT_ALL_DOMAINS: names.map(domainOf).join(','), CERTBOT_REMAINING_CHALLENGES: String(remaining) },
      ...{ CERTBOT_IDENTIFIER: domain, CERTBOT_AUTH_OUTPUT: '' },
    };
    return { program: asked, argv: [], environment };
  },
  dehydrated: (change, name, value, { program }) => ({
    program,
    argv: [change === 'add' ? 'deploy_challenge' : 'clean_challenge', domainOf(name), '-', value],
    environment: {},
  }),
};

/** Programs of one's own that write TXT records: hooks that were made for lego, certbot or dehydrated. */
export const execHookProvider = defineDnsProvider({
  type: 'exec-hook',
  title: 'Program (hooks of lego, certbot, dehydrated)',
  config,
  neverRunAgainst: 'The program is yours; run with programs that keep to each of the conventions.',

  defaultTimeout: 120,

  exclusive: ({ program, cleanupProgram = program }) => [...new Set([program, cleanupProgram])].map(nameOf),

  async add(settings, _zone, records, io) {
    await runEach('add', settings, records, io);
  },

  async remove(settings, _zone, records, io) {
    await runEach('remove', settings, records, io);
  },

  async test({ program, cleanupProgram, environment }, { hooks }) {
    parseEnvironment(environment);
    for (const each of [program, cleanupProgram]) if (each !== undefined) await hooks.find(each);
    return null;
  },
});

function nameOf(program: string): string {
  return `program:${program}`;
}

/** One after the other. */
async function runEach(
  change: 'add' | 'remove',
  settings: Config,
  records: readonly TxtValues[],
  io: ProviderIo,
): Promise<void> {
  const given = parseEnvironment(settings.environment);
  const { signal, timeoutMs, hooks } = io;
  const all = records.flatMap(({ name, values }) => values.map(value => ({ name, value })));
  const names = records.map(({ name }) => name);
  for (const [index, { name, value }] of all.entries()) {
    const rest = { names, remaining: all.length - index - 1 };
    const asked = conventions[settings.convention](change, name, value, settings, rest);
    if (asked === null) continue;
    const { program, argv } = asked;
    const environment = { ...given, ...asked.environment };
    await hooks.run(program, { argv, environment, timeoutMs, signal, secrets: Object.values(given) });
  }
}

/** These conventions name the domain, before which the program itself puts `_acme-challenge.` */
function domainOf(name: string): string {
  const [, domain] = /^_acme-challenge\.(.+)$/.exec(name) ?? [];
  if (domain !== undefined) return domain;
  throw new PluginError(
    'config',
    `${name} is an alias, which hooks of this convention can't write: they put "_acme-challenge." before a domain. Use lego's.`,
  );
}
