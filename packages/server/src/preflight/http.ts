import { setMaxListeners } from 'node:events';
import type { PreflightFinding } from '@certfleet/contract';
import { canonical, DnsError, eachLimited, isOwnMachine, lookOverHttp } from '@certfleet/plugins';
import type { Identifier } from '../domain/identifiers.js';
import { seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { failedBy, finding, notAnswered } from './findings.js';
import { type HttpFacts, httpFindings } from './http-findings.js';
import { type Nearer, readNearer } from './nearer.js';
import { eachProver, type Prover } from './provers.js';
import type { Subject } from './subject.js';
import { longestTrial, type Trial, withTrial } from './trial.js';

/** Names that are asked at a time. */
const atOnce = 32;
/** For one address. */
const patience = seconds(5);

/**
 * Whether CAs that ask names over http-01 get to their solvers, each of which answers a trial challenge meanwhile.
 */
export function checkHttp(engine: Engine, subject: Subject): Promise<PreflightFinding[]> {
  const nearer = readNearer(engine);
  return eachProver(engine, subject, 'http-01', prover => checkProver(engine, prover, nearer));
}

async function checkProver(
  engine: Engine,
  { solver, plugin, settings, names }: Prover,
  nearer: Nearer,
): Promise<PreflightFinding[]> {
  if (!plugin.answersAt) return lookAtAll(engine, names, { solver, trial: null, nearer });
  try {
    const place = await plugin.answersAt(settings, engine.ports);
    return await withTrial(engine.ports, { plugin, settings }, place, names[0]?.value ?? '', trial =>
      lookAtAll(engine, names, { solver, trial, nearer }),
    );
  } catch (error) {
    const { result, message } = failedBy(error);
    return names.map(({ value }) => finding('http-01', value, result, message));
  }
}

/** Who is to answer, and who else might. */
type About = Pick<HttpFacts, 'solver'> & { trial: Trial | null; nearer: Nearer };

/** Asks names for what a solver answers at this moment, or whether anybody answers. */
export async function lookAtAll(
  engine: Engine,
  names: readonly Identifier[],
  about: About,
): Promise<PreflightFinding[]> {
  const signal = AbortSignal.timeout(longestTrial);
  // Each of the names that are asked at the same time listens to it.
  setMaxListeners(0, signal);
  const findings = new Map<Identifier, PreflightFinding[]>();
  await eachLimited(names, atOnce, async identifier => {
    findings.set(identifier, await lookAt(engine, identifier, about, signal));
  });
  return names.flatMap(identifier => findings.get(identifier) ?? []);
}

async function lookAt(
  { ports }: Engine,
  { type, value }: Identifier,
  about: About,
  signal: AbortSignal,
): Promise<PreflightFinding[]> {
  const { dns, httpPorts } = ports;
  try {
    signal.throwIfAborted();
    const addresses = type === 'ip' ? [value] : await dns.addresses(value, { signal });
    // Whatever else runs on this machine is none of a CA's business.
    const own = about.trial?.addresses ?? [];
    const elsewhere = addresses.every(address => !isOwnMachine(address) || own.includes(canonical(address)));
    const options = { dns, httpPorts, signal, timeoutMs: patience };
    const path = about.trial?.path ?? '/.well-known/acme-challenge/certfleet-preflight';
    const sights = elsewhere && addresses.length > 0 ? await lookOverHttp(value, path, options) : null;
    const isThere = about.trial === null || addresses.every(address => own.includes(canonical(address)));
    const nearer = isThere ? null : await about.nearer(addresses);
    return httpFindings({ ...about, name: value, addresses, sights, nearer });
  } catch (error) {
    if (error instanceof DnsError) return [notAnswered('addresses', value, error)];
    if (!signal.aborted) throw error;
    return [finding('http-01', value, 'unknown', `There was no time left to ask it: others took too long to answer.`)];
  }
}
