import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databases, open } from './databases.js';

describe.each(databases)('opening a store on $name', databases => {
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());

  test('what was written is there when it is opened again', async () => {
    const url = await databases.create();
    const first = await open(url);
    await first.settings.set('retention', { days: 30 });
    const key = await first.keys.create({
      purpose: 'account',
      custody: 'server',
      algorithm: 'ES256',
      publicKey: 'AA==',
      privateKeyPem: 'PEM',
    });
    await first.close();

    const second = await open(url);
    expect(await second.settings.get('retention')).toEqual({ days: 30 });
    expect(await second.keys.privateKeyPem(key.id)).toBe('PEM');
    await second.close();
  });
});
