/** Why an order failed, in words that name the identifiers at fault. */
import type { AccountSession } from './account.js';
import { authorizationProblem, fetchAuthorization } from './authorization.js';
import type { Order } from './order.js';
import {
  ACME_ERROR_PREFIX,
  AcmeProblem,
  AcmeTransportError,
  type ProblemDocument,
  type Subproblem,
} from './problem.js';
import type { CallOptions } from './server.js';

/**
 * The error of an order that is invalid. CAs put the reason into the order (`error`), into its authorizations'
 * challenges, or both; the challenges' errors come first, because they say what the CA saw.
 *
 * Reads the authorizations (N requests). A single cause is the problem itself; several become `compound`.
 */
export async function explainInvalidOrder(
  session: AccountSession,
  order: Order,
  options: CallOptions = {},
): Promise<AcmeProblem> {
  const problems: AcmeProblem[] = [];
  for (const url of order.authorizations) {
    const problem = await problemAt(session, url, options);
    if (problem) problems.push(problem);
  }
  const [first] = problems;
  const attempted = { operation: `order of ${order.identifiers.map(({ value }) => value).join(', ')}`, url: order.url };
  if (first === undefined) return new AcmeProblem(attempted, orderError(order));
  if (problems.length === 1) return first;
  const subproblems: Subproblem[] = problems.map(problem => {
    const [identifier] = problem.identifiers;
    return { type: problem.type, detail: problem.detail, ...(identifier && { identifier }) };
  });
  return new AcmeProblem(attempted, { type: `${ACME_ERROR_PREFIX}compound`, subproblems });
}

async function problemAt(session: AccountSession, url: string, options: CallOptions): Promise<AcmeProblem | undefined> {
  try {
    const { authorization } = await fetchAuthorization(session, url, options);
    return authorizationProblem(authorization);
  } catch (error) {
    options.signal?.throwIfAborted();
    // An authorization that cannot be read must not hide what the order itself says.
    if (error instanceof AcmeProblem || error instanceof AcmeTransportError) return undefined;
    throw error;
  }
}

function orderError(order: Order): ProblemDocument {
  if (order.status === 'invalid' && order.error) return order.error;
  return { type: 'about:blank', detail: `the order is ${order.status} and the CA does not say why` };
}
