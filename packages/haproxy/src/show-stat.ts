/** The columns of `show stat` that anybody here asks for, by HAProxy's names. */
const COLUMNS = [
  'pxname',
  'svname',
  'scur',
  'stot',
  'bin',
  'bout',
  'status',
  'rate',
  'hrsp_1xx',
  'hrsp_2xx',
  'hrsp_3xx',
  'hrsp_4xx',
  'hrsp_5xx',
  'req_rate',
  'req_tot',
  'last_chk',
] as const;

/** One line of `show stat`: a frontend, a backend or a server. A column that HAProxy doesn't have is empty. */
export type StatRow = Readonly<Record<(typeof COLUMNS)[number], string>>;

/**
 * Reads the CSV of `show stat`. Of each line's hundred columns only those that are asked for are cut out: 10,000
 * services are 30,000 lines.
 */
export function parseShowStat(answer: string): StatRow[] {
  const rows: StatRow[] = [];
  const headerEnd = lineEnd(answer, 0);
  const names = answer.slice(0, headerEnd).replace(/^# /, '').split(',');
  const wanted = names.map(name => COLUMNS.find(column => column === name));
  const last = wanted.findLastIndex(column => column !== undefined);
  const empty = Object.fromEntries(COLUMNS.map(column => [column, ''])) as StatRow;
  for (let start = headerEnd + 1; start < answer.length; start = lineEnd(answer, start) + 1) {
    const end = lineEnd(answer, start);
    if (end === start) continue;
    const row = { ...empty };
    let at = start;
    for (let i = 0; i <= last && at < end; i += 1) {
      const next = valueEnd(answer, at, end);
      const column = wanted[i];
      if (column !== undefined) row[column] = unquoted(answer.slice(at, next));
      at = next + 1;
    }
    rows.push(row);
  }
  return rows;
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}

/** Commas within double quotes belong to the value. */
function valueEnd(text: string, start: number, lineEnd: number): number {
  let from = start;
  if (text[start] === '"') {
    // `""` stands for one quote.
    for (from = start + 1; from < lineEnd; from += 1) {
      if (text[from] !== '"') continue;
      if (text[from + 1] !== '"') break;
      from += 1;
    }
  }
  const comma = text.indexOf(',', from);
  return comma === -1 || comma > lineEnd ? lineEnd : comma;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value;
}
