import { expect, test } from 'vitest';
import { canonical, isInside, isOwnLink, isOwnMachine } from './addresses.js';

test.each<[address: string, inside: boolean, own: boolean, link: boolean]>([
  ['198.51.100.4', false, false, false],
  ['2001:db8::1', false, false, false],
  ['10.1.2.3', true, false, false],
  ['172.32.0.1', false, false, false],
  ['100.64.0.1', true, false, false],
  ['fd12::1', true, false, false],
  ['127.0.0.53', true, true, false],
  ['0.0.0.0', true, true, false],
  ['::1', true, true, false],
  ['::', true, true, false],
  ['::ffff:127.0.0.1', true, true, false],
  ['::ffff:10.0.0.1', true, false, false],
  ['::7f00:1', true, true, false],
  ['64:ff9b::a00:1', true, false, false],
  ['64:ff9b::c633:6404', false, false, false],
  ['64:ff9b:1::c633:6404', true, false, false],
  ['2002:7f00:1::1', true, true, false],
  ['2002:c633:6404::1', false, false, false],
  // Link-local, and what clouds have their metadata at.
  ['169.254.169.254', true, false, true],
  ['fe80::1', true, false, true],
  ['fe80::1%eth0', true, false, true],
  ['::ffff:169.254.169.254', true, false, true],
  ['64:ff9b::a9fe:a9fe', true, false, true],
  ['64:ff9b:1::a9fe:a9fe', true, false, true],
  ['2002:a9fe:a9fe::1', true, false, true],
  ['fd00:ec2::254', true, false, true],
  ['fd20:ce::254', true, false, true],
  ['168.63.129.16', false, false, true],
  ['::ffff:168.63.129.16', false, false, true],
  ['100.100.100.200', true, false, true],
  ['192.0.0.192', false, false, true],
])('%s', (address, inside, own, link) => {
  expect([isInside(address), isOwnMachine(address), isOwnLink(address)]).toEqual([inside, own, link]);
});

test('one spelling of an address', () => {
  expect(canonical('2001:0DB8:0::1%eth0')).toBe('2001:db8::1');
});
