import { z } from 'zod';
import { DnsError } from '../dns/client.js';
import { eachLimited } from '../dns/each-limited.js';
import { challengeName } from '../dns/place.js';
import { whatIsMissing, witnesses } from '../dns/propagation.js';
import { describeSight, type HttpSight, lookOverHttp } from '../http-look.js';
import { defineSolver, type Finding, PluginError, type Presentation } from '../plugin.js';
import type { Ports } from '../ports.js';

/** Challenges that are looked for at a time. */
const atOnce = 16;

/**
 * A person presents: sets the TXT record, or puts the file onto the web server. Nothing is done here but to look whether
 * it is there, before the CA is told to.
 */
export const manualSolver = defineSolver({
  type: 'manual',
  title: 'By hand: a person presents what the CA is to find',
  guide: 'docs/guides/manual-challenges.md',
  challengeTypes: ['http-01', 'dns-01'],
  config: z.object({
    prefer: z
      .enum(['http-01', 'dns-01'])
      .default('http-01')
      .describe('What a name is proven by. Wildcards are proven by dns-01 and IP addresses by http-01 in any case.'),
  }),
  outlivesProcess: true,

  typesOf({ prefer }) {
    return prefer === 'http-01' ? ['http-01', 'dns-01'] : ['dns-01', 'http-01'];
  },

  async check() {
    // There is nothing that could be wrong.
  },

  async present() {
    // Whoever it is has been told.
  },

  async cleanUp() {
    // What may be removed now is said in the certificate's events.
  },

  async inspect(_, presentations, ports, signal) {
    const findings = new Map<Presentation, Finding>();
    await eachLimited(presentations, atOnce, async presentation => {
      findings.set(presentation, await inspect(presentation, ports, signal));
    });
    return presentations.map(presentation => findings.get(presentation) as Finding);
  },
});

async function inspect(presentation: Presentation, ports: Ports, signal: AbortSignal): Promise<Finding> {
  try {
    return await (presentation.type === 'dns-01' ? inDns : overHttp)(presentation, ports, signal);
  } catch (error) {
    if (signal.aborted) return { seen: false, message: 'It was not looked for to the end: that took too long.' };
    if (error instanceof DnsError || error instanceof PluginError) return { seen: false, message: error.message };
    throw error;
  }
}

/** At every name server of the zone, where aliases lead by now. */
async function inDns({ identifier, value }: Presentation, { dns }: Ports, signal: AbortSignal): Promise<Finding> {
  const name = await challengeName(identifier, dns, signal);
  const zone = await dns.soaZone(name, { signal });
  const servers = await witnesses(zone, [], dns, signal);
  const missing = await whatIsMissing([{ name, values: [value] }], servers, dns, signal, true);
  if (missing !== null) return { seen: false, message: missing.reason };
  return {
    seen: true,
    message: `Every name server of ${zone} has it: ${servers.map(({ title }) => title).join(', ')}.`,
  };
}

/** At every address of the name, since a CA chooses among them. */
async function overHttp(
  { identifier, token, value }: Presentation,
  ports: Ports,
  signal: AbortSignal,
): Promise<Finding> {
  const path = `/.well-known/acme-challenge/${token}`;
  const sights = await lookOverHttp(identifier, path, { ...ports, signal });
  if (sights.length === 0) {
    return { seen: false, message: `The DNS has no address for ${identifier}, neither A nor AAAA.` };
  }
  const asked = sights.filter(({ outcome }) => outcome !== 'no-route');
  if (asked.length === 0) {
    const addresses = sights.map(({ address }) => address).join(', ');
    return { seen: false, message: `From here there is no way to any address of ${identifier}: ${addresses}.` };
  }
  const wrong = asked.filter(sight => !isThere(sight, value));
  if (wrong.length > 0) return { seen: false, message: `${wrong.map(describeWrong).join('; ')}.` };
  return { seen: true, message: `It is there, at ${asked.map(({ address }) => address).join(' and ')}.` };
}

/** RFC 8555 §8.3: white space at the end is ignored. */
function isThere(sight: HttpSight, value: string): boolean {
  return sight.outcome === 'answered' && sight.status === 200 && sight.body.trimEnd() === value;
}

function describeWrong(sight: HttpSight): string {
  const seen = describeSight(sight);
  return sight.outcome === 'answered' && sight.status === 200 ? `${seen}, which is not the content of the file` : seen;
}
