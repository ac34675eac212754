import { type ApiClient, type Event, operations } from '@certfleet/contract';
import { expect } from 'vitest';
import type { Store } from '../../../packages/server/src/store/index.js';
import { type ChallengeTestServer, startChallengeTestServer } from '../../harness/challtestsrv.js';
import { type Pebble, type PebbleOptions, startPebble } from '../../harness/pebble.js';
import { freePort } from '../../harness/ports.js';
import { type Answer, type LoadMaster, startLoadMaster } from './client.js';

export type Params = Record<string, string>;

/**
 * A server whose LoadMaster API is on, with a CA that validates through its HAProxy: virtual service 1 redirects port
 * 80, 2 and 3 are HTTPS, 4 is HTTP and has real servers of its own, 5 is a sub virtual service of 2.
 */
export interface CaAndServices {
  loadMaster: LoadMaster;
  pebble: Pebble;
  dns: ChallengeTestServer;
  /** Of virtual services 2 and 3. */
  ports: readonly [number, number];
  api(): ApiClient;
  store(): Store;
  /** A command as version 1 sends it. */
  v1(command: string, params?: Params): Promise<Answer>;
  send(version: 1 | 2, command: string, params?: Params): Promise<Answer>;
  lastEvent(action: string): Promise<Event | undefined>;
  /** Another CA that validates through the same services. */
  startAnotherCa(options: PebbleOptions): Promise<Pebble>;
  stop(): Promise<void>;
}

export async function startCaAndServices(): Promise<CaAndServices> {
  const dns = await startChallengeTestServer();
  const profiles = { default: { description: 'Ninety days', validityPeriod: 90 * 86_400 } };
  const usual = { dnsServer: dns.dnsServer, profiles };
  const pebble = await startPebble(usual);
  const loadMaster = await startLoadMaster();
  const { certfleet } = loadMaster;
  const ports = [await freePort(), await freePort()] as const;
  const address = '127.0.0.1';
  const { create, addSub } = operations.virtualService;
  const redirect = { address, port: pebble.httpPort, type: 'redirect', redirectPort: ports[0] } as const;
  await certfleet.api.call(create, { body: redirect });
  for (const port of ports) await certfleet.api.call(create, { body: { address, port, type: 'https' } });
  const realServers = [{ address, port: 9 }];
  await certfleet.api.call(create, { body: { address, port: await freePort(), type: 'http', realServers } });
  await certfleet.api.call(addSub, { params: { index: 2 }, body: { realServers } });

  const v1 = (command: string, params: Params = {}) => loadMaster.v1(`${command}?${new URLSearchParams(params)}`);
  return {
    loadMaster,
    pebble,
    dns,
    ports,
    api: () => certfleet.api,
    store: () => certfleet.server.engine.store,
    v1,
    send: (version, command, params = {}) =>
      version === 1 ? v1(command, params) : loadMaster.v2({ cmd: command, ...params }),
    async lastEvent(action) {
      const { items } = await certfleet.api.call(operations.event.list, { query: { action, limit: 1 } });
      return items[0];
    },
    startAnotherCa: options => startPebble({ ...usual, httpPort: pebble.httpPort, ...options }),
    async stop() {
      await loadMaster.stop();
      await pebble.stop();
      await dns.stop();
    },
  };
}

/** What a command that has nothing to tell answers. */
export const done = {
  1: '<?xml version="1.0" encoding="ISO-8859-1"?>\n<Response stat="200" code="ok"><Success>Command completed ok</Success></Response>\n',
  2: '{"code":200,"message":"Command completed ok","status":"ok"}\n',
};

const xmlRefusal =
  /^<\?xml version="1\.0" encoding="ISO-8859-1"\?>\n<Response stat="(\d+)" code="fail"><Error>(.*)<\/Error><\/Response>\n$/;

/** The status and message of a refusal, which must have the shape that clients know. */
export function refusal({ status, text }: Answer): { status: number; message: string } {
  const [, stat, error] = xmlRefusal.exec(text) ?? [];
  if (error !== undefined) {
    expect(Number(stat)).toBe(status);
    return { status, message: error.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))) };
  }
  const json = JSON.parse(text);
  expect(json).toEqual({ code: status, message: expect.any(String), status: 'fail' });
  return { status, message: json.message };
}
