import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databases, open } from './databases.js';
import { startHolder } from './holder.js';

describe.each(databases)('a process killed while it writes to $name', databases => {
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());

  test('loses no row that it was told is committed, and leaves none half-written', async () => {
    const url = await databases.create();
    let acknowledged: string[] = [];
    for (let life = 1; life <= 3; life++) {
      const holder = await startHolder(url, 'write');
      await holder.acknowledges(200);
      await holder.kill();
      acknowledged = [...holder.acknowledged];

      const store = await open(url);
      const lost: string[] = [];
      for (const name of acknowledged) if ((await store.settings.get(name)) === undefined) lost.push(name);
      expect(lost).toEqual([]);
      // A row and its event were written together: there is neither without the other.
      const newest = await store.events.list({ limit: 20 });
      for (const event of newest.items) expect(await store.settings.get(event.subject ?? '')).toBeDefined();
      await store.close();
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);
  });
});
