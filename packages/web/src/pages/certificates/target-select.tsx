import { operations, type Target } from '@certfleet/contract';
import { NamePicker } from '../../parts/name-picker.js';
import { placeOf } from '../virtual-services/words.js';

interface TargetSelectProps {
  value: string | null;
  onChange: (target: string | null) => void;
  /** Targets that can't be chosen, such as those that have it. */
  without?: readonly string[];
}

/** Where a certificate can be served. */
export function TargetSelect(props: TargetSelectProps) {
  return (
    <NamePicker<Target>
      label="Target"
      description="HTTPS virtual services are targets: they are also found by their names and addresses."
      operation={operations.target.list}
      remark={({ virtualService, type }) => (virtualService ? placeOf(virtualService) : type)}
      {...props}
    />
  );
}
