import type { PreflightCheck, PreflightFinding, PreflightReport, PreflightResult } from '@certfleet/contract';
import { type DnsError, PluginError } from '@certfleet/plugins';

/** Makes the findings of one check. `name` null: about all names. `solver`: one that would do better. */
export function finding(
  check: PreflightCheck,
  name: string | null,
  result: PreflightResult,
  message: string,
  remedy: string | null = null,
  solver: string | null = null,
): PreflightFinding {
  return { check, name, result, message, remedy, solver };
}

/**
 * What a plugin's failure means for an order: what is configured wrongly, or refused by the other side, fails again; what
 * is away now may be back by then. Other errors are defects, and thrown on.
 */
export function failedBy(error: unknown): { result: PreflightResult; message: string } {
  if (!(error instanceof PluginError)) throw error;
  const certain = error.reason === 'config' || error.reason === 'credentials';
  return { result: certain ? 'refused' : 'warning', message: error.message };
}

/** What a question to DNS that was not answered means for an order: that CAs may fare the same, if it was asked at all. */
export function notAnswered(check: PreflightCheck, name: string, { outcome, message }: DnsError): PreflightFinding {
  if (outcome === 'no-resolver') return finding(check, name, 'unknown', message);
  return finding(check, name, 'warning', message, 'CAs that get no answer refuse. Mend the name servers of its zone.');
}

/** The worst first. */
const severity: readonly PreflightResult[] = ['refused', 'warning', 'unknown', 'ok'];

/** All findings in one list: the worst first, those of a kind in the order in which they are given. */
export function report(findings: readonly PreflightFinding[]): PreflightReport {
  const sorted = severity.flatMap(result => findings.filter(each => each.result === result));
  return { result: sorted[0]?.result ?? 'ok', findings: sorted };
}
