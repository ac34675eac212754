import type { Command } from '../command.js';
import { accountCommands, deleteConfiguration } from './lets-encrypt-accounts.js';
import { certificateCommands } from './lets-encrypt-certificates.js';
import { families } from './lets-encrypt-family.js';

/** Automatic certificates: the account, and the certificates that are issued with it. */
export const letsEncryptCommands: Command[] = [
  ...families.flatMap(family => [...accountCommands(family), ...certificateCommands(family)]),
  deleteConfiguration,
];
