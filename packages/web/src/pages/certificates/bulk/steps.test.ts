import type { BulkProgress } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { nothingDone, type Tally, takeSteps } from './steps.js';

const refused = [{ certificate: 'c', reason: 'It is assigned.' }];
const progress: BulkProgress[] = [
  { done: 2, refused: [], next: 'b' },
  { done: 1, refused, next: 'd' },
  { done: 1, refused: [], next: null },
];

/** A server with these steps, which fails instead of the one at `failing`. */
function server({ failing = -1 } = {}) {
  const asked: [after: string | null | undefined, done: number][] = [];
  const steps = [...progress];
  return {
    asked,
    async send({ after, done }: Tally): Promise<BulkProgress> {
      asked.push([after, done]);
      if (asked.length - 1 === failing) throw new Error('does not answer');
      const step = steps.shift();
      if (!step) throw new Error('There was no further step.');
      return step;
    },
  };
}

test('each step begins where the one before has ended, and what came of all is told after each', async () => {
  const { asked, send } = server();
  const told: Tally[] = [];
  for await (const tally of takeSteps(send)) told.push(tally);
  expect(asked).toEqual([
    [undefined, 0],
    ['b', 2],
    ['d', 3],
  ]);
  expect(told.map(({ done, refused, after }) => [done, refused.length, after])).toEqual([
    [2, 0, 'b'],
    [3, 1, 'd'],
    [4, 1, null],
  ]);
});

test('whoever reads no further has no further step taken', async () => {
  const { asked, send } = server();
  for await (const { done } of takeSteps(send)) if (done === 3) break;
  expect(asked).toEqual([
    [undefined, 0],
    ['b', 2],
  ]);
});

test('after a step that failed it goes on with that one', async () => {
  const { asked, send } = server({ failing: 1 });
  let tally = nothingDone;
  const run = async () => {
    for await (const told of takeSteps(send, tally)) tally = told;
  };
  await expect(run()).rejects.toThrow('does not answer');
  expect(tally).toMatchObject({ done: 2, after: 'b' });
  await run();
  expect(asked).toEqual([
    [undefined, 0],
    ['b', 2],
    ['b', 2],
    ['d', 3],
  ]);
  expect(tally).toEqual({ done: 4, refused, after: null });
});
