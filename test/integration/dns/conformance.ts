/**
 * What every DNS provider has to keep, whatever service it talks to. A provider's test is this suite, started on the real
 * service's protocol, and whatever is its own.
 */

import { setTimeout } from 'node:timers/promises';
import {
  type DnsClient,
  type DnsProvider,
  dnsSolver,
  type HookPort,
  type LeasePort,
  type Ports,
  type Presentation,
  type ProviderIo,
  parseConfig,
  secretFields,
  zoneCandidates,
} from '@certfleet/plugins';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { providerIo } from './io.js';

/** A service with an account that a provider is configured for. */
export interface DnsService {
  /** The provider's own fields. */
  config: Record<string, unknown>;
  /** A zone of the account. */
  zone: string;
  /** Another zone of the account, below the first; null where it lacks zones. */
  deeperZone: string | null;
  /** A zone that the account doesn't have; null where it lacks zones. */
  foreignZone: string | null;
  /** Whom the provider may ask for names; left out: nobody. */
  dns?: DnsClient;
  /** Which programs it may run; left out: none. */
  hooks?: HookPort;
  /** The TXT values that the service has at a name now, in any order. */
  txt(name: string): Promise<string[]>;
  /** Puts values there past the provider, as someone else would. */
  put(name: string, values: readonly string[]): Promise<void>;
  /** A configuration that the service refuses, and what of it may not be in a message. Null where it lacks credentials. */
  wrongCredentials: { config: Record<string, unknown>; secret: string } | null;
  /** Lets it refuse the next requests as too many; null where it lacks throttling. */
  throttle: ((requests: number) => void) | null;
  /** Lets it fail the next requests by itself; null where it lacks failures. */
  fail: ((requests: number) => void) | null;
  /** Of a service that speaks HTTP: it takes requests and doesn't answer, or not to the end. */
  hang?: (how: 'silent' | 'halfway' | null) => void;
  /** Of a service that speaks HTTP: it does what the nth request from now asks for, and its answer is lost. */
  lose?: (nth: number) => () => boolean;
  stop(): Promise<void>;
}

/** Leases within this process: what the server keeps in its store. */
class MemoryLeases implements LeasePort {
  readonly #held = new Map<string, Promise<unknown>>();

