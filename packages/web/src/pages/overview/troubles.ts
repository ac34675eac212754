import type { Health, Overview } from '@certfleet/contract';
import type { Standing } from '../../parts/mark.js';
import { failingParts, partInAWord } from '../settings/health.js';

/** Something beside the certificates that is not well, and the page where it is. */
interface Trouble {
  text: string;
  to: string;
  standing: Standing;
}

/** The parts of the server that do not work, without which nothing else goes on. */
function failing(health: Health | undefined): Trouble[] {
  return failingParts(health).map(part => ({
    text: partInAWord(part),
    to: '/settings/about',
    standing: part.standing,
  }));
}

/** What is not well beside the certificates, the worst first. `health`: undefined as long as it was not read. */
export function troubles(
  { virtualServices, solvers, channels }: Pick<Overview, 'virtualServices' | 'solvers' | 'channels'>,
  health: Health | undefined,
): Trouble[] {
  const all: [number, string, string, Standing][] = [
    [virtualServices.down, 'virtual service', 'down', 'bad'],
    [virtualServices.unknown, 'virtual service', 'not known to HAProxy', 'bad'],
    [channels.failing, 'channel', 'failing', 'bad'],
    [solvers.leftOver, 'solver', 'with something left to take away', 'attention'],
    [solvers.disabled, 'solver', 'disabled', 'off'],
    [channels.disabled, 'channel', 'disabled', 'off'],
    [virtualServices.disabled, 'virtual service', 'disabled', 'off'],
  ];
  const counted = all
    .filter(([count]) => count > 0)
    .map(([count, noun, how, standing]) => ({
      text: `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'} ${how}`,
      to: places[noun] ?? '/',
      standing,
    }));
  return [...failing(health), ...counted];
}

/** How everything does, in a few words; null: there is nothing to keep valid yet. */
export function inAWord(
  {
    paused,
    certificates,
    problems,
    ...others
  }: Pick<Overview, 'paused' | 'certificates' | 'problems' | 'virtualServices' | 'solvers' | 'channels'>,
  health: Health | undefined,
): { standing: Standing; word: string } | null {
  const [part] = failing(health);
  if (part) return { standing: part.standing, word: part.text };
  if (paused) return { standing: 'attention', word: 'paused' };
  if (problems.total > 0) {
    const { total } = problems;
    // What nobody could read may be served all the same.
    return {
      standing: total > certificates.unproven ? 'bad' : 'attention',
      word: `${total.toLocaleString('en')} need${total === 1 ? 's' : ''} attention`,
    };
  }
  const [worst] = troubles(others, health).filter(({ standing }) => standing !== 'off');
  if (worst) return { standing: worst.standing, word: worst.text };
  return certificates.total === 0 ? null : { standing: 'good', word: 'all is well' };
}

const places: Readonly<Record<string, string>> = {
  'virtual service': '/virtual-services',
  channel: '/settings/channels',
  solver: '/solvers',
};
