import { writeFileSync } from 'node:fs';
import { exchange, exchangeOk, NoAnswerError } from './exchange.js';
import { createLocalIdentity } from './identity.js';
import { findPart, pebbleFeatures } from './parts.js';
import { freePort } from './ports.js';
import { type RunningProgram, startProgram } from './process.js';
import { createWorkdir } from './workdir.js';

export interface PebbleOptions {
  /** How many of 100 nonces are refused. Default 0; Pebble's own is 5. */
  nonceReject?: number;
  /**
   * How many of 100 names of an order get the account's valid authorization again. Default 0; Pebble's own is 50. With
   * 0 it is still one of a hundred (`rand.Intn(100) > percent` in Pebble's wfe.go makes a new one, and less than 0 is
   * ignored): a test that needs a validation takes a name that the account has not proven before.
   */
  authzReuse?: number;
  /** Does not look at challenges at all. Default false. Beware of the deadlock with concurrent polling. */
  alwaysValid?: boolean;
  /** Waits up to 15 s before it validates, as it does by itself. Default false. */
  sleepBeforeValidation?: boolean;
  /** Where it asks for http-01. Default: a free port, on which nobody listens unless the test does. */
  httpPort?: number;
  /** Where it asks for tls-alpn-01. Default: a free port. */
  tlsPort?: number;
  /** `host:port` of the DNS server that it asks. Without one, the system's, which knows `localhost` at the most. */
  dnsServer?: string;
  /** External account binding becomes a must; key identifier → HMAC key in base64url. */
  eab?: Record<string, string>;
  profiles?: Record<string, { description: string; validityPeriod: number; promoteCommonName?: boolean }>;
  /** Seconds that it asks to wait. Default 0 for both, so that tests are quick. */
  retryAfter?: { authz: number; order: number };
  /** Default 0. */
  alternateRoots?: number;
  /** How many intermediates a chain has, less none. Pebble's own: 1. */
  chainLength?: number;
  domainBlocklist?: string[];
  /** What CAA records know it by, as its directory says. It issues whatever they say. Default: it doesn't say. */
  caaIdentities?: string[];
  /** Refuses what future versions of Let's Encrypt would refuse. Default true. */
  strict?: boolean;
  env?: Record<string, string>;
}

