import { stat } from 'node:fs/promises';
import { type Event, operations } from '@certfleet/contract';
import type { CommandGroup, CommandSpec, Invocation } from '../command.js';
import { followEvents } from '../connection/server-events.js';
import { readMoment } from '../duration.js';
import { type Flag, fieldsFrom, flagsFor } from '../flags.js';
import { printable } from '../output/printable.js';
import { type Column, type Format, type Tone, toned } from '../output/table.js';
import { moment, momentAndDistance, when } from '../output/time.js';
import { refuseExisting, save } from './backup-parts.js';
import { listCommand } from './list.js';

const ops = operations.event;

const tones: Record<Event['outcome'], Tone> = { intended: 'busy', succeeded: 'good', failed: 'bad' };

const columns: Column<Event>[] = [
  { title: 'At', value: (event, format) => when(event.at, format) },
  { title: 'Who', value: event => event.actor },
  { title: 'Action', value: event => event.action },
  { title: 'Outcome', value: event => event.outcome, tone: event => tones[event.outcome] },
  { title: 'Message', value: event => event.message, flexible: 'wrap' },
];

const filters: Flag[] = flagsFor(ops.list.query, {
  cursor: [],
  limit: [],
  subject: { placeholder: 'noun:name', help: 'About this thing: certificate:www' },
  action: { help: 'Of this kind: certificate.issued, or certificate for all of their kinds' },
  actor: { help: 'By this one: user:alice, token:ci, system' },
  outcome: { help: 'With this outcome.' },
  search: { placeholder: 'text', help: 'With this in the message.' },
  since: { placeholder: 'when', help: 'Not older than this: a date, or 2h, 3d.' },
  until: { placeholder: 'when', help: 'Not newer than this: a date, or 2h, 3d.' },
  order: { help: 'Which come first.' },
});

/** `since` and `until` as the API takes them. */
function withMoments(invocation: Invocation, { since, until, ...query }: Record<string, unknown>) {
  const now = invocation.world.now();
  const bound = (name: string, text: unknown) =>
    typeof text === 'string' ? { [name]: readMoment(text, name, now, -1) } : {};
  return { ...query, ...bound('since', since), ...bound('until', until) };
}

const exporting: CommandSpec = {
  name: 'export',
  summary: ops.export.summary,
  arguments: [{ name: 'file', help: 'Where to write them' }],
  operation: ops.export,
  flags: [...filters, ...flagsFor(ops.export.query.pick({ format: true }))],
  examples: ['event export events.csv --since 30d', 'event export www.jsonl --subject certificate:www --format jsonl'],
  async run(invocation) {
    const file = invocation.argument('file');
    await refuseExisting(file);
    const query = withMoments(invocation, fieldsFrom(invocation.spec.flags ?? [], invocation.flags));
    await save(file, await invocation.call(ops.export, { query }));
    const { size } = await stat(file);
    invocation.print.result({ file, bytes: size }, () => `${file}: ${size} bytes.\n`);
    return undefined;
  },
};

const follow: CommandSpec = {
  name: 'follow',
  summary: 'Print events as they happen, until Ctrl-C',
  details: ['With --json each event is a document of its own, one a line.'],
  operation: ops.list,
  flags: filters.filter(({ name }) => ['subject', 'action', 'actor', 'outcome'].includes(name)),
  async run(invocation) {
    const { flags, print, world } = invocation;
    const [action, ...others] = ['action', 'subject', 'actor', 'outcome'] as const;
    const wanted = (event: Event) =>
      (!flags.has(action) || [event.action, nounOf(event)].some(one => one === flags.text(action))) &&
      others.every(field => !flags.has(field) || event[field] === flags.text(field));
    const connection = await invocation.connection();
    const events = followEvents(connection, world, world.interruption(), reason =>
      print.note(`Connecting again: ${reason}.`),
    );
    for await (const event of events) {
      if (!wanted(event)) continue;
      world.terminal.out.write(print.json ? `${JSON.stringify(event)}\n` : line(event, print.format));
    }
    return undefined;
  },
};

function nounOf({ action }: Event): string {
  return action.split('.', 1)[0] ?? '';
}

const show: CommandSpec = {
  name: 'show',
  summary: ops.show.summary,
  arguments: [{ name: 'id', help: 'The number of the event' }],
  operation: ops.show,
  async run(invocation) {
    const { print } = invocation;
    const event = await invocation.call(ops.show, { params: { id: invocation.argument('id') } });
    print.facts(event, [
      ['Event', String(event.id)],
      ['At', momentAndDistance(event.at, print.format)],
      ['Who', event.actor],
      ['Action', event.action],
      ['Subject', event.subject],
      ['Outcome', event.outcome, tones[event.outcome]],
      ['Message', event.message],
      ['Detail', JSON.stringify(event.detail)],
    ]);
    return undefined;
  },
};

function line(event: Event, format: Format): string {
  const subject = event.subject ? ` ${printable(event.subject)}` : '';
  const outcome = toned(event.outcome, tones[event.outcome], format);
  return `${moment(event.at, format)}  ${printable(event.actor)}  ${printable(event.action)}${subject}  ${outcome}: ${printable(event.message)}\n`;
}

export const eventCommands: CommandGroup = {
  name: 'event',
  summary: 'Events: who did what, and what became of it',
  commands: [
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query: withMoments(invocation, query) }),
      columns,
      empty: 'There are no such events.',
      flags: filters,
    }),
    show,
    follow,
    exporting,
  ],
};
