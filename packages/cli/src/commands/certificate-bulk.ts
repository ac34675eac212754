import {
  type BulkPreview,
  type BulkProgress,
  type BulkRequest,
  CertificateFilter,
  operations,
} from '@certfleet/contract';
import type { CommandSpec, Invocation } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import { type Flag, fieldsFrom, flagsFor } from '../flags.js';
import { filterFlags, withMoments } from './certificate-filter.js';
import { assignment, reasonFlag } from './certificate-input.js';
import { confirm, yesFlag } from './confirm.js';

const ops = operations.certificate;
const actions = ['renew', 'delete', 'assign', 'revoke'];

const filters = flagsFor(CertificateFilter, filterFlags);
const ownFlags: Flag[] = [
  { name: 'certificate', placeholder: 'name', repeat: true, help: 'These certificates.' },
  { name: 'all', help: 'All that there are.' },
  { name: 'to', placeholder: 'target[:default]', help: 'Where to assign them.' },
  { ...reasonFlag, field: ['reason'] },
  { name: 'preview', help: 'Only show what would come of it.' },
  yesFlag,
];

/** What is to be done, and to which certificates. */
function request(invocation: Invocation): BulkRequest {
  const { flags } = invocation;
  const action = invocation.argument('action');
  if (!actions.includes(action)) {
    throw usageFailure(`${action} can't be done to many certificates.`, `Choose one of ${actions.join(', ')}.`);
  }
  const to = flags.text('to');
  if (action === 'assign' && to === undefined) throw usageFailure('--to is missing.', 'Name the target.');
  const reason = flags.text('reason');
  const act = {
    action,
    ...(action === 'assign' && to !== undefined ? assignment(to) : {}),
    ...(action === 'revoke' && reason !== undefined ? { reason } : {}),
  };
  // The server checks it.
  return { act, selection: selection(invocation) } as BulkRequest;
}

function selection(invocation: Invocation) {
  const { flags } = invocation;
  const certificates = flags.list('certificate');
  const filter = fieldsFrom(filters, flags);
  const ways = [certificates.length > 0, flags.has('all'), Object.keys(filter).length > 0].filter(Boolean).length;
  if (ways !== 1) {
    throw usageFailure(
      'Which certificates are meant is not said, or in more than one way.',
      'Give --certificate, or what they are found by, or --all.',
    );
  }
  return certificates.length > 0 ? { certificates } : { filter: withMoments(invocation, filter) };
}

/** Something is done to many certificates, step by step. */
export const bulkCommand: CommandSpec = {
  name: 'bulk',
  summary: ops.bulk.summary,
  details: [
    'It shows what would come of it, asks, and goes on step by step; Ctrl-C stops it after the step that is under way. Exit status 1: some were refused.',
  ],
  arguments: [{ name: 'action', help: actions.join(', ') }],
  operation: ops.bulk,
  flags: [...filters, ...ownFlags],
  examples: ['certificate bulk renew --policy default --expires-before 30d', 'certificate bulk assign --all --to vs-2'],
  async run(invocation) {
    const { print } = invocation;
    const body = request(invocation);
    const preview = await invocation.call(ops.bulkPreview, { body });
    if (invocation.flags.has('preview')) {
      print.result(preview, () => previewText(preview));
      return undefined;
    }
    print.note(previewText(preview).trimEnd());
    await confirm(invocation, `${body.act.action} them?`);
    let done = 0;
    const refused: BulkProgress['refused'] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const step: BulkProgress = await invocation.call(ops.bulk, {
        body: { ...body, ...(after === undefined ? {} : { after }) },
      });
      done += step.done;
      refused.push(...step.refused);
      after = step.next;
    }
    print.result({ done, refused }, () =>
      [`Done: ${done}. Refused: ${refused.length}.`, ...refused.map(refusal)].map(line => `${line}\n`).join(''),
    );
    return refused.length > 0 ? exitCodes.failed : undefined;
  },
};

function previewText({ total, possible, refusals, consequences }: BulkPreview): string {
  const meant = `${possible} of ${total} certificates.`;
  const more = total - possible - refusals.length;
  return [meant, ...consequences, ...refusals.map(refusal), ...(more > 0 ? [`… and ${more} more.`] : [])]
    .map(line => `${line}\n`)
    .join('');
}

function refusal({ certificate, reason }: BulkProgress['refused'][number]): string {
  return `Not ${certificate}: ${reason}`;
}
