import { isIP } from 'node:net';
import { z } from 'zod';

/**
 * Positive lists of what may reach the configuration as text: no value can start a line, end a quotation or name a
 * file. Rendering quotes on top of that.
 */

/** Everything printable in ASCII except the single quote, which ends HAProxy's strong quoting. */
const QUOTABLE = /^[ -&(-~]+$/;

/** A text that can stand between single quotes. */
export const quotable = (what: string, max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(QUOTABLE, `${what}: printable ASCII characters, no line break and no single quote (in a regex: \\x27)`);

export const index = z.int().min(1).max(2_000_000_000);
export const port = z.int().min(1).max(65_535);

/** An IPv4 or IPv6 address without zone and without brackets. `0.0.0.0` and `::` are the wildcards. */
export const address = z.string().refine(value => isIP(value) !== 0 && !value.includes('%'), {
  error: 'an IPv4 or IPv6 address',
  // What compares addresses can't do so with anything else.
  abort: true,
});

/** The wildcards, multicast (RFC 5771, RFC 4291 §2.7) and what is reserved above it, broadcast included. */
const NO_MACHINE = /^((0|22[4-9]|2[3-5]\d)\.|ff|::$)/;

/** An address that a machine can have: HAProxy would connect to a wildcard as to the address that the client came to. */
export const machineAddress = address.refine(value => !NO_MACHINE.test(canonicalAddress(value)), {
  error: "a machine's address: neither 0.0.0.0 nor ::, no multicast, no broadcast",
});

/** An IPv6 address in one spelling (RFC 5952), so that equal ones compare equal. */
export function canonicalAddress(value: string): string {
  return isIP(value) === 6 ? new URL(`http://[${value}]`).hostname.slice(1, -1) : value;
}

/** For people only: it never reaches the configuration. */
export const label = z.string().max(250).nullable().default(null);

/** Seconds that a client is remembered for after its last request; a week at most. */
export const seconds = z.int().min(1).max(604_800);

/** The name of a header (RFC 9110 §5.1), of its characters only those that are in use. */
export const headerName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, "a header's name: letters, digits, - and _");

/** The name of a cookie (RFC 6265 §4.1.1), of its characters only those that are in use. */
export const cookieName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, "a cookie's name: letters, digits, _ . and -");

/** A path with its query, as it is sent: no spaces, nothing beyond ASCII. */
export const path = z
  .string()
  .max(2000)
  .regex(/^\/[!-&(-~]*$/, 'a path: starts with /, no spaces, no single quote');

/** A host name or an address, with or without port. */
export const host = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9.:[\]-]+$/, 'a host name or address');
