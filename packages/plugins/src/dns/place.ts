import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { PluginError, type Presentation } from '../plugin.js';
import { type DnsClient, DnsError } from './client.js';
import { parentOf } from './names.js';
import type { TxtValues } from './provider.js';

/** Where a challenge's TXT value is written: after aliases, so not always at `_acme-challenge.` of the name itself. */
export interface Place {
  /** The record set's name, in lower case, without the dot at the end. */
  name: string;
  zone: string;
}

const Place = z.strictObject({ name: z.string(), zone: z.string() });

/** As it is stored with the challenge. */
export function formatPlace(place: Place): string {
  return JSON.stringify(place);
}

/** What was stored with a challenge. */
function parsePlace(text: string): Place {
  return Place.parse(JSON.parse(text));
}

/** More aliases than this are a mistake: resolvers give up as well. */
const mostAliases = 10;

/**
 * The name that a CA reads in the end when it asks for a name's challenge (RFC 8555 §8.4): `_acme-challenge.NAME`, or
 * what that is an alias of. Throws PluginError `config` for aliases that lead nowhere, DnsError if the DNS doesn't
 * answer.
 */
export async function challengeName(identifier: string, dns: DnsClient, signal: AbortSignal): Promise<string> {
  return (await wayToChallenge(identifier, dns, signal)).at(-1) as string;
}

/** As {@link challengeName}, with the aliases that lead there: the first is `_acme-challenge.NAME`, the last that name. */
export async function wayToChallenge(
  identifier: string,
  dns: DnsClient,
  signal: AbortSignal,
): Promise<[string, ...string[]]> {
  const start = `_acme-challenge.${identifier.toLowerCase()}`;
  const way: [string, ...string[]] = [start];
  let at = start;
  for (;;) {
    const target = await ownAlias(at, dns, signal).catch(error => {
      throw alongTheWay(error, way);
    });
    if (target === null) return way;
    const loops = way.includes(target);
    way.push(target);
    if (loops || way.length > mostAliases + 1) {
      const fault = loops ? 'leads back to itself' : `is more than ${mostAliases} aliases deep`;
      throw new PluginError(
        'config',
        `The CNAME record at ${start} ${fault}: ${way.join(' → ')}. Correct it in the DNS.`,
      );
    }
    at = target;
  }
}

/** An error about where aliases lead says how they lead there. */
export function alongTheWay(error: unknown, way: readonly string[]): unknown {
  if (way.length < 2) return error;
  const how = `Aliases (CNAME) were followed: ${way.join(' → ')}.`;
  if (error instanceof DnsError) return new DnsError(error.outcome, `${error.message} ${how}`, { cause: error });
  if (!(error instanceof PluginError)) return error;
  const { reason, message, retryAfterMs } = error;
  return new PluginError(reason, `${message} ${how}`, {
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/**
 * What a name is an alias of by a record of its own, or of a DNAME above it. A wildcard's is none: nobody meant to
 * delegate challenges by it, and a record at the name itself takes its place (RFC 4592 §2.2.1). It is told by a sibling
 * that nobody has, which a wildcard makes an alias of the very same name; a DNAME gives it a target of its own.
 */
async function ownAlias(name: string, dns: DnsClient, signal: AbortSignal): Promise<string | null> {
  const target = await dns.cname(name, { signal });
  if (target === null) return null;
  const sibling = `${randomBytes(10).toString('hex')}.${parentOf(name)}`;
  return (await dns.cname(sibling, { signal })) === target ? null : target;
}

/** Record sets by zone; what several challenges have at one name is in one set. Those without a place are left out. */
export function byZone(presentations: readonly Presentation[]): Map<string, TxtValues[]> {
  const zones = new Map<string, Map<string, Set<string>>>();
  for (const { place, value } of presentations) {
    if (place === null) continue;
    const { name, zone } = parsePlace(place);
    const sets = zones.get(zone) ?? new Map<string, Set<string>>();
    zones.set(zone, sets.set(name, (sets.get(name) ?? new Set()).add(value)));
  }
  return new Map(
    [...zones].map(([zone, sets]) => [zone, [...sets].map(([name, values]) => ({ name, values: [...values] }))]),
  );
}
