/**
 * acme-client in a loop, set up as favourably as its options allow: kept-alive connections, no look of its own at the
 * challenge before the CA is asked, and short waits.
 */
import { Agent } from 'node:https';
import acme from 'acme-client';
import { inLoop, serveRounds } from '../serve-rounds.js';

serveRounds(async config => {
  const agent = new Agent({ keepAlive: true, ca: config.caPem });
  acme.axios.defaults.httpsAgent = agent;
  const client = new acme.Client({
    directoryUrl: config.directoryUrl,
    accountKey: config.accountKeyPem,
    backoffAttempts: 100,
    backoffMin: 20,
    backoffMax: 50,
  });
  // With a contact, since what it sends for an account that exists already would be refused as empty without one.
  await client.createAccount({ termsOfServiceAgreed: true, contact: ['mailto:bench@example.com'] });
  const obtainOne = async (name: string) => {
    const [, csr] = await acme.crypto.createCsr({ altNames: [name] }, await acme.crypto.createPrivateEcdsaKey());
    await client.auto({
      csr,
      challengePriority: ['http-01'],
      skipChallengeVerification: true,
      // The responder is stateless: there is nothing to do.
      challengeCreateFn: async () => undefined,
      challengeRemoveFn: async () => undefined,
    });
  };
  return { obtainAll: names => inLoop(names, obtainOne), close: async () => agent.destroy() };
});
