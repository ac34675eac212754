import { z } from 'zod';

/** What plugins are: ways to present challenges, places to deploy to, ways to tell people and machines. */
export const PluginKind = z.enum(['solver', 'target', 'channel']).meta({ id: 'PluginKind' });
export type PluginKind = z.infer<typeof PluginKind>;

/** One type of solvers, targets or channels, with all that a form for its configuration needs. */
export const Plugin = z
  .object({
    kind: PluginKind,
    type: z.string().describe('What it is called in the API and on the command line.'),
    title: z.string().describe('For people.'),
    challengeTypes: z
      .array(z.enum(['http-01', 'dns-01', 'tls-alpn-01']))
      .describe('What a solver can prove names by, the one that it prefers first. Empty for other kinds.'),
    config: z
      .record(z.string(), z.unknown())
      .describe(
        'JSON Schema (2020-12) of the configuration that is sent. Beside JSON Schema\'s own words a field may have `secret`: it is write-only and reads as `{"secret": true}`; `advanced`: few need it; `multiline`: text of several lines.',
      ),
    neverRunAgainst: z
      .string()
      .nullable()
      .describe('What it was tested against, and the real services that it never was. Null: nothing to say.'),
    guide: z.string().nullable().describe('The page of the documentation that shows how to use it.'),
  })
  .meta({ id: 'Plugin' });
export type Plugin = z.infer<typeof Plugin>;
