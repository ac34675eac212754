import type { CertificatePreflight, PreflightReport } from '@certfleet/contract';
import type { Engine } from '../engine.js';
import { refuseWhilePaused } from '../pause.js';
import { checkAccount, checkCaa } from './ca.js';
import { checkDns } from './dns.js';
import { report } from './findings.js';
import { checkHttp } from './http.js';
import { checkDuplicates, checkLimits } from './limits.js';
import { checkUnproven } from './nearer.js';
import { readSubject } from './subject.js';

/**
 * Looks at what would make an order fail, before it is made. Refused is only what is certain to fail. Nothing is stored or
 * changed. All checks run at the same time, each for so long at the most that an answer comes within a minute; `offline`
 * only those that ask nobody.
 *
 * Throws `not-found` for a certificate, policy or solver that isn't there, and `not-possible` for an imported certificate
 * or, unless `offline`, while Certfleet is paused: it asks CAs, DNS accounts and what names lead to.
 */
export async function preflight(engine: Engine, body: CertificatePreflight): Promise<PreflightReport> {
  if (!body.offline) await refuseWhilePaused(engine.store);
  const { subject, findings } = await readSubject(engine, body);
  const here = [checkLimits, checkDuplicates];
  const checks = body.offline ? here : [checkAccount, checkHttp, checkUnproven, checkDns, checkCaa, ...here];
  const found = await Promise.all(checks.map(check => check(engine, subject)));
  return report([...findings, ...found.flat()]);
}
