import type { BulkChange } from '@certfleet/contract';

type Change = BulkChange['action'];

/** What is done, for people. `done` is what the server says of each when it has taken it. */
export const words: Readonly<Record<Change, { title: string; verb: string; done: string }>> = {
  renew: { title: 'Renew certificates', verb: 'Renew', done: 'asked to be renewed' },
  assign: { title: 'Assign certificates', verb: 'Assign', done: 'assigned' },
  unassign: { title: 'Unassign certificates', verb: 'Unassign', done: 'to be taken off' },
  revoke: { title: 'Revoke certificates', verb: 'Revoke', done: 'revoked, or to be revoked when replaced' },
  delete: { title: 'Delete certificates', verb: 'Delete', done: 'deleted' },
};
