import { Button, Group, Modal } from '@mantine/core';
import { createContext, type ReactNode, type SyntheticEvent, useContext, useLayoutEffect, useRef } from 'react';
import { useFocusGivenBack } from './focus.js';
import { Form } from './form.js';
import { ProblemAlert } from './problem-alert.js';
import { WaitingButton } from './waiting-button.js';

/** What is asked to close: null closes it, else it is called instead. */
type Hold = { current: (() => void) | null };

const HoldContext = createContext<Hold | null>(null);

/**
 * While `isHeld`, the dialog around it does not close, by whichever way it is asked to: what comes of the call would have
 * nowhere to stand. `onAsked`: it was asked to.
 */
export function useHeldOpen(isHeld: boolean, onAsked: () => void = nothing): void {
  const hold = useContext(HoldContext);
  if (!hold) throw new Error('Dialog is missing around this component.');
  useLayoutEffect(() => {
    hold.current = isHeld ? onAsked : null;
    return () => {
      hold.current = null;
    };
  }, [hold, isHeld, onAsked]);
}

const nothing = () => undefined;

interface DialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  size?: 'md' | 'lg' | 'xl';
  /** Only what stands in it closes it: it has what would be lost. */
  isKept?: boolean;
  /** Made anew whenever it is opened, so that nothing typed before is left. */
  children: () => ReactNode;
}

/** A window above the page, which keeps the focus inside while it is open and gives it back. */
export function Dialog({ children, size = 'md', isKept = false, onClose, ...window }: DialogProps) {
  const hold: Hold = useRef(null);
  useFocusGivenBack(window.opened);
  const close = () => (hold.current ?? onClose)();
  return (
    <Modal
      {...window}
      onClose={close}
      size={size}
      returnFocus={false}
      withCloseButton={!isKept}
      closeOnEscape={!isKept}
      closeOnClickOutside={!isKept}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <HoldContext value={hold}>{window.opened && children()}</HoldContext>
    </Modal>
  );
}

/** As `useOperationForm` gives it. */
interface DialogFormProps {
  submit: (event: SyntheticEvent) => void;
  onClose: () => void;
  isPending: boolean;
  /** What no field shows. */
  error: Error | null;
  /** On the button, as a verb: `Create`. */
  verb: string;
  /** Whether it hurts, so that the button is red. */
  isGrave?: boolean;
  /** Whether there is enough to be sent. */
  isReady?: boolean;
  /** Another button, before the one that sends it. */
  other?: ReactNode;
  children: ReactNode;
}

/** A form in a dialog, with the button that sends it and the one that leaves it. */
export function DialogForm({ submit, onClose, isPending, error, verb, children, ...rest }: DialogFormProps) {
  const { isGrave = false, isReady = true, other } = rest;
  useHeldOpen(isPending);
  return (
    <Form onSubmit={submit}>
      {children}
      {error && <ProblemAlert error={error} />}
      <Group justify="flex-end" className="onward">
        <Button variant="default" onClick={onClose} disabled={isPending}>
          Cancel
        </Button>
        {other}
        <WaitingButton type="submit" {...(isGrave && { color: 'red' })} loading={isPending} disabled={!isReady}>
          {verb}
        </WaitingButton>
      </Group>
    </Form>
  );
}

interface FormDialogProps extends DialogFormProps, Pick<DialogProps, 'title' | 'size'> {}

/** A form in a dialog of its own, which is drawn while it is open only. */
export function FormDialog({ title, size, ...form }: FormDialogProps) {
  return (
    <Dialog opened onClose={form.onClose} title={title} {...(size && { size })}>
      {() => <DialogForm {...form} />}
    </Dialog>
  );
}
