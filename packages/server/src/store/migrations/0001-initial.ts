import type { Migration } from './index.js';
import { accounts } from './initial/accounts.js';
import { certificates } from './initial/certificates.js';
import { deployments } from './initial/deployments.js';
import { events } from './initial/events.js';
import { jobs } from './initial/jobs.js';
import { loadBalancers } from './initial/load-balancers.js';
import { notices } from './initial/notices.js';
import { orders } from './initial/orders.js';
import { policies } from './initial/policies.js';
import { settings } from './initial/settings.js';
import { users } from './initial/users.js';
import { tableMaker } from './table-maker.js';

/** All tables of store/schema with their indexes, in the order of their references. */
export const initial: Migration = {
  name: 'initial',
  async up(db, dialect) {
    const maker = tableMaker(db, dialect);
    await settings(maker);
    await accounts(maker);
    await policies(maker);
    await loadBalancers(maker);
    await certificates(maker);
    await orders(maker);
    await deployments(maker);
    await notices(maker);
    await jobs(maker);
    await events(maker);
    await users(maker);
  },
};
