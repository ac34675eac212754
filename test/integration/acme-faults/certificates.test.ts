/** Rows 21 to 25 and 39: what comes instead of a certificate, and what is taken for one. */
import { X509Certificate } from 'node:crypto';
import { AcmeProtocolError, rootName } from '@certfleet/acme';
import { expect, test } from 'vitest';
import type { Reply } from '../../harness/fault-proxy.js';
import { answer, change, endless, problem, withHeader } from '../../harness/faults.js';
import { certificateKey, failure, registerClient, startCa, uniqueName } from './ca.js';

const ca = await startCa({ alternateRoots: 2 });
const chainType = 'application/pem-certificate-chain';

test('21. the certificate is not there yet (404 once): downloaded again, the order stays', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('certificate', problem(404, 'malformed'));
  await obtain();
  expect(proxy.to('certificate')).toHaveLength(2);
  expect(proxy.to('newOrder')).toHaveLength(1);
});

const pem = (reply: Reply) => reply.body.toString();
const edit = (text: (chain: string) => string) =>
  change(reply => {
    reply.body = Buffer.from(text(pem(reply)));
  });
const leafOf = (chain: string) => `${chain.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n`;

test.each([
  ['22. text/plain', withHeader('content-type', 'text/plain'), /text\/plain/],
  ['22. a web page', answer(200, 'text/html', '<html><body>Please log in</body></html>'), /text\/html/],
  ['22. a web page that calls itself a chain', answer(200, chainType, '<html>Please log in</html>'), /<html>/],
  ['22. nothing', answer(200, chainType, ''), /no certificate/],
  [
    '22. a private key among the certificates',
    edit(chain => `${chain}-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n`),
    /other than/,
  ],
  [
    '23. PEM cut off in the first certificate',
    edit(chain => chain.slice(0, 300)),
    /other than whole certificates|no certificate/,
  ],
  [
    '23. PEM cut off in the second certificate',
    edit(chain => chain.slice(0, leafOf(chain).length + 200)),
    /other than/,
  ],
  ['23. the chain without its intermediate', edit(leafOf), /incomplete/],
  [
    '23. the chain in the wrong order',
    edit(chain => chain.replace(leafOf(chain), '') + leafOf(chain)),
    /must not be installed/,
  ],
  ['23. base64 that is no certificate', edit(chain => chain.replace(/\nMI/, '\nAA')), /no X.509 certificate/],
])('%s instead of the chain: rejected, with the reason', async (_what, fault, reason) => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('certificate', fault, { times: Number.POSITIVE_INFINITY });
  const error = await failure(AcmeProtocolError, obtain());
  expect(error.message).toMatch(reason);
  expect(error.operation).toBe('certificate');
});

test('24. a certificate for another key: rejected', async () => {
  const { proxy, obtain } = await registerClient(ca);
  const names = [uniqueName()];
  const { chainPem } = await obtain({ names });
  proxy.inject('certificate', answer(200, chainType, chainPem));
  const error = await failure(AcmeProtocolError, obtain({ names }));
  expect(error.fault).toBe('certificate');
  expect(error.message).toMatch(/its key is not ours/);
});

test('24. a certificate for other names: rejected, with both lists', async () => {
  const { proxy, obtain } = await registerClient(ca);
  const key = await certificateKey();
  const [mine, other] = [uniqueName(), uniqueName()];
  const { chainPem } = await obtain({ names: [other], key });
  proxy.inject('certificate', answer(200, chainType, chainPem));
  const error = await failure(AcmeProtocolError, obtain({ names: [mine], key }));
  expect(error.message).toMatch(new RegExp(`lacks .*${mine}.*also names .*${other}`));
});

test('25. the preferred chain is an alternate: downloaded', async () => {
  const { obtain } = await registerClient(ca);
  const { preferredRootFound, ...found } = await obtain({ preferredRoot: await alternateRoot(1) });
  expect(preferredRootFound).toBe(true);
  expect(rootName(found)).toBe(await alternateRoot(1));
});

test('25. an alternate is not to be had (404): the default chain is kept, and it is said', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('alternate', problem(404, 'malformed'), { times: Number.POSITIVE_INFINITY });
  const { preferredRootFound, ...found } = await obtain({ preferredRoot: await alternateRoot(1) });
  expect(preferredRootFound).toBe(false);
  expect(rootName(found)).toBe(await alternateRoot(0));
});

test('25. one alternate is broken, the next one is right', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('alternate', answer(200, 'text/html', '<html>'));
  const { preferredRootFound } = await obtain({ preferredRoot: await alternateRoot(2) });
  expect(preferredRootFound).toBe(true);
});

test.each(['certificate', 'newOrder', 'order'] as const)(
  '39. an endless answer to %s: cut off at the cap',
  async endpoint => {
    const { proxy, obtain } = await registerClient(ca);
    proxy.inject(endpoint, endless, { times: Number.POSITIVE_INFINITY });
    const error = await failure(AcmeProtocolError, obtain());
    expect(error.fault).toBe('tooLarge');
    expect(proxy.to(endpoint)).toHaveLength(1);
  },
);

test('39. fifty megabytes of certificates: cut off at the cap', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject(
    'certificate',
    edit(chain => chain.repeat(Math.ceil(50_000_000 / chain.length))),
  );
  const error = await failure(AcmeProtocolError, obtain());
  expect(error.fault).toBe('tooLarge');
  expect(error.message).toMatch(/larger than \d+ octets/);
});

/** Common name of one of Pebble's roots: 0 is the one that the default chain leads to. */
async function alternateRoot(index: number): Promise<string> {
  const name = /CN=(.*)/.exec(new X509Certificate(await ca.pebble.rootPem(index)).subject)?.[1];
  if (name === undefined) throw new Error(`Pebble's root ${index} has no common name.`);
  return name;
}
