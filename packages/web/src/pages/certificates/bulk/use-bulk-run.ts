import { type BulkPreview, type BulkStep, isForGood, operations } from '@certfleet/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api } from '../../../api.js';
import { tellFailure } from '../../../parts/done.js';
import { collectionAt } from '../../../query.js';
import { nothingDone, type Tally, takeSteps } from './steps.js';
import { words } from './words.js';

const { bulk } = operations.certificate;

/** What is done, to which certificates, and what the person was told of it. */
interface BulkRequest extends Pick<BulkStep, 'act' | 'selection'> {
  preview: BulkPreview;
}

/** Something that is done to many certificates, step by step, and what the server has said of it. */
export interface BulkRun {
  tally: Tally;
  state: 'running' | 'stopping' | 'stopped' | 'failed' | 'over';
  error: Error | null;
  /** Takes no step after the one that is under way. */
  stop: () => void;
  /**
   * Goes on with the step that failed. Null: it can't be undone, and nobody knows how many of that step were dealt with.
   * The person has to see anew how many are left.
   */
  goOn: (() => void) | null;
}

/** Whether the server is at it. */
export function isUnderWay({ state }: BulkRun): boolean {
  return state === 'running' || state === 'stopping';
}

/**
 * Does something to many certificates once it is started; `run` is null until then, and after `leave`. It stops when the
 * page that shows it goes away, which is told then. `onDone`: the last step was taken.
 */
export function useBulkRun({ onDone }: { onDone: () => void }): {
  run: BulkRun | null;
  start: (request: BulkRequest) => void;
  leave: () => void;
} {
  const [tally, setTally] = useState(nothingDone);
  const [isStopped, setStopped] = useState(false);
  const isStopping = useRef(false);
  const isLeft = useRef(false);
  useEffect(() => {
    isLeft.current = false;
    return () => {
      isStopping.current = true;
      isLeft.current = true;
    };
  }, []);
  const client = useQueryClient();
  const run = useMutation({
    async mutationFn({ request, from }: { request: BulkRequest; from: Tally }) {
      isStopping.current = false;
      const { act, selection, preview } = request;
      const send = ({ after, done }: Tally) => {
        const agreed = { most: preview.possible - done, asOf: preview.asOf };
        const body = { act, selection, ...(after && { after }), ...(isForGood(act.action) && { agreed }) };
        return api.call(bulk, { body });
      };
      let last = from;
      try {
        for await (const told of takeSteps(send, from)) {
          last = told;
          setTally(told);
          if (told.after === null) onDone();
          if (isStopping.current) break;
        }
      } finally {
        if (isLeft.current && last.after !== null) tellLeft(request, last);
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: [collectionAt(bulk.path)] }),
  });
  const { variables } = run;
  const begin = {
    start(request: BulkRequest) {
      setTally(nothingDone);
      setStopped(false);
      run.mutate({ request, from: nothingDone });
    },
    leave: run.reset,
  };
  if (variables === undefined) return { run: null, ...begin };
  const state = (): BulkRun['state'] => {
    if (run.isPending) return isStopped ? 'stopping' : 'running';
    if (run.error) return 'failed';
    return tally.after === null ? 'over' : 'stopped';
  };
  const shown: BulkRun = {
    tally,
    state: state(),
    error: run.error,
    stop: () => {
      isStopping.current = true;
      setStopped(true);
    },
    goOn: isForGood(variables.request.act.action)
      ? null
      : () => {
          setStopped(false);
          run.mutate({ request: variables.request, from: tally });
        },
  };
  return { run: shown, ...begin };
}

/** The page with the account of it is gone: what was done stands where the person is now. */
function tellLeft({ act, preview }: BulkRequest, { done, refused }: Tally): void {
  const { title, done: dealtWith } = words[act.action];
  const count = (number: number) => number.toLocaleString('en');
  tellFailure(
    `${title}: stopped when its page was left`,
    new Error(
      `${count(done)} of ${count(preview.total)} ${dealtWith}${refused.length > 0 ? `, ${count(refused.length)} refused` : ''}. Of a step that failed some may have been done as well; the rest is as it was.`,
    ),
  );
}
