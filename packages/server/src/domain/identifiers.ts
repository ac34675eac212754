import { isIP, isIPv4 } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';
import { getDomain, getPublicSuffix, parse } from 'tldts';
import { DomainError } from './errors.js';

/**
 * What a certificate is asked for (RFC 8555 §9.7.7, RFC 8738), in canonical form: A-labels in lower case without a
 * trailing dot, a wildcard with its `*.`; IPv4 in dotted decimals, IPv6 as RFC 5952 writes it.
 */
export interface Identifier {
  type: 'dns' | 'ip';
  value: string;
}

/** What was read from a typed name, or why it can't be certified, as the end of a sentence about the name. */
export type IdentifierReading = { identifier: Identifier } | { fault: string };

/**
 * Reads a name as people type it: `WWW.Example.com.`, `*.bücher.example`, `192.0.2.7`, `[2001:DB8::1]`.
 *
 * Names of private networks (`.internal`, `.test`, one label) are fine, because private CAs issue for them. Whether a
 * CA does is its own decision; refused here is only what no CA can certify.
 */
export function readIdentifier(typed: string): IdentifierReading {
  const text = typed.trim();
  const address = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (isIP(address)) return readAddress(address);

  const notAName = whatElseItIs(text);
  if (notAName) return { fault: notAName };

  const wildcard = text.startsWith('*.');
  const base = (wildcard ? text.slice(2) : text).replace(trailingDot, '');
  if (base === '') return { fault: emptyLabel };
  if (base.includes('*')) {
    return { fault: 'has a wildcard elsewhere than as its whole left-most label, as in *.example.com' };
  }

  // UTS #46; answers '' for what has no A-label form, and an IPv4 address for what a URL's host parser takes for one.
  // It would also take "a/b" for "a": that is why whatElseItIs() comes first.
  const ascii = domainToASCII(base);
  if (endsInNumber.test(base) || isIP(ascii)) {
    return { fault: 'ends in a number, as only IP addresses do, and is no IP address' };
  }
  const fault = ascii === '' ? noALabels : faultOfName(ascii, wildcard);
  if (fault) return { fault };
  return { identifier: { type: 'dns', value: wildcard ? `*.${ascii}` : ascii } };
}

/** The four dots of RFC 3490 §3.1. */
const trailingDot = /[.。．｡]$/;
const endsInNumber = /(^|[.。．｡])(\d+|0x[0-9a-f]*)$/i;
const noALabels = 'has no valid form as A-labels (RFC 5890)';
const emptyLabel = 'has an empty label: two dots in a row, or one at its start';

/** {@link readIdentifier} for one name; throws DomainError `invalid-identifier`, naming it. */
export function parseIdentifier(typed: string): Identifier {
  const reading = readIdentifier(typed);
  if ('fault' in reading) throw new DomainError('invalid-identifier', `${JSON.stringify(typed)} ${reading.fault}.`);
  return reading.identifier;
}

/** An address; its zone (`fe80::1%eth0`) means something on one machine only. */
function readAddress(address: string): IdentifierReading {
  if (isIPv4(address)) return { identifier: { type: 'ip', value: address } };
  if (address.includes('%')) return { fault: 'has a zone, which means something on one machine only' };
  // The URL parser writes IPv6 addresses as RFC 5952 §4 wants them.
  return { identifier: { type: 'ip', value: new URL(`http://[${address}]`).hostname.slice(1, -1) } };
}

/** Things that are typed where a name belongs. */
function whatElseItIs(text: string): string | null {
  if (text === '') return 'is empty';
  if (text.includes('://')) return 'is a URL: enter its host name alone';
  if (/^[^:]+:\d+$/.test(text)) return 'has a port: enter the name alone';
  if (text.includes('@')) return 'is an e-mail address or has a user name: enter the host name alone';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const odd = /[\u0000-\u0029\u002b\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u007f]/.exec(text)?.[0];
  return odd === undefined ? null : `has the character ${JSON.stringify(odd)}, which names may not have`;
}

