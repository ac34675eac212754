import { generateAccountKey, privateKeyPem, signerFromKey, thumbprint } from '@certfleet/acme';
import { type ChallengeTestServer, startChallengeTestServer } from '../harness/challtestsrv.js';
import { type Pebble, startPebble } from '../harness/pebble.js';
import { freePort } from '../harness/ports.js';
import { startStatelessResponder } from './responder.js';
import type { ClientConfig } from './round.js';

/**
 * A Pebble that validates for real, refuses no nonce and, as long as no name is ordered twice, reuses no authorization.
 */
export interface BenchCa {
  config: ClientConfig;
  pebble: Pebble;
  stop(): Promise<void>;
}

export async function startCa(answeredBy: ClientConfig['answeredBy']): Promise<BenchCa> {
  const dns: ChallengeTestServer = await startChallengeTestServer();
  const httpPort = await freePort();
  const pebble = await startPebble({ nonceReject: 0, authzReuse: 0, httpPort, dnsServer: dns.dnsServer });
  const key = await generateAccountKey();
  const responder =
    answeredBy === 'stateless-responder'
      ? await startStatelessResponder(httpPort, thumbprint(signerFromKey(key).publicJwk))
      : undefined;
  const { directoryUrl, caPem } = pebble;
  return {
    config: { directoryUrl, caPem, accountKeyPem: privateKeyPem(key), httpPort, answeredBy },
    pebble,
    async stop() {
      await responder?.stop();
      await pebble.stop();
      await dns.stop();
    },
  };
}
