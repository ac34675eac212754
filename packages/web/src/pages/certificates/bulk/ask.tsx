import { type BulkChange, type BulkPreview, type BulkSelection, isForGood } from '@certfleet/contract';
import { Loader, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { DialogForm } from '../../../parts/dialog.js';
import { ProblemAlert } from '../../../parts/problem-alert.js';
import { actOf, firstDetails } from './act.js';
import { DetailsInput } from './details.js';
import { Preview } from './preview.js';
import { useBulkPreview } from './use-bulk-preview.js';
import { words } from './words.js';

interface AskProps {
  action: BulkChange['action'];
  selection: BulkSelection;
  onClose: () => void;
  /** The person wants what the preview says. */
  onSure: (act: BulkChange, preview: BulkPreview) => void;
}

/** Says what would come of it, and asks. */
export function Ask({ action, selection, onClose, onSure }: AskProps) {
  const [details, setDetails] = useState(() => firstDetails(action, selection));
  const [typed, setTyped] = useState('');
  const act = actOf(action, details);
  const { preview, error, refetch } = useBulkPreview(act, selection);
  const { verb } = words[action];
  const count = preview?.possible ?? 0;
  const isSure = !isForGood(action) || typed === String(count);
  const isReady = count > 0 && isSure;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isReady && act && preview) onSure(act, preview);
  };
  return (
    <DialogForm
      submit={submit}
      onClose={onClose}
      isPending={false}
      error={null}
      verb={count > 0 ? `${verb} ${count.toLocaleString('en')}` : verb}
      isReady={isReady}
      isGrave={isForGood(action)}
    >
      <DetailsInput action={action} details={details} change={changed => setDetails({ ...details, ...changed })} />
      {error && <ProblemAlert error={error} retry={refetch} />}
      {preview && <Preview preview={preview} verb={verb} />}
      {act && !preview && !error && <Loader size="sm" aria-label="Asking what would come of it" />}
      {isForGood(action) && count > 0 && (
        <TextInput
          label={`Type ${count}, how many they are, to go on`}
          autoComplete="off"
          value={typed}
          onChange={event => setTyped(event.currentTarget.value.trim())}
        />
      )}
    </DialogForm>
  );
}
