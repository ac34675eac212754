import type { Certificate, OperationInput, operations } from '@certfleet/contract';

type Change = OperationInput<typeof operations.certificate.change>['body'];
type Identifiers = NonNullable<Change['identifiers']>;

/** Names as text, one on a line; what proves a name stands after `=` where it was chosen for that name. */
export function namesText(identifiers: Certificate['identifiers']): string {
  return identifiers.map(({ value, solver }) => (solver === null ? value : `${value}=${solver}`)).join('\n');
}

/** The other way round: from lines, or with commas or blanks between. */
export function namesOf(text: string): Identifiers {
  return text
    .split(/[\s,;]+/)
    .filter(word => word !== '')
    .map(word => {
      const at = word.indexOf('=');
      return at < 0 ? { value: word, solver: null } : { value: word.slice(0, at), solver: word.slice(at + 1) || null };
    });
}

/** Labels as text, `key=value` on each line. */
export function labelsText(labels: Certificate['labels']): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
}

/** The other way round. A line without `=` is a key without a value. */
export function labelsOf(text: string): Record<string, string> {
  const lines = text.split('\n').map(line => line.trim());
  return Object.fromEntries(
    lines
      .filter(line => line !== '')
      .map(line => {
        const at = line.indexOf('=');
        return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      }),
  );
}
