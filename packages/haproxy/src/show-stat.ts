/** One line of `show stat`: a frontend, a backend or a server. */
export interface StatRow {
  /** `vs3` a virtual service, `pool3` its pool (or a sub virtual service's), `pool3/rs1` a real server. */
  readonly name: string;
  readonly status: string;
  readonly lastCheck: string;
  /** In the order that was asked for; 0 for a column that is empty or that this HAProxy doesn't have. */
  readonly numbers: readonly number[];
}

/**
 * Reads the CSV of `show stat`. 10,000 services are 30,000 lines of a hundred columns: each is gone through once, and
 * only what is asked for is cut out.
 *
 * @param columns which numbers to read, by HAProxy's names
 * @param proxies those whose lines are read; left out: all
 */
export function parseShowStat(
  answer: string,
  columns: readonly string[],
  proxies?: ReadonlySet<string> | undefined,
): StatRow[] {
  const headerEnd = lineEnd(answer, 0);
  const header = answer.slice(0, headerEnd).replace(/^# /, '').split(',');
  const [proxy, server, status, lastCheck] = ['pxname', 'svname', 'status', 'last_chk'].map(name =>
    header.indexOf(name),
  );
  // For each column of the answer, which number it is; -1: none that is wanted.
  const places = header.map(name => columns.indexOf(name));
  const rows: StatRow[] = [];
  for (let start = headerEnd + 1; start < answer.length; ) {
    const end = lineEnd(answer, start);
    const row = { proxy: '', server: '', status: '', lastCheck: '' };
    const numbers = columns.map(() => 0);
    let at = start;
    for (let i = 0; i < header.length && at < end; i += 1) {
      const next = valueEnd(answer, at, end);
      const place = places[i] ?? -1;
      if (place !== -1) numbers[place] = Number(answer.slice(at, next));
      else if (i === proxy) {
        row.proxy = answer.slice(at, next);
        if (proxies?.has(row.proxy) === false) break;
      } else if (i === server) row.server = answer.slice(at, next);
      else if (i === status) row.status = answer.slice(at, next);
      else if (i === lastCheck) row.lastCheck = unquoted(answer.slice(at, next));
      at = next + 1;
    }
    const whole = row.server === 'FRONTEND' || row.server === 'BACKEND';
    if (end > start && proxies?.has(row.proxy) !== false)
      rows.push({
        name: whole ? row.proxy : `${row.proxy}/${row.server}`,
        status: row.status,
        lastCheck: row.lastCheck,
        numbers,
      });
    start = end + 1;
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
