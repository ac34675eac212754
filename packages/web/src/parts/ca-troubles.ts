import { type Certificate, caErrorName, caRemedy } from '@certfleet/contract';

/** What the CA has against a name, and what to do about it. */
export interface CaTrouble {
  /** Null: the CA does not say which name it is about. */
  name: string | null;
  /** The last part of the problem's type: `unauthorized`. */
  type: string;
  detail: string;
  remedy: string;
}

/** What was wrong with each name, in the CA's words; empty when it was not the CA that refused. */
export function troublesOf({ lastError }: Pick<Certificate, 'lastError'>): CaTrouble[] {
  const problem = lastError?.problem;
  if (!problem) return [];
  const parts = problem.subproblems.length > 0 ? problem.subproblems : [{ ...problem, identifier: null }];
  return parts.map(({ identifier, type, detail }) => ({
    name: identifier,
    type: caErrorName(type),
    detail: detail ?? caErrorName(type),
    remedy: caRemedy(type) ?? 'Mend what the CA names, then try again.',
  }));
}
