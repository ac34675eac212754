import type { Certificate } from '@certfleet/contract';

/** What can be done with many certificates at once. */
export type BulkAction = 'renew' | 'assign' | 'revoke' | 'delete' | 'export';

/** Something that is not done to a certificate, and why. */
export interface Refusal {
  name: string;
  reason: string;
}

/** What will happen: to these it is done, to those it can't be. The server has the last word on each. */
export interface BulkPlan {
  does: readonly Certificate[];
  refused: readonly Refusal[];
}

export function planOf(action: BulkAction, certificates: readonly Certificate[]): BulkPlan {
  const does: Certificate[] = [];
  const refused: Refusal[] = [];
  for (const certificate of certificates) {
    const reason = refusalOf(action, certificate);
    if (reason === null) does.push(certificate);
    else refused.push({ name: certificate.name, reason });
  }
  return { does, refused };
}

/** Why an action can't be done to a certificate, as far as it can be told before the server is asked; null: it can. */
export function refusalOf(action: BulkAction, certificate: Certificate): string | null {
  const { source, version, assignments, toBeRevoked } = certificate;
  switch (action) {
    case 'renew':
      return source === 'imported' ? 'It was imported: import its next version.' : null;
    case 'assign':
      return null;
    case 'revoke':
      if (source === 'imported') return 'It was imported: whoever got it issued can revoke it.';
      if (version === null) return 'Nothing was issued yet.';
      return version.revokedAt === null ? null : 'Its current version is revoked already.';
    case 'delete':
      if (assignments > 0) {
        return `It is assigned to ${assignments === 1 ? 'a target' : `${assignments} targets`}: unassign it first.`;
      }
      return toBeRevoked.length > 0 ? 'A version of it is still to be revoked.' : null;
    case 'export':
      return version === null ? 'Nothing was issued yet.' : null;
  }
}

/** What came of one certificate. */
export type Outcome = { name: string; error: Error | null };

/**
 * Does something to one certificate after the other, a few at a time, and tells what came of each. Those that have not
 * begun when `signal` is given are left out.
 */
export async function doToEach(
  names: readonly string[],
  act: (name: string) => Promise<unknown>,
  { atOnce, signal, onOutcome }: { atOnce: number; signal: AbortSignal; onOutcome: (outcome: Outcome) => void },
): Promise<void> {
  const left = names.values();
  const work = async () => {
    for (const name of left) {
      if (signal.aborted) return;
      const error = await act(name).then(
        () => null,
        reason => (reason instanceof Error ? reason : new Error(String(reason))),
      );
      onOutcome({ name, error });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, names.length) }, work));
}

/** RFC 4180, with the first row as the head. What a spreadsheet would take for a formula is kept from being one. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => {
    const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  return rows.map(row => `${row.map(cell).join(',')}\r\n`).join('');
}

/** The certificates as lines of a spreadsheet. */
export function certificatesCsv(certificates: readonly Certificate[]): string {
  const head = ['name', 'health', 'names', 'policy', 'issuer', 'serial', 'not after', 'next order', 'targets'];
  const rows = certificates.map(({ name, health, identifiers, policy, version, renewal, assignments }) => [
    name,
    health,
    identifiers.map(({ value }) => value).join(' '),
    policy ?? '',
    version?.issuer ?? '',
    version?.serial ?? '',
    version?.notAfter ?? '',
    renewal?.at ?? '',
    String(assignments),
  ]);
  return csvOf([head, ...rows]);
}
