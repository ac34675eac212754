import type { CertificateSelection, Restoration } from '@certfleet/contract';

/** Which certificates a backup, or a restore, takes. */
export const selections: { value: CertificateSelection; label: string }[] = [
  { value: 'full', label: 'all' },
  { value: 'third', label: 'those that were imported' },
  { value: 'vs', label: 'those that virtual services serve' },
];

/** What of a backup is restored: the kinds of files, and the parts of a base backup. */
export type RestoreChoice = 'base,vs' | 'base' | 'vs' | 'certificates';

/** What of this instance each choice replaces, as docs/guides/backup.md says it. */
export const replacements: Record<RestoreChoice, { label: string; replaces: readonly string[] }> = {
  'base,vs': {
    label: 'A base backup, all of it',
    replaces: [
      'Accounts, policies, solvers, targets, domains, channels, users and tokens that have the same name here, passwords and settings included. Others stay.',
      'All virtual services, with what is assigned to those that the backup does not have.',
    ],
  },
  base: {
    label: 'A base backup without its virtual services',
    replaces: [
      'Accounts, policies, solvers, targets, domains, channels, users and tokens that have the same name here, passwords and settings included. Others stay.',
    ],
  },
  vs: {
    label: 'Of a base backup the virtual services alone',
    replaces: ['All virtual services, with what is assigned to those that the backup does not have.'],
  },
  certificates: {
    label: 'A backup of certificates',
    replaces: [
      'Certificates of the same name get the version of the backup, also if there is a newer one here, and serve it even if it has expired.',
      'What was revoked stays revoked.',
    ],
  },
};

/** What a restore brought: `3 users, 1 account`. */
export function restoredInWords({ restored }: Pick<Restoration, 'restored'>): string {
  const parts = Object.entries(restored)
    .filter(([, count]) => count > 0)
    .map(([thing, count]) => counted(thing.replaceAll('_', ' '), count));
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function counted(thing: string, count: number): string {
  if (count === 1) return `1 ${thing}`;
  return `${count} ${thing.replace(/y$/, 'ie')}s`;
}
