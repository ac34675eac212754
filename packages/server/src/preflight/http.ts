import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { PreflightFinding } from '@certfleet/contract';
import { canonical, DnsError, eachLimited, isOwnMachine, lookOverHttp, type Presentation } from '@certfleet/plugins';
import type { Identifier } from '../domain/identifiers.js';
import { seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { addressesBehind } from './addresses.js';
import { failedBy, finding } from './findings.js';
import { type HttpFacts, httpFindings } from './http-findings.js';
import { eachProver, type Prover } from './provers.js';
import type { Subject } from './subject.js';

/** Names that are asked at a time. */
const atOnce = 32;
/** For one address. */
const patience = seconds(5);
/** For all names of one solver. */
const longest = seconds(30);

/**
 * Whether CAs that ask names over http-01 get to their solvers. Each solver answers a trial challenge meanwhile, which no CA
 * has given and which is taken away again, so that it is certain who answers. A process that is killed in between leaves
 * an answer that nobody asks for.
 */
export function checkHttp(engine: Engine, subject: Subject): Promise<PreflightFinding[]> {
  return eachProver(engine, subject, 'http-01', prover => checkProver(engine, prover));
}

async function checkProver(engine: Engine, { solver, plugin, settings, names }: Prover): Promise<PreflightFinding[]> {
  const { ports } = engine;
  const token = `certfleet-preflight-${randomBytes(16).toString('base64url')}`;
  if (!plugin.answersAt) return lookAtAll(engine, names, token, { solver, trial: null });

  const answer = `${token}.${randomBytes(32).toString('base64url')}`;
  const presented: Presentation = {
    type: 'http-01',
    identifier: names[0]?.value ?? '',
    token,
    value: answer,
    place: null,
  };
  try {
    const { address, port } = await plugin.answersAt(settings, ports);
    const listening = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    await plugin.present(settings, [presented], ports, AbortSignal.timeout(longest));
    try {
      const trial = { answer, listening, addresses: addressesBehind(address) };
      return await lookAtAll(engine, names, token, { solver, trial });
    } finally {
      await plugin.cleanUp(settings, [presented], ports, AbortSignal.timeout(longest));
    }
  } catch (error) {
    const { result, message } = failedBy(error);
    return names.map(({ value }) => finding('http-01', value, result, message));
  }
}

async function lookAtAll(
  engine: Engine,
  names: readonly Identifier[],
  token: string,
  about: Pick<HttpFacts, 'solver' | 'trial'>,
): Promise<PreflightFinding[]> {
  const signal = AbortSignal.timeout(longest);
  // Each of the names that are asked at the same time listens to it.
  setMaxListeners(0, signal);
  const findings = new Map<Identifier, PreflightFinding[]>();
  await eachLimited(names, atOnce, async identifier => {
    findings.set(identifier, await lookAt(engine, identifier, token, about, signal));
  });
  return names.flatMap(identifier => findings.get(identifier) ?? []);
}

async function lookAt(
  { ports }: Engine,
  { type, value }: Identifier,
  token: string,
  about: Pick<HttpFacts, 'solver' | 'trial'>,
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
    const path = `/.well-known/acme-challenge/${token}`;
    const sights = elsewhere && addresses.length > 0 ? await lookOverHttp(value, path, options) : null;
    return httpFindings({ ...about, name: value, addresses, sights });
  } catch (error) {
    if (error instanceof DnsError) {
      const remedy = 'CAs that get no answer refuse. Mend the name servers of its zone.';
      return [finding('addresses', value, 'warning', error.message, remedy)];
    }
    if (!signal.aborted) throw error;
    return [finding('http-01', value, 'unknown', `There was no time left to ask it: others took too long to answer.`)];
  }
}
