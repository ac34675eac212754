import { endpoints, Health, ReplyError } from '@certfleet/contract';
import { queryOptions } from '@tanstack/react-query';
import { Unreachable } from '../../api.js';
import type { Standing } from '../../parts/mark.js';

/** How often the server is asked how it does while somebody looks, in milliseconds. */
const interval = 5_000;

/** What /healthz answers, over and over. It answers also while a restore keeps everything else waiting. */
export function readHealth({ every = interval }: { every?: number } = {}) {
  return queryOptions({
    queryKey: ['health'],
    queryFn: async (): Promise<Health> => {
      const reply = await fetch(endpoints.health.path, { headers: { accept: 'application/json' } }).catch(cause => {
        throw new Unreachable('Certfleet does not answer.', { cause });
      });
      const health = Health.safeParse(await reply.json());
      if (!health.success) throw new ReplyError(`${endpoints.health.path} answered something else: ${reply.status}.`);
      return health.data;
    },
    refetchInterval: every,
    staleTime: 0,
  });
}

/** How one part of the server does, in words for people. */
export interface PartHealth {
  part: string;
  standing: Standing;
  state: string;
  /** What that means, or what to do. Null: nothing to say. */
  remark: string | null;
}

const stores: Record<Health['store'], [Standing, string | null]> = {
  ok: ['good', null],
  restoring: ['busy', 'A backup is being restored, which everything else waits for.'],
  unreachable: ['bad', 'Look at the database and at its disk; the log of the server says what it answered.'],
};

const schedulers: Record<Health['scheduler']['status'], [Standing, (lag: number) => string | null]> = {
  ok: ['good', () => null],
  late: ['bad', lag => `A job has been due for ${Math.round(lag / 60)} minutes. The log of the server may say why.`],
  stopped: ['bad', () => 'Nothing that is due is done. Start the server again; its log says why it stopped.'],
};

const haproxies: Record<Health['haproxy'], [Standing, string | null]> = {
  running: ['good', null],
  stopped: [
    'bad',
    'Virtual services are not served. It is started again within a minute; the events say what hinders it.',
  ],
  unused: ['off', 'No virtual service needs it on this machine.'],
  unknown: ['off', 'It is not looked at while a backup is being restored.'],
};

/** The parts without which nothing else goes on. */
export function failingParts(health: Health | undefined): PartHealth[] {
  return health ? partsOf(health).filter(({ standing }) => standing === 'bad') : [];
}

/** `scheduler stopped`; but `HAProxy` as it is written. */
export function partInAWord({ part, state }: PartHealth): string {
  return `${part.replace(/^[A-Z](?=[a-z])/, first => first.toLowerCase())} ${state}`;
}

/** The parts of the server one by one. */
export function partsOf({ store, scheduler, haproxy }: Health): PartHealth[] {
  const [storeStanding, storeRemark] = stores[store];
  const [schedulerStanding, schedulerRemark] = schedulers[scheduler.status];
  const [haproxyStanding, haproxyRemark] = haproxies[haproxy];
  return [
    { part: 'Store', standing: storeStanding, state: store, remark: storeRemark },
    {
      part: 'Scheduler',
      standing: schedulerStanding,
      state: scheduler.status,
      remark: schedulerRemark(scheduler.lagSeconds),
    },
    { part: 'HAProxy', standing: haproxyStanding, state: haproxy, remark: haproxyRemark },
  ];
}
