import type { VirtualService } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { dependentsOf, typeRefusal } from './dependents.js';

const bare = { index: 2, type: 'https', realServers: [], subVirtualServices: [], challenges: [], certificates: [] };
const service = (fields: object) => ({ ...bare, ...fields }) as unknown as VirtualService;

const first = <T>(items: T[], nextCursor: string | null = null) => ({ items, nextCursor });

test('a service that nothing depends on', () => {
  expect(dependentsOf(service({}), first([]), first([]))).toEqual({ hold: [], lost: [] });
});

test('what holds it, and what goes with it', () => {
  const full = service({
    realServers: [{}],
    subVirtualServices: [{ realServers: [{}, {}] }],
    challenges: [{ identifier: 'www.example.com' }],
    certificates: ['www'],
  });
  const domains = first([{ pattern: '.example.com' }]);
  const policies = first([{ name: 'default' }], 'more');
  expect(dependentsOf(full, domains, policies)).toEqual({
    hold: [
      'The certificate www is assigned to it.',
      'It proves the domain .example.com.',
      'The policy default proves names by it where nothing nearer is set.',
      'More policies than these prove names by it.',
      'It answers a challenge for www.example.com at this moment.',
    ],
    lost: ['1 sub virtual service', '3 real servers'],
  });
});

test('of very many certificates the first are told, and how many others there are', () => {
  const certificates = Array.from({ length: 1_254 }, (_, i) => `c${i + 1}`);
  const { hold } = dependentsOf(service({ certificates }), first([]), first([]));
  expect(hold.slice(19)).toEqual([
    'The certificate c20 is assigned to it.',
    '1,234 more certificates are assigned to it.',
  ]);
  expect(typeRefusal(service({ certificates }), 'http')).toMatch(/c19, c20 and 1,234 more off first/);
});

test.each([
  ['its own type', {}, 'https', null],
  ['HTTP, without certificates', {}, 'http', null],
  ['HTTP, with certificates', { certificates: ['a', 'b'] }, 'http', 'take a, b off first'],
  ['a redirect, with real servers', { type: 'http', realServers: [{}] }, 'redirect', 'delete its real servers'],
  ['a redirect, with parts', { type: 'http', subVirtualServices: [{}] }, 'redirect', 'sub virtual services first'],
  ['HTTPS, from a redirect', { type: 'redirect' }, 'https', null],
] as const)('becoming %s', (_, fields, wanted, expected) => {
  const refusal = typeRefusal(service(fields), wanted);
  if (expected === null) expect(refusal).toBeNull();
  else expect(refusal).toContain(expected);
});
