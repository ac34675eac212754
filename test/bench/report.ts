/** Tables and verdicts for people. */

/** One of the goals, with what was measured. */
export interface Target {
  /** What is to be reached, with its limit. */
  goal: string;
  measured: string;
  met: boolean;
}

/** What one of the benchmarks has to say. */
export interface Report {
  title: string;
  /** What was done, in a line or two. */
  about: string;
  /** The first row is the head. Columns are lined up; figures to the right. */
  table: string[][];
  targets: Target[];
  /** What a reader has to know to judge the figures. */
  notes: string[];
}

export function printReport({ title, about, table, targets, notes }: Report): void {
  console.log(`\n== ${title}\n${about}\n`);
  console.log(lineUp(table));
  console.log('');
  console.log(lineUp(targets.map(({ goal, measured, met }) => [met ? '     met' : ' NOT met', goal, measured])));
  for (const note of notes) console.log(`  ! ${note}`);
}

/** Cells that hold a figure in every row but the head are aligned to the right. */
export function lineUp(rows: readonly string[][]): string {
  const columns = Math.max(0, ...rows.map(row => row.length));
  const widths = Array.from({ length: columns }, (_, n) => Math.max(...rows.map(row => (row[n] ?? '').length)));
  const isFigures = widths.map((_, n) => rows.length > 1 && rows.slice(1).every(row => /^[-+]?\d/.test(row[n] ?? '')));
  const pad = (cell: string, n: number) => (isFigures[n] ? cell.padStart(widths[n] ?? 0) : cell.padEnd(widths[n] ?? 0));
  return rows.map(row => `  ${row.map(pad).join('  ').trimEnd()}`).join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A figure with so many decimals. */
export function figure(value: number, decimals = 1): string {
  return value.toFixed(decimals);
}

/** `4.2×` */
export function times(value: number): string {
  return `${value.toFixed(1)}×`;
}
