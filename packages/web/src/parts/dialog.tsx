import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode, SyntheticEvent } from 'react';
import { Form } from './form.js';
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
    <Form onSubmit={onSubmit}>
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
  );
}

interface FormDialogProps extends Omit<DialogFormProps, 'onSubmit'> {
  title: string;
  /** As `useOperationForm` gives it, with the rest. */
  submit: DialogFormProps['onSubmit'];
}

/** A short form in a dialog of its own, which is drawn while it is open only. */
export function FormDialog({ title, submit, ...form }: FormDialogProps) {
  return (
    <Dialog opened onClose={form.onClose} title={title}>
      {() => <DialogForm {...form} onSubmit={submit} />}
    </Dialog>
  );
}
