import { pageOf } from '../list.js';
import { Overview } from '../resources/overview.js';
import { Running, RunningQuery } from '../resources/running.js';
import { PauseRequest, System } from '../resources/system.js';
import type { Operation } from './operation.js';

/** The installation as a whole. */
export const system = {
  show: {
    method: 'GET',
    path: '/system',
    summary: 'Show the versions, and whether Certfleet is paused',
    role: 'viewer',
    reply: System,
  },
  overview: {
    method: 'GET',
    path: '/overview',
    summary: 'Show how everything does: certificates, failures with their remedies, the coming weeks',
    role: 'viewer',
    reply: Overview,
  },
  running: {
    method: 'GET',
    path: '/running',
    summary: 'List what is under way: orders and deployments with their steps, the oldest first',
    role: 'viewer',
    query: RunningQuery,
    reply: pageOf(Running),
  },
  pause: {
    method: 'POST',
    path: '/system/pause',
    summary: 'Pause issuing and deploying; what is served stays',
    role: 'admin',
    body: PauseRequest,
    reply: System,
  },
  resume: {
    method: 'POST',
    path: '/system/resume',
    summary: 'Go on with issuing and deploying',
    role: 'admin',
    reply: System,
  },
} as const satisfies Record<string, Operation>;
