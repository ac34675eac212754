import { getServers } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type DnsServer, parseServer } from '@certfleet/plugins';
import { isNode, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Key, keys, nearest } from './config/keys.js';
import { ConfigFile } from './config/schema.js';
import type { Limit } from './domain/bucket.js';
import { presetRateLimits, type RateLimits } from './domain/rate-limits.js';
import { hours } from './domain/time.js';

/** The configuration with all defaults filled in, all paths absolute. */
export interface Config extends ConfigFile {
  publicUrl: string;
  masterKeyFile: string;
  store: { url: string };
  haproxy: { binary: string; directory: string };
  /** The file that was read; null: there is none, all is default or from the environment. */
  file: string | null;
}

/** Where the configuration comes from. */
export interface ConfigSources {
  /**
   * Given on the command line: must be there. Left out: CERTFLEET_CONFIG, ./certfleet.yaml,
   * /etc/certfleet/certfleet.yaml.
   */
  file?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** The working directory. */
  cwd: string;
}

/** The configuration can't be used. The message has one line for each fault: key, source, what is wrong, what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`The configuration can't be used:\n${faults.map(fault => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/**
 * Reads and checks certfleet.yaml and the environment, which wins. Throws a {@link ConfigError} with all faults at
 * once.
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const file = await findFile(sources);
  const fromFile = file ? parseYaml(file.text, file.path) : {};
  const variables = keys.flatMap(key => {
    const text = sources.env[key.variable];
    return text ? [{ key, value: readVariable(key, text) }] : [];
  });
  const merged = structuredClone(fromFile);
  for (const { key, value } of variables) put(merged, key.path, value);

  const faults = misspeltVariables(sources.env);
  const parsed = ConfigFile.safeParse(merged);
  const overridden = new Set(variables.map(({ key }) => key));
  if (!parsed.success) {
    for (const issue of parsed.error.issues) faults.push(...explain(issue, merged, overridden, file?.path));
  }
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return complete(parsed.data, overridden, file?.path ?? null, sources.cwd);
}

/** The resolvers to ask: as configured, else the system's. */
export function resolversOf({ dns }: Pick<Config, 'dns'>): DnsServer[] {
  const texts = dns.resolvers.length > 0 ? dns.resolvers : getServers();
  return texts.flatMap(text => parseServer(text) ?? []);
}

/** The rate limits of a directory: as configured, else as known. */
export function rateLimitsOf(config: Pick<Config, 'rateLimits'>, directoryUrl: string): RateLimits {
  const preset = presetRateLimits(directoryUrl);
  const configured = config.rateLimits[directoryUrl];
  const pick = (given: { count: number; hours: number } | null | undefined, known: Limit | null): Limit | null =>
    given === undefined ? known : given && { count: given.count, per: hours(given.hours) };
  return {
    newOrdersPerAccount: pick(configured?.newOrdersPerAccount, preset.newOrdersPerAccount),
    certificatesPerRegisteredDomain: pick(
      configured?.certificatesPerRegisteredDomain,
      preset.certificatesPerRegisteredDomain,
    ),
    certificatesPerExactSet: pick(configured?.certificatesPerExactSet, preset.certificatesPerExactSet),
    failuresPerIdentifier: pick(configured?.failuresPerIdentifier, preset.failuresPerIdentifier),
    renewalsExempt: configured?.renewalsExempt ?? preset.renewalsExempt,
  };
}

async function findFile({ file, env, cwd }: ConfigSources): Promise<{ path: string; text: string } | undefined> {
  const chosen = file ?? env.CERTFLEET_CONFIG;
  const candidates = chosen ? [chosen] : ['certfleet.yaml', '/etc/certfleet/certfleet.yaml'];
  for (const candidate of candidates) {
    const path = resolve(cwd, candidate);
    try {
      return { path, text: await readFile(path, 'utf8') };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && !chosen) continue;
      throw new ConfigError([`${path} can't be read: ${message}. Correct the path, or let this user read the file.`]);
    }
  }
  return undefined;
}

type Tree = Record<string, unknown>;

function parseYaml(text: string, path: string): Tree {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new ConfigError([`${path} is not YAML: ${error.message.split('\n')[0]} Correct that line.`]);
  const content: unknown = document.toJS() ?? {};
  if (!isTree(content)) throw new ConfigError([`${path} must hold keys with values, such as "log: { level: debug }".`]);
  return content;
}

