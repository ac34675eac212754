import {
  type BulkPreview,
  type BulkProgress,
  type BulkRequest,
  type BulkStep,
  isForGood,
  operations,
} from '@certfleet/contract';
import type { CommandSpec, Invocation } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { usageFailure } from '../failure.js';
import type { Flag } from '../flags.js';
import { assignment, reasonFlag } from './certificate-input.js';
import { selectionFlags, selectionOf } from './certificate-selection.js';
import { confirm, yesFlag } from './confirm.js';

const ops = operations.certificate;
const actions = ['renew', 'delete', 'assign', 'unassign', 'revoke'];

const ownFlags: Flag[] = [
  { name: 'to', placeholder: 'target[:default]', help: 'Where to assign them.' },
  { name: 'from', placeholder: 'target', help: 'Where to take them from.' },
  { ...reasonFlag, field: ['reason'] },
  { name: 'now', help: 'Revoke them at once, before they are replaced.' },
  { name: 'preview', help: 'Only show what would come of it.' },
  yesFlag,
];

/** What is to be done, and to which certificates. */
function request(invocation: Invocation): Pick<BulkStep, 'act' | 'selection'> {
  // The server checks it.
  return { act: act(invocation), selection: selectionOf(invocation) } as BulkStep;
}

function act(invocation: Invocation): Record<string, unknown> {
  const { flags } = invocation;
  const action = invocation.argument('action');
  switch (action) {
    case 'renew':
    case 'delete':
      return { action };
    case 'assign': {
      const to = flags.text('to');
      if (to === undefined) throw usageFailure('--to is missing.', 'Name the target.');
      return { action, ...assignment(to) };
    }
    case 'unassign': {
      const target = flags.text('from');
      if (target === undefined) throw usageFailure('--from is missing.', 'Name the target.');
      return { action, target };
    }
    case 'revoke':
      return { action, reason: flags.text('reason'), ...(flags.has('now') ? { replaceFirst: false } : {}) };
    default:
      throw usageFailure(`${action} can't be done to many certificates.`, `Choose one of ${actions.join(', ')}.`);
  }
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
  flags: [...selectionFlags, ...ownFlags],
  examples: [
    'certificate bulk renew --policy default --expires-before 30d',
    'certificate bulk assign --all --except www --to vs-2',
    'certificate bulk unassign --target vs-2 --from vs-2',
  ],
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
        body: { ...body, ...(after === undefined ? {} : { after }), ...agreement(body, preview, done) },
      });
      done += step.done;
      refused.push(...step.refused);
      after = step.next;
    }
    print.result({ done, refused }, () =>
      [`Done: ${done}. Refused: ${refused.length}.`, ...refused.map(one => `Not ${one.certificate}: ${one.reason}`)]
        .map(line => `${line}\n`)
        .join(''),
    );
    return refused.length > 0 ? exitCodes.failed : undefined;
  },
};

/** What was agreed to, where it can't be undone. `done`: by the steps before. */
function agreement({ act }: BulkRequest, { possible, asOf }: BulkPreview, done: number): Pick<BulkStep, 'agreed'> {
  return isForGood(act.action) ? { agreed: { most: possible - done, asOf } } : {};
}

function previewText({ total, possible, refusals, consequences }: BulkPreview): string {
  return [`${possible} of ${total} certificates.`, ...consequences, ...refusals.map(refusalText)]
    .map(line => `${line}\n`)
    .join('');
}

function refusalText({ reason, count, certificates }: BulkPreview['refusals'][number]): string {
  const more = count - certificates.length;
  return `Not ${certificates.join(', ')}${more > 0 ? ` and ${more} more` : ''}: ${reason}`;
}
