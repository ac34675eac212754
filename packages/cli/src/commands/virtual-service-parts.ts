import {
  ContentRuleAttachment,
  operations,
  poolSettings,
  RealServerChange,
  RealServerCreation,
  SubVirtualServiceCreation,
  type VirtualService,
} from '@certfleet/contract';
import type { CommandSpec, Invocation } from '../command.js';
import { type Flag, flagsFor } from '../flags.js';
import { anyIndex, index } from './arguments.js';
import { confirm, yesFlag } from './confirm.js';
import { pageOf, poolFlags } from './pool-input.js';
import { contentRulesFlag, disabledFlag, enabledFlags, realServer, realServersFlag } from './virtual-service-input.js';
import { virtualServiceText } from './virtual-service-view.js';

const ops = operations.virtualService;

const subIndex = { name: 'index', help: 'The index of the sub virtual service' };
const rule = { name: 'rule', help: 'The content rule' };
const realServerArguments = [anyIndex, { name: 'real-server', help: "The real server's number in it" }];

/** A virtual service after a command that made or changed it. */
export function printService(invocation: Invocation, service: VirtualService): undefined {
  invocation.print.result(service, () => virtualServiceText(service, invocation.print.format));
}

const addSub: CommandSpec = {
  name: 'add-sub',
  summary: ops.addSub.summary,
  details: ['Without a content rule it takes the requests that no other one takes.'],
  arguments: [index],
  operation: ops.addSub,
  flags: [
    ...flagsFor(SubVirtualServiceCreation, {
      name: { placeholder: 'name', help: 'What to call it.' },
      enabled: [disabledFlag],
      contentRules: [contentRulesFlag],
      realServers: [realServersFlag],
      ...Object.fromEntries(Object.keys(poolSettings).map(field => [field, [] as Flag[]])),
    }),
    ...poolFlags,
  ],
  examples: ['virtual-service add-sub 1 --content-rule api --real-server 10.0.0.6:9000'],
  async run(invocation) {
    const body = invocation.body(SubVirtualServiceCreation, await pageOf(invocation));
    return printService(
      invocation,
      await invocation.call(ops.addSub, { params: { index: invocation.argument('index') }, body }),
    );
  },
};

const attachRule: CommandSpec = {
  name: 'attach-rule',
  summary: ops.attachRule.summary,
  arguments: [subIndex, rule],
  operation: ops.attachRule,
  flags: flagsFor(ContentRuleAttachment, { rule: [] }),
  examples: ['virtual-service attach-rule 2 api'],
  async run(invocation) {
    const body = invocation.body(ContentRuleAttachment, { rule: invocation.argument('rule') });
    const params = { index: invocation.argument('index') };
    return printService(invocation, await invocation.call(ops.attachRule, { params, body }));
  },
};

const detachRule: CommandSpec = {
  name: 'detach-rule',
  summary: ops.detachRule.summary,
  details: ['Without any rule it takes the requests that no other one takes.'],
  arguments: [subIndex, rule],
  operation: ops.detachRule,
  async run(invocation) {
    const params = { index: invocation.argument('index'), rule: invocation.argument('rule') };
    await invocation.call(ops.detachRule, { params });
    invocation.print.result(
      { detached: params.rule },
      () => `Detached ${params.rule} from sub virtual service ${params.index}.\n`,
    );
    return undefined;
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
    enabled: [disabledFlag],
  }),
  examples: ['virtual-service add-real-server 1 10.0.0.7:8080 --weight 50'],
  async run(invocation) {
    const body = invocation.body(RealServerCreation, realServer(invocation.argument('address:port')));
    return printService(
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
  details: ['Its number stays when its address or port is changed.'],
  flags: flagsFor(RealServerChange, {
    address: { placeholder: 'address', help: 'Where it listens.' },
    port: { help: 'Where it listens.' },
    enabled: enabledFlags,
  }),
  examples: [
    'virtual-service change-real-server 1 2 --weight 0',
    'virtual-service change-real-server 1 2 --port 8081 --connection-limit 200',
  ],
  async run(invocation) {
    const params = { index: invocation.argument('index'), realServer: invocation.argument('real-server') };
    const body = invocation.body(RealServerChange);
    return printService(invocation, await invocation.call(ops.changeRealServer, { params, body }));
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

/** What concerns the parts of a virtual service. */
export const subVirtualServiceCommands: CommandSpec[] = [addSub, deleteSub, attachRule, detachRule];

/** What concerns the servers behind it. */
export const realServerCommands: CommandSpec[] = [addRealServer, changeRealServer, deleteRealServer];
