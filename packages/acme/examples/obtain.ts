import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import {
  AcmeServer,
  createAccount,
  generateAccountKey,
  generateCertificateKey,
  obtainCertificate,
  privateKeyPem,
  signerFromKey,
  toIdentifier,
} from '@certfleet/acme';

const { DIRECTORY_URL, CA_FILE, HTTP_PORT = '80', NAME = 'www.example.com', FOLDER = '.' } = process.env;

// What the CA will ask this machine for: path → key authorization.
const answers = new Map<string, string>();
const responder = createServer((request, response) => {
  const body = answers.get(request.url ?? '');
  response.writeHead(body === undefined ? 404 : 200).end(body);
});
await new Promise<void>(resolve => responder.listen(Number(HTTP_PORT), resolve));

const server = new AcmeServer({
  directoryUrl: DIRECTORY_URL ?? 'https://acme-staging-v02.api.letsencrypt.org/directory',
  userAgent: 'my-program/1.0 (+https://www.example.com/contact)',
  // Only for a CA of your own: the root that its HTTPS is checked against.
  ...(CA_FILE !== undefined && { ca: readFileSync(CA_FILE, 'utf8') }),
});

// Keep this key: it is the account. Show meta.termsOfService to a person before you say that they agree.
const accountKey = await generateAccountKey('ES256');
const { session } = await createAccount(server, signerFromKey(accountKey), { termsOfServiceAgreed: true });

const certificateKey = await generateCertificateKey('P-256');
const [profile] = Object.keys((await server.directory()).meta.profiles);
const { chainPem } = await obtainCertificate(session, {
  identifiers: [toIdentifier(NAME)],
  key: certificateKey,
  ...(profile !== undefined && { profile }),
  challengeTypes: ['http-01'],
  present: async presentation => {
    if (presentation.type === 'http-01') answers.set(presentation.path, presentation.body);
  },
  cleanUp: async presentation => {
    if (presentation.type === 'http-01') answers.delete(presentation.path);
  },
  onProgress: ({ step }) => console.log(step),
});

writeFileSync(`${FOLDER}/key.pem`, privateKeyPem(certificateKey), { mode: 0o600 });
writeFileSync(`${FOLDER}/chain.pem`, chainPem);

await server.close();
responder.close();
