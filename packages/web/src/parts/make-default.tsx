import { operations } from '@certfleet/contract';
import { useState } from 'react';
import { ActionButton } from './action.js';
import { Confirm } from './confirm.js';
import { FormerDefault } from './former-default.js';

/** Has a certificate that is assigned to a target shown to those clients as well that ask for no name it knows. */
export function MakeDefault({ certificate, target }: { certificate: string; target: string }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <ActionButton
        operation={operations.certificate.assign}
        variant="default"
        size="compact-xs"
        aria-label={`Make ${certificate} the default of ${target}`}
        onClick={() => setAsking(true)}
      >
        Make it the default…
      </ActionButton>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Make ${certificate} the default of ${target}?`}
        verb="Make it the default"
        operation={operations.certificate.assign}
        input={{ params: { name: certificate }, body: { target, isDefault: true } }}
      >
        Clients of {target} that ask for no name, or for one that no certificate there has, are shown {certificate}.
        <FormerDefault target={target} />
      </Confirm>
    </>
  );
}