  async hold<T>(names: readonly string[], signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const before = Promise.all(names.map(name => this.#held.get(name)));
    const mine = before.then(() => work(signal));
    const over = mine.then(
      () => undefined,
      () => undefined,
    );
    for (const name of names) this.#held.set(name, over);
    return mine;
  }
}

/** What a service doesn't have, and whose tests are left out. */
export type Lack = 'apex' | 'zones' | 'credentials' | 'throttling' | 'failures';

/** Runs the suite, but for what the service lacks. `start` is called once, and the service stopped at the end. */
export function describeDnsProvider(
  provider: DnsProvider,
  start: () => Promise<DnsService>,
  lacks: readonly Lack[] = [],
): void {
  describe(`${provider.type} keeps what every DNS provider has to`, () => {
    let service: DnsService;
    let count = 0;
    beforeAll(async () => {
      service = await start();
    });
    afterAll(() => service.stop());

    /** A name that no other test uses. */
    const fresh = (zone = service.zone) => {
      count += 1;
      return `_acme-challenge.n${count}.${zone}`;
    };
    const config = () => parseConfig(provider, service.config);
    const io = (given = service.config, more: Partial<ProviderIo> = {}): ProviderIo => {
      const secrets = secretFields(provider.config).flatMap(field => (field in given ? [String(given[field])] : []));
      const { dns, hooks } = service;
      return providerIo({ secrets, ...(dns ? { dns } : {}), ...(hooks ? { hooks } : {}), ...more });
    };
    const values = (...names: string[]) => names.map(name => name.padEnd(43, '_'));
    const has = async (name: string) => (await service.txt(name)).toSorted();

    test('adds several values at one name, and takes away one of them', async () => {
      const name = fresh();
      const [one, two] = values('one', 'two') as [string, string];
      await provider.add(config(), service.zone, [{ name, values: [one, two] }], io());
      expect(await has(name)).toEqual([one, two]);
      await provider.remove(config(), service.zone, [{ name, values: [one] }], io());
      expect(await has(name)).toEqual([two]);
      await provider.remove(config(), service.zone, [{ name, values: [two] }], io());
      expect(await has(name)).toEqual([]);
    });

    test('adds at many names at once, and takes all away', async () => {
      const records = Array.from({ length: 25 }, (_, index) => ({ name: fresh(), values: values(`many-${index}`) }));
      await provider.add(config(), service.zone, records, io());
      for (const { name, values } of records) expect(await has(name)).toEqual(values);
      await provider.remove(config(), service.zone, records, io());
      for (const { name } of records) expect(await has(name)).toEqual([]);
    });

    if (!lacks.includes('apex')) {
      test('writes at the apex of a zone', async () => {
        const [value] = values('apex') as [string];
        const records = [{ name: service.zone, values: [value] }];
        const before = await has(service.zone);
        await provider.add(config(), service.zone, records, io());
        expect(await has(service.zone)).toEqual([...before, value].sort());
        await provider.remove(config(), service.zone, records, io());
        expect(await has(service.zone)).toEqual(before);
      });
    }

    test("leaves other people's values alone", async () => {
      const name = fresh();
      const [ours] = values('ours') as [string];
      const theirs = 'v=spf1 include:_spf.example.com "quoted" \\ ~all';
      await service.put(name, [theirs]);
      await provider.add(config(), service.zone, [{ name, values: [ours] }], io());
      expect(await has(name)).toEqual([ours, theirs].sort());
      await provider.remove(config(), service.zone, [{ name, values: [ours] }], io());
      expect(await has(name)).toEqual([theirs]);
    });

    test('adding what is there, and removing what is not, does no harm', async () => {
      const name = fresh();
      const records = [{ name, values: values('twice') }];
      await provider.remove(config(), service.zone, records, io());
      await provider.add(config(), service.zone, records, io());
      await provider.add(config(), service.zone, records, io());
      expect(await has(name)).toEqual(values('twice'));
      await provider.add(config(), service.zone, [{ name, values: values('twice', 'more') }], io());
      expect(await has(name)).toEqual(values('twice', 'more').sort());
      await provider.remove(config(), service.zone, [{ name, values: values('never', 'twice', 'more') }], io());
      await provider.remove(config(), service.zone, [{ name, values: values('never', 'twice', 'more') }], io());
      expect(await has(name)).toEqual([]);
    });

    test('two certificates at once on one name: both values are there, and each is taken away alone', async () => {
      const solver = dnsSolver(provider);
      const settings = parseConfig(solver, service.config);
      const leases = new MemoryLeases();
      const ports = { dns: io().dns, hooks: io().hooks, leases } as unknown as Ports;
      const { signal } = new AbortController();
      const name = fresh();
      const presentation = (value: string): Presentation => ({
        ...{ type: 'dns-01', identifier: name.replace('_acme-challenge.', ''), token: 'token', value },
        place: JSON.stringify({ name, zone: service.zone }),
      });
      const [one, two] = values('first', 'second') as [string, string];
      await Promise.all([one, two].map(value => solver.present(settings, [presentation(value)], ports, signal)));
      expect(await has(name)).toEqual([one, two]);
      await Promise.all([
        solver.cleanUp(settings, [presentation(one)], ports, signal),
        solver.present(settings, [presentation(two)], ports, signal),
      ]);
      expect(await has(name)).toEqual([two]);
      await solver.cleanUp(settings, [presentation(two)], ports, signal);
      expect(await has(name)).toEqual([]);
    });

    if (!lacks.includes('zones')) {
      test('finds the longest zone that it has', async () => {
        const { deeperZone, zone } = service;
        const find = (name: string) => provider.findZone?.(config(), zoneCandidates(name), io());
        expect(await find(`_acme-challenge.www.${deeperZone}`)).toBe(deeperZone);
        expect(await find(`_acme-challenge.${deeperZone}`)).toBe(deeperZone);
        expect(await find(`_acme-challenge.www.${zone}`)).toBe(zone);
        expect(await find(`_acme-challenge.not${deeperZone}`)).toBe(zone);
      });

      test('knows what zone it has not', async () => {
        const candidates = zoneCandidates(`_acme-challenge.www.${service.foreignZone}`);
        expect(await provider.findZone?.(config(), candidates, io())).toBeNull();
      });
    }

    test('a trial of the account changes nothing and tells its zones, if anything can', async () => {
      const zones = await provider.test(config(), io());
      if (zones !== null) expect(zones).toContain(service.zone);
    });

    if (!lacks.includes('credentials')) {
      test('wrong credentials are called so, without the secret', async () => {
        const { wrongCredentials } = service;
        if (wrongCredentials === null) throw new Error('The service lacks credentials: say so.');
        const wrong = parseConfig(provider, wrongCredentials.config);
        const records = [{ name: fresh(), values: values('refused') }];
        const tried = [
          provider.test(wrong, io(wrongCredentials.config)),
          provider.add(wrong, service.zone, records, io(wrongCredentials.config)),
        ];
        for (const { status, reason } of (await Promise.allSettled(tried)) as PromiseRejectedResult[]) {
          expect(status).toBe('rejected');
          expect(reason).toMatchObject({ name: 'PluginError', reason: 'credentials' });
          expect(String(reason.message)).not.toContain(wrongCredentials.secret);
        }
      });
    }

    if (!lacks.includes('throttling')) {
      test('waits when it is told to, and gets through', async () => {
        const records = [{ name: fresh(), values: values('throttled') }];
        service.throttle?.(1);
        await provider.add(config(), service.zone, records, io());
        expect(await has(records[0]?.name ?? '')).toEqual(values('throttled'));
        service.throttle?.(1);
        await provider.remove(config(), service.zone, records, io());
        expect(await has(records[0]?.name ?? '')).toEqual([]);
      });
    }

    if (!lacks.includes('failures')) {
      test('tries again when the service fails for a moment; says unavailable when it goes on', async () => {
        const records = [{ name: fresh(), values: values('failing') }];
        service.fail?.(1);
        await provider.add(config(), service.zone, records, io());
        expect(await has(records[0]?.name ?? '')).toEqual(values('failing'));
        service.fail?.(1000);
        const gone = { name: 'PluginError', reason: 'unavailable' };
        await expect(provider.remove(config(), service.zone, records, io())).rejects.toMatchObject(gone);
        service.fail?.(0);
        await provider.remove(config(), service.zone, records, io());
        expect(await has(records[0]?.name ?? '')).toEqual([]);
      });

      test.each(['silent', 'halfway'] as const)(
        'a service that takes requests and stays %s is called unavailable before long',
        async how => {
          const { hang } = service;
          if (!hang) throw new Error('The service can not hang.');
          hang(how);
          try {
            const records = [{ name: fresh(), values: values('unanswered') }];
            const tried = provider.add(config(), service.zone, records, io(service.config, { timeoutMs: 200 }));
            const late = setTimeout(10_000, 'still waiting after 10 s', { ref: false });
            const outcome = Promise.race([tried, late]);
            await expect(outcome).rejects.toMatchObject({ name: 'PluginError', reason: 'unavailable' });
          } finally {
            hang(null);
          }
        },
      );

      test('a change that is made and whose answer is lost is no failure, and is made once', async () => {
        const { lose } = service;
        if (!lose) throw new Error('The service can not lose answers.');
        const name = fresh();
        const [one, two] = values('once', 'too') as [string, string];
        for (let nth = 1, lost = true; lost; nth += 1) {
          const wasLost = lose(nth);
          await provider.add(config(), service.zone, [{ name, values: [one, two] }], io());
          expect(await has(name)).toEqual([one, two]);
          lost = wasLost();
          const wasLostAgain = lose(nth);
          await provider.remove(config(), service.zone, [{ name, values: [one, two] }], io());
          expect(await has(name)).toEqual([]);
          lost ||= wasLostAgain();
        }
      });
    }
  });
}
