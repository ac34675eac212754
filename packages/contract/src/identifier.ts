import { IpAddress } from './primitives.js';

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
 * By its spelling alone, so that a page can say at once what the server would refuse. The server knows more: public
 * suffixes, and A-labels that stand for nothing.
 */
export function readTypedIdentifier(typed: string): IdentifierReading {
  const text = typed.trim();
  const address = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (zonedAddress.test(address)) return { fault: 'has a zone, which means something on one machine only' };
  const ip = IpAddress.safeParse(address);
  if (ip.success) return { identifier: { type: 'ip', value: ip.data } };

  const notAName = whatElseItIs(text);
  if (notAName) return { fault: notAName };

  const wildcard = text.startsWith('*.');
  const base = (wildcard ? text.slice(2) : text).replace(trailingDot, '');
  if (base === '') return { fault: emptyLabel };
  if (base.includes('*')) {
    return { fault: 'has a wildcard elsewhere than as its whole left-most label, as in *.example.com' };
  }
  // A URL's host parser takes names such as 0x7f.1 for an IPv4 address.
  const ascii = toALabels(base);
  if (endsInNumber.test(base) || dottedDecimals.test(ascii)) {
    return { fault: 'ends in a number, as only IP addresses do, and is no IP address' };
  }
  const fault = ascii === '' ? noALabels : faultOfName(ascii, wildcard);
  if (fault) return { fault };
  return { identifier: { type: 'dns', value: wildcard ? `*.${ascii}` : ascii } };
}

/**
 * For each name of a list, why it can't be asked for together with the others, as the end of a sentence about it; null if
 * it can, or was not read. What is pasted may have tens of thousands of them: each is looked up, not compared with all.
 */
export function faultsAmong(typed: readonly string[], readings: readonly IdentifierReading[]): (string | null)[] {
  const values = readings.map(valueIn);
  const first = new Map<string | null, number>();
  for (const [index, value] of values.entries()) if (!first.has(value)) first.set(value, index);
  return values.map((value, index) => {
    if (value === null) return null;
    const before = first.get(value) ?? index;
    if (before < index) return `is asked for twice: it is the same name as ${JSON.stringify(typed[before])}`;

    // Let's Encrypt refuses an order with both; no CA gives anything more for it.
    const wildcard = `*${value.slice(value.indexOf('.'))}`;
    if (wildcard !== value && first.has(wildcard)) {
      return `is covered by ${wildcard} in the same certificate: remove one of them`;
    }
    return null;
  });
}

/** What is said of a name, or a part of it, that has no form for the DNS. */
export const noALabels = 'has no valid form as A-labels (RFC 5890)';

/** The four dots of RFC 3490 §3.1. */
const trailingDot = /[.。．｡]$/;
const endsInNumber = /(^|[.。．｡])(\d+|0x[0-9a-f]*)$/i;
const zonedAddress = /^[0-9a-f:.]*:[0-9a-f:.]*%/i;
const dottedDecimals = /^\d+\.\d+\.\d+\.\d+$/;
const emptyLabel = 'has an empty label: two dots in a row, or one at its start';

/** UTS #46, by the parser of URLs, which browsers and Node share; '' for what has no form as A-labels. */
function toALabels(name: string): string {
  try {
    return new URL(`http://${name}`).hostname;
  } catch {
    return '';
  }
}

function valueIn(reading: IdentifierReading | undefined): string | null {
  return reading && 'identifier' in reading ? reading.identifier.value : null;
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

/** RFC 1123 §2.1 and RFC 5890 §2.3.1, for an ASCII name without its wildcard label. */
function faultOfName(name: string, wildcard: boolean): string | null {
  const length = name.length + (wildcard ? 2 : 0);
  if (length > 253) return `has ${length} characters as A-labels, more than the 253 of DNS`;
  for (const label of name.split('.')) {
    const fault = faultOfLabel(label);
    if (fault) return fault;
  }
  return name === 'localhost' ? "is every machine's own name, which no CA can certify" : null;
}

function faultOfLabel(label: string): string | null {
  const shown = JSON.stringify(label);
  if (label === '') return emptyLabel;
  if (label.length > 63) return `has the label ${shown} of ${label.length} characters, more than the 63 of DNS`;
  if (label.includes('_')) return `has the label ${shown} with an underscore, which host names may not have`;
  if (!/^[a-z0-9-]+$/.test(label)) return `has the label ${shown}, which is not of letters, digits and hyphens`;
  if (label.startsWith('-') || label.endsWith('-')) return `has the label ${shown} with a hyphen at its end or start`;
  // RFC 5890 §2.3.1 reserves these for later; the CA/Browser Forum forbids them.
  if (label.slice(2, 4) === '--' && !label.startsWith('xn--')) {
    return `has the label ${shown} with hyphens as 3rd and 4th character, which are reserved for A-labels`;
  }
  return null;
}
