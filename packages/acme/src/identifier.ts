/**
 * Identifiers: DNS names (RFC 8555 §7.1.3, A-labels only) and IP addresses (RFC 8738).
 *
 * Does not say whether a CA will issue for a name: public suffixes, special-use names and reserved addresses are the
 * CA's to refuse.
 */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { AcmeInputError, type Identifier } from './problem.js';

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * The identifier for what a person wrote: `www.Example.org`, `*.example.org`, `bücher.example`, `192.0.2.7`,
 * `2001:DB8::1`.
 *
 * Lower case, without a trailing dot, U-labels as A-labels, IPv6 in the form of RFC 5952 (RFC 8738 §3).
 * Throws {@link AcmeInputError} saying what is wrong with it.
 */
export function toIdentifier(name: string): Identifier {
  const text = name.trim();
  if (isIP(text) !== 0) return { type: 'ip', value: canonicalIp(text) };
  const wildcard = text.startsWith('*.');
  const base = wildcard ? text.slice(2) : text;
  if (base.includes('*')) {
    throw new AcmeInputError(`${quote(name)} is no name for a certificate: "*" may only be its whole first label.`);
  }
  // domainToASCII answers '' for what is no host name, and makes an address of names such as "0x7f.1".
  const ascii = domainToASCII(base.endsWith('.') ? base.slice(0, -1) : base).toLowerCase();
  if (ascii === '' || isIP(ascii) !== 0) {
    throw new AcmeInputError(`${quote(name)} is neither a DNS name nor an IP address.`);
  }
  if (ascii.length > 253) throw new AcmeInputError(`${quote(name)} is longer than the 253 characters of a DNS name.`);
  const bad = ascii.split('.').find(label => !LABEL.test(label));
  if (bad !== undefined) {
    throw new AcmeInputError(
      `${quote(name)} is no DNS name: label ${quote(bad)} must be 1 to 63 letters, digits and hyphens, with no hyphen at its ends.`,
    );
  }
  return { type: 'dns', value: wildcard ? `*.${ascii}` : ascii };
}

/** The identifier as one string, to compare and to show: `example.org`, `192.0.2.7`. Types cannot collide. */
export function identifierKey(identifier: Identifier): string {
  return identifier.type === 'ip' ? canonicalIp(identifier.value) : identifier.value.toLowerCase();
}

/** Whether two lists hold the same identifiers, whatever their order. */
export function sameIdentifiers(one: readonly Identifier[], other: readonly Identifier[]): boolean {
  const left = new Set(one.map(identifierKey));
  const right = new Set(other.map(identifierKey));
  return left.size === right.size && [...left].every(key => right.has(key));
}

/** 4 or 16 octets of an address in network order, as an iPAddress SAN carries them. */
export function ipOctets(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.'), Number);
  if (isIP(address) !== 6) throw new AcmeInputError(`${quote(address)} is no IP address.`);
  // The URL parser knows all spellings of an IPv6 address, an embedded IPv4 tail included, and writes RFC 5952.
  const [head = '', tail] = canonicalIp(address).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return Uint8Array.from(groups.flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}

/** The address of 4 or 16 octets as text, IPv6 in the form of RFC 5952. */
export function ipFromOctets(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) throw new AcmeInputError(`An IP address has 4 or 16 octets, not ${octets.length}.`);
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)).toString(16),
  );
  return canonicalIp(groups.join(':'));
}

function canonicalIp(address: string): string {
  if (isIP(address) !== 6) return address;
  if (address.includes('%')) throw new AcmeInputError(`${quote(address)} has a zone: no certificate can hold that.`);
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
}
