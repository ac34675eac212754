import {
  operations,
  poolSettings,
  VirtualServiceChange,
  VirtualServiceConversion,
  VirtualServiceCreation,
} from '@certfleet/contract';
import type { CommandGroup, CommandSpec } from '../command.js';
import { type FieldFlags, type Flag, flagsFor } from '../flags.js';
import { anyIndex, index } from './arguments.js';
import { confirm, yesFlag } from './confirm.js';
import { listCommand, searchFlags } from './list.js';
import { pageOf, poolFlags } from './pool-input.js';
import {
  contentRulesFlag,
  disabledFlag,
  enabledFlags,
  http2Flags,
  realServersFlag,
  withoutContentRulesFlag,
  withoutHttp2Flag,
} from './virtual-service-input.js';
import { printService, realServerCommands, subVirtualServiceCommands } from './virtual-service-parts.js';
import { statisticsText } from './virtual-service-statistics.js';
import { loadBalancerColumns, virtualServiceColumns } from './virtual-service-view.js';

const ops = operations.virtualService;

/** {@link poolFlags} stand for these. */
const replacedByPoolFlags = Object.fromEntries(Object.keys(poolSettings).map(field => [field, [] as Flag[]]));

const fields: Record<string, FieldFlags> = {
  name: { placeholder: 'name', help: 'What to call it.' },
  address: { placeholder: 'address', help: 'The address to listen on; 0.0.0.0 and :: are all.' },
  port: { help: 'The port to listen on.' },
  type: { help: 'redirect sends everything to HTTPS but challenges.' },
  ...replacedByPoolFlags,
};

const create: CommandSpec = {
  name: 'create',
  summary: ops.create.summary,
  details: ['It is at once a solver named vs-INDEX, and an HTTPS one is a target of that name.'],
  operation: ops.create,
  flags: [
    ...flagsFor(VirtualServiceCreation, {
      ...fields,
      loadBalancer: { placeholder: 'name', help: 'The load balancer to make it on. (default: the default one)' },
      enabled: [disabledFlag],
      http2: [withoutHttp2Flag],
      realServers: [realServersFlag],
    }),
    ...poolFlags,
  ],
  examples: [
    'virtual-service create --type redirect --address 192.0.2.10 --port 80',
    'virtual-service create --type https --address 192.0.2.10 --port 443 --real-server 10.0.0.5:8080',
    'virtual-service create --type http --address 192.0.2.11 --port 80 --real-server 10.0.0.5:8080 --health-check http:/health,port=8081 --persistence cookie:node --unavailable 302=https://status.example.com/',
  ],
  async run(invocation) {
    const body = invocation.body(VirtualServiceCreation, await pageOf(invocation));
    return printService(invocation, await invocation.call(ops.create, { body }));
  },
};

const change: CommandSpec = {
  name: 'change',
  summary: ops.change.summary,
  details: [
    'Content rules are replaced as a whole, and only sub virtual services have them; attach-rule and detach-rule change one.',
    "An address, a port and a type are the whole virtual service's.",
  ],
  arguments: [anyIndex],
  operation: ops.change,
  flags: [
    ...flagsFor(VirtualServiceChange, {
      ...fields,
      enabled: enabledFlags,
      http2: http2Flags,
      contentRules: [contentRulesFlag, withoutContentRulesFlag],
    }),
    ...poolFlags,
  ],
  examples: [
    'virtual-service change 1 --port 8443',
    'virtual-service change 2 --content-rule api --scheduling least-connection --minimum-servers 2',
  ],
  async run(invocation) {
    const body = invocation.body(VirtualServiceChange, await pageOf(invocation));
    const params = { index: invocation.argument('index') };
    return printService(invocation, await invocation.call(ops.change, { params, body }));
  },
};

const convert: CommandSpec = {
  name: 'convert',
  summary: ops.convert.summary,
  details: [
    'Requests go on to the same real servers meanwhile. Afterwards it can have further sub virtual services, and prove names for certificates.',
  ],
  arguments: [index],
  operation: ops.convert,
  flags: flagsFor(VirtualServiceConversion, { name: { placeholder: 'name' } }),
  examples: ['virtual-service convert 1 --name shop'],
  async run(invocation) {
    const body = invocation.body(VirtualServiceConversion);
    const params = { index: invocation.argument('index') };
    return printService(invocation, await invocation.call(ops.convert, { params, body }));
  },
};

const remove: CommandSpec = {
  name: 'delete',
  summary: ops.delete.summary,
  arguments: [index],
  operation: ops.delete,
  flags: [yesFlag],
  async run(invocation) {
    const params = { index: invocation.argument('index') };
    await confirm(invocation, `Delete virtual service ${params.index}?`);
    await invocation.call(ops.delete, { params });
    invocation.print.result({ deleted: Number(params.index) }, () => `Deleted virtual service ${params.index}.\n`);
    return undefined;
  },
};

export const virtualServiceCommands: CommandGroup = {
  name: 'virtual-service',
  summary: 'Virtual services on HAProxy',
  commands: [
    create,
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      columns: virtualServiceColumns,
      flags: searchFlags(ops.list.query, { name: { placeholder: 'name' }, address: { placeholder: 'address' } }),
      empty: 'There are no virtual services. Create one: certfleet virtual-service create --help',
    }),
    {
      name: 'show',
      summary: ops.show.summary,
      arguments: [index],
      operation: ops.show,
      async run(invocation) {
        const params = { index: invocation.argument('index') };
        return printService(invocation, await invocation.call(ops.show, { params }));
      },
    },
    {
      name: 'statistics',
      summary: ops.statistics.summary,
      details: ['Requests, bytes and refusals are counted since it was made, over every change and reload.'],
      arguments: [{ ...anyIndex, optional: true }],
      operation: ops.statistics,
      async run(invocation) {
        const index = invocation.optionalArgument('index');
        const reply = await invocation.call(ops.statistics, { query: index === undefined ? {} : { index } });
        invocation.print.result(reply, () => statisticsText(reply.items, invocation.print.format));
        return undefined;
      },
    },
    change,
    remove,
    convert,
    ...subVirtualServiceCommands,
    ...realServerCommands,
    listCommand({
      name: 'load-balancers',
      operation: ops.loadBalancers,
      page: (invocation, query) => invocation.call(ops.loadBalancers, { query }),
      columns: loadBalancerColumns,
      empty: 'There are no load balancers.',
    }),
  ],
};
