/** A fresh Pebble with everything that its challenges need, and an account on it. */
import {
  type AccountSession,
  type AcmeEvent,
  AcmeServer,
  type AcmeServerOptions,
  createAccount,
  generateAccountKey,
  type ObtainRequest,
  type Presentation,
  signerFromKey,
} from '@certfleet/acme';
import { type ChallengeTestServer, startChallengeTestServer } from '../../harness/challtestsrv.js';
import { type Http01Responder, startHttp01Responder } from '../../harness/http01-responder.js';
import { type Pebble, type PebbleOptions, startPebble } from '../../harness/pebble.js';

export interface TestCa {
  pebble: Pebble;
  dns: ChallengeTestServer;
  http01: Http01Responder;
  /** Every event of every server made by {@link TestCa.server}. */
  events: AcmeEvent[];
  server(options?: Partial<AcmeServerOptions>): AcmeServer;
  /** A new account, agreed to the terms. */
  account(options?: Partial<AcmeServerOptions>): Promise<AccountSession>;
  stop(): Promise<void>;
}

/** `nonceReject` is 5 of 100 unless told otherwise: Pebble's own, and what a client has to live with. */
export async function startTestCa(options: PebbleOptions = {}): Promise<TestCa> {
  const dns = await startChallengeTestServer();
  const http01 = await startHttp01Responder();
  const pebble = await startPebble({ nonceReject: 5, httpPort: http01.port, dnsServer: dns.dnsServer, ...options });
  const events: AcmeEvent[] = [];
  const servers: AcmeServer[] = [];
  const server = (more: Partial<AcmeServerOptions> = {}) => {
    const made = new AcmeServer({
      directoryUrl: pebble.directoryUrl,
      userAgent: 'certfleet-test/1.0',
      ca: pebble.caPem,
      onEvent: event => events.push(event),
      ...more,
    });
    servers.push(made);
    return made;
  };
  return {
    pebble,
    dns,
    http01,
    events,
    server,
    async account(more) {
      const signer = signerFromKey(await generateAccountKey());
      const { session } = await createAccount(server(more), signer, { termsOfServiceAgreed: true });
      return session;
    },
    async stop() {
      await Promise.all(servers.map(one => one.close()));
      await Promise.all([pebble.stop(), dns.stop(), http01.stop()]);
    },
  };
}

/** How to prove names to a {@link TestCa} over http-01, polling as quickly as a test CA answers. */
export function overHttp01(ca: TestCa): Pick<ObtainRequest, 'challengeTypes' | 'present' | 'cleanUp' | 'poll'> {
  return {
    challengeTypes: ['http-01'],
    present: async presentation => {
      if (presentation.type === 'http-01') ca.http01.answers.set(presentation.path, presentation.body);
    },
    cleanUp: async (presentation: Presentation) => {
      if (presentation.type === 'http-01') ca.http01.answers.delete(presentation.path);
    },
    poll: { firstMs: 20, maxMs: 200, deadlineMs: 30_000 },
  };
}
