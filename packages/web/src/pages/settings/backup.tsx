import { operations } from '@certfleet/contract';
import { Page } from '../../parts/page.js';
import { CreateBackup } from './create-backup.js';
import { ForRole } from './for-role.js';
import { Restore } from './restore.js';
import { UsualPassPhrase } from './usual-pass-phrase.js';

/** Backups in parts: made, sealed and restored. */
export function BackupPage() {
  return (
    <Page title="Backup">
      <ForRole operation={operations.backup.show}>
        <CreateBackup />
        <UsualPassPhrase />
        <Restore />
      </ForRole>
    </Page>
  );
}
