import type { Certificate } from '@certfleet/contract';

/** Why each of the buttons can't be pressed, as a sentence; null: it can. */
export interface Refusals {
  renew: string | null;
  replace: string | null;
  challengeServices: string | null;
  delete: string | null;
}

/** As on a LoadMaster, what an ACME account has issued is renewed and what was imported is replaced, never the other way. */
export function refusalsOf({
  source,
  assignments,
  toBeRevoked,
}: Pick<Certificate, 'source' | 'assignments' | 'toBeRevoked'>): Refusals {
  const isImported = source === 'imported';
  return {
    renew: isImported ? 'It was imported: replace it by the file of its next version.' : null,
    replace: isImported
      ? null
      : 'An ACME account has issued it: it is renewed, not replaced. Import the file under another name, and assign that.',
    challengeServices: isImported ? 'It was imported: nobody here proves its names.' : null,
    delete: deletion(assignments, toBeRevoked),
  };
}

function deletion(assignments: number, toBeRevoked: Certificate['toBeRevoked']): string | null {
  if (assignments > 0) {
    return `It is in use at ${assignments} place${assignments === 1 ? '' : 's'}: take it off there first.`;
  }
  if (toBeRevoked.length === 0) return null;
  const versions = toBeRevoked.map(({ version }) => version).join(', ');
  return `Version ${versions} is still to be revoked: that takes its account. Revoke it at once, then delete.`;
}
