import type { Ports } from '@certfleet/plugins';
import type { Logger } from 'pino';
import type { Cas } from './cas.js';
import type { Clock } from './clock.js';
import type { RateLimits } from './domain/rate-limits.js';
import type { Duration } from './domain/time.js';
import type { LoadBalancers } from './load-balancers.js';
import type { ProgressFeed } from './progress.js';
import type { OpenStore } from './store/index.js';

/** What actions and jobs work with. server.ts, the only place that constructs things, makes one. */
export interface Engine {
  store: OpenStore;
  clock: Clock;
  cas: Cas;
  loadBalancers: LoadBalancers;
  /** What plugins may ask of this server. */
  ports: Ports;
  /** For who looks on. */
  progress: ProgressFeed;
  log: Logger;
  /** Where people find this server: an https URL. */
  publicUrl: string;
  /** So long an answer waits for what is deployed or taken off; afterwards it says so, and the work goes on. */
  deploymentPatience: Duration;
  /** The rate limits that this CA is configured with. */
  rateLimits(directoryUrl: string): RateLimits;
}
