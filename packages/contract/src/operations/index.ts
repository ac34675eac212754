import { account } from './account.js';
import { backup } from './backup.js';
import { certificate } from './certificate.js';
import { channel } from './channel.js';
import { contentRule } from './content-rule.js';
import { domain } from './domain.js';
import { event } from './event.js';
import { intermediate } from './intermediate.js';
import { loadmaster } from './loadmaster.js';
import { plugin } from './plugin.js';
import { policy } from './policy.js';
import { session } from './session.js';
import { solver } from './solver.js';
import { system } from './system.js';
import { target } from './target.js';
import { token } from './token.js';
import { user } from './user.js';
import { virtualService } from './virtual-service.js';

export type { Operation } from './operation.js';

/**
 * Every operation of the REST API, by noun. From this table come the server's routes with their checks, the OpenAPI
 * document, the typed client and the documented table of roles: there is no second place where a path or a role is
 * written. A new noun is a file here and a line below; the compiler, and a test of the command line, say what it lacks.
 */
export const operations = {
  session,
  account,
  policy,
  solver,
  domain,
  virtualService,
  contentRule,
  target,
  channel,
  plugin,
  certificate,
  intermediate,
  event,
  user,
  token,
  loadmaster,
  system,
  backup,
} as const;
