import { DomainError } from '../domain/errors.js';
import { type Duration, seconds } from '../domain/time.js';
import { type CertificateRecord, isAcme } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { VirtualServiceRecord } from '../store/virtual-services.js';
import { type AcmeType, requireAccount } from './account.js';
import { ask, type Call } from './command.js';
import { LoadMasterError } from './errors.js';
import {
  certificateName,
  type RequestedName,
  requestedKey,
  requestedNames,
  requestedSubject,
} from './fields/lets-encrypt.js';
import { refusePaused } from './paused.js';
import { LOADMASTER_POLICY } from './settings.js';
import { until } from './until.js';

/** So long a client is kept waiting for the CA. Most CAs take seconds; PowerShell gives up after a hundred of them. */
const longestWait = seconds(90);

/** Taking challenges away after a failure needs no more than the load balancer. */
const longestCleanUp = seconds(15);

/**
 * Requests a certificate and waits until it is issued. When the first attempt fails, the request is withdrawn, so that
 * the same command can be given again; the error has the CA's words. Returns what the event is to say.
 */
export async function requestCertificate(
  call: Call,
  type: AcmeType | undefined,
  longest: Duration = longestWait,
): Promise<string> {
  const { store } = call.engine;
  const name = certificateName(call.parameters);
  const names = requestedNames(call.parameters);
  const subject = requestedSubject(call.parameters);
  const keyAlgorithm = requestedKey(call.parameters);
  const known = await store.certificates.findByName(name);
  if (known) throw exists(known);
  await requireAccount(store, type);
  const identifiers = [];
  for (const each of names) identifiers.push({ value: each.value, solver: await solverOf(store, each) });
  await refusePaused(store, 'issued');

  const body = { name, identifiers, subject, keyAlgorithm, policy: LOADMASTER_POLICY };
  const { id } = await ask(call, 'certificate', 'request', { body });
  const outcome = await issued(call, { id, name, currentVersionId: null, lastErrorAt: null, waitsFor: null }, longest);
  if (outcome.result === 'failed') throw await withdrawn(call, name, outcome.message);
  if (outcome.result !== 'issued') throw refusalOf(call, name, outcome);
  return Object.keys(subject).length === 0
    ? ''
    : `The CSR of ${name} names its ${Object.keys(subject).join(', ')}; Let's Encrypt leaves them out of what it issues.`;
}

/** Renews a certificate and waits for the new version. What is served stays when that fails, and it is tried again. */
export async function renewCertificate(call: Call, name: string, longest: Duration = longestWait): Promise<string> {
  const { store } = call.engine;
  await refusePaused(store, 'issued');
  const before = await store.certificates.byName(name);
  const accountBefore = await accountOf(store, before);
  await ask(call, 'certificate', 'renew', { params: { name } });
  const outcome = await issued(call, before, longest);
  if (outcome.result === 'failed') {
    throw new LoadMasterError(422, `${outcome.message} What is served stays, and the renewal is tried again by itself`);
  }
  if (outcome.result !== 'issued') throw refusalOf(call, name, outcome);
  const account = await accountOf(store, await store.certificates.byName(name));
  if (account === accountBefore) return '';
  return `It was issued with account ${account}; the version before was ${accountBefore ? `with ${accountBefore}` : 'not'}.`;
}

/** `waits`: the CA's limits, or the patience, are used up. It goes on by itself. */
type Outcome =
  | { result: 'issued' }
  | { result: 'deleted' }
  | { result: 'failed'; message: string }
  | { result: 'waits'; reason: string | null };

/** What comes of the next attempt after `before`. */
async function issued(
  { engine: { store }, stopping }: Call,
  before: Pick<CertificateRecord, 'id' | 'name' | 'currentVersionId' | 'lastErrorAt' | 'waitsFor'>,
  longest: Duration,
): Promise<Outcome> {
  const look = async (): Promise<Outcome | undefined> => {
    const now = await store.certificates.find(before.id);
    if (!now) return { result: 'deleted' };
    if (now.currentVersionId !== before.currentVersionId) return { result: 'issued' };
    // Room in the CA's limits may take days to come.
    if (now.waitsFor !== null && now.waitsFor !== before.waitsFor) return { result: 'waits', reason: now.waitsFor };
    if (now.failures === 0 || now.lastErrorAt === before.lastErrorAt) return undefined;
    return { result: 'failed', message: now.lastError ?? '' };
  };
  const outcome = await until(store, `certificate:${before.name}`, look, { longest, stopping });
  return outcome ?? { result: 'waits', reason: (await store.orders.active(before.id))?.waitsFor ?? null };
}