/** A variable's text as its key wants it: as it is, else a list with commas, else YAML (numbers, booleans, objects). */
function readVariable({ schema }: Key, text: string): unknown {
  const fits = (candidate: unknown) => schema.safeParse(candidate).success;
  const list = text.split(',').map(part => part.trim());
  const document = parseDocument(`value: ${text}`);
  const node = document.errors.length > 0 ? undefined : document.get('value');
  const content: unknown = isNode(node) ? node.toJS(document) : node;
  return [text, list, content].find(fits) ?? content ?? text;
}

function put(tree: Tree, [field = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    tree[field] = value;
    return;
  }
  const branch = tree[field];
  const below = isTree(branch) ? branch : {};
  tree[field] = below;
  put(below, rest, value);
}

function misspeltVariables(env: ConfigSources['env']): string[] {
  const known = [...keys.map(key => key.variable), ...otherVariables];
  return Object.keys(env).flatMap(variable => {
    if (!variable.startsWith('CERTFLEET_') || known.includes(variable)) return [];
    // What is not near a key may be meant for another program.
    const meant = nearest(variable, known);
    return meant ? [`There is no variable ${variable}. Did you mean ${meant}?`] : [];
  });
}

/** Read elsewhere: where this file is, the master key (store/master-key.ts), and the command line client's. */
const otherVariables = [
  'CERTFLEET_CONFIG',
  'CERTFLEET_MASTER_KEY',
  'CERTFLEET_URL',
  'CERTFLEET_TOKEN',
  'CERTFLEET_FINGERPRINT',
  'CERTFLEET_PASSWORD',
  'CERTFLEET_SETUP_CODE',
  'CERTFLEET_EAB_HMAC_KEY',
];

function explain(
  issue: z.core.$ZodIssue,
  tree: Tree,
  overridden: ReadonlySet<Key>,
  file: string | undefined,
): string[] {
  const path = issue.path.map(String);
  const source = file ?? 'certfleet.yaml';
  if (issue.code === 'unrecognized_keys') {
    const known = keys.flatMap(key => [key.name, ...key.path]);
    return issue.keys.map(field => {
      const name = [...path, field].join('.');
      const meant = nearest(name, known) ?? nearest(field, known);
      return `There is no key ${name} (in ${source}). ${meant ? `Did you mean ${meant}?` : 'See docs/reference/configuration.md for all keys.'}`;
    });
  }
  const key = keys.find(({ path: own }) => own.every((part, index) => part === path[index]));
  const value = valueAt(tree, path);
  const shown = key?.meta.secret || value === undefined ? '' : ` ${JSON.stringify(value)}`;
  const isFromVariable = key !== undefined && overridden.has(key);
  const place = isFromVariable ? `the variable ${key.variable}` : source;
  const remedy = key
    ? `Correct it there; it is: ${key.description}`
    : 'See docs/reference/configuration.md for all keys.';
  return [`${path.join('.') || 'The whole file'}${shown} (from ${place}): ${issue.message}. ${remedy}`];
}

function valueAt(tree: Tree, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => (isTree(value) ? value[part] : undefined), tree);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function complete(config: ConfigFile, overridden: ReadonlySet<Key>, file: string | null, cwd: string): Config {
  const baseOf = (name: string) =>
    file === null || [...overridden].some(key => key.name === name) ? cwd : dirname(file);
  const dataDir = resolve(baseOf('dataDir'), config.dataDir);
  const inDataDir = (name: string, given: string | null, standard: string) =>
    given === null ? join(dataDir, standard) : resolve(baseOf(name), given);
  return {
    ...config,
    dataDir,
    publicUrl: config.publicUrl ?? `https://${hostname()}:${config.listen.port}`,
    masterKeyFile: inDataDir('masterKeyFile', config.masterKeyFile, 'master.key'),
    store: { url: storeUrl(config.store.url, baseOf('store.url')) ?? `sqlite:${join(dataDir, 'certfleet.db')}` },
    haproxy: {
      binary: config.haproxy.binary,
      directory: inDataDir('haproxy.directory', config.haproxy.directory, 'haproxy'),
    },
    file,
  };
}

function storeUrl(given: string | null, base: string): string | undefined {
  const path = given?.startsWith('sqlite:') ? given.slice('sqlite:'.length) : undefined;
  return path === undefined ? (given ?? undefined) : `sqlite:${resolve(base, path)}`;
}
