import type { z } from 'zod';
import type { Plugin } from '../plugin.js';
import type { HookPort } from '../ports.js';
import type { DnsClient } from './client.js';

/** Values of one TXT record set that are to be there, or not. */
export interface TxtValues {
  /** Where they are: the zone's apex or a name below it, in lower case, without the dot at the end. */
  name: string;
  /** At least one, none twice. */
  values: readonly string[];
}

/** What a provider works with besides its configuration. */
export interface ProviderIo {
  /** Aborts when the work is not wanted any more, or when the lease on the record sets is lost. */
  signal: AbortSignal;
  /** How long one request may take. */
  timeoutMs: number;
  /** Seconds that the records may be cached, where a provider lets one choose. */
  ttl: number;
  dns: DnsClient;
  hooks: HookPort;
  /** Values of the configuration's secret fields, which no message may hold. */
  secrets: readonly string[];
}

/**
 * One kind of place where TXT records can be written. What all have in common is not its business: following CNAMEs,
 * finding zones by SOA, keeping two writers of one record set apart, waiting for the name servers, trying again later,
 * keeping secrets out of messages. A provider keeps nothing between two calls: each may come from another process.
 *
 * Every method throws a PluginError when it fails: `credentials` (wrong or not allowed), `config` (no such zone),
 * `rateLimited` (with `retryAfterMs` if the provider said so), `unavailable`, `conflict`.
 */
export interface DnsProvider<Config extends z.ZodObject = z.ZodObject> extends Plugin<Config> {
  /** For the reference: which parts were never run against the real service, and what they ran against instead. */
  neverRunAgainst: string;
  /** How long one request may take unless the account says otherwise, in seconds. Left out: 30. */
  defaultTimeout?: number;
  /**
   * Names of what no two calls may use at once, here or on another server of the store: programs, few of which were made
   * for that. Left out: there is nothing but the record sets, which are kept apart for all.
   */
  exclusive?(config: z.output<Config>): readonly string[];
  /**
   * The zone that holds a name as this account sees it: the longest of `candidates` that it may change; null when it has
   * none of them. Left out: found by SOA, for places that know no zones.
   */
  findZone?(
    config: z.output<Config>,
    /** The longest first: `a.b.example.org`, `b.example.org`, `example.org`. */
    candidates: readonly string[],
    io: ProviderIo,
  ): Promise<string | null>;
  /** Adds values; what else these record sets have stays. Adding what is there does no harm. */
  add(config: z.output<Config>, zone: string, records: readonly TxtValues[], io: ProviderIo): Promise<void>;
  /** Takes these values away and no others. Taking away what isn't there does no harm. */
  remove(config: z.output<Config>, zone: string, records: readonly TxtValues[], io: ProviderIo): Promise<void>;
  /** Whether the credentials work, without changing anything. Returns the zones that they see; null if nobody can tell. */
  test(config: z.output<Config>, io: ProviderIo): Promise<readonly string[] | null>;
}

/** Declares a DNS provider. `solver.ts` makes a solver of it. */
export function defineDnsProvider<Config extends z.ZodObject>(provider: DnsProvider<Config>): DnsProvider<Config> {
  return provider;
}
