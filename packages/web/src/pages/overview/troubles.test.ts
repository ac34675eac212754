import { expect, test } from 'vitest';
import { troubles } from './troubles.js';

const well = {
  virtualServices: { total: 3, up: 3, down: 0, disabled: 0, redirect: 0, unknown: 0 },
  solvers: { total: 2, disabled: 0, leftOver: 0 },
  channels: { working: 1, failing: 0, disabled: 0 },
};

test('where all is well there is nothing to tell', () => {
  expect(troubles(well)).toEqual([]);
});

test('each is counted and leads to its page, the worst first', () => {
  const found = troubles({
    ...well,
    virtualServices: { ...well.virtualServices, down: 1, disabled: 2 },
    channels: { ...well.channels, failing: 2 },
  });
  expect(found).toEqual([
    { text: '1 virtual service down', to: '/virtual-services', standing: 'bad' },
    { text: '2 channels failing', to: '/settings/channels', standing: 'bad' },
    { text: '2 virtual services disabled', to: '/virtual-services', standing: 'off' },
  ]);
});
