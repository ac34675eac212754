import { type Certificate, operations, type RevocationReason } from '@certfleet/contract';
import { Button, Checkbox, Group, Modal, Progress, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { api } from '../../api.js';
import { saveFile } from '../../parts/save-file.js';
import { collectionAt } from '../../query.js';
import { type BulkAction, certificatesCsv, csvOf, doToEach, type Outcome, planOf, type Refusal } from './bulk.js';
import { ReasonSelect } from './reason-select.js';
import { TargetSelect } from './target-select.js';

const { certificate: ops } = operations;

/** So many are asked for at once, so that the server has time for others. */
const atOnce = 4;
/** So many lines are drawn; the rest is in the file. */
const mostLines = 100;

const words: Record<BulkAction, { title: string; verb: string; done: string; about: string }> = {
  renew: {
    title: 'Renew certificates',
    verb: 'Renew',
    done: 'asked to be renewed',
    about:
      'A new version of each is ordered at once, whatever its plan says, and deployed wherever it is assigned. What is served stays until then. The limits of the CA count.',
  },
  assign: {
    title: 'Assign certificates',
    verb: 'Assign',
    done: 'assigned',
    about: 'Each is served on the target for its names from now on, beside what is there.',
  },
  revoke: {
    title: 'Revoke certificates',
    verb: 'Revoke',
    done: 'revoked, or to be revoked as soon as it is replaced',
    about:
      'The CA declares the current version of each invalid for good, and its key is never certified again. This can’t be undone.',
  },
  delete: {
    title: 'Delete certificates',
    verb: 'Delete',
    done: 'deleted',
    about:
      'Each is forgotten here with its versions and private keys. At the CA it stays valid until it expires. This can’t be undone.',
  },
  export: {
    title: 'Export certificates',
    verb: 'Export',
    done: 'exported',
    about: 'One text file with the current version of each and its chain (PEM), without private keys.',
  },
};

interface BulkDialogProps {
  action: BulkAction;
  certificates: readonly Certificate[];
  onClose: () => void;
  /** Everything was asked for; what was refused is shown until the dialog is closed. */
  onDone: () => void;
}

/** Says what will happen to each certificate, does it, and says what came of each. */
export function BulkDialog({ action, certificates, onClose, onDone }: BulkDialogProps) {
  const [phase, setPhase] = useState<'asking' | 'running' | 'over'>('asking');
  const [plan] = useState(() => planOf(action, certificates));
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const [choice, setChoice] = useState<Choice>({
    target: null,
    isDefault: false,
    reason: 'unspecified',
    replaceFirst: true,
  });
  const [typed, setTyped] = useState('');
  const client = useQueryClient();
  const abort = useRef(new AbortController());
  useEffect(() => () => abort.current.abort(), []);
  const { title, verb, about, done } = words[action];
  const count = plan.does.length;
  const isDestructive = action === 'revoke' || action === 'delete';
  const isReady =
    count > 0 && (action !== 'assign' || choice.target !== null) && (!isDestructive || typed === String(count));

  const run = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (!isReady) return;
    setPhase('running');
    const exported: string[] = [];
    await doToEach(
      plan.does.map(({ name }) => name),
      async name => {
        const text = await actOn(action, name, choice);
        if (text !== undefined) exported.push(text);
      },
      { atOnce, signal: abort.current.signal, onOutcome: outcome => setOutcomes(all => [...all, outcome]) },
    );
    if (exported.length > 0) saveFile('certificates.pem', exported.join(''), 'application/x-pem-file');
    client.invalidateQueries({ queryKey: [collectionAt(ops.list.path)] });
    setPhase('over');
    onDone();
  };

  const failed = outcomes.flatMap(({ name, error }) => (error ? [{ name, reason: error.message }] : []));
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      {phase === 'asking' ? (
        <Stack component="form" onSubmit={run}>
          <Text>{about}</Text>
          <Text fw={600}>
            {verb} {count.toLocaleString()} of {certificates.length.toLocaleString()} chosen
          </Text>
          <Refusals title="Left out, and why" refusals={plan.refused} />
          {action === 'assign' && (
            <>
              <TargetSelect value={choice.target} onChange={target => setChoice({ ...choice, target })} />
              <Checkbox
                label="Also for clients that ask for a name that no certificate has (default)"
                checked={choice.isDefault}
                onChange={event => setChoice({ ...choice, isDefault: event.currentTarget.checked })}
              />
            </>
          )}
          {action === 'revoke' && (
            <>
              <ReasonSelect value={choice.reason} onChange={reason => setChoice({ ...choice, reason })} />
              <Checkbox
                label="Replace each first, wherever it is served"
                description="Without it clients are refused as soon as they learn of the revocation."
                checked={choice.replaceFirst}
                onChange={event => setChoice({ ...choice, replaceFirst: event.currentTarget.checked })}
              />
            </>
          )}
          {action === 'export' && (
            <Button
              variant="default"
              onClick={() => saveFile('certificates.csv', certificatesCsv(certificates), 'text/csv')}
            >
              Save the list of all {certificates.length.toLocaleString()} as a table (CSV) instead
            </Button>
          )}
          {isDestructive && count > 0 && (
            <TextInput
              label={`Type ${count}, how many they are, to go on`}
              autoComplete="off"
              value={typed}
              onChange={event => setTyped(event.currentTarget.value.trim())}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <Button type="submit" disabled={!isReady} {...(isDestructive ? { color: 'red' } : {})}>
              {verb} {count.toLocaleString()}
            </Button>
          </Group>
        </Stack>
      ) : (
        <Stack>
          <Progress value={(100 * outcomes.length) / count} aria-label="How far it is" />
          <Text role="status">
            {(outcomes.length - failed.length).toLocaleString()} of {count.toLocaleString()} {done}
            {failed.length > 0 && `, ${failed.length.toLocaleString()} refused`}.
          </Text>
          <Refusals title="Refused, and why" refusals={failed} />
          <Group justify="flex-end">
            {phase === 'running' ? (
              <Button variant="default" onClick={() => abort.current.abort()}>
                Stop after those that have begun
              </Button>
            ) : (
              <>
                <Button variant="default" onClick={() => saveOutcomes(outcomes, plan.refused)}>
                  Save what came of each (CSV)
                </Button>
                <Button onClick={onClose}>Close</Button>
              </>
            )}
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

interface Choice {
  target: string | null;
  isDefault: boolean;
  reason: RevocationReason;
  replaceFirst: boolean;
}

/** Asks the server. What it gives back is the text of an export. */
async function actOn(action: BulkAction, name: string, choice: Choice): Promise<string | undefined> {
  const params = { name };
  switch (action) {
    case 'renew':
      await api.call(ops.renew, { params });
      return undefined;
    case 'assign':
      await api.call(ops.assign, { params, body: { target: choice.target ?? '', isDefault: choice.isDefault } });
      return undefined;
    case 'revoke':
      await api.call(ops.revoke, { params, body: { reason: choice.reason, replaceFirst: choice.replaceFirst } });
      return undefined;
    case 'delete':
      await api.call(ops.delete, { params });
      return undefined;
    case 'export': {
      const { certificate, chain, version } = await api.call(ops.export, { params, body: { format: 'pem' } });
      return `# ${name}, version ${version}\n${certificate}${chain}`;
    }
  }
}

function saveOutcomes(outcomes: readonly Outcome[], refused: readonly Refusal[]): void {
  const rows = [
    ['name', 'outcome', 'reason'],
    ...outcomes.map(({ name, error }) => [name, error ? 'refused' : 'done', error?.message ?? '']),
    ...refused.map(({ name, reason }) => [name, 'left out', reason]),
  ];
  saveFile('outcome.csv', csvOf(rows), 'text/csv');
}

function Refusals({ title, refusals }: { title: string; refusals: readonly Refusal[] }) {
  if (refusals.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section aria-label={title} tabIndex={0} style={{ maxHeight: '16rem', overflow: 'auto' }}>
      <Text size="sm" fw={600}>
        {title} ({refusals.length.toLocaleString()})
      </Text>
      <ul>
        {refusals.slice(0, mostLines).map(({ name, reason }) => (
          <li key={name} className="breaks">
            <Text size="sm">
              <strong>{name}</strong>: {reason}
            </Text>
          </li>
        ))}
      </ul>
      {refusals.length > mostLines && (
        <Text size="sm">… and {(refusals.length - mostLines).toLocaleString()} more.</Text>
      )}
    </section>
  );
}
