import { BlockList, isIPv4 } from 'node:net';

/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291, RFC 8215: what is in nobody's way to a public CA. */
const privateNetworks = new BlockList();
privateNetworks.addSubnet('10.0.0.0', 8, 'ipv4');
privateNetworks.addSubnet('172.16.0.0', 12, 'ipv4');
privateNetworks.addSubnet('192.168.0.0', 16, 'ipv4');
privateNetworks.addSubnet('100.64.0.0', 10, 'ipv4');
privateNetworks.addSubnet('169.254.0.0', 16, 'ipv4');
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
privateNetworks.addSubnet('fe80::', 10, 'ipv6');
privateNetworks.addSubnet('64:ff9b:1::', 48, 'ipv6');

/** Only ever the machine that asks. */
const ownMachine = new BlockList();
ownMachine.addSubnet('127.0.0.0', 8, 'ipv4');
ownMachine.addSubnet('0.0.0.0', 8, 'ipv4');
ownMachine.addAddress('::1', 'ipv6');
ownMachine.addAddress('::', 'ipv6');

/** Where only neighbours on the link are, and what clouds tell their machines about themselves. */
const ownLink = new BlockList();
ownLink.addSubnet('169.254.0.0', 16, 'ipv4');
ownLink.addSubnet('fe80::', 10, 'ipv6');
// AWS, Google, Scaleway.
ownLink.addSubnet('fd00:ec2::', 32, 'ipv6');
ownLink.addAddress('fd20:ce::254', 'ipv6');
ownLink.addAddress('fd00:42::42', 'ipv6');
// Azure, Alibaba, Oracle.
ownLink.addAddress('168.63.129.16', 'ipv4');
ownLink.addAddress('100.100.100.200', 'ipv4');
ownLink.addAddress('192.0.0.192', 'ipv4');

/** Whether an address is that of a private network or of the asking machine: a public CA can't get there. */
export function isInside(address: string): boolean {
  return isIn(privateNetworks, address) || isOwnMachine(address);
}

/** Whether an address means the machine that asks, whichever that is. */
export function isOwnMachine(address: string): boolean {
  return isIn(ownMachine, address);
}

/** Whether an address is link-local or that of a cloud's metadata service, which nothing but this machine's own system needs. */
export function isOwnLink(address: string): boolean {
  return isIn(ownLink, address);
}

/** One spelling for one address (RFC 5952), without its zone. */
export function canonical(address: string): string {
  const [plain = ''] = address.split('%');
  return isIPv4(plain) ? plain : new URL(`http://[${plain}]`).hostname.slice(1, -1);
}

function isIn(list: BlockList, address: string): boolean {
  const plain = canonical(address);
  if (isIPv4(plain)) return list.check(plain, 'ipv4');
  const within = ipv4Within(plain);
  return list.check(plain, 'ipv6') || (within !== null && list.check(within, 'ipv4'));
}

/**
 * The IPv4 address that packets to an IPv6 address end at: mapped or compatible (RFC 4291 §2.5.5), by NAT64 (RFC 6052
 * §2.1, RFC 8215) or 6to4 (RFC 3056); null for others.
 */
function ipv4Within(address: string): string | null {
  const groups = groupsOf(address);
  const starts = (...prefix: number[]) => prefix.every((group, index) => groups[index] === group);
  if (starts(0x2002)) return dotted(groups.slice(1, 3));
  const last = [
    [0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0xffff],
    [0x64, 0xff9b, 0, 0, 0, 0],
    [0x64, 0xff9b, 1],
  ];
  return last.some(prefix => starts(...prefix)) ? dotted(groups.slice(6)) : null;
}

/** The eight groups of a canonical IPv6 address. */
function groupsOf(address: string): number[] {
  const [before = [], after = []] = address
    .split('::')
    .map(part => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16))));
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function dotted(groups: readonly number[]): string {
  return groups.flatMap(group => [group >> 8, group & 0xff]).join('.');
}
