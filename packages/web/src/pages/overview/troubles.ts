import type { Overview } from '@certfleet/contract';
import type { Standing } from '../../parts/mark.js';

/** Something beside the certificates that is not well, and the page where it is. */
interface Trouble {
  text: string;
  to: string;
  standing: Standing;
}

/** What is not well beside the certificates, the worst first. */
export function troubles({
  virtualServices,
  solvers,
  channels,
}: Pick<Overview, 'virtualServices' | 'solvers' | 'channels'>): Trouble[] {
  const all: [number, string, string, Standing][] = [
    [virtualServices.down, 'virtual service', 'down', 'bad'],
    [virtualServices.unknown, 'virtual service', 'not known to HAProxy', 'bad'],
    [channels.failing, 'channel', 'failing', 'bad'],
    [solvers.leftOver, 'solver', 'with something left to take away', 'attention'],
    [solvers.disabled, 'solver', 'disabled', 'off'],
    [channels.disabled, 'channel', 'disabled', 'off'],
    [virtualServices.disabled, 'virtual service', 'disabled', 'off'],
  ];
  return all
    .filter(([count]) => count > 0)
    .map(([count, noun, how, standing]) => ({
      text: `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'} ${how}`,
      to: places[noun] ?? '/',
      standing,
    }));
}

const places: Readonly<Record<string, string>> = {
  'virtual service': '/virtual-services',
  channel: '/settings/channels',
  solver: '/solvers',
};
