import type { Event } from '@certfleet/contract';

const columns = ['id', 'at', 'actor', 'action', 'subject', 'outcome', 'message', 'detail'] as const;

/** RFC 4180's header line. */
export const csvHeading = line(columns);

/** One event as a record of RFC 4180; `detail` is JSON. */
export function csvLine(event: Event): string {
  return line(
    columns.map(column => (column === 'detail' ? JSON.stringify(event.detail) : String(event[column] ?? ''))),
  );
}

function line(fields: readonly string[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

/**
 * RFC 4180 §2: quoted if need be, quotes doubled. Spreadsheets take what begins like this for a formula, and a name in a
 * message may come from anyone: an apostrophe in front makes it text (OWASP, CSV Injection).
 */
function field(text: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
