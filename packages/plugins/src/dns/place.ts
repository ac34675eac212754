import { z } from 'zod';
import { PluginError, type Presentation } from '../plugin.js';
import type { DnsClient } from './client.js';
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
  const start = `_acme-challenge.${identifier.toLowerCase()}`;
  const way = [start];
  let at = start;
  for (;;) {
    const target = await dns.cname(at, { signal });
    if (target === null) return at;
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
