import type { BulkChange } from '@certfleet/contract';
import { Checkbox } from '@mantine/core';
import { ReasonSelect } from '../reason-select.js';
import { TargetSelect } from '../target-select.js';
import type { Details } from './act.js';

interface DetailsInputProps {
  action: BulkChange['action'];
  details: Details;
  change: (changed: Partial<Details>) => void;
}

/** The fields for what has to be said before something is done: where, or why. */
export function DetailsInput({ action, details, change }: DetailsInputProps) {
  const target = <TargetSelect value={details.target} onChange={chosen => change({ target: chosen })} />;
  switch (action) {
    case 'renew':
    case 'delete':
      return null;
    case 'unassign':
      return target;
    case 'assign':
      return (
        <>
          {target}
          <Checkbox
            label="Also for clients that ask for a name that no certificate has (default)"
            checked={details.isDefault}
            onChange={event => change({ isDefault: event.currentTarget.checked })}
          />
        </>
      );
    case 'revoke':
      return (
        <>
          <ReasonSelect value={details.reason} onChange={reason => change({ reason })} />
          <Checkbox
            label="Replace each first, wherever it is served"
            description="Without it clients are refused as soon as they learn of the revocation."
            checked={details.replaceFirst}
            onChange={event => change({ replaceFirst: event.currentTarget.checked })}
          />
        </>
      );
  }
}
