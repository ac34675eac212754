/** One line of `show stat`: a frontend, a backend or a server, by HAProxy's column names. */
export type StatRow = Readonly<Record<string, string>>;

/** Reads the CSV of `show stat`. */
export function parseShowStat(answer: string): StatRow[] {
  const [header = '', ...lines] = answer.split('\n').filter(line => line !== '');
  const columns = splitCsv(header.replace(/^# /, ''));
  return lines.map(line => {
    const values = splitCsv(line);
    return Object.fromEntries(columns.map((column, i) => [column, values[i] ?? '']));
  });
}

/** Commas within double quotes belong to the value; `""` stands for one quote. */
function splitCsv(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
}
