import type { BulkChange, BulkPreview, BulkSelection } from '@certfleet/contract';
import { useState } from 'react';
import { Dialog } from '../../../parts/dialog.js';
import { Ask } from './ask.js';
import { Run } from './run.js';
import { useBulkRun } from './use-bulk-run.js';
import { words } from './words.js';

interface BulkDialogProps {
  action: BulkChange['action'];
  selection: BulkSelection;
  onClose: () => void;
  /** It was done to all; what was refused is shown until the dialog is closed. */
  onDone: () => void;
}

/** Says what will happen to many certificates, has the server do it, and says what came of it. */
export function BulkDialog({ action, selection, onClose, onDone }: BulkDialogProps) {
  const [total, setTotal] = useState(0);
  const { run, start, leave } = useBulkRun({ onDone });
  const { title, done } = words[action];
  const begin = (act: BulkChange, preview: BulkPreview) => {
    setTotal(preview.total);
    start({ act, selection, preview });
  };
  return (
    <Dialog opened onClose={onClose} title={title} size="lg">
      {() =>
        run === null ? (
          <Ask action={action} selection={selection} onClose={onClose} onSure={begin} />
        ) : (
          <Run run={run} total={total} done={done} onLookAgain={leave} onClose={onClose} />
        )
      }
    </Dialog>
  );
}
