import { readFileSync } from 'node:fs';
import type { CommandGroup, CommandSpec } from '../command.js';
import { completion } from '../completion/completion.js';
import { login, logout, setup, whoami } from './access.js';
import { accountCommands } from './account.js';
import { backupCommands } from './backup.js';
import { certificateCommands } from './certificate.js';
import { channelCommands } from './channel.js';
import { contentRuleCommands } from './content-rule.js';
import { domainCommands } from './domain.js';
import { eventCommands } from './event.js';
import { intermediateCommands } from './intermediate.js';
import { loadmasterCommands } from './loadmaster.js';
import { overview } from './overview.js';
import { pluginCommands } from './plugin.js';
import { policyCommands } from './policy.js';
import { running } from './running.js';
import { secretsCommands } from './secrets.js';
import { serve } from './serve.js';
import { solverCommands } from './solver.js';
import { systemCommands } from './system.js';
import { targetCommands } from './target.js';
import { tokenCommands } from './token.js';
import { userCommands } from './user.js';
import { virtualServiceCommands } from './virtual-service.js';

/** Every command there is, in the order of the help. */
export const content: { groups: CommandGroup[]; commands: CommandSpec[]; version: string } = {
  commands: [serve, login, logout, setup, whoami, overview, running, completion],
  groups: [
    certificateCommands,
    intermediateCommands,
    virtualServiceCommands,
    contentRuleCommands,
    accountCommands,
    policyCommands,
    solverCommands,
    domainCommands,
    targetCommands,
    channelCommands,
    pluginCommands,
    eventCommands,
    userCommands,
    tokenCommands,
    loadmasterCommands,
    secretsCommands,
    systemCommands,
    backupCommands,
  ],
  version: (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version,
};
