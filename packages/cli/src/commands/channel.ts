import { type Channel, ChannelChange, ChannelCreation, operations } from '@certfleet/contract';
import type { CommandGroup } from '../command.js';
import { type FieldFlags, type Flag, flagsFor } from '../flags.js';
import type { Column, Fact, Format } from '../output/table.js';
import { momentAndDistance, when } from '../output/time.js';
import { name } from './arguments.js';
import { deleteCommand } from './deletion.js';
import { listCommand } from './list.js';
import { configFlags, configOf, configText, unsetFlag } from './plugin-config.js';
import { showCommand } from './show.js';

const ops = operations.channel;

const columns: Column<Channel>[] = [
  { title: 'Name', value: channel => channel.name },
  { title: 'Type', value: channel => channel.type },
  { title: 'Tells', value: toldText, flexible: 'cut' },
  { title: 'Waiting', value: channel => String(channel.waiting) },
  { title: 'Last sent', value: (channel, format) => lastSent(channel, format) },
  { title: 'State', value: stateText, flexible: 'cut' },
];

function toldText({ kinds, severity, labels }: Channel): string {
  if (kinds.length === 0) return '–';
  return [kinds.join(','), ...(severity === 'info' ? [] : [`from ${severity} on`]), ...labels].join(' ');
}

function lastSent({ lastSentAt }: Channel, format: Format): string {
  return lastSentAt === null ? 'never' : when(lastSentAt, format);
}

function stateText({ enabled, lastError }: Channel): string {
  if (!enabled) return 'disabled';
  return lastError === null ? 'fine' : `fails: ${lastError.message}`;
}

function facts(channel: Channel, format: Format): Fact[] {
  const { lastSentAt, lastError } = channel;
  const settings: Fact[] = [
    ['Tells', channel.kinds.join(', ')],
    ['From', `${channel.severity} on`],
    ['Labels', channel.labels.join(', ') || 'any'],
    ['Holders', channel.accountHolders ? 'of accounts are told, too' : 'of accounts are not told'],
    ['Collects', `for ${channel.collectSeconds} s`],
    ['Waiting', `${channel.waiting} notice(s)`],
  ];
  return [
    ['Name', channel.name],
    ['Type', channel.type],
    ['Used', channel.enabled ? 'yes' : 'no, it is disabled'],
    ['Configuration', configText(channel.config)],
    ...(channel.kinds.length > 0 ? settings : []),
    ['Last sent', lastSentAt === null ? 'never' : momentAndDistance(lastSentAt, format)],
    ...(lastError === null
      ? []
      : [
          ['Error', lastError.message] satisfies Fact,
          ['Failed', `${lastError.attempts} times, last ${momentAndDistance(lastError.at, format)}`] satisfies Fact,
        ]),
    ['Created', momentAndDistance(channel.createdAt, format)],
  ];
}

const switches = (field: string, on: Flag, off: Flag): Flag[] => [
  { ...on, field: [field] },
  { ...off, field: [field], value: false },
];

const fields: Record<string, FieldFlags> = {
  config: [],
  enabled: switches(
    'enabled',
    { name: 'enable', help: 'Use it (as a new one is).' },
    { name: 'disable', help: 'Do not use it; what it has not told yet is dropped.' },
  ),
  kinds: { name: 'notice', help: 'What it tells of; may be repeated. Left out of a new one: everything.' },
  labels: { name: 'label', placeholder: 'key[=value]' },
  accountHolders: switches(
    'accountHolders',
    { name: 'account-holders', help: "Also mail to the CA account's e-mail address what is told of its certificates." },
    { name: 'without-account-holders', help: 'Do not mail to the e-mail addresses of accounts.' },
  ),
};

export const channelCommands: CommandGroup = {
  name: 'channel',
  summary: 'Channels: whom to tell what happens, and how',
  commands: [
    {
      name: 'create',
      summary: ops.create.summary,
      details: ['What each type can be configured with: docs/reference/channels.md'],
      arguments: [name('What to call the channel')],
      operation: ops.create,
      flags: [
        ...flagsFor(ChannelCreation, {
          ...fields,
          name: [],
          type: { placeholder: 'type', help: 'smtp, webhook, heartbeat' },
        }),
        ...configFlags,
      ],
      examples: [
        `channel create ops --type smtp --set host=mail.example.org --set from=certfleet@example.org --set 'to=["ops@example.org"]' --set user=certfleet --set-secret password`,
        'channel create chat --type webhook --set form=slack --set-secret url --notice failed --notice expiring',
        'channel create alive --type heartbeat --set-secret url --set everyMinutes=5',
      ],
      async run(invocation) {
        const body = invocation.body(ChannelCreation, {
          name: invocation.argument('name'),
          config: await configOf(invocation),
        });
        const channel = await invocation.call(ops.create, { body });
        invocation.print.facts(channel, facts(channel, invocation.print.format));
        return undefined;
      },
    },
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      columns,
      empty: 'There are no channels: nobody is told when something fails. Create one: certfleet channel create --help',
    }),
    showCommand({
      what: 'the channel',
      operation: ops.show,
      show: (invocation, params) => invocation.call(ops.show, { params }),
      facts,
    }),
    {
      name: 'change',
      summary: ops.change.summary,
      details: ['Fields that are not named keep their values. What waits to be told is tried at once.'],
      arguments: [name('The channel')],
      operation: ops.change,
      flags: [...flagsFor(ChannelChange, fields), ...configFlags, unsetFlag],
      examples: [
        'channel change ops --severity warning --label team=shop',
        'channel change ops --set-secret password',
        'channel change hook --unset secret --set form=slack',
      ],
      async run(invocation) {
        const params = { name: invocation.argument('name') };
        const given = await configOf(invocation);
        // The server keeps the fields that are not given.
        const body = invocation.body(ChannelChange, Object.keys(given).length > 0 ? { config: given } : {});
        const channel = await invocation.call(ops.change, { params, body });
        invocation.print.facts(channel, facts(channel, invocation.print.format));
        return undefined;
      },
    },
    {
      name: 'test',
      summary: ops.test.summary,
      details: ['It says what came back. After a success, what waits to be told is tried, too.'],
      arguments: [name('The channel')],
      operation: ops.test,
      async run(invocation) {
        const result = await invocation.call(ops.test, { params: { name: invocation.argument('name') } });
        invocation.print.result(result, () => `${result.message}\n`);
        return undefined;
      },
    },
    deleteCommand({
      what: 'the channel',
      operation: ops.delete,
      delete: (invocation, params) => invocation.call(ops.delete, { params }),
    }),
  ],
};
