import type { Command } from '../command.js';
import { apiKeyCommands } from './api-keys.js';
import { backupCommands } from './backup.js';
import { ordinaryCertificateCommands } from './certificates.js';
import { intermediateCommands } from './intermediates.js';
import { letsEncryptCommands } from './lets-encrypt.js';
import { listApi } from './listapi.js';
import { loggingCommands } from './logging.js';
import { realServerCommands } from './real-servers.js';
import { ruleCommands } from './rules.js';
import { settingCommands } from './settings.js';
import { statisticsCommands } from './statistics.js';
import { switchingCommands } from './switch-real-servers.js';
import { virtualServiceCommands } from './virtual-services.js';

/** Every command that is served. A test holds their names against LoadMaster's. */
export const commands: readonly Command[] = [
  ...settingCommands,
  ...apiKeyCommands,
  ...loggingCommands,
  ...letsEncryptCommands,
  ...virtualServiceCommands,
  ...realServerCommands,
  ...switchingCommands,
  ...ruleCommands,
  ...statisticsCommands,
  ...ordinaryCertificateCommands,
  ...intermediateCommands,
  ...backupCommands,
  listApi(() => commands.map(({ name }) => name)),
];