/** RFC 1123 §2.1, RFC 5890 §2.3.1 and the public suffixes, for an ASCII name without its wildcard label. */
function faultOfName(name: string, wildcard: boolean): string | null {
  const length = name.length + (wildcard ? 2 : 0);
  if (length > 253) return `has ${length} characters as A-labels, more than the 253 of DNS`;
  for (const label of name.split('.')) {
    const fault = faultOfLabel(label);
    if (fault) return fault;
  }
  if (name === 'localhost') return "is every machine's own name, which no CA can certify";
  const { publicSuffix, isIcann } = parse(name, asName);
  if (isIcann && publicSuffix === name) {
    return wildcard
      ? `stands for everything under the public suffix ${name}, which belongs to no one`
      : 'is a public suffix, under which names are registered, and belongs to no one';
  }
  return null;
}

function faultOfLabel(label: string): string | null {
  const shown = JSON.stringify(label);
  if (label === '') return emptyLabel;
  if (label.length > 63) return `has the label ${shown} of ${label.length} characters, more than the 63 of DNS`;
  if (label.includes('_')) return `has the label ${shown} with an underscore, which host names may not have`;
  if (!/^[a-z0-9-]+$/.test(label)) return `has the label ${shown}, which is not of letters, digits and hyphens`;
  if (label.startsWith('-') || label.endsWith('-')) return `has the label ${shown} with a hyphen at its end or start`;
  if (label.startsWith('xn--')) return isALabel(label) ? null : noALabels;
  // RFC 5890 §2.3.1 reserves these for later; the CA/Browser Forum forbids them.
  if (label.slice(2, 4) === '--') {
    return `has the label ${shown} with hyphens as 3rd and 4th character, which are reserved for A-labels`;
  }
  return null;
}

/**
 * Whether it stands for a label in Unicode that is written like this (RFC 5890 §2.3.2.1). From Node 24 on the URL
 * parser lets names in ASCII pass as they are, whatever their punycode.
 */
function isALabel(label: string): boolean {
  const unicode = domainToUnicode(label);
  return unicode !== label && unicode.slice(2, 4) !== '--' && domainToASCII(unicode) === label;
}

/** tldts gets canonical names; it need not look for URLs in them. */
const asName = { extractHostname: false, validateHostname: false };

/** Whether a name is below a public suffix, so that somebody can have registered it: public CAs certify no others. */
export function belowPublicSuffix(identifier: Identifier): boolean {
  const { isIcann, isPrivate } = parse(baseName(identifier), asName);
  return isIcann === true || isPrivate === true;
}

/** The name without its wildcard label: what an authorization is for (RFC 8555 §7.1.4). */
export function baseName(identifier: Identifier): string {
  return identifier.value.replace(/^\*\./, '');
}

export function isWildcard(identifier: Identifier): boolean {
  return identifier.type === 'dns' && identifier.value.startsWith('*.');
}

/**
 * What a CA counts certificates by: one label more than the public suffix, private suffixes such as `github.io`
 * included. A name that is itself such a suffix counts by itself, an IPv4 address too, and IPv6 by its /64 (Let's
 * Encrypt's rule, "New Certificates per Registered Domain").
 */
export function registeredDomain(identifier: Identifier): string {
  if (identifier.type === 'ip') return isIPv4(identifier.value) ? identifier.value : networkOf64Bits(identifier.value);
  const name = baseName(identifier);
  const options = { ...asName, allowPrivateDomains: true };
  return getDomain(name, options) ?? getPublicSuffix(name, options) ?? name;
}

function networkOf64Bits(address: string): string {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  const network = [...left, ...zeros, ...right].slice(0, 4).join(':');
  return `${new URL(`http://[${network}::]`).hostname.slice(1, -1)}/64`;
}
