import type { Certificate } from '@certfleet/contract';

/** What this page's buttons do, where it can be told before the server is asked that it can't be done. */
export type Deed = 'order' | 'renew' | 'revoke' | 'delete' | 'export';

/** Why something can't be done with a certificate, as far as can be told from what is shown of it; null: it can. */
export function refusalOf(deed: Deed, certificate: Certificate): string | null {
  const { source, version, assignments, toBeRevoked, issuance } = certificate;
  switch (deed) {
    case 'order':
      return issuance?.needsPerson
        ? 'Its order is under way and waits for a person: present its challenges, or have other ones made by "New challenge".'
        : null;
    case 'renew':
      return source === 'imported' ? 'It was imported: import its next version.' : null;
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
