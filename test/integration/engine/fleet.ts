import { join } from 'node:path';
import { type ApiClient, type CertificateRequest, operations } from '@certfleet/contract';
import { HaproxyInstance, type HttpChallenge, readServedCertificate } from '@certfleet/haproxy';
import type { ServerOptions } from '@certfleet/server';
import { onTestFinished } from 'vitest';
import { type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { type ChallengeTestServer, startChallengeTestServer } from '../../harness/challtestsrv.js';
import { type Endpoint, type Fault, type FaultProxy, type Seen, startFaultProxy } from '../../harness/fault-proxy.js';
import { type Pebble, type PebbleOptions, startPebble } from '../../harness/pebble.js';
import { freePort } from '../../harness/ports.js';

export const minutes = (count: number) => count * 60_000;
export const hours = (count: number) => minutes(count * 60);
export const days = (count: number) => hours(count * 24);

/** The time, which runs on and can be moved either way. Chance always says a half. */
export class MovableClock {
  #ahead = 0;
  readonly now = (): number => Date.now() + this.#ahead;
  readonly random = (): number => 0.5;
  advance(milliseconds: number): void {
    this.#ahead += milliseconds;
  }
  /** Back to the time that all others have. */
  reset(): void {
    this.#ahead = 0;
  }
}

/** A Certfleet with HAProxy, a Pebble that validates through it, and a proxy for faults between the two. */
export interface Fleet {
  certfleet: Certfleet;
  api: ApiClient;
  clock: MovableClock;
  pebble: Pebble;
  dns: ChallengeTestServer;
  proxy: FaultProxy;
  /** Of virtual service 2, the HTTPS one; 1 is the redirect service that Pebble asks. */
  httpsPort: number;
  /** Asks for a certificate: for `<name>.example.com` on virtual service 2, unless `request` says otherwise. */
  request(name: string, request?: Partial<CertificateRequest>): Promise<void>;
  /** The serial, in lower case, of what virtual service 2 serves for a name. */
  served(serverName: string): Promise<string>;
  /** What HAProxy answers to http-01 at the moment. */
  challenges(): Promise<HttpChallenge[]>;
  /** Lets a fault strike all requests to an endpoint until it is removed, or until the end of the test. */
  always(endpoint: Endpoint, fault: Fault): { remove(): void };
  /** How many requests to an endpoint there were since this was called: all, or those that carry a name. */
  counted(endpoint: Endpoint, name?: string): () => number;
  stop(): Promise<void>;
}

export interface FleetOptions {
  pebble?: PebbleOptions;
  server?: Partial<ServerOptions>;
}

/** Starts all that, with the account `pebble` in the policy `default`, whose solver is the redirect service. */
export async function startFleet({ pebble: pebbleOptions = {}, server = {} }: FleetOptions = {}): Promise<Fleet> {
  const clock = new MovableClock();
  const dns = await startChallengeTestServer();
  const pebble = await startPebble({ dnsServer: dns.dnsServer, ...pebbleOptions });
  const proxy = await startFaultProxy(pebble);
  // Sessions outlive every jump of the clock.
  const sessionLife = { idle: days(3650), absolute: days(3650) };
  const certfleet = await startCertfleet({ clock, sessionLife, ...server });
  const { api } = certfleet;
  const httpsPort = await freePort();
  await register(api, 'pebble', proxy);
  const http = { address: '127.0.0.1', port: pebble.httpPort, type: 'redirect', redirectPort: httpsPort } as const;
  await api.call(operations.virtualService.create, { body: http });
  await api.call(operations.virtualService.create, { body: { address: '127.0.0.1', port: httpsPort, type: 'https' } });
  await api.call(operations.policy.create, {
    body: { name: 'default', accounts: ['pebble'], defaultSolver: 'vs-1', profile: profileOf(pebble) },
  });
  return {
    certfleet,
    api,
    clock,
    pebble,
    dns,
    proxy,
    httpsPort,
    async request(name, request = {}) {
      const usual = { name, identifiers: [`${name}.example.com`], assignments: [{ target: 'vs-2', isDefault: false }] };
      await api.call(operations.certificate.request, { body: { ...usual, ...request } });
    },
    async served(serverName) {
      const { leaf } = await readServedCertificate({ address: '127.0.0.1', port: httpsPort, serverName });
      return leaf.serialNumber.toLowerCase();
    },
    async challenges() {
      const directory = join(certfleet.options.haproxy.directory, 'local');
      return (await HaproxyInstance.open({ directory })).challenges.list();
    },
    always(endpoint, fault) {
      const planned = proxy.inject(endpoint, fault, { times: Number.POSITIVE_INFINITY });
      onTestFinished(() => planned.remove());
      return planned;
    },
    counted(endpoint, name) {
      const before = proxy.to(endpoint).length;
      const counts = (seen: Seen) => name === undefined || carries(seen, name);
      return () => proxy.to(endpoint).slice(before).filter(counts).length;
    },
    async stop() {
      await certfleet.destroy();
      await proxy.stop();
      await pebble.stop();
      await dns.stop();
    },
  };
}

/** Whether a newOrder or a finalize is for this name; of a CSR it is enough that the name is somewhere in it. */
export function carries({ payload }: Seen, name: string): boolean {
  const { identifiers, csr } = payload ?? {};
  if (typeof csr === 'string') return Buffer.from(csr, 'base64url').includes(name);
  return Array.isArray(identifiers) && identifiers.some(({ value }) => value === name);
}

/** An account at the CA behind a proxy. */
export async function register(
  api: ApiClient,
  name: string,
  { directoryUrl, caPem }: Pick<FaultProxy, 'directoryUrl' | 'caPem'>,
): Promise<void> {
  await api.call(operations.account.register, {
    body: { name, directoryUrl, caCertificate: caPem, agreeToTerms: true },
  });
}

/** A profile that this Pebble has: without one it takes any. */
export function profileOf({ features }: Pebble): string | null {
  return features.profiles ? 'default' : null;
}
