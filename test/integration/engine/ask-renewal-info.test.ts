import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import type { Fault } from '../../harness/fault-proxy.js';
import { minutes, startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

const fleet = await startFleet();
const { api, clock, request, always } = fleet;

afterAll(() => fleet.stop());

test('a CA that is slow to answer about one certificate does not keep the others waiting', async () => {
  const names = ['one', 'two', 'three', 'four'];
  for (const name of names) await request(name);
  for (const name of names) await certificateBecomes(api, name, 1);

  // No answer before all four have been asked about: asked one after the other, this would never end.
  let asked = 0;
  let tellAll: () => void = () => undefined;
  const all = new Promise<void>(resolve => {
    tellAll = resolve;
  });
  const slow: Fault = async (_seen, forward) => {
    asked += 1;
    if (asked === names.length) tellAll();
    await all;
    return forward();
  };
  always('renewalInfo', slow);
  // Whatever moment each of them drew for its first question is over by then.
  clock.advance(minutes(6 * 60));
  await fleet.certfleet.restart();
  await all;

  const { items } = await api.call(operations.certificate.list, {});
  expect(items.map(({ status }) => status)).toEqual(names.map(() => 'valid'));
});
