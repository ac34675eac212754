import { LoadMasterChange, LoadMasterSettings } from '../resources/loadmaster.js';
import type { Operation } from './operation.js';

/** LoadMaster's API, which this server speaks for clients that know no other. */
export const loadmaster = {
  show: {
    method: 'GET',
    path: '/loadmaster',
    summary: "Show how LoadMaster's API is served",
    role: 'viewer',
    reply: LoadMasterSettings,
  },
  change: {
    method: 'PATCH',
    path: '/loadmaster',
    summary: "Turn LoadMaster's API on or off, and set what its certificates get",
    role: 'admin',
    body: LoadMasterChange,
    reply: LoadMasterSettings,
  },
} as const satisfies Record<string, Operation>;
