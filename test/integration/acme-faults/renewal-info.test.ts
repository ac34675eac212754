/** Rows 34 and 35: renewal information (RFC 9773) in all the ways in which it can be wrong. */
import { AcmeProblem, AcmeTransportError, certId, fetchRenewalInfo } from '@certfleet/acme';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FaultProxy } from '../../harness/fault-proxy.js';
import { answer, changeJson, dropRequest, problem } from '../../harness/faults.js';
import { failure, type RegisteredClient, registerClient, startCa, uniqueName } from './ca.js';

const ca = await startCa();
const always = { times: Number.POSITIVE_INFINITY };
const hour = 3_600_000;
const window = (start: string, end: string) => JSON.stringify({ suggestedWindow: { start, end } });

const noAri =
  'this Pebble is older than 2.7 and has no ARI; the other tests here run against the renewalInfo of the fault proxy';
if (!ca.pebble.features.renewalInfo) console.warn(`ATTENTION: ${noAri}.`);

/** A client that knows renewalInfo, also where Pebble has none: the proxy then puts it into the directory. */
async function start(): Promise<RegisteredClient & { id: string }> {
  const client = await registerClient(ca);
  if (!ca.pebble.features.renewalInfo) {
    offerRenewalInfo(client.proxy);
    await client.server.refreshDirectory();
  }
  const { certificates } = await client.obtain();
  return { ...client, id: certId(certificates[0]) };
}

function offerRenewalInfo(proxy: FaultProxy): void {
  const offer = changeJson(directory => {
    directory.renewalInfo = `${proxy.origin}/renewalInfo`;
  });
  proxy.inject('directory', offer, always);
}

test.each([
  ['in the future', '2040-01-02T03:00:00Z', '2040-01-04T03:00:00Z'],
  ['in the past', '2001-01-02T03:00:00Z', '2001-01-04T03:00:00Z'],
  ['with fractions and an offset', '2040-01-02T05:00:00.123+02:00', '2040-01-04T03:00:00Z'],
])('35. a window %s: as it is', async (_what, from, to) => {
  const { proxy, server, id } = await start();
  proxy.inject('renewalInfo', answer(200, 'application/json', window(from, to), { 'retry-after': '21600' }));
  expect(await fetchRenewalInfo(server, id)).toEqual({
    answer: 'window',
    start: new Date(from),
    end: new Date(to),
    retryAfterMs: 6 * hour,
  });
});

test('35. a window that moves: each answer is the one of that moment', async () => {
  const { proxy, server, id } = await start();
  const starts = ['2040-02-01T00:00:00Z', '2040-03-01T00:00:00Z', '2040-01-01T00:00:00Z'];
  for (const start of starts) {
    proxy.inject('renewalInfo', answer(200, 'application/json', window(start, '2040-04-01T00:00:00Z')));
    expect(await fetchRenewalInfo(server, id)).toMatchObject({ answer: 'window', start: new Date(start) });
  }
});

test.each([
  ['the window is reversed', window('2040-01-04T03:00:00Z', '2040-01-02T03:00:00Z'), /ends .*before it starts/],
  ['the window is empty', window('2040-01-04T03:00:00Z', '2040-01-04T03:00:00Z'), /ends .*before it starts/],
  ['there is no window', '{}', /no suggestedWindow/],
  ['the times are no times', window('soon', 'later'), /RFC 3339/],
  ['the times are dates for people', window('March 7 2040', 'March 9 2040'), /RFC 3339/],
  ['the times are numbers', '{"suggestedWindow":{"start":1,"end":2}}', /RFC 3339/],
  ['the answer is a list', '[]', /no JSON object/],
  ['the answer is a web page', '<html>', /web page/],
  ['the answer is cut off', '{"suggestedWindow":{"start":"2040-01-0', /JSON/],
  ['the answer is empty', '', /JSON/],
])('35. %s: counts as no answer, with the reason', async (_what, body, reason) => {
  const { proxy, server, id } = await start();
  proxy.inject('renewalInfo', answer(200, 'application/json', body));
  const info = await fetchRenewalInfo(server, id);
  expect(info.answer).toBe('no-answer');
  expect(info.answer === 'no-answer' && info.reason).toMatch(reason);
  expect(info.retryAfterMs).toBe(6 * hour);
});

