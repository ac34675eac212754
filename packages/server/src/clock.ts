import type { Instant, Random } from './domain/time.js';

/** Time and chance, passed in so that a test can choose both. */
export interface Clock {
  now(): Instant;
  random: Random;
}

export const systemClock: Clock = { now: Date.now, random: Math.random };
