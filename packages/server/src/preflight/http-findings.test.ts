import type { HttpSight } from '@certfleet/plugins';
import { expect, test } from 'vitest';
import { type HttpFacts, httpFindings } from './http-findings.js';

const trial = { answer: 'token.secret', listening: '192.0.2.1:80', addresses: ['192.0.2.1', '2001:db8::1'] };
const url = 'http://www.example.com/.well-known/acme-challenge/token';

function answered(address: string, status: number, body: string): HttpSight {
  return { outcome: 'answered', address, url, status, body, beginning: body };
}
const ours = (address: string) => answered(address, 200, 'token.secret\n');
const refused = (address: string): HttpSight => ({ outcome: 'failed', address, url, reason: 'connection refused' });
const noRoute = (address: string): HttpSight => ({ outcome: 'no-route', address, url, reason: 'no way there' });

const look = (facts: Partial<HttpFacts>) => {
  const usual = {
    name: 'www.example.com',
    addresses: ['192.0.2.1'],
    sights: [ours('192.0.2.1')],
    solver: 'vs-1',
    trial,
    nearer: null,
  };
  return httpFindings({ ...usual, ...facts });
};

test.each<[string, Partial<HttpFacts>, string[]]>([
  ['its solver answers at its address', {}, ['addresses ok', 'http-01 ok']],
  ['no address', { addresses: [], sights: null }, ['addresses warning']],
  [
    'an address of NAT, behind which the solver answers',
    { addresses: ['198.51.100.7'], sights: [ours('198.51.100.7')] },
    ['addresses ok', 'http-01 ok'],
  ],
  [
    'another server at another address',
    { addresses: ['198.51.100.7'], sights: [answered('198.51.100.7', 404, 'Not found')] },
    ['addresses warning', 'http-01 warning'],
  ],
  [
    'another server that answers everything with 200',
    { sights: [answered('192.0.2.1', 200, 'Welcome')] },
    ['addresses ok', 'http-01 warning'],
  ],
  [
    'the answer with another status',
    { sights: [answered('192.0.2.1', 404, 'token.secret')] },
    ['addresses ok', 'http-01 warning'],
  ],
  [
    'one of two addresses goes elsewhere',
    { addresses: ['192.0.2.1', '198.51.100.7'], sights: [ours('192.0.2.1'), refused('198.51.100.7')] },
    ['addresses warning', 'http-01 warning'],
  ],
  ['nobody listens on port 80', { sights: [refused('192.0.2.1')] }, ['addresses ok', 'http-01 warning']],
  [
    'an IPv6 address in another spelling, and no IPv6 here',
    { addresses: ['192.0.2.1', '2001:0DB8:0::1'], sights: [ours('192.0.2.1'), noRoute('2001:0DB8:0::1')] },
    ['addresses ok', 'http-01 ok'],
  ],
  ['no way there at all', { sights: [noRoute('192.0.2.1')] }, ['addresses ok', 'http-01 unknown']],
  ['it was not asked', { addresses: ['127.0.0.9'], sights: null }, ['addresses warning']],
  [
    'a person answers later, port 80 is open',
    { trial: null, sights: [answered('192.0.2.1', 404, '')] },
    ['addresses ok', 'http-01 ok'],
  ],
  [
    'a person answers later, port 80 is closed',
    { trial: null, sights: [refused('192.0.2.1')] },
    ['addresses ok', 'http-01 warning'],
  ],
])('%s', (_, facts, expected) => {
  expect(look(facts).map(({ check, result }) => `${check} ${result}`)).toEqual(expected);
});

test('says where the name leads, who answers there, and what to do', () => {
  const sights = [answered('198.51.100.7', 404, 'Not found')];
  const [addresses, http] = look({ addresses: ['198.51.100.7'], sights });
  expect(addresses?.message).toBe('Leads to 198.51.100.7, but vs-1 listens on 192.0.2.1:80.');
  expect(addresses?.remedy).toContain('Behind NAT');
  const [led] = look({ addresses: ['198.51.100.7'], sights, nearer: 'vs-2' });
  expect(led).toMatchObject({ remedy: 'Let vs-2 prove it, which listens there.', solver: 'vs-2' });
  expect(http?.message).toBe(
    `A trial challenge of vs-1 is not what is answered: ${url} at 198.51.100.7 answered 404: "Not found".`,
  );
  expect(http?.remedy).toBe('Let port 80 of all its addresses lead to 192.0.2.1:80, or prove the name over dns-01.');
});

test.each(['10.1.2.3', '192.168.1.1', '172.20.0.1', '169.254.1.1', 'fd00::1', '127.0.0.1', '::1'])(
  'what stands on a page at %s is told to nobody',
  address => {
    const [, http] = look({ addresses: [address], sights: [answered(address, 200, 'payroll')] });
    expect(http?.message).toContain('answered 200');
    expect(http?.message).not.toContain('payroll');
  },
);