test.each([
  ['nothing', undefined, 6 * hour],
  ['0', '0', 60_000],
  ['an hour', '3600', hour],
  ['a year', '31536000', 24 * hour],
  ['a negative number', '-1', 6 * hour],
  ['garbage', 'when it suits', 6 * hour],
])('35. Retry-After is %s: asked again after a sensible time', async (_what, value, expected) => {
  const { proxy, server, id } = await start();
  const headers: Record<string, string> = value === undefined ? {} : { 'retry-after': value };
  proxy.inject(
    'renewalInfo',
    answer(200, 'application/json', window('2040-01-01T00:00:00Z', '2040-01-02T00:00:00Z'), headers),
  );
  expect((await fetchRenewalInfo(server, id)).retryAfterMs).toBe(expected);
});

test('35. status 500 for days: a bounded number of attempts, then the problem, and a certificate is to be had all the same', async () => {
  const { proxy, server, id, obtain } = await start();
  proxy.inject('renewalInfo', problem(500, 'serverInternal'), always);
  expect((await failure(AcmeProblem, fetchRenewalInfo(server, id))).status).toBe(500);
  expect(proxy.to('renewalInfo').length).toBeLessThanOrEqual(5);
  expect((await obtain()).order.status).toBe('valid');
});

test('35. no connection for renewalInfo: an error of the transport, not a window', async () => {
  const { proxy, server, id } = await start();
  proxy.inject('renewalInfo', dropRequest, always);
  await failure(AcmeTransportError, fetchRenewalInfo(server, id));
});

test('35. status 404 for a certificate that the CA does not know: the problem, asked once', async () => {
  const { proxy, server, id } = await start();
  proxy.inject('renewalInfo', problem(404, 'malformed'), always);
  expect((await failure(AcmeProblem, fetchRenewalInfo(server, id))).status).toBe(404);
  expect(proxy.to('renewalInfo')).toHaveLength(1);
});

test('35. renewalInfo is asked by an unsigned GET with the certID of RFC 9773', async () => {
  const { proxy, server, id } = await start();
  proxy.inject('renewalInfo', answer(200, 'application/json', '{}'));
  await fetchRenewalInfo(server, id);
  const [asked] = proxy.to('renewalInfo');
  expect(asked).toMatchObject({ method: 'GET', body: '' });
  expect(asked?.path.endsWith(`/${id}`)).toBe(true);
});

describe('with the renewalInfo of Pebble itself', () => {
  beforeEach(context => context.skip(!ca.pebble.features.renewalInfo, noAri));

  test('35. its own window lies between now and notAfter', async () => {
    const { server, obtain } = await registerClient(ca);
    const { certificates } = await obtain();
    const info = await fetchRenewalInfo(server, certId(certificates[0]));
    if (info.answer !== 'window') throw new Error(info.reason);
    expect(info.start.getTime()).toBeLessThan(info.end.getTime());
    expect(info.end.getTime()).toBeLessThanOrEqual(Date.parse(certificates[0].validTo));
  });

  test('35. the window that it was told to give', async () => {
    const { server, obtain } = await registerClient(ca);
    const { certificates, chainPem } = await obtain();
    const told = { start: new Date('2040-05-01T00:00:00Z'), end: new Date('2040-05-02T00:00:00Z') };
    await ca.pebble.setRenewalInfo(chainPem, told);
    expect(await fetchRenewalInfo(server, certId(certificates[0]))).toMatchObject({ answer: 'window', ...told });
  });

  test('34. replaced once: Pebble takes it; a second time: alreadyReplaced, and ordered again without it', async () => {
    const { proxy, obtain } = await registerClient(ca);
    const names = [uniqueName()];
    const { certificates } = await obtain({ names });
    const replaces = certId(certificates[0]);
    const once = await obtain({ names, replaces });
    expect(once.withoutReplaces).toBeUndefined();
    expect(proxy.to('newOrder').at(-1)?.payload).toMatchObject({ replaces });

    const twice = await obtain({ names, replaces });
    expect(twice.withoutReplaces?.is('alreadyReplaced')).toBe(true);
    expect(twice.order.status).toBe('valid');
  });
});
