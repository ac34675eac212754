/** What the choice needs to know of an account (RFC 8555 §7.1.2). */
export interface AccountFacts {
  status: string;
}

/**
 * As many failures in a row on one account make the next one take over: a minute, ten and a hundred minutes, so that a
 * CA's outage of two hours is waited out and a longer one is not.
 */
const failuresPerAccount = 3;

/**
 * Which of a policy's accounts the next order is made with: the first that is valid; after each three failures in a row
 * the next one, and after the last one the first again, since it may be back. Null if none of them is valid.
 */
export function chooseAccount<Account extends AccountFacts>(
  accounts: readonly Account[],
  failures: number,
): Account | null {
  const valid = accounts.filter(({ status }) => status === 'valid');
  return valid[Math.floor(failures / failuresPerAccount) % valid.length] ?? null;
}
