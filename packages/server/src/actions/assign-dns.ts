import type { DnsAssignment } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { parseIdentifiers } from '../domain/identifier-set.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { chooseSolvers } from '../issuance/choose-solver.js';
import { enqueueKeepValid } from '../jobs/enqueue.js';
import {
  type AcmeCertificate,
  type CertificateIdentifier,
  type CertificateRecord,
  isAcme,
} from '../store/certificates.js';
import { refuseImported } from './import-certificate.js';

/**
 * Says what proves names of a certificate by dns-01, in the place of what the rules say. What is certified stays the same,
 * so that nothing is issued again for it: a request that is pending or has failed goes on at once, with another order if
 * the present one has begun to prove a name in another way, and the next renewal finds it. A wait that a CA asked for is
 * kept. Throws `not-found`, `invalid-input`, and `unprovable` for what the solver can't prove.
 */
export async function assignDns(engine: Engine, name: string, body: DnsAssignment, actor: Actor): Promise<void> {
  const { store, clock } = engine;
  const certificate = await store.certificates.byName(name);
  if (!isAcme(certificate)) return refuseImported(certificate, 'proven');
  const solver = await store.solvers.byName(body.solver);
  const wanted = wantedNames(certificate, body.identifiers);
  await checkProvable(engine, certificate, body.solver, assigned(certificate, wanted, solver.id));

  await store.transaction(async tx => {
    const current = await tx.certificates.get(certificate.id);
    const changed = current.identifiers.filter(({ value, solverId }) => wanted.has(value) && solverId !== solver.id);
    if (changed.length === 0) return;
    const others = current.identifiers.map(each => (wanted.has(each.value) ? { ...each, solverId: solver.id } : each));
    await tx.certificates.setIdentifiers(current.id, others);
    await tx.certificates.update(current.id, {});
    const tried = await tx.failing.tryNow('keep-valid', { certificate: current.id });
    // The order that runs may wait for what nobody presents any more. A wait that the CA asked for stands beside its end.
    const held = current.waitsFor !== null && (current.retryAt ?? 0) > clock.now();
    if (!held) await enqueueKeepValid(tx, current, clock.now());
    const names = changed.map(({ value }) => value).join(', ');
    await tx.events.append({
      actor: describeActor(actor),
      action: 'certificate.dns-assigned',
      subject: `certificate:${name}`,
      outcome: 'succeeded',
      message: `${solver.name} proves ${names} of ${name} from now on.${tried > 0 ? ' It has failed, and is tried again now.' : ''}`,
      detail: { solver: solver.name, identifiers: changed.map(({ value }) => value) },
    });
  });
}

/** Which names are meant: those that were typed, else all that dns-01 can prove. */
function wantedNames({ name, identifiers }: CertificateRecord, typed: DnsAssignment['identifiers']): Set<string> {
  if (typed === undefined) {
    return new Set(identifiers.filter(({ type }) => type === 'dns').map(({ value }) => value));
  }
  const wanted = new Set(parseIdentifiers(typed, null).map(({ value }) => value));
  const unknown = [...wanted].filter(each => !identifiers.some(({ value }) => value === each));
  if (unknown.length === 0) return wanted;
  const message = `${name} is not for ${unknown.join(', ')}. Its names: ${identifiers.map(({ value }) => value).join(', ')}.`;
  throw new DomainError('invalid-input', message, { fields: [{ path: 'identifiers', message }] });
}

function assigned(
  { identifiers }: CertificateRecord,
  wanted: ReadonlySet<string>,
  solverId: string,
): CertificateIdentifier[] {
  return identifiers.filter(({ value }) => wanted.has(value)).map(each => ({ ...each, solverId }));
}

/** Of the others it is not asked: each of several names that nothing proves may get its DNS account on its own. */
async function checkProvable(
  engine: Engine,
  { name, policyId }: AcmeCertificate,
  solver: string,
  identifiers: CertificateIdentifier[],
): Promise<void> {
  if (identifiers.length === 0)
    throw new DomainError('unprovable', `${name} has no DNS names that dns-01 could prove.`);
  const chosen = await chooseSolvers(engine, { identifiers, policyId });
  const other = [...chosen.values()].find(({ challengeType }) => challengeType !== 'dns-01');
  if (!other) return;
  throw new DomainError(
    'unprovable',
    `The solver ${solver} proves by ${other.challengeType}: it is no DNS account. To have it prove a name, change the certificate (certificate change --identifier NAME=${solver}).`,
  );
}
