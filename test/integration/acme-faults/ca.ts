import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AccountSession,
  AcmeServer,
  type AcmeServerOptions,
  type Clock,
  createAccount,
  generateAccountKey,
  generateCertificateKey,
  type Identifier,
  type ObtainedCertificate,
  type ObtainRequest,
  obtainCertificate,
  type Presentation,
  signerFromKey,
} from '@certfleet/acme';
import { afterAll, onTestFinished } from 'vitest';
import { type ChallengeTestServer, startChallengeTestServer } from '../../harness/challtestsrv.js';
import { type FaultProxy, startFaultProxy } from '../../harness/fault-proxy.js';
import { type Http01Responder, startHttp01Responder } from '../../harness/http01-responder.js';
import { type Pebble, type PebbleOptions, startPebble } from '../../harness/pebble.js';

/** A Pebble for all tests of a file, with DNS that says 127.0.0.1 and an http-01 responder on its port. */
export interface Ca {
  pebble: Pebble;
  dns: ChallengeTestServer;
  responder: Http01Responder;
}

/** Call it at the top of a test file; everything is stopped after the last test. */
export async function startCa(options: PebbleOptions = {}): Promise<Ca> {
  const responder = await startHttp01Responder();
  afterAll(() => responder.stop());
  const dns = await startChallengeTestServer();
  afterAll(() => dns.stop());
  const pebble = await startPebble({ httpPort: responder.port, dnsServer: dns.dnsServer, ...options });
  afterAll(() => pebble.stop());
  return { pebble, dns, responder };
}

/**
 * A clock that does not make tests wait: `sleep` notes how long it was asked for, waits a few milliseconds so that
 * Pebble gets to work, and lets `now` jump by the rest.
 */
export interface HurriedClock extends Clock {
  /** Every sleep so far, in milliseconds. */
  readonly slept: readonly number[];
}

function hurriedClock(): HurriedClock {
  let ahead = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => Date.now() + ahead,
    random: () => 0.5,
    async sleep(ms, signal) {
      slept.push(ms);
      const really = Math.min(ms, 15);
      ahead += ms - really;
      await delay(really, undefined, signal ? { signal } : {});
    },
  };
}

export interface Client {
  proxy: FaultProxy;
  server: AcmeServer;
  clock: HurriedClock;
}

/** A client without account, talking to the CA through a fault proxy of its own. */
export async function connectClient(ca: Ca, options: Partial<AcmeServerOptions> = {}): Promise<Client> {
  const proxy = await startFaultProxy(ca.pebble);
  onTestFinished(() => proxy.stop());
  const clock = hurriedClock();
  const server = new AcmeServer({
    directoryUrl: proxy.directoryUrl,
    ca: proxy.caPem,
    userAgent: 'certfleet-acme-faults',
    clock,
    ...options,
  });
  onTestFinished(() => server.close());
  return { proxy, server, clock };
}

export interface RegisteredClient extends Client {
  session: AccountSession;
  /** What is presented at the moment, and was once. */
  presented: Presentation[];
  cleanedUp: Presentation[];
  /** The whole road to a certificate by http-01, with sensible defaults for all that a test does not care about. */
  obtain(request?: Partial<Omit<ObtainRequest, 'identifiers'>> & { names?: string[] }): Promise<ObtainedCertificate>;
}

/** A client with a new account. */
export async function registerClient(ca: Ca, options: Partial<AcmeServerOptions> = {}): Promise<RegisteredClient> {
  const client = await connectClient(ca, options);
  const signer = signerFromKey(await generateAccountKey());
  const { session } = await createAccount(client.server, signer, { termsOfServiceAgreed: true });
  const presented: Presentation[] = [];
  const cleanedUp: Presentation[] = [];
  return {
    ...client,
    session,
    presented,
    cleanedUp,
    async obtain({ names = [uniqueName()], ...request } = {}) {
      return obtainCertificate(session, {
        identifiers: dnsNames(names),
        ...(request.key === undefined && request.csr === undefined && { key: await certificateKey() }),
        ...(ca.pebble.features.profiles && { profile: 'default' }),
        challengeTypes: ['http-01'],
        async present(presentation) {
          presented.push(presentation);
          if (presentation.type === 'http-01') ca.responder.answers.set(presentation.path, presentation.body);
        },
        async cleanUp(presentation) {
          cleanedUp.push(presentation);
          if (presentation.type === 'http-01') ca.responder.answers.delete(presentation.path);
        },
        ...request,
      });
    },
  };
}

export function dnsNames(names: readonly string[]): Identifier[] {
  return names.map(value => ({ type: 'dns', value }));
}

let names = 0;

/** A name that no other order has, so that Pebble reuses no authorization. */
export function uniqueName(): string {
  names += 1;
  return `host-${names}-${process.pid}.example.com`;
}

export function certificateKey(): Promise<KeyObject> {
  return generateCertificateKey('P-256');
}

/** The error that a promise is rejected with, of the given class; anything else fails the test. */
export async function failure<E extends Error>(
  kind: abstract new (...args: never[]) => E,
  promise: Promise<unknown>,
): Promise<E> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`Expected a ${kind.name}, but it succeeded.`);
}
