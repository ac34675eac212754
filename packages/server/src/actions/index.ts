import type { Engine } from '../engine.js';
import type { EngineHandlers } from '../http/handlers.js';
import { accountHandlers } from './accounts.js';
import { backupHandlers } from './backups.js';
import { certificateHandlers } from './certificates.js';
import { channelHandlers } from './channels.js';
import { contentRuleHandlers } from './content-rules.js';
import { domainHandlers } from './domains.js';
import { intermediateHandlers } from './intermediates.js';
import { loadmasterHandlers } from './loadmaster.js';
import { solverHandlers, targetHandlers } from './plugin-rows.js';
import { pluginHandlers } from './plugins.js';
import { policyHandlers } from './policies.js';
import { systemHandlers } from './system.js';
import { virtualServiceHandlers } from './virtual-services.js';

/** What people and machines can ask of the engine, noun by noun: the operations of the contract. */
export function engineHandlers(engine: Engine): EngineHandlers {
  return {
    account: accountHandlers(engine),
    policy: policyHandlers(engine),
    solver: solverHandlers(engine),
    domain: domainHandlers(engine),
    target: targetHandlers(engine),
    channel: channelHandlers(engine),
    plugin: pluginHandlers(),
    virtualService: virtualServiceHandlers(engine),
    contentRule: contentRuleHandlers(engine),
    certificate: certificateHandlers(engine),
    loadmaster: loadmasterHandlers(engine),
    system: systemHandlers(engine),
    backup: backupHandlers(engine),
    intermediate: intermediateHandlers(engine),
  };
}
