import type { Certificate, VirtualService } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { findsFor } from './finds.js';

const certificates = [
  { name: 'a/b', identifiers: [{ value: 'shop.example.com' }, { value: 'www.example.com' }] },
] as Certificate[];
const services = [
  { index: 2, name: 'shop', address: '192.0.2.1', port: 443 },
  { index: 3, name: null, address: '::1', port: 80 },
] as VirtualService[];

const found = (typed: string) =>
  findsFor(typed, certificates, services).map(({ group, items }) => [group, items.map(({ value }) => value)]);

test('a part of a name leads to certificates that the server has found, to services and to pages', () => {
  expect(found(' SHOP ')).toEqual([
    ['Certificates', ['/certificates/a%2Fb']],
    ['Virtual services', ['/virtual-services/2', '/virtual-services/3']],
  ]);
  expect(findsFor('[::1]', [], services.slice(1))[0]?.items).toEqual([
    { value: '/virtual-services/3', label: '3, [::1]:80' },
  ]);
  expect(found('back').at(-1)).toEqual(['Pages', ['/settings/backup']]);
});

test('as long as nothing is typed there are the pages', () => {
  expect(found('').map(([group]) => group)).toEqual(['Pages']);
});
