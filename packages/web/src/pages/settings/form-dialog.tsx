import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode, SyntheticEvent } from 'react';
import { Form } from '../../parts/form.js';
import { ProblemAlert } from '../../parts/problem-alert.js';

interface FormDialogProps {
  title: string;
  onClose: () => void;
  /** On the button, as a verb. */
  verb: string;
  submit: (event: SyntheticEvent) => void;
  isPending: boolean;
  error: Error | null;
  /** The fields. */
  children: ReactNode;
}

/** A short form over the page that it belongs to. It is drawn while it is open only, so each time it begins empty. */
export function FormDialog({ title, onClose, verb, submit, isPending, error, children }: FormDialogProps) {
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Form onSubmit={submit}>
        {children}
        {error && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={isPending}>
            {verb}
          </Button>
        </Group>
      </Form>
    </Modal>
  );
}
