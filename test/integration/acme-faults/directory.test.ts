/** Rows 28 to 30: the directory is down, has moved its resources, or is none. */
import { AcmeProblem, AcmeProtocolError, AcmeServer, AcmeTransportError } from '@certfleet/acme';
import { expect, onTestFinished, test } from 'vitest';
import { answer, changeJson, dropRequest, endless, problem } from '../../harness/faults.js';
import { connectClient, failure, registerClient, startCa, uniqueName } from './ca.js';

const ca = await startCa();
const always = { times: Number.POSITIVE_INFINITY };

test.each([
  ['breaks connections', dropRequest],
  ['answers 503', problem(503, 'serverInternal')],
  ['answers with a web page', answer(200, 'text/html', '<html>Maintenance</html>')],
])('28. the directory %s in the middle of an order: goes on with the URLs that are known', async (_what, fault) => {
  // Never fresh: every operation would like to read it again.
  const { proxy, obtain } = await registerClient(ca, { directoryMaxAgeMs: 0 });
  proxy.inject('directory', fault, always);
  expect((await obtain()).order.status).toBe('valid');
  expect((await obtain()).order.status).toBe('valid');
});

test('28. down from the beginning: a bounded number of attempts', async () => {
  const { proxy, server } = await connectClient(ca);
  proxy.inject('directory', problem(503, 'serverInternal'), always);
  expect((await failure(AcmeProblem, server.directory())).status).toBe(503);
  expect(proxy.to('directory').length).toBeLessThanOrEqual(5);
});

test('28. twenty callers at the start: the directory is read once', async () => {
  const { proxy, server } = await connectClient(ca);
  await Promise.all(Array.from({ length: 20 }, () => server.directory()));
  expect(proxy.to('directory')).toHaveLength(1);
});

test.each(['newOrder', 'newNonce'] as const)(
  '29. %s has moved: the directory is read again, and it goes on',
  async resource => {
    const { proxy, obtain, server } = await registerClient(ca);
    const here = await server.directory();
    proxy.inject(
      'directory',
      changeJson(directory => {
        directory[resource] = `${proxy.origin}/formerly-here`;
      }),
    );
    await server.refreshDirectory();
    expect((await server.directory())[resource]).not.toBe(here[resource]);

    const names = [uniqueName()];
    // Without nonces left, so that one has to be fetched.
    proxy.inject('newOrder', problem(400, 'badNonce', { nonce: 'none' }), { times: 4 });
    expect((await obtain({ names })).order.status).toBe('valid');
    expect((await server.directory())[resource]).toBe(here[resource]);
  },
);

test('29. a resource is gone for good: the problem, without going round in circles', async () => {
  const { proxy, obtain } = await registerClient(ca);
  proxy.inject('newOrder', problem(404, 'malformed'), always);
  expect((await failure(AcmeProblem, obtain())).status).toBe(404);
  expect(proxy.to('newOrder')).toHaveLength(1);
  expect(proxy.to('directory').length).toBeLessThanOrEqual(2);
});

test('30. the directory is a web page: says so, and where it looked', async () => {
  const { proxy, server } = await connectClient(ca);
  proxy.inject('directory', answer(200, 'text/html', '<!doctype html><title>Sign in</title>'), always);
  const error = await failure(AcmeProtocolError, server.directory());
  expect(error.message).toContain(proxy.directoryUrl);
  expect(error.message).toMatch(/web page/);
  expect(proxy.to('directory')).toHaveLength(1);
});

test.each([
  ['an empty object', '{}', /newNonce/],
  ['a list', '[]', /no JSON object/],
  ['plain http', '{"newNonce":"http://127.0.0.1/n","newAccount":"https://a","newOrder":"https://a"}', /https/],
  ['cut off', '{"newNonce":"https:', /JSON/],
])('30. the directory is %s: says what is wrong with it', async (_what, body, reason) => {
  const { proxy, server } = await connectClient(ca);
  proxy.inject('directory', answer(200, 'application/json', body), always);
  expect((await failure(AcmeProtocolError, server.directory())).message).toMatch(reason);
});

test('30. the directory redirects: not followed, says where to', async () => {
  const { proxy, server } = await connectClient(ca);
  proxy.inject('directory', answer(302, 'text/plain', '', { location: 'https://elsewhere.example/dir' }), always);
  expect((await failure(AcmeProtocolError, server.directory())).message).toMatch(/elsewhere\.example/);
});

test('39. an endless directory: cut off at the cap', async () => {
  const { proxy, server } = await connectClient(ca);
  proxy.inject('directory', endless, always);
  expect((await failure(AcmeProtocolError, server.directory())).fault).toBe('tooLarge');
});

test('a CA whose HTTPS is not trusted: not asked a second time, says how to trust it', async () => {
  const { proxy } = await connectClient(ca);
  const server = new AcmeServer({ directoryUrl: proxy.directoryUrl, userAgent: 'certfleet-acme-faults' });
  onTestFinished(() => server.close());
  const error = await failure(AcmeTransportError, server.directory());
  expect(error.failure).toBe('tls');
  expect(error.message).toMatch(/root certificate has to be given/);
  expect(proxy.connections).toBe(1);
});
