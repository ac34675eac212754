import { type Operation, type OperationInput, operations } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { read, readAll, readOutside } from '../query.js';
import { changesOf, changesOfStep, isChanged } from './changes.js';

const { certificate, account, policy, solver, virtualService, loadmaster, event, system } = operations;
const after = (subject: string | null, action = 'x') => new Set(changesOf({ subject, action }));

const www = { params: { name: 'www' } };
const shop = { params: { name: 'shop' } };
const le = { params: { name: 'le' } };

describe('of a certificate', () => {
  const changes = after('certificate:www');
  test.each([
    ['its own page', read(certificate.show, www), true],
    ['what is served of it', readOutside(certificate.served, www), true],
    ['lists of certificates', read(certificate.list, { query: { search: 'w' } }), true],
    ['another one', read(certificate.show, shop), false],
    ['what is served of another one', readOutside(certificate.served, shop), false],
    ['the services that may serve it', read(virtualService.list, { query: {} }), true],
    ['an account, for what is left of its limits', read(account.show, le), true],
    ['what its CA says of itself', readOutside(account.ca, le), false],
    ['policies', read(policy.list, { query: {} }), false],
    ['events', read(event.list, { query: {} }), true],
  ])('%s', (_, query, expected) => {
    expect(isChanged(query, changes)).toBe(expected);
  });
});

describe('a step of an order', () => {
  const changes = new Set(changesOfStep('certificate:www'));
  test.each([
    ['the page of its certificate', read(certificate.show, www), true],
    ['where that is assigned', readAll(certificate.assignments, www), true],
    ['what is running', read(system.running, { query: {} }), true],
    ['lists of certificates', read(certificate.list, { query: {} }), false],
    ['another one', read(certificate.show, shop), false],
  ])('%s', (_, query, expected) => {
    expect(isChanged(query, changes)).toBe(expected);
  });
});

test('a policy or a domain changes each certificate, and what solvers are for', () => {
  for (const subject of ['policy:default', 'domain:*.example.com']) {
    expect(isChanged(read(certificate.show, www), after(subject))).toBe(true);
    expect(isChanged(read(solver.list, { query: {} }), after(subject))).toBe(true);
    expect(isChanged(readOutside(certificate.served, www), after(subject))).toBe(false);
  }
});

test('a virtual service changes the certificates that tell where they are', () => {
  for (const query of [read(certificate.list, { query: {} }), read(certificate.assignments, www)]) {
    expect(isChanged(query, after('virtual-service:2'))).toBe(true);
  }
});

test('an address with a colon is one name', () => {
  expect(changesOf({ subject: 'certificate:2001:db8::1', action: 'x' })).toContain('certificates/2001:db8::1');
});

test('settings without a name are found by what was done', () => {
  expect(isChanged(read(loadmaster.show, {}), after(null, 'loadmaster.changed'))).toBe(true);
  expect(isChanged(read(loadmaster.show, {}), after(null, 'system.paused'))).toBe(false);
});

test('a restored backup changes anything', () => {
  expect(changesOf({ subject: null, action: 'system.restored' })).toBeNull();
});

/** What no event of its own noun tells, and why pages are right nevertheless. */
const withoutEvent: Readonly<Record<string, string>> = {
  '/session': 'Read again when the page comes into sight, and when the server does not know it any more.',
  '/renewal-periods': 'Reckoned from what is asked, and from nothing else.',
  '/load-balancers': 'Set up with the server: nothing in the API changes them.',
  '/loadmaster': 'Has no name: told by the action loadmaster.changed.',
  '/backup': 'Has no name: told by the action system.backup-changed.',
};

test('whatever is read is read again after an event about its own noun', () => {
  const reads = Object.entries(operations).flatMap(([noun, ofNoun]) =>
    Object.values(ofNoun as Record<string, Operation>)
      .filter(({ method, download }) => method === 'GET' && !download)
      .map(operation => ({ noun: noun.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`), operation })),
  );
  const missed = reads.filter(({ noun, operation }) => {
    const params = Object.fromEntries([...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, 'x']));
    const input = (Object.keys(params).length > 0 ? { params } : {}) as OperationInput<Operation>;
    return !isChanged(read(operation, input), after(`${noun}:x`));
  });
  expect(missed.map(({ operation }) => operation.path)).toEqual(Object.keys(withoutEvent));
});
