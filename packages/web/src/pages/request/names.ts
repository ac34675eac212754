import { faultsAmong, type Identifier, type IdentifierReading, readTypedIdentifier } from '@certfleet/contract';

/** So many names an order may have (RFC 8555 says nothing; Let's Encrypt takes a hundred, and so does the API). */
export const mostNames = 100;

/** One name as it was typed, and what it comes to. */
export interface NameLine {
  typed: string;
  /** In canonical form, IDN as A-labels; null: it can't be read. */
  identifier: Identifier | null;
  /** Why it can't be asked for, as a sentence; null: it can. */
  fault: string | null;
}

/** What was typed or pasted, in whatever people put between names: lines, commas, semicolons, spaces, quotes. */
export function splitNames(text: string): string[] {
  return text.split(/[\s,;"'<>|]+/u).filter(part => part !== '');
}

/**
 * The names of a CSV or text file. Of a table with a heading that tells where the names are, that column; of any other,
 * whatever looks like a name or an address: a cell with a dot or a colon. A cell may hold several names.
 */
export function namesOfCsv(text: string): string[] {
  const rows = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .map(cellsOf);
  const column = rows[0]?.findIndex(cell => headings.test(cell.trim())) ?? -1;
  if (column >= 0) return rows.slice(1).flatMap(cells => splitNames(cells[column] ?? ''));
  return rows.flatMap(cells => cells.flatMap(splitNames).filter(cell => /[.:。．｡]/.test(cell)));
}

const headings = /^(names?|domains?|domain names?|host ?names?|hosts?|fqdns?|identifiers?|dns|dns names?|sans?)$/i;

/** RFC 4180, with a comma, a semicolon or a tab between cells. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:^|[,;\t])(?:\s*"((?:[^"]|"")*)"\s*|([^,;\t]*))/g)) {
    cells.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
  }
  return cells;
}

/** What the names came to that were examined last: with each key all but one or two of them are the same. */
let known: ReadonlyMap<string, IdentifierReading> = new Map();

/** Each typed name with what it comes to, by the rules that the server has for spelling and repetition. */
export function examine(typed: readonly string[]): NameLine[] {
  const readings = typed.map(text => known.get(text) ?? readTypedIdentifier(text));
  known = new Map(readings.map((reading, index) => [typed[index] ?? '', reading]));
  const among = faultsAmong(typed, readings);
  return readings.map((reading, index) => {
    const text = typed[index] ?? '';
    if ('fault' in reading) return { typed: text, identifier: null, fault: `${quoted(text)} ${reading.fault}.` };
    const fault = among[index] ?? null;
    return { typed: text, identifier: reading.identifier, fault: fault === null ? null : `${quoted(text)} ${fault}.` };
  });
}

/** Long texts in the middle of a sentence are cut: the whole one stands beside it. */
function quoted(text: string): string {
  return text.length > 80 ? `"${text.slice(0, 60)}…"` : `"${text}"`;
}

/** The names that can be asked for, in canonical form and in their order. */
export function usable(lines: readonly NameLine[]): Identifier[] {
  return lines.flatMap(({ identifier, fault }) => (identifier !== null && fault === null ? [identifier] : []));
}

/** What to call a certificate of these names: by the first one, as far as the rules for such names allow it. */
export function nameFor([first]: readonly Identifier[]): string {
  if (first === undefined) return '';
  return first.value
    .replace(/^\*\./, 'wildcard.')
    .replaceAll(':', '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 128);
}
