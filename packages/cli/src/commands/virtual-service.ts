import {
  operations,
  RealServerChange,
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
import {
  contentRuleFlags,
  disabledFlag,
  enabledFlags,
  healthCheckFlag,
  realServer,
  realServersFlag,
  withoutContentRuleFlag,
} from './virtual-service-input.js';
import { loadBalancerColumns, virtualServiceColumns, virtualServiceText } from './virtual-service-view.js';

const ops = operations.virtualService;

const fields: Record<string, FieldFlags> = {
  name: { placeholder: 'name', help: 'What to call it.' },
  address: { placeholder: 'address', help: 'The address to listen on; 0.0.0.0 and :: are all.' },
  port: { help: 'The port to listen on.' },
  healthCheck: [healthCheckFlag],
};

const anyIndex = { name: 'index', help: 'The index of the virtual service or sub virtual service' };
const realServerArguments = [anyIndex, { name: 'real-server', help: "The real server's number in it" }];
const weightHelp = 'Its share of the requests, beside the weights of the others; 0: none.';

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
  details: ['A content rule is replaced as a whole; only sub virtual services have one.'],
  arguments: [anyIndex],
  operation: ops.change,
  flags: flagsFor(VirtualServiceChange, {
    ...fields,
    enabled: enabledFlags,
    contentRule: [...contentRuleFlags, withoutContentRuleFlag],
  }),
  examples: [
    'virtual-service change 1 --port 8443',
    'virtual-service change 2 --match path-prefix --pattern /api --disable',
  ],
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
    contentRule: contentRuleFlags,
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
  arguments: [anyIndex, { name: 'address:port', help: 'Where it listens; an IPv6 address in brackets' }],
  operation: ops.addRealServer,
  flags: flagsFor(RealServerCreation, {
    address: [],
    port: [],
    weight: { help: weightHelp },
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

const changeRealServer: CommandSpec = {
  name: 'change-real-server',
  summary: ops.changeRealServer.summary,
  arguments: realServerArguments,
  operation: ops.changeRealServer,
  flags: flagsFor(RealServerChange, { weight: { help: weightHelp }, enabled: enabledFlags }),
  examples: ['virtual-service change-real-server 1 2 --weight 0'],
  async run(invocation) {
    const params = { index: invocation.argument('index'), realServer: invocation.argument('real-server') };
    const body = invocation.body(RealServerChange);
    return print(invocation, await invocation.call(ops.changeRealServer, { params, body }));
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
  arguments: realServerArguments,
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
    changeRealServer,
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
