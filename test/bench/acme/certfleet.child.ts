/** packages/acme alone, in a loop: what is measured of it. */
import {
  AcmeServer,
  createAccount,
  generateCertificateKey,
  obtainCertificate,
  privateKeyFromPem,
  signerFromKey,
} from '@certfleet/acme';
import { inLoop, serveRounds } from '../serve-rounds.js';
import { openChallenges } from './challenges.js';

serveRounds(async config => {
  const server = new AcmeServer({
    directoryUrl: config.directoryUrl,
    userAgent: 'certfleet-bench/1.0',
    ca: config.caPem,
  });
  const { session } = await createAccount(server, signerFromKey(privateKeyFromPem(config.accountKeyPem)), {
    termsOfServiceAgreed: true,
  });
  const challenges = await openChallenges(config);
  const obtainOne = async (name: string) => {
    await obtainCertificate(session, {
      identifiers: [{ type: 'dns', value: name }],
      key: await generateCertificateKey('P-256'),
      challengeTypes: ['http-01'],
      profile: 'default',
      poll: { firstMs: 20, maxMs: 50, deadlineMs: 30_000 },
      present: ({ token, keyAuthorization }) => challenges.present(token, keyAuthorization),
      cleanUp: ({ token }) => challenges.cleanUp(token),
    });
  };
  return {
    obtainAll: names => inLoop(names, obtainOne),
    async close() {
      await server.close();
      await challenges.close();
    },
  };
});
