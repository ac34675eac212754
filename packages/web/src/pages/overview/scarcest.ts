import type { AccountBudget, RateBudget } from '@certfleet/contract';

/** So many limits are shown. */
const most = 8;

interface Scarcest {
  /** Those of which the least part is left, first. */
  shown: (RateBudget & { account: string })[];
  /** How many more limits there are. */
  hidden: number;
  /** Accounts whose CA has no limits that are known. */
  unlimited: string[];
}

/** The limits that matter most of all accounts. */
export function scarcest(accounts: readonly AccountBudget[]): Scarcest {
  const all = accounts
    .flatMap(({ account, budgets }) => budgets.map(budget => ({ account, ...budget })))
    .sort((one, other) => one.left / one.count - other.left / other.count);
  return {
    shown: all.slice(0, most),
    hidden: Math.max(0, all.length - most),
    unlimited: accounts.filter(({ budgets }) => budgets.length === 0).map(({ account }) => account),
  };
}

/** `3 hours`, `7 days`. */
export function windowOf(seconds: number): string {
  const [size, unit] = seconds % 86_400 === 0 ? [86_400, 'day'] : [3_600, 'hour'];
  const count = Math.round((seconds / size) * 10) / 10;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
