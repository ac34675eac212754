import {
  BackupCreation,
  BackupSettings,
  BackupSettingsChange,
  Restoration,
  RestorationRequest,
  RestorationSecrets,
} from '../resources/backup.js';
import type { Operation } from './operation.js';

/** Backups in parts. */
export const backup = {
  show: {
    method: 'GET',
    path: '/backup',
    summary: 'Show how backups without a pass phrase are sealed',
    role: 'admin',
    reply: BackupSettings,
  },
  change: {
    method: 'PATCH',
    path: '/backup',
    summary: 'Set the usual pass phrase of base backups',
    role: 'admin',
    body: BackupSettingsChange,
    reply: BackupSettings,
  },
  create: {
    method: 'POST',
    path: '/backup/create',
    summary: 'Back up the base configuration with the virtual services, or certificates',
    role: 'admin',
    body: BackupCreation,
    download: true,
  },
  restore: {
    method: 'POST',
    path: '/backup/restore',
    summary: 'Restore a backup, all that is asked for or nothing; Certfleet is paused then',
    role: 'admin',
    query: RestorationRequest,
    headers: RestorationSecrets,
    upload: true,
    reply: Restoration,
  },
} as const satisfies Record<string, Operation>;
