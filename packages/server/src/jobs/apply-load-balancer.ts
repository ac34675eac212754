import { DomainError } from '../domain/errors.js';
import { minutes } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { redeployLost } from './redeploy-lost.js';
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
 */
export function applyLoadBalancer(engine: Engine): JobHandler {
  const looked = new Set<string>();
  const ailing = new Set<string>();
  return async ({ job: { subject: loadBalancerId }, lease }) => {
    const loadBalancer = await engine.store.loadBalancers.find(loadBalancerId);
    if (!loadBalancer) return null;
    const from = { actor: 'system', subject: `load-balancer:${loadBalancer.name}` };
    try {
      await engine.loadBalancers.apply(loadBalancerId);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // All traffic may be down until the cause is gone: looked at as often as ever, but told only once.
      if (!ailing.has(loadBalancerId)) {
        engine.log.error({ err: error, loadBalancer: loadBalancer.name }, 'HAProxy is not as it should be');
        const failed = { ...from, action: 'load-balancer.failed', outcome: 'failed', message: error.message } as const;
        await engine.store.fenced(lease, tx => tx.events.append(failed));
      }
      ailing.add(loadBalancerId);
      return engine.clock.now() + interval;
    }
    if (ailing.delete(loadBalancerId)) {
      await engine.store.fenced(lease, async tx => {
        const tried = await tryFailing(tx, { loadBalancer: loadBalancerId });
        const message = `The HAProxy of ${loadBalancer.name} is as it should be again.${tried}`;
        await tx.events.append({ ...from, action: 'load-balancer.recovered', outcome: 'succeeded', message });
      });
    }
    if (!looked.has(loadBalancerId)) await redeployLost(engine, loadBalancerId);
    looked.add(loadBalancerId);
    return engine.clock.now() + interval;
  };
}
