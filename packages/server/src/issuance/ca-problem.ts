import { AcmeProblem } from '@certfleet/acme';
import type { CaProblem } from '@certfleet/contract';

/** What a CA said is wrong, name by name, as it is stored and shown; null of anything else that was thrown. */
export function caProblem(error: unknown): CaProblem | null {
  if (!(error instanceof AcmeProblem)) return null;
  const { type, subproblems, identifiers } = error;
  const detail = error.detail || null;
  // One about a single name has no subproblems, but came with that name's authorization.
  const parts = subproblems.length > 0 ? subproblems : identifiers.map(identifier => ({ type, detail, identifier }));
  return {
    type,
    detail,
    subproblems: parts.map(part => ({
      identifier: part.identifier?.value ?? null,
      type: part.type,
      detail: part.detail ?? null,
    })),
  };
}
