import type { Health } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { inAWord, troubles } from './troubles.js';

const well = {
  virtualServices: { total: 3, up: 3, down: 0, disabled: 0, redirect: 0, unknown: 0 },
  solvers: { total: 2, disabled: 0, leftOver: 0 },
  channels: { working: 1, failing: 0, disabled: 0 },
};

const works: Health = {
  status: 'ok',
  store: 'ok',
  scheduler: { status: 'ok', lagSeconds: 0 },
  haproxy: 'running',
  paused: false,
};

test('where all is well there is nothing to tell', () => {
  expect(troubles(well, works)).toEqual([]);
});

test('each is counted and leads to its page, the worst first', () => {
  const found = troubles(
    {
      ...well,
      virtualServices: { ...well.virtualServices, down: 1, disabled: 2 },
      channels: { ...well.channels, failing: 2 },
    },
    { ...works, haproxy: 'stopped' },
  );
  expect(found).toEqual([
    { text: 'HAProxy stopped', to: '/settings/about', standing: 'bad' },
    { text: '1 virtual service down', to: '/virtual-services', standing: 'bad' },
    { text: '2 channels failing', to: '/settings/channels', standing: 'bad' },
    { text: '2 virtual services disabled', to: '/virtual-services', standing: 'off' },
  ]);
});

const fleet = {
  ...well,
  paused: null,
  certificates: { total: 5, unproven: 0 },
  problems: { total: 0, items: [] },
} as unknown as Parameters<typeof inAWord>[0];
const down = { ...well.virtualServices, down: 1 };

test.each<[string, Partial<typeof fleet>, ReturnType<typeof inAWord>]>([
  ['nothing is there yet', { certificates: { ...fleet.certificates, total: 0 } }, null],
  ['all is well', {}, { standing: 'good', word: 'all is well' }],
  ['one problem', { problems: { total: 1, items: [] } }, { standing: 'bad', word: '1 needs attention' }],
  [
    'what nobody could read is not well, nor known to be bad',
    { certificates: { ...fleet.certificates, unproven: 2 }, problems: { total: 2, items: [] } },
    { standing: 'attention', word: '2 need attention' },
  ],
  [
    'problems go before services',
    { problems: { total: 2, items: [] }, virtualServices: down },
    { standing: 'bad', word: '2 need attention' },
  ],
  ['a service is down', { virtualServices: down }, { standing: 'bad', word: '1 virtual service down' }],
  [
    'what someone disabled is no trouble',
    { solvers: { ...well.solvers, disabled: 1 } },
    { standing: 'good', word: 'all is well' },
  ],
  [
    'paused goes before what is paused',
    { paused: {} as never, problems: { total: 2, items: [] } },
    { standing: 'attention', word: 'paused' },
  ],
])('in a word: %s', (_, different, word) => {
  expect(inAWord({ ...fleet, ...different }, works)).toEqual(word);
});

test('in a word: a part of the server that does not work goes before all, and one that was not read is no trouble', () => {
  const late = { ...works, scheduler: { status: 'late', lagSeconds: 900 } } as const;
  expect(inAWord({ ...fleet, paused: {} as never }, late)).toEqual({ standing: 'bad', word: 'scheduler late' });
  expect(inAWord(fleet, undefined)).toEqual({ standing: 'good', word: 'all is well' });
});
