import type { Assignment, Certificate } from '@certfleet/contract';
import { type TimeFormat, when } from '../output/time.js';

/** How far something is that takes a while. `text` says it to people. */
export interface Progress {
  state: 'working' | 'done' | 'failed';
  text: string;
}

/** What a certificate looked like before something was asked of it. */
export interface Baseline {
  /** The current version's number; 0: none issued yet. */
  version: number;
  /** When the last attempt failed, of those before. */
  failedAt: string | null;
}

/** What to compare later states with. */
export function baselineOf(certificate: Pick<Certificate, 'version' | 'lastError'> | null): Baseline {
  return { version: certificate?.version?.number ?? 0, failedAt: certificate?.lastError?.at ?? null };
}

/** Whether a newer version than the baseline's has been issued. A failure counts only if it is a new one. */
export function issuanceProgress(certificate: Certificate, baseline: Baseline, format: TimeFormat): Progress {
  const { version, lastError, issuance } = certificate;
  if (version && version.number > baseline.version) {
    return { state: 'done', text: `issued by ${version.issuer}, serial ${version.serial}` };
  }
  if (lastError && lastError.at !== baseline.failedAt) return { state: 'failed', text: lastError.message };
  if (!issuance) return { state: 'working', text: 'waiting for its turn' };
  const until = issuance.waitsUntil === null ? '' : `, until ${when(issuance.waitsUntil, format)}`;
  return {
    state: 'working',
    text: `${issuance.step}${issuance.reason === null ? '' : `: ${issuance.reason}`}${until}`,
  };
}

/** Whether `version` or a later one has been brought to an assignment and was read back there. */
export function deploymentProgress(assignment: Assignment, version: number): Progress {
  const { deployment } = assignment;
  if (!deployment || deployment.version < version) return { state: 'working', text: 'waiting for its turn' };
  switch (deployment.status) {
    case 'pending':
      return { state: 'working', text: 'installing' };
    case 'installed':
      return { state: 'working', text: 'installed, reading back what is served' };
    case 'superseded':
      return { state: 'working', text: 'a newer version takes its place' };
    case 'verified':
      return { state: 'done', text: `serves serial ${deployment.servedSerial ?? 'unknown'}` };
    case 'unreachable':
      return { state: 'failed', text: `installed but not proven: ${deployment.error ?? 'nothing answers there'}` };
    case 'failed':
      return { state: 'failed', text: deployment.error ?? 'failed without a reason' };
    case 'rolled-back':
      return { state: 'failed', text: `rolled back: ${deployment.error ?? 'another certificate was served'}` };
    default:
      return deployment.status satisfies never;
  }
}
