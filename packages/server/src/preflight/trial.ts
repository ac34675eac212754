import { randomBytes } from 'node:crypto';
import { lookOverHttp, type Ports, type Presentation, type SolverAddress } from '@certfleet/plugins';
import { seconds } from '../domain/time.js';
import { addressesBehind } from './addresses.js';
import { finding } from './findings.js';
import { isAnswer } from './http-findings.js';
import type { Prover } from './provers.js';

/** For presenting, for looking, and for taking away. */
export const longestTrial = seconds(30);

/** What a solver answers for a while, and where. */
export interface Trial {
  place: SolverAddress;
  /** `127.0.0.1:80`, `[::1]:80` */
  listening: string;
  /** All of this machine's where it listens on `0.0.0.0` or `::`. */
  addresses: readonly string[];
  path: string;
  answer: string;
}

/**
 * Has a solver answer a trial challenge while `look` looks for it, which no CA has given and which is taken away again, so
 * that it is certain who answers. A process that is killed in between leaves an answer that nobody asks for. Throws
 * PluginError, with what keeps it from presenting.
 */
export async function withTrial<T>(
  ports: Ports,
  { plugin, settings }: Pick<Prover, 'plugin' | 'settings'>,
  place: SolverAddress,
  identifier: string,
  look: (trial: Trial) => Promise<T>,
): Promise<T> {
  const { address, port } = place;
  const token = `certfleet-preflight-${randomBytes(16).toString('base64url')}`;
  const answer = `${token}.${randomBytes(32).toString('base64url')}`;
  const presented: Presentation = { type: 'http-01', identifier, token, value: answer, place: null };
  await plugin.present(settings, [presented], ports, AbortSignal.timeout(longestTrial));
  try {
    const listening = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    const path = `/.well-known/acme-challenge/${token}`;
    return await look({ place, listening, addresses: addressesBehind(address), path, answer });
  } finally {
    await plugin.cleanUp(settings, [presented], ports, AbortSignal.timeout(longestTrial));
  }
}

const ownAddress: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Whether the solver itself answers, asked where it listens, without a look at where names lead. */
export async function lookAtItself({ dns, httpPorts }: Ports, solver: string, trial: Trial) {
  const { address, port, secure } = trial.place;
  const [sight] = await lookOverHttp(ownAddress[address] ?? address, trial.path, {
    dns,
    // Its own port is asked, whichever CAs ask.
    httpPorts: secure ? { ...httpPorts, https: port } : { ...httpPorts, http: port },
    signal: AbortSignal.timeout(longestTrial),
    secure,
  });
  if (sight && isAnswer(sight, trial.answer)) {
    return finding('http-01', null, 'ok', `${solver} answers a trial challenge at ${trial.listening}.`);
  }
  const came = sight?.outcome === 'answered' ? `it answered ${sight.status}` : (sight?.reason ?? 'nobody was asked');
  return finding(
    'http-01',
    null,
    'warning',
    `A trial challenge of ${solver} is not answered at ${trial.listening}: ${came}.`,
    'Look what else listens there, and whether this machine gets there.',
  );
}
