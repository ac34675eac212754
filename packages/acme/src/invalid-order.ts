/** Why an order failed, in words that name the identifiers at fault. */
import type { AccountSession } from './account.js';
import { authorizationProblem, fetchAuthorization } from './authorization.js';
import type { Order } from './order.js';
import { ACME_ERROR_PREFIX, AcmeProblem, type ProblemDocument, type Subproblem } from './problem.js';
import type { CallOptions } from './server.js';

/**
 * The error of an invalid order. CAs put the reason into the order (`error`), into its authorizations' challenges, or
 * both; the challenges' errors come first, because they say what the CA saw.
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
    const { authorization } = await fetchAuthorization(session, url, options);
    const problem = authorizationProblem(authorization);
    if (problem) problems.push(problem);
  }
  const [first] = problems;
  const attempted = { operation: `order of ${order.identifiers.map(({ value }) => value).join(', ')}`, url: order.url };
  if (first === undefined) return new AcmeProblem(attempted, orderError(order));
  if (problems.length === 1) return first;
  const subproblems: Subproblem[] = problems.flatMap(problem => problem.subproblems);
  return new AcmeProblem(attempted, { type: `${ACME_ERROR_PREFIX}compound`, subproblems });
}

function orderError(order: Order): ProblemDocument {
  if (order.status === 'invalid' && order.error) return order.error;
  return { type: 'about:blank', detail: `the order is ${order.status} and the CA does not say why` };
}
