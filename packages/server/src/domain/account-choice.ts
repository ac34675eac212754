/** What the choice needs to know of an account (RFC 8555 §7.1.2). */
export interface AccountFacts {
  id: string;
  status: string;
}

/**
 * As many strikes make the next account take over: with one for each failure that is after a minute, ten and a hundred
 * minutes, so that a CA's outage of two hours is waited out and a longer one is not.
 */
const strikesPerTurn = 3;

/**
 * Which of a policy's accounts the next order is made with: the first that is valid; after each three strikes the next
 * one, and after the last one the first again, since it may be back. Null if none of them is valid.
 *
 * `strikes` is what {@link afterFailure} has counted since the last success.
 */
export function chooseAccount<Account extends AccountFacts>(
  accounts: readonly Account[],
  strikes: number,
): Account | null {
  const valid = accounts.filter(({ status }) => status === 'valid');
  return valid[Math.floor(strikes / strikesPerTurn) % valid.length] ?? null;
}

/** Whose turn it is after a failure. */
export interface Turn<Account> {
  strikes: number;
  /** The account to try with at once, not when the failed one would be tried again; null if there is none. */
  takesOver: Account | null;
}

/**
 * A failure is one strike. When the CA of the account whose id is `refusedBy` won't have it at all, waiting is of no
 * use: that is as many strikes as its turn has left, and the next account takes over. After the last one nobody does:
 * all have been asked, and asking them all again waits as any retry does.
 */
export function afterFailure<Account extends AccountFacts>(
  accounts: readonly Account[],
  strikes: number,
  refusedBy: string | null,
): Turn<Account> {
  if (refusedBy === null) return { strikes: strikes + 1, takesOver: null };
  const present = chooseAccount(accounts, strikes);
  // The order was made when it was that account's turn; since then the policy or an account's status has changed.
  if (present !== null && present.id !== refusedBy) return { strikes, takesOver: present };
  const nextTurn = (Math.floor(strikes / strikesPerTurn) + 1) * strikesPerTurn;
  const next = chooseAccount(accounts, nextTurn);
  return { strikes: nextTurn, takesOver: next === chooseAccount(accounts, 0) ? null : next };
}

/** The turn after passing over the accounts that can't have it, and who they are. */
export interface PassedTurn<Account> extends Turn<Account> {
  passedOver: readonly Account[];
}

/**
 * Goes on to the next account until one is not `forbidden` (ids of those whose CA may not issue). If all are, it is the
 * first one's turn again: its CA says itself what has to be mended. As in {@link afterFailure} nobody takes over at once
 * after the last account.
 */
export function passOver<Account extends AccountFacts>(
  accounts: readonly Account[],
  turn: Turn<Account>,
  forbidden: ReadonlySet<string>,
): PassedTurn<Account> {
  const valid = accounts.filter(({ status }) => status === 'valid');
  const start = Math.floor(turn.strikes / strikesPerTurn);
  const inTurn = valid.map((_, step) => valid[(start + step) % valid.length] as Account);
  const permitted = inTurn.findIndex(({ id }) => !forbidden.has(id));
  const first = valid.length === 0 ? 0 : (valid.length - (start % valid.length)) % valid.length;
  const steps = permitted < 0 ? first : permitted;
  const passedOver = inTurn.slice(0, steps);
  if (steps === 0) return { ...turn, passedOver };
  const next = inTurn[steps] ?? null;
  const pastTheLast = first > 0 && steps >= first;
  return {
    strikes: (start + steps) * strikesPerTurn,
    takesOver: turn.takesOver === null || pastTheLast ? null : next,
    passedOver,
  };
}
