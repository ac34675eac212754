import { operations } from '@certfleet/contract';
import { useState } from 'react';
import { ActionButton } from './action.js';
import { Confirm } from './confirm.js';
import { tellDone } from './done.js';

/** Goes on with the work; asks first, since two instances of one backup must not both work. */
export function ResumeButton({ size = 'sm' }: { size?: 'xs' | 'sm' }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <ActionButton operation={operations.system.resume} size={size} onClick={() => setOpened(true)}>
        Resume
      </ActionButton>
      <Confirm
        opened={opened}
        onClose={() => setOpened(false)}
        title="Resume Certfleet?"
        verb="Resume"
        operation={operations.system.resume}
        input={{}}
        onDone={() => tellDone('Certfleet works again.')}
      >
        What is due is issued, renewed and deployed from now on. After a restore: only when the instance that the backup
        was made of no longer works.
      </Confirm>
    </>
  );
}
