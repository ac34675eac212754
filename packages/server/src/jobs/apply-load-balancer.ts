import { minutes } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { redeployLost } from './redeploy-lost.js';
import type { JobHandler } from './scheduler.js';

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
  return async ({ job: { subject: loadBalancerId } }) => {
    if (!(await engine.store.loadBalancers.find(loadBalancerId))) return null;
    await engine.loadBalancers.apply(loadBalancerId);
    if (!looked.has(loadBalancerId)) await redeployLost(engine, loadBalancerId);
    looked.add(loadBalancerId);
    return engine.clock.now() + interval;
  };
}
