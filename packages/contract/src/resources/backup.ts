import { z } from 'zod';
import { Timestamp } from '../primitives.js';
import { Pause } from './system.js';

/** A backup's pass phrase, as LoadMaster limits it. */
export const BackupPassPhrase = z
  .string()
  .min(7, 'At least 7 characters.')
  .max(64, 'At most 64 characters.')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is typed, or one line of a file
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'Without control characters.');

/** Which certificates: all, imported ones, those that are assigned to virtual services. */
export const CertificateSelection = z.enum(['full', 'third', 'vs']);
export type CertificateSelection = z.infer<typeof CertificateSelection>;

/** What is restored of a base backup. */
export const BackupPart = z.enum(['base', 'vs']);
export type BackupPart = z.infer<typeof BackupPart>;

/** Make a backup. */
export const BackupCreation = z
  .object({
    kind: z
      .enum(['base', 'certificates'])
      .default('base')
      .describe('base: accounts with their keys, policies, solvers, users, settings; and the virtual services.'),
    certificates: CertificateSelection.default('full').describe('Which certificates.'),
    passPhrase: BackupPassPhrase.optional().describe(
      'Certificates need one. Without one a base backup is sealed under the usual pass phrase, or else the master key.',
    ),
  })
  .meta({ id: 'BackupCreation' });
export type BackupCreation = z.infer<typeof BackupCreation>;

/** What to restore of a backup. */
export const RestorationRequest = z.object({
  parts: z
    .string()
    .transform(text => text.split(','))
    .pipe(z.array(BackupPart).min(1))
    .optional()
    .describe('Of a base backup: base, vs, or both with a comma. Left out: both.'),
  certificates: CertificateSelection.optional().describe('Of a backup of certificates. Left out: full.'),
});
export type RestorationRequest = z.infer<typeof RestorationRequest>;

/** What opens a backup, as headers of the request: in its path they would be logged. */
export const RestorationSecrets = z.object({
  'certfleet-pass-phrase': z.base64url().max(1000).optional().describe('The pass phrase, UTF-8 in base64url.'),
  'certfleet-master-key': z
    .base64()
    .length(44)
    .optional()
    .describe('The master key of the instance that made it, if there is no pass phrase and that is another one.'),
});

/** What was restored. */
export const Restoration = z
  .object({
    kind: z.enum(['base', 'certificates']),
    createdAt: Timestamp.describe('When the backup was made.'),
    restored: z.record(z.string(), z.number()).describe('How many of each kind of thing.'),
    leftOut: z.array(z.string()).describe('What could not be restored as it was, for people.'),
    paused: Pause.nullable(),
  })
  .meta({ id: 'Restoration' });
export type Restoration = z.infer<typeof Restoration>;

/** How base backups are sealed that are made without a pass phrase, as LoadMaster's are. */
export const BackupSettings = z
  .object({ sealedBy: z.enum(['pass-phrase', 'master-key']) })
  .meta({ id: 'BackupSettings' });
export type BackupSettings = z.infer<typeof BackupSettings>;

/** Change how base backups are sealed. */
export const BackupSettingsChange = z
  .object({ passPhrase: BackupPassPhrase.nullable().describe('The usual pass phrase; null: the master key.') })
  .meta({ id: 'BackupSettingsChange' });
export type BackupSettingsChange = z.infer<typeof BackupSettingsChange>;