/** Deletes a request whose first attempt has failed, as soon as nothing is presented for it any more. */
async function withdrawn(call: Call, name: string, message: string): Promise<LoadMasterError> {
  const { store } = call.engine;
  const tryDeleting = async () => {
    try {
      await ask(call, 'certificate', 'delete', { params: { name } });
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // Its challenges are taken away a moment after the failure. Anything else stays as it is: someone has assigned it.
      return error.code === 'not-possible' ? undefined : false;
    }
  };
  const pace = { longest: longestCleanUp, lookAgain: 100, stopping: call.stopping };
  const gone = await until(store, `certificate:${name}`, tryDeleting, pace);
  const what = gone
    ? `${name} was not requested: give the same command again when the cause is mended`
    : `${name} could not be withdrawn yet: it is tried again by itself until it is deleted`;
  return new LoadMasterError(422, `${message} ${what}`);
}

/** The solver of the virtual service that a name is proven by. Throws 422 unless that one is eligible. */
async function solverOf(store: Store, { service }: RequestedName): Promise<string> {
  const { parameter, index } = service;
  const found = await store.virtualServices.find(index);
  if (!found) throw LoadMasterError.invalid(parameter, await whyUnknown(store, index));
  const fault = faultOf(found);
  if (fault !== null) throw LoadMasterError.invalid(parameter, fault);
  return `vs-${index}`;
}

async function whyUnknown(store: Store, index: number): Promise<string> {
  const parent = await parentOf(store, index);
  if (parent === undefined) return 'Unknown VS';
  return `${index} is a SubVS of virtual service ${parent}. Name the virtual service itself`;
}

/** The index of the virtual service that a sub virtual service belongs to; undefined when there is none. */
async function parentOf(store: Store, index: number): Promise<number | undefined> {
  try {
    return (await store.virtualServices.owning(index)).index;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** What keeps a virtual service from being chosen for a challenge, as LoadMaster has it; null: nothing. */
function faultOf({ index, enabled, realServers }: VirtualServiceRecord): string | null {
  if (!enabled) return `Virtual service ${index} is disabled, so it can't answer a challenge: enable it first`;
  if (realServers.length === 0) return null;
  return (
    `Virtual service ${index} has real servers of its own, so no SubVS can be added to it. ` +
    `Move them into a SubVS first: convertvs?vs=${index} does it without dropping traffic`
  );
}

function exists(certificate: CertificateRecord): LoadMasterError {
  const { name } = certificate;
  const there = `There is a certificate ${name} already`;
  if (!isAcme(certificate)) {
    return LoadMasterError.invalid(
      'cert',
      `${there}, which was uploaded. Choose another name, or delete it with delcert`,
    );
  }
  const advice = `Renew it with renewlecert; to change it, use "certfleet certificate change ${name}", or delete it first`;
  return LoadMasterError.invalid('cert', `${there}. ${advice}`);
}

function refusalOf(
  { stopping }: Call,
  name: string,
  outcome: Extract<Outcome, { result: 'deleted' | 'waits' }>,
): LoadMasterError {
  if (outcome.result === 'deleted') return new LoadMasterError(422, `${name} was deleted while it was being issued`);
  const where = `Look at it with getlecert: its ExpiryDate changes once it is issued; "certfleet certificate show ${name}" says more`;
  if (stopping.aborted) {
    return new LoadMasterError(503, `The server is being stopped. ${name} goes on when it has started again. ${where}`);
  }
  const reason = outcome.reason === null ? '' : ` ${outcome.reason}`;
  return new LoadMasterError(422, `${name} is not issued yet, and goes on by itself.${reason} ${where}`);
}

/** The name of the account that issued the current version; null when there is none, or it was forgotten. */
async function accountOf(store: Store, { id }: CertificateRecord): Promise<string | null> {
  const version = await store.versions.current(id);
  if (!version?.accountId) return null;
  return (await store.accounts.find(version.accountId))?.name ?? null;
}