export interface Pebble {
  directoryUrl: string;
  /** Where it listens, without a path: `https://127.0.0.1:PORT`. */
  origin: string;
  managementUrl: string;
  /** Of its own HTTPS, not of what it issues. */
  caPem: string;
  httpPort: number;
  tlsPort: number;
  features: { renewalInfo: boolean; profiles: boolean };
  /** The root, or the n-th alternate one, of what it issues. */
  rootPem(index?: number): Promise<string>;
  intermediatePem(index?: number): Promise<string>;
  /** Sets the answer to renewalInfo for a certificate: `body` as it is, or a window. Needs Pebble 2.7. */
  setRenewalInfo(certificatePem: string, answer: { body: string } | { start: Date; end: Date }): Promise<void>;
  /** Resolves when it answers. @throws naming the known deadlock when it does not. */
  assertAnswers(): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** Starts a Pebble of its own on free ports. It forgets everything when it stops. */
export async function startPebble(options: PebbleOptions = {}): Promise<Pebble> {
  const features = pebbleFeatures();
  const identity = await createLocalIdentity('Pebble of the test harness');
  const workdir = createWorkdir('pebble');
  const [port, managementPort] = [await freePort(), await freePort()];
  const httpPort = options.httpPort ?? (await freePort());
  const tlsPort = options.tlsPort ?? (await freePort());

  writeFileSync(workdir.file('certificate.pem'), identity.certificatePem);
  writeFileSync(workdir.file('key.pem'), identity.privateKeyPem, { mode: 0o600 });
  const config = {
    pebble: {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${managementPort}`,
      certificate: workdir.file('certificate.pem'),
      privateKey: workdir.file('key.pem'),
      httpPort,
      tlsPort,
      ocspResponderURL: '',
      externalAccountBindingRequired: options.eab !== undefined,
      externalAccountMACKeys: options.eab ?? {},
      domainBlocklist: options.domainBlocklist ?? [],
      caaIdentities: options.caaIdentities ?? [],
      retryAfter: options.retryAfter ?? { authz: 0, order: 0 },
      profiles: options.profiles ?? defaultProfiles,
    },
  };
  writeFileSync(workdir.file('config.json'), JSON.stringify(config, undefined, 2));

  const origin = `https://127.0.0.1:${port}`;
  const managementUrl = `https://127.0.0.1:${managementPort}`;
  const caPem = identity.certificatePem;
  const manage = (path: string, body?: string) =>
    exchangeOk(`${managementUrl}${path}`, { ca: caPem, ...(body !== undefined && { method: 'POST', body }) });

  let program: RunningProgram;
  try {
    program = await startProgram({
      name: 'Pebble',
      command: findPart('pebble'),
      args: [
        '-config',
        workdir.file('config.json'),
        ...((options.strict ?? true) ? ['-strict'] : []),
        ...(options.dnsServer ? ['-dnsserver', options.dnsServer] : []),
      ],
      env: { ...environment(options), ...options.env },
      ready: {
        check: async () => {
          await exchangeOk(`${origin}/dir`, { ca: caPem });
          await manage('/roots/0');
        },
      },
    });
  } catch (cause) {
    workdir.remove();
    throw cause;
  }

  return {
    directoryUrl: `${origin}/dir`,
    origin,
    managementUrl,
    caPem,
    httpPort,
    tlsPort,
    features,
    rootPem: async (index = 0) => (await manage(`/roots/${index}`)).body,
    intermediatePem: async (index = 0) => (await manage(`/intermediates/${index}`)).body,
    async setRenewalInfo(certificatePem, answer) {
      if (!features.renewalInfo) {
        throw new Error(
          'This Pebble has no ARI (it is older than 2.7): use the renewalInfo of the fault proxy instead.',
        );
      }
      const ariResponse =
        'body' in answer
          ? answer.body
          : JSON.stringify({ suggestedWindow: { start: answer.start.toISOString(), end: answer.end.toISOString() } });
      await manage('/set-renewal-info/', JSON.stringify({ certificate: certificatePem, ariResponse }));
    },
    async assertAnswers() {
      try {
        await exchange(`${origin}/dir`, { ca: caPem, timeoutMs: 5_000 });
        await exchange(`${origin}/nonce-plz`, { ca: caPem, timeoutMs: 5_000 });
      } catch (cause) {
        if (!(cause instanceof NoAnswerError)) throw cause;
        throw new Error(pebbleHung, { cause });
      }
    },
    log: () => program.log(),
    async stop() {
      await program.stop();
      workdir.remove();
    },
  };
}

/** What a Pebble that stays silent most likely suffers from; seen with 2.4 and 2.10. */
export const pebbleHung =
  'Pebble hung (known deadlock between its validator and the display of settled authorizations: poll orders, not authorizations).';

/** Always sent along: an order without a profile gets a random one of these. */
const defaultProfiles = {
  default: { description: 'Ninety days', validityPeriod: 90 * 86_400 },
  shortlived: { description: 'A hundred and sixty hours', validityPeriod: 160 * 3_600 },
};

function environment(options: PebbleOptions): Record<string, string> {
  return {
    PEBBLE_WFE_NONCEREJECT: String(options.nonceReject ?? 0),
    PEBBLE_AUTHZREUSE: String(options.authzReuse ?? 0),
    PEBBLE_VA_ALWAYS_VALID: options.alwaysValid ? '1' : '0',
    PEBBLE_VA_NOSLEEP: options.sleepBeforeValidation ? '0' : '1',
    PEBBLE_ALTERNATE_ROOTS: String(options.alternateRoots ?? 0),
    PEBBLE_CHAIN_LENGTH: String(options.chainLength ?? 1),
  };
}
