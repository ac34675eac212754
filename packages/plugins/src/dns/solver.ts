import { z } from 'zod';
import { advanced, type Look, PluginError, type Presentation, type SolverPlugin, secretFields } from '../plugin.js';
import type { Ports } from '../ports.js';
import { DnsError } from './client.js';
import { eachLimited } from './each-limited.js';
import { parseHost, parseServer } from './exchange.js';
import { redact } from './http.js';
import { isWithin, zoneCandidates } from './names.js';
import { oneAtATime } from './one-at-a-time.js';
import { alongTheWay, byZone, formatPlace, type Place, wayToChallenge } from './place.js';
import { whatIsMissing, witnesses } from './propagation.js';
import type { DnsProvider, ProviderIo, TxtValues } from './provider.js';

const Server = z
  .string()
  .max(300)
  .refine(
    text => (parseServer(text) ?? parseHost(text)) !== undefined,
    'An IP address or a host name, with a port after a colon if it is not 53; IPv6 with a port in brackets.',
  );

/** Fields that every DNS account has beside its provider's own and its time-out. */
const sharedFields = {
  propagationSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe('How long to wait until every name server of the zone has the values. 0: they are not asked.')
    .meta(advanced),
  settleSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(0)
    .describe(
      'How long after writing the CA is told to look, at the earliest: for name servers in many places, of which this machine sees one, or that it may not ask.',
    )
    .meta(advanced),
  nameservers: z
    .array(Server)
    .max(20)
    .default([])
    .describe(
      "Servers that must have the values, in place of those of the zone's NS records: for zones that look different from the inside.",
    )
    .meta(advanced),
  ttl: z
    .int()
    .min(1)
    .max(86_400)
    .default(60)
    .describe('Seconds that the records may be cached, if the provider lets one choose.')
    .meta(advanced),
};

function timeoutField(seconds: number) {
  return z
    .number()
    .min(1)
    .max(600)
    .default(seconds)
    .describe('How long one request to the provider, or one run of a program, may take: 1 to 600.')
    .meta(advanced);
}

type SharedConfig = z.output<z.ZodObject<typeof sharedFields>> & { timeoutSeconds: number };
type ProviderConfig = Record<string, unknown> & SharedConfig;

/** Names that are looked up at a time. */
const atOnce = 8;

/**
 * Makes a solver of a DNS provider: everything that all providers have in common. A challenge's place is found (aliases
 * followed, zone found) and stored before its value is written there; values are written and taken away under a lease on
 * their record sets; the CA is told to look once every name server has them. Values of a hundred names in one zone are
 * written together.
 */
