/** Where a challenge's value is written, as the records of a real BIND have it. */
import { challengeName } from '@certfleet/plugins';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wayToChallenge } from '../../../packages/plugins/src/dns/place.js';
import { type Bind, startBind } from '../../harness/bind.js';

const { signal } = new AbortController();
let bind: Bind;
beforeAll(async () => {
  bind = await startBind({
    zones: ['example.org', 'example.com', 'acme.example'],
    failing: ['broken.example'],
    records: {
      'example.org': [
        '* CNAME lb.cdn.example.',
        '_acme-challenge.own CNAME own.acme.example.',
        'moved DNAME acme.example.',
        '_acme-challenge.broken CNAME www.broken.example.',
      ],
      'example.com': ['* CNAME www', '@ A 127.0.0.1'],
      'acme.example': ['*.hosts CNAME lb.cdn.example.', '_acme-challenge.far CNAME far.hosts.acme.example.'],
    },
  });
});
afterAll(() => bind.stop());

test.each([
  ['a wildcard that leads outside is not followed', 'shop.example.org', '_acme-challenge.shop.example.org'],
  ['nor one that leads to another name of the zone', 'shop.example.com', '_acme-challenge.shop.example.com'],
  ['a record of its own is, beside a wildcard', 'own.example.org', 'own.acme.example'],
  ['so is a DNAME', 'moved.example.org', '_acme-challenge.acme.example'],
  ['a wildcard on the way is where it ends', 'far.acme.example', 'far.hosts.acme.example'],
])('%s', async (_, identifier, name) => {
  expect(await challengeName(identifier, bind.client, signal)).toBe(name);
});

test('what fails behind an alias says which alias that was', async () => {
  await expect(wayToChallenge('broken.example.org', bind.client, signal)).rejects.toThrow(
    'SERVFAIL when asked for CNAME www.broken.example. Aliases (CNAME) were followed: _acme-challenge.broken.example.org → www.broken.example.',
  );
});
