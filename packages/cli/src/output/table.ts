import { stripVTControlCharacters, styleText } from 'node:util';
import CliTable3 from 'cli-table3';
import { printable } from './printable.js';
import type { TimeFormat } from './time.js';

/** How results for people are laid out. */
export interface Format extends TimeFormat {
  /** Characters in a line; null: as many as it takes. */
  columns: number | null;
  colour: boolean;
}

export type Tone = 'good' | 'bad' | 'busy' | 'dim';

/** One column of a table of `T`. */
export interface Column<T> {
  title: string;
  value(row: T, format: Format): string;
  tone?(row: T): Tone | undefined;
  /** Numbers line up on the right. */
  right?: boolean;
  /**
   * Gets narrower when lines are too short for everything, the last such column first: its text is cut off or wrapped.
   */
  flexible?: 'cut' | 'wrap';
  /** Left out when no row has a value for it. */
  optional?: boolean;
}

const colours = { good: 'green', bad: 'red', busy: 'yellow', dim: 'gray' } as const;
const gap = 2;
/** A flexible column keeps at least this much of its text. */
const narrowest = 12;

/** The text in its tone's colour, if there are colours. */
export function toned(text: string, tone: Tone | undefined, format: Pick<Format, 'colour'>): string {
  if (!tone || !format.colour) return text;
  // Whether there are colours is decided by who made the format; Node's own look at process.stdout would be a second
  // one.
  return styleText(colours[tone], text, { validateStream: false });
}

/** Lines of text with aligned columns and a heading, ending with a newline. */
export function renderTable<T>(rows: readonly T[], all: readonly Column<T>[], format: Format): string {
  const columns = all.filter(column => !column.optional || rows.some(row => column.value(row, format) !== ''));
  const cells = rows.map(row =>
    columns.map(column => toned(printable(column.value(row, format)), column.tone?.(row), format)),
  );
  const widths = fit(
    columns.map((column, at) => Math.max(column.title.length, ...cells.map(line => visibleLength(line[at] ?? '')))),
    columns,
    format.columns,
  );
  const table = new CliTable3({
    head: columns.map(column => column.title.toUpperCase()),
    colWidths: widths.map(width => width + gap),
    colAligns: columns.map(column => (column.right ? 'right' : 'left')),
    chars: Object.fromEntries(borderless.map(name => [name, ''])),
    style: { head: format.colour ? ['bold'] : [], border: [], 'padding-left': 0, 'padding-right': gap, compact: true },
  });
  const wraps = columns.map(column => column.flexible === 'wrap');
  table.push(...cells.map(line => line.map((content, at) => ({ content, ...(wraps[at] ? wrapping(content) : {}) }))));
  return `${table
    .toString()
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n')}\n`;
}

/** Between words where there are any; a serial number has none. */
function wrapping(content: string): { wordWrap: true; wrapOnWordBoundary: boolean } {
  return { wordWrap: true, wrapOnWordBoundary: content.includes(' ') };
}

const borderless = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
];

/** The widths, with flexible columns made narrower from the last to the first until a line holds them all. */
function fit(natural: number[], columns: readonly Column<never>[], available: number | null): number[] {
  const widths = [...natural];
  let excess = available === null ? 0 : widths.reduce((sum, width) => sum + width + gap, -gap) - available;
  for (let at = widths.length - 1; at >= 0 && excess > 0; at -= 1) {
    const width = widths[at] ?? 0;
    if (!columns[at]?.flexible || width <= narrowest) continue;
    widths[at] = Math.max(narrowest, width - excess);
    excess -= width - (widths[at] ?? 0);
  }
  return widths;
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** One fact about a thing; left out when it has no value. */
export type Fact = [label: string, value: string | null | undefined, tone?: Tone | undefined];

/** The facts about one thing, their values aligned, ending with a newline. */
export function renderFacts(facts: readonly Fact[], format: Pick<Format, 'colour'>): string {
  const told = facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(...told.map(([label]) => label.length));
  return told
    .map(([label, value, tone]) => {
      const lines = printable(value ?? '');
      return `${label.padEnd(width)}  ${toned(lines, tone, format)}\n`;
    })
    .join('');
}
