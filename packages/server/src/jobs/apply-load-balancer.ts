import { DomainError } from '../domain/errors.js';
import { minutes } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pauseOf } from '../pause.js';
import type { Store } from '../store/index.js';
import { restoredSetting } from '../store/settings.js';
import { redeployLost, serveRestored } from './redeploy-lost.js';
import type { JobHandler } from './scheduler.js';
import { tryFailing } from './try-failing.js';

/** The job that brings a load balancer to the stored state; its subject is the load balancer's id. */
export function applyLoadBalancerJob(loadBalancerId: string) {
  return { kind: 'apply-load-balancer', subject: loadBalancerId, lock: `load-balancer:${loadBalancerId}` } as const;
}

/** How often a running HAProxy is held against the store: someone may have stopped or changed it by hand. */
const interval = minutes(1);

/**
 * Keeps the HAProxy of every instance running with what is stored: at the start, after a failure, and again and again,
 * since HAProxy has a life of its own that can also end. Looking at one that is as it should be changes nothing.
 *
 * What was told last says whether it ails, not this process's memory: a recovery that is seen after a restart, or by
 * another server, is one as well.
 */
export function applyLoadBalancer(engine: Engine): JobHandler {
  const { store, clock } = engine;
  /** By load balancer: the restore after which its files were last held against the store. */
  const looked = new Map<string, string>();
  return async ({ job: { subject: loadBalancerId }, lease }) => {
    const loadBalancer = await store.loadBalancers.find(loadBalancerId);
    if (!loadBalancer) return null;
    const from = { actor: 'system', subject: `load-balancer:${loadBalancer.name}` };
    try {
      await engine.loadBalancers.apply(loadBalancerId);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // All traffic may be down until the cause is gone: looked at as often as ever, but told only once.
      if (!(await isAiling(store, from.subject))) {
        engine.log.error({ err: error, loadBalancer: loadBalancer.name }, 'HAProxy is not as it should be');
        await store.fenced(lease, tx =>
          tx.events.append({ ...from, action: failed, outcome: 'failed', message: error.message }),
        );
      }
      return clock.now() + interval;
    }
    if (await isAiling(store, from.subject)) {
      await store.fenced(lease, async tx => {
        const tried = await tryFailing(tx, { loadBalancer: loadBalancerId });
        const message = `The HAProxy of ${loadBalancer.name} is as it should be again.${tried}`;
        await tx.events.append({ ...from, action: recovered, outcome: 'succeeded', message });
      });
    }
    const restored = (await store.settings.get<string>(restoredSetting)) ?? '';
    if (looked.get(loadBalancerId) !== restored) {
      if (await pauseOf(store)) await serveRestored(engine, loadBalancerId);
      else await redeployLost(engine, loadBalancerId);
    }
    looked.set(loadBalancerId, restored);
    return clock.now() + interval;
  };
}

const failed = 'load-balancer.failed';
const recovered = 'load-balancer.recovered';

/** Whether the last that was told of it is that it failed. */
async function isAiling({ events }: Store, subject: string): Promise<boolean> {
  const last = async (action: string) => (await events.list({ subject, action, limit: 1 })).items[0]?.id ?? 0;
  return (await last(failed)) > (await last(recovered));
}
