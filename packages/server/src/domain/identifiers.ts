import { isIPv4 } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';
import { type Identifier, type IdentifierReading, noALabels, readTypedIdentifier } from '@certfleet/contract';
import { getDomain, getPublicSuffix, parse } from 'tldts';
import { DomainError } from './errors.js';

export type { Identifier };

/**
 * Reads a name as people type it, by its spelling ({@link readTypedIdentifier}), its A-labels and the public suffixes.
 *
 * Names of private networks (`.internal`, `.test`, one label) are fine, because private CAs issue for them. Whether a
 * CA does is its own decision; refused here is only what no CA can certify.
 */
export function readIdentifier(typed: string): IdentifierReading {
  const reading = readTypedIdentifier(typed);
  if ('fault' in reading || reading.identifier.type === 'ip') return reading;
  const name = baseName(reading.identifier);
  if (!name.split('.').every(isLabel)) return { fault: noALabels };
  const { publicSuffix, isIcann } = parse(name, asName);
  if (!isIcann || publicSuffix !== name) return reading;
  const fault = isWildcard(reading.identifier)
    ? `stands for everything under the public suffix ${name}, which belongs to no one`
    : 'is a public suffix, under which names are registered, and belongs to no one';
  return { fault };
}

/** {@link readIdentifier} for one name; throws DomainError `invalid-identifier`, naming it. */
export function parseIdentifier(typed: string): Identifier {
  const reading = readIdentifier(typed);
  if ('fault' in reading) throw new DomainError('invalid-identifier', `${JSON.stringify(typed)} ${reading.fault}.`);
  return reading.identifier;
}

/**
 * Whether it is no A-label, or stands for a label in Unicode that is written like this (RFC 5890 §2.3.2.1). From Node 24
 * on the URL parser lets names in ASCII pass as they are, whatever their punycode.
 */
function isLabel(label: string): boolean {
  if (!label.startsWith('xn--')) return true;
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
