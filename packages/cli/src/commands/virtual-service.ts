import {
  ContentRule,
  operations,
  RealServerCreation,
  SubVirtualServiceCreation,
  type VirtualService,
  VirtualServiceChange,
  VirtualServiceCreation,
} from '@certfleet/contract';
import type { CommandGroup, CommandSpec, Invocation } from '../command.js';
import { type FieldFlags, flagsFor } from '../flags.js';
import { index } from './arguments.js';
import { confirm, yesFlag } from './confirm.js';
import { listCommand } from './list.js';
import { disabledFlag, healthCheckFlag, realServer, realServersFlag } from './virtual-service-input.js';
import { loadBalancerColumns, virtualServiceColumns, virtualServiceText } from './virtual-service-view.js';

const ops = operations.virtualService;

const fields: Record<string, FieldFlags> = {
  name: { placeholder: 'name', help: 'What to call it.' },
  address: { placeholder: 'address', help: 'The address to listen on; 0.0.0.0 and :: are all.' },
  port: { help: 'The port to listen on.' },
  healthCheck: [healthCheckFlag],
};

function print(invocation: Invocation, service: VirtualService): undefined {
  invocation.print.result(service, () => virtualServiceText(service, invocation.print.format));
}

const create: CommandSpec = {
  name: 'create',
  summary: ops.create.summary,
  details: ['It is at once a solver named vs-INDEX, and an HTTPS one is a target of that name.'],
  operation: ops.create,
  flags: flagsFor(VirtualServiceCreation, {
    ...fields,
    loadBalancer: { placeholder: 'name', help: 'The load balancer to make it on. (default: the default one)' },
    type: { help: 'redirect sends everything to HTTPS but challenges.' },
    enabled: [disabledFlag],
    realServers: [realServersFlag],
  }),
  examples: [
    'virtual-service create --type redirect --address 192.0.2.10 --port 80',
    'virtual-service create --type https --address 192.0.2.10 --port 443 --real-server 10.0.0.5:8080',
  ],
  async run(invocation) {
    return print(invocation, await invocation.call(ops.create, { body: invocation.body(VirtualServiceCreation) }));
  },
};

const change: CommandSpec = {
  name: 'change',
  summary: ops.change.summary,
  arguments: [index],
  operation: ops.change,
  flags: flagsFor(VirtualServiceChange, {
    ...fields,
    enabled: [
      { name: 'enable', field: ['enabled'], help: 'Take requests.' },
      { ...disabledFlag, name: 'disable', help: 'Take no requests.' },
    ],
  }),
  async run(invocation) {
    const body = invocation.body(VirtualServiceChange);
    return print(
      invocation,
      await invocation.call(ops.change, { params: { index: invocation.argument('index') }, body }),
    );
  },
};

const addSub: CommandSpec = {
  name: 'add-sub',
  summary: ops.addSub.summary,
  details: ['Without --match and --pattern it takes the requests that no other one takes.'],
  arguments: [index],
  operation: ops.addSub,
  flags: flagsFor(SubVirtualServiceCreation, {
    name: { placeholder: 'name', help: 'What to call it.' },
    enabled: [disabledFlag],
    contentRule: flagsFor(
      ContentRule,
      {
        match: { required: false, help: 'What of a request is compared.' },
        pattern: { required: false, placeholder: 'text', help: 'What it is compared with.' },
        negate: [{ name: 'negate', field: ['contentRule', 'negate'], help: 'Take the requests that do not match.' }],
        ignoreCase: [
          { name: 'ignore-case', field: ['contentRule', 'ignoreCase'], help: 'Compare without regard to case.' },
        ],
      },
      ['contentRule'],
    ),
    healthCheck: [healthCheckFlag],
    realServers: [realServersFlag],
  }),
  examples: ['virtual-service add-sub 1 --match path-prefix --pattern /api --real-server 10.0.0.6:9000'],
  async run(invocation) {
    const body = invocation.body(SubVirtualServiceCreation);
    return print(
      invocation,
      await invocation.call(ops.addSub, { params: { index: invocation.argument('index') }, body }),
    );
  },
};

const addRealServer: CommandSpec = {
  name: 'add-real-server',
  summary: ops.addRealServer.summary,
  arguments: [
    { name: 'index', help: 'The index of the virtual service or sub virtual service' },
    { name: 'address:port', help: 'Where it listens; an IPv6 address in brackets' },
  ],
  operation: ops.addRealServer,
  flags: flagsFor(RealServerCreation, {
    address: [],
    port: [],
    weight: { help: 'Its share of the requests, beside the weights of the others; 0: none.' },
    enabled: [disabledFlag],
  }),
  examples: ['virtual-service add-real-server 1 10.0.0.7:8080 --weight 50'],
  async run(invocation) {
    const body = invocation.body(RealServerCreation, realServer(invocation.argument('address:port')));
    return print(
      invocation,
      await invocation.call(ops.addRealServer, { params: { index: invocation.argument('index') }, body }),
    );
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

const deleteSub: CommandSpec = {
  name: 'delete-sub',
  summary: ops.deleteSub.summary,
  arguments: [index, { name: 'sub-index', help: 'The index of the sub virtual service' }],
  operation: ops.deleteSub,
  flags: [yesFlag],
  async run(invocation) {
    const params = { index: invocation.argument('index'), subIndex: invocation.argument('sub-index') };
    await confirm(invocation, `Delete sub virtual service ${params.subIndex}?`);
    await invocation.call(ops.deleteSub, { params });
    invocation.print.result(
      { deleted: Number(params.subIndex) },
      () => `Deleted sub virtual service ${params.subIndex}.\n`,
    );
    return undefined;
  },
};

const deleteRealServer: CommandSpec = {
  name: 'delete-real-server',
  summary: ops.deleteRealServer.summary,
  arguments: [
    { name: 'index', help: 'The index of the virtual service or sub virtual service' },
    { name: 'real-server', help: "The real server's number in it" },
  ],
  operation: ops.deleteRealServer,
  flags: [yesFlag],
  async run(invocation) {
    const params = { index: invocation.argument('index'), realServer: invocation.argument('real-server') };
    await confirm(invocation, `Delete real server ${params.realServer} of virtual service ${params.index}?`);
    await invocation.call(ops.deleteRealServer, { params });
    invocation.print.result(
      { deleted: Number(params.realServer) },
      () => `Deleted real server ${params.realServer} of virtual service ${params.index}.\n`,
    );
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
      empty: 'There are no virtual services. Create one: certfleet virtual-service create --help',
    }),
    {
      name: 'show',
      summary: ops.show.summary,
      arguments: [index],
      operation: ops.show,
      async run(invocation) {
        return print(invocation, await invocation.call(ops.show, { params: { index: invocation.argument('index') } }));
      },
    },
    change,
    remove,
    addSub,
    deleteSub,
    addRealServer,
    deleteRealServer,
    listCommand({
      name: 'load-balancers',
      operation: ops.loadBalancers,
      page: (invocation, query) => invocation.call(ops.loadBalancers, { query }),
      columns: loadBalancerColumns,
      empty: 'There are no load balancers.',
    }),
  ],
};
