import { operations } from '@certfleet/contract';
import { Confirm } from './confirm.js';
import { tellDone } from './done.js';

interface UnassignProps {
  certificate: string;
  /** Null: nothing is asked. */
  target: string | null;
  onClose: () => void;
}

/** Asks before a certificate is taken from a target. */
export function Unassign({ certificate, target, onClose }: UnassignProps) {
  if (target === null) return null;
  return (
    <Confirm
      opened
      onClose={onClose}
      title={`Take ${certificate} from ${target}?`}
      verb="Unassign"
      operation={operations.certificate.unassign}
      input={{ params: { name: certificate, target } }}
      onDone={() => tellDone(`${certificate} was taken from ${target}.`)}
    >
      Clients of {target} that ask for its names are shown the default certificate from then on, which they refuse
      unless it has the same names. To replace it, assign the new one first. The certificate itself stays here.
    </Confirm>
  );
}
