/**
 * Calls `work` for each of `items`, at most `limit` at a time. Rejects with the first failure, once all have settled.
 */
export async function eachLimited<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const workers = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (const [index, item] of queue) await work(item, index);
  });
  const failed = (await Promise.allSettled(workers)).find(result => result.status === 'rejected');
  if (failed) throw failed.reason;
}
