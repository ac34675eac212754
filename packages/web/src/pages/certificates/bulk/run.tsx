import { ApiError, type BulkProgress, csvLine } from '@certfleet/contract';
import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import { useHeldOpen } from '../../../parts/dialog.js';
import { ProblemAlert } from '../../../parts/problem-alert.js';
import { saveFile } from '../../../parts/save-file.js';
import { Refusals } from './refusals.js';
import { type BulkRun, isUnderWay } from './use-bulk-run.js';

/** So many lines are drawn; the file has the rest. */
const mostLines = 100;

interface RunProps {
  run: BulkRun;
  /** How many were meant when it began. */
  total: number;
  /** What was done to each: `deleted`. */
  done: string;
  /** Back to what would come of it. */
  onLookAgain: () => void;
  onClose: () => void;
}

/** How far it is, and who was refused with the reason: what the server has said so far. */
export function Run({ run, total, done, onLookAgain, onClose }: RunProps) {
  const { tally, state, error, stop, goOn } = run;
  const { refused } = tally;
  const [isAskedToClose, setAskedToClose] = useState(false);
  useHeldOpen(
    isUnderWay(run),
    useCallback(() => setAskedToClose(true), []),
  );
  const share = state === 'over' ? 1 : (tally.done + refused.length) / Math.max(1, total);
  return (
    <Stack>
      <Progress value={Math.min(100, 100 * share)} aria-label="How far it is" />
      <Text role="status">
        {tally.done.toLocaleString('en')} of {total.toLocaleString('en')} {done}
        {refused.length > 0 && `, ${refused.length.toLocaleString('en')} refused`}.
        {state === 'stopped' && ' It was stopped: the rest is as it was.'}
      </Text>
      {error && (
        <>
          <Text>
            {isRefused(error)
              ? 'Nothing of this step was done.'
              : `The step that was under way may have been done in part.${goOn ? ' Trying again begins with it.' : ''}`}
          </Text>
          <ProblemAlert error={error} {...(goOn && { retry: goOn })} />
        </>
      )}
      <Refusals title="Refused, and why" count={refused.length}>
        {refused.slice(0, mostLines).map(({ certificate, reason }) => (
          <li key={certificate} className="breaks">
            <Text size="sm">
              <strong>{certificate}</strong>: {reason}
            </Text>
          </li>
        ))}
        {refused.length > mostLines && <li>… and {(refused.length - mostLines).toLocaleString('en')} more</li>}
      </Refusals>
      {isAskedToClose && isUnderWay(run) && (
        <Alert color="yellow" role="alert">
          The server is at it. Stop it first, or wait for the end: it can be closed then, and you know what was done.
        </Alert>
      )}
      <Group justify="flex-end">
        {isUnderWay(run) ? (
          <Button variant="default" loading={state === 'stopping'} onClick={stop}>
            Stop after this step
          </Button>
        ) : (
          <>
            {error && !goOn && (
              <Button variant="default" onClick={onLookAgain}>
                Look again at what is left
              </Button>
            )}
            {refused.length > 0 && (
              <Button variant="default" onClick={() => saveRefused(refused)}>
                Save what was refused (CSV)
              </Button>
            )}
            <Button onClick={onClose}>Close</Button>
          </>
        )}
      </Group>
    </Stack>
  );
}

/** Whether the server has said that it did not do it; else what became of the step is not known. */
function isRefused(error: Error): boolean {
  return error instanceof ApiError && error.problem.status < 500;
}

function saveRefused(refused: BulkProgress['refused']): void {
  const lines = refused.map(({ certificate, reason }) => csvLine([certificate, reason]));
  saveFile('refused.csv', csvLine(['name', 'reason']) + lines.join(''), 'text/csv');
}
