import { AcmeProblem } from '@certfleet/acme';
import { OrderLost, type Run } from './run.js';

/**
 * Takes a step of an order with the account's present key. A CA refuses what is signed with a key that was replaced
 * (RFC 8555 §7.3.5), which says nothing about the order: the step is taken again with the key that the account has by
 * now or, while a rollover has yet to be settled, is to get. If no key does, what the CA said first is thrown.
 *
 * Throws {@link OrderLost} between presenting and responding: a key authorization holds the thumbprint of the account's
 * key (§8.1), so what is presented would fail, and failed authorizations are limited.
 */
export async function withPresentKey<T>(run: Run, takeStep: () => Promise<T>): Promise<T> {
  try {
    return await takeStep();
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    const { cas, store } = run.engine;
    const account = await store.accounts.get(run.order.accountId);
    const keyIds = [account.keyId, account.nextKeyId].filter(id => id !== null && id !== run.keyId);
    if (account.keyId !== run.keyId && run.order.state === 'presenting') {
      throw new OrderLost(
        `The key of account ${account.name} was replaced while challenges made with the old one were being presented. Another order is tried.`,
      );
    }
    for (const keyId of keyIds as string[]) {
      run.session = await cas.session({ ...account, keyId });
      run.keyId = keyId;
      run.live = null;
      try {
        return await takeStep();
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    throw refusal;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof AcmeProblem && error.status >= 400 && error.status < 500 && !error.is('rateLimited');
}
