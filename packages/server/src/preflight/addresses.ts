import { BlockList, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291: what is in nobody's way to a public CA. */
const inside = new BlockList();
inside.addSubnet('10.0.0.0', 8, 'ipv4');
inside.addSubnet('172.16.0.0', 12, 'ipv4');
inside.addSubnet('192.168.0.0', 16, 'ipv4');
inside.addSubnet('100.64.0.0', 10, 'ipv4');
inside.addSubnet('169.254.0.0', 16, 'ipv4');
inside.addSubnet('fc00::', 7, 'ipv6');
inside.addSubnet('fe80::', 10, 'ipv6');

/** Only ever the machine that asks. */
const ownMachine = new BlockList();
ownMachine.addSubnet('127.0.0.0', 8, 'ipv4');
ownMachine.addSubnet('0.0.0.0', 8, 'ipv4');
ownMachine.addAddress('::1', 'ipv6');
ownMachine.addAddress('::', 'ipv6');

/** Whether an address is that of a private network or of the asking machine: a public CA can't get there. */
export function isInside(address: string): boolean {
  return inside.check(address, familyOf(address)) || isOwnMachine(address);
}

/** Whether an address means the machine that asks, whichever that is. */
export function isOwnMachine(address: string): boolean {
  return ownMachine.check(address, familyOf(address));
}

/** The addresses behind the one that something listens on: for `0.0.0.0` and `::` all of this machine. */
export function addressesBehind(listening: string): string[] {
  if (listening !== '0.0.0.0' && listening !== '::') return [canonical(listening)];
  const family = listening === '::' ? 'IPv6' : 'IPv4';
  const all = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? []);
  return all.filter(each => each.family === family).map(({ address }) => canonical(address));
}

/** One spelling for one address (RFC 5952). */
export function canonical(address: string): string {
  const [plain = ''] = address.split('%');
  return isIPv4(plain) ? plain : new URL(`http://[${plain}]`).hostname.slice(1, -1);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
