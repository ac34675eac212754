/** One line of a table for spreadsheets: a record of RFC 4180. */
export function csvLine(fields: readonly string[]): string {
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
