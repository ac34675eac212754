import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode, SyntheticEvent } from 'react';
import { ProblemAlert } from './problem-alert.js';

interface DialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  size?: 'md' | 'lg' | 'xl';
  /** Made anew whenever it is opened, so that nothing typed before is left. */
  children: () => ReactNode;
}

/** A window above the page. */
export function Dialog({ opened, onClose, title, size = 'md', children }: DialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && children()}
    </Modal>
  );
}

interface DialogFormProps {
  onSubmit: (event: SyntheticEvent) => void;
  onClose: () => void;
  isPending: boolean;
  /** What no field shows. */
  error: Error | null;
  /** On the button, as a verb: `Create`. */
  verb: string;
  children: ReactNode;
}

/** A form in a dialog, with the button that sends it and the one that leaves it. */
export function DialogForm({ onSubmit, onClose, isPending, error, verb, children }: DialogFormProps) {
  return (
    // The schemas check what is typed, with better words than the browser's.
    <form noValidate onSubmit={onSubmit}>
      <Stack>
        {children}
        {error && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isPending}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
