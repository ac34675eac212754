/**
 * Renewal information (RFC 9773). Asks and reads the answer; which moment of the window to choose is the caller's
 * decision, and to be stored with the window.
 */
import type { X509Certificate } from 'node:crypto';
import { certificateDetails } from './certificate.js';
import { readJson } from './json.js';
import { AcmeInputError } from './problem.js';
import { parseRetryAfter } from './retry-after.js';
import type { AcmeServer, CallOptions } from './server.js';
import { type HttpReply, header } from './transport.js';

/**
 * An answer of the CA.
 * - `window`: when the CA suggests to renew; a window in the past means now (RFC 9773 §4.2);
 * - `no-answer`: the CA answered, but with nothing usable, such as a window that ends before it starts.
 *
 * `retryAfterMs` says when to ask again (RFC 9773 §4.3), clamped to between a minute and a day.
 */
export type RenewalInfo =
  | { answer: 'window'; start: Date; end: Date; explanationUrl?: string; retryAfterMs: number }
  | { answer: 'no-answer'; reason: string; retryAfterMs: number };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** RFC 9773 §4.3.3 counts a missing or invalid Retry-After as a long-term error: six hours. */
const DEFAULT_RETRY_AFTER_MS = 6 * 3_600_000;

/** RFC 3339 §5.6. Date.parse alone would take "1" and "March 7". */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Whether the CA offers renewal information. */
export async function offersRenewalInfo(server: AcmeServer, options: CallOptions = {}): Promise<boolean> {
  return (await server.directory(options)).renewalInfo !== undefined;
}

/**
 * RFC 9773 §4.1: base64url(keyIdentifier of the authority key identifier) "." base64url(serial number's octets).
 *
 * Throws {@link AcmeInputError} for a certificate without authority key identifier: renewalInfo cannot name it.
 */
export function certId(certificate: X509Certificate): string {
  const { authorityKeyId, serial } = certificateDetails(certificate);
  if (authorityKeyId === undefined) {
    throw new AcmeInputError(
      `Certificate ${certificate.serialNumber} has no authority key identifier: the CA cannot be asked about its renewal.`,
    );
  }
  return `${authorityKeyId.toString('base64url')}.${serial.toString('base64url')}`;
}

/**
 * Asks the CA when to renew (an unsigned GET). An answer that makes no sense is `no-answer`, because renewal must not
 * depend on it; a refusal or no connection is thrown. Throws {@link AcmeInputError} if the CA has no renewalInfo.
 */
export async function fetchRenewalInfo(
  server: AcmeServer,
  id: string,
  options: CallOptions = {},
): Promise<RenewalInfo> {
  if (!/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(id))
    throw new AcmeInputError(`${JSON.stringify(id)} is no certID of RFC 9773.`);
  const base = await server.resource('renewalInfo', options);
  const attempted = { operation: 'renewalInfo', url: `${base.replace(/\/$/, '')}/${id}` };
  const reply = await server.get(attempted, options);
  return parseRenewalInfo(reply, server.clock.now());
}

/** Reads an answer of renewalInfo. `now` in milliseconds since the epoch, for a Retry-After that is a date. */
export function parseRenewalInfo(reply: HttpReply, now: number): RenewalInfo {
  const asked = parseRetryAfter(header(reply, 'retry-after'), now) ?? DEFAULT_RETRY_AFTER_MS;
  const retryAfterMs = Math.min(Math.max(asked, MINUTE_MS), DAY_MS);
  const noAnswer = (reason: string): RenewalInfo => ({ answer: 'no-answer', reason, retryAfterMs });

  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = readJson({ operation: 'renewalInfo', url: reply.url }, reply).fields;
  } catch (error) {
    return noAnswer((error as Error).message);
  }
  const window = fields.suggestedWindow;
  if (typeof window !== 'object' || window === null) return noAnswer('the answer has no suggestedWindow');
  const { start, end } = window as Record<string, unknown>;
  const from = parseTimestamp(start);
  const to = parseTimestamp(end);
  if (from === undefined || to === undefined)
    return noAnswer('the suggestedWindow has no start and end as RFC 3339 says');
  // RFC 9773 §4.2: "A RenewalInfo object in which the end timestamp equals or precedes the start timestamp is invalid."
  if (to <= from)
    return noAnswer(`the suggestedWindow ends (${to.toISOString()}) before it starts (${from.toISOString()})`);
  const explanation = fields.explanationURL;
  return {
    answer: 'window',
    start: from,
    end: to,
    ...(typeof explanation === 'string' && /^https?:/.test(explanation) && { explanationUrl: explanation }),
    retryAfterMs,
  };
}

function parseTimestamp(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !RFC_3339.test(value)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
