import type { Digest, Notice } from '../channel.js';

/** What a notice is, in a word or two. */
const kindTitles: Record<Notice['kind'], string> = {
  issued: 'issued',
  renewed: 'renewed',
  'new-key': 'new key',
  'needs-person': 'needs a person',
  failed: 'failed',
  expiring: 'expiring',
  revoked: 'revoked',
};

/** The columns that every form of a digest has. */
export const columnTitles = ['What', 'Certificate', 'Names', 'Valid until'] as const;

/** A notice's cells, in the order of {@link columnTitles}. */
export function cellsOf({ kind, certificate, identifiers, notAfter }: Notice): string[] {
  return [
    kindTitles[kind],
    oneLine(certificate),
    oneLine(namesOf(identifiers)),
    notAfter === null ? '–' : minute(notAfter),
  ];
}

/** The first two names, and how many more: a certificate may have a hundred. */
function namesOf(identifiers: readonly string[]): string {
  const more = identifiers.length - 2;
  return identifiers.slice(0, 2).join(', ') + (more > 0 ? `, +${more}` : '');
}

/** `2027-02-19 10:00 UTC` */
function minute(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

/** What a CA or a server said may hold anything: it must not break a line, hide text or move a cursor. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}

/** What is told above the table. */
export function introduction({ summary, server, remarks }: Digest): string[] {
  return [...remarks.map(oneLine), ...(summary === '' ? [] : [`${summary}, says ${oneLine(server)}.`])];
}

/** What is told below the table; empty when it has all. */
export function rest({ more }: Digest, shown: number, total: number): string {
  const left = more + total - shown;
  return left === 0 ? '' : `… and ${left} more: certfleet event list shows them.`;
}

/** A digest as plain text: a table with the message of each notice below its row. */
export function digestText(digest: Digest): string {
  const rows = digest.notices.map(cellsOf);
  const widths = columnTitles.map((title, column) =>
    Math.max(title.length, ...rows.map(cells => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const indent = ' '.repeat((widths[0] ?? 0) + 2);
  const table = digest.notices.flatMap((notice, at) => [line(rows[at] ?? []), `${indent}${oneLine(notice.message)}`]);
  return [
    ...introduction(digest),
    ...(table.length === 0 ? [] : ['', line(columnTitles), ...table]),
    ...[rest(digest, digest.notices.length, digest.notices.length)].filter(text => text !== ''),
    '',
  ].join('\n');
}