export function dnsSolver(provider: DnsProvider): SolverPlugin {
  const config = provider.config.extend({
    timeoutSeconds: timeoutField(provider.defaultTimeout ?? 30),
    ...sharedFields,
  });
  const secretNames = secretFields(config);

  /** Calls the provider. What it throws becomes a PluginError without a secret in it. */
  async function ask<T>(
    settings: ProviderConfig,
    ports: Ports,
    signal: AbortSignal,
    call: (io: ProviderIo) => Promise<T>,
  ): Promise<T> {
    const secrets = secretNames.map(name => settings[name]).filter(value => typeof value === 'string');
    const { timeoutSeconds, ttl } = settings;
    try {
      return await call({ signal, timeoutMs: timeoutSeconds * 1000, ttl, dns: ports.dns, hooks: ports.hooks, secrets });
    } catch (error) {
      signal.throwIfAborted();
      throw asPluginError(error, provider.title, secrets);
    }
  }

  async function placeOf(identifier: string, settings: ProviderConfig, ports: Ports, io: ProviderIo): Promise<Place> {
    const way = await wayToChallenge(identifier, ports.dns, io.signal);
    const name = way.at(-1) as string;
    try {
      return { name, zone: await zoneOf(name, settings, ports, io) };
    } catch (error) {
      throw alongTheWay(error, way);
    }
  }

  async function zoneOf(name: string, settings: ProviderConfig, ports: Ports, io: ProviderIo): Promise<string> {
    if (!provider.findZone) return ports.dns.soaZone(name, io);
    const candidates = zoneCandidates(name);
    const zone = await provider.findZone(settings, candidates, io);
    if (zone !== null && !isWithin(name, zone))
      throw new Error(`It found the zone ${zone}, which does not hold ${name}.`);
    if (zone !== null) return zone;
    throw new PluginError(
      'config',
      `This account has no zone for ${name}: it would be one of ${candidates.join(', ')}. ${await zonesInWords(settings, io)}`,
    );
  }

  async function zonesInWords(settings: ProviderConfig, io: ProviderIo): Promise<string> {
    const zones = await provider.test(settings, io);
    if (zones === null) return 'Check what its credentials may change.';
    return zones.length === 0 ? 'It sees no zone at all.' : `It has ${listed(zones)}.`;
  }

  /** One call for each zone, under a lease on the record sets that it changes. One zone's failure doesn't stop the others. */
  async function change(
    settings: ProviderConfig,
    presentations: readonly Presentation[],
    ports: Ports,
    signal: AbortSignal,
    act: (zone: string, records: readonly TxtValues[], io: ProviderIo) => Promise<void>,
  ): Promise<void> {
    const zones = [...byZone(presentations)];
    const alone = provider.exclusive?.(settings) ?? [];
    const hooks = alone.length > 0 ? oneAtATime(ports.hooks, alone, ports.leases) : ports.hooks;
    await eachLimited(zones, alone.length > 0 ? 1 : atOnce, ([zone, records]) =>
      ports.leases.hold(
        records.map(({ name }) => `record-set:${name}`),
        signal,
        held => ask(settings, { ...ports, hooks }, held, io => act(zone, records, io)),
      ),
    );
  }

  return {
    type: provider.type,
    title: provider.title,
    guide: 'docs/guides/dns.md',
    challengeTypes: ['dns-01'],
    config,
    outlivesProcess: true,
    neverRunAgainst: provider.neverRunAgainst,

    async check() {
      // Whether the credentials work is found out by `test`: the provider may be away while its account is entered.
    },

    async locate(given, presentations, ports, signal) {
      const settings = given as ProviderConfig;
      const identifiers = [...new Set(presentations.map(({ identifier }) => identifier))];
      const places = new Map<string, string>();
      await ask(settings, ports, signal, io =>
        eachLimited(identifiers, atOnce, async identifier => {
          places.set(identifier, formatPlace(await placeOf(identifier, settings, ports, io)));
        }),
      );
      return presentations.map(({ identifier }) => places.get(identifier) as string);
    },

    async present(given, presentations, ports, signal) {
      const settings = given as ProviderConfig;
      await change(settings, presentations, ports, signal, (zone, records, io) =>
        provider.add(settings, zone, records, io),
      );
    },

    async look(given, presentations, { dns }, signal): Promise<Look> {
      const { propagationSeconds, settleSeconds, nameservers } = given as ProviderConfig;
      const seen: Look = settleSeconds === 0 ? { seen: true } : { seen: true, settle: settleSeconds * 1000 };
      if (propagationSeconds === 0) return seen;
      const patience = propagationSeconds * 1000;
      for (const [zone, records] of byZone(presentations)) {
        const reason = await missingIn(zone, records);
        if (reason !== null) return { seen: false, reason, patience };
      }
      return seen;

      async function missingIn(zone: string, records: readonly TxtValues[]): Promise<string | null> {
        try {
          const servers = await witnesses(zone, nameservers, dns, signal);
          const missing = await whatIsMissing(records, servers, dns, signal, nameservers.length === 0);
          if (!missing) return null;
          if (!missing.allAreSilent) return missing.reason;
          return `${missing.reason} From here no name server of ${zone} can be asked, perhaps because port 53 is closed: give this account nameservers that can be, or propagationSeconds=0 and settleSeconds.`;
        } catch (error) {
          if (error instanceof DnsError) return error.message;
          throw error;
        }
      }
    },

    async cleanUp(given, presentations, ports, signal) {
      const settings = given as ProviderConfig;
      // What has no place was never written: the place is stored before.
      await change(settings, presentations, ports, signal, (zone, records, io) =>
        provider.remove(settings, zone, records, io),
      );
    },

    async test(given, identifier, ports, signal) {
      const settings = given as ProviderConfig;
      return ask(settings, ports, signal, async io => {
        const zones = await provider.test(settings, io);
        if (identifier === null) return { zones, record: null };
        const { name, zone } = await placeOf(identifier.replace(/^\*\./, ''), settings, ports, io);
        const servers = await witnesses(zone, settings.nameservers, ports.dns, signal);
        return { zones, record: { name, zone, nameServers: servers.map(({ title }) => title) } };
      });
    },
  };
}

/** At most ten by name. */
function listed(zones: readonly string[]): string {
  const shown = zones.slice(0, 10).join(', ');
  return zones.length > 10 ? `${shown} and ${zones.length - 10} more` : shown;
}

function asPluginError(error: unknown, title: string, secrets: readonly string[]): PluginError {
  const message = error instanceof Error ? error.message : String(error);
  const shown = redact(message, secrets);
  if (error instanceof PluginError) {
    if (shown === message) return error;
    const { reason, retryAfterMs } = error;
    return new PluginError(reason, shown, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
  if (error instanceof DnsError) return new PluginError('unavailable', shown, { cause: error });
  // The log shows causes with their stacks: none that holds a secret.
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  const cause = redact(stack, secrets) === stack ? { cause: error } : {};
  return new PluginError('unavailable', `${title}: ${shown}`, cause);
}
