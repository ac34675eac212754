import type { Operation } from '@certfleet/contract';
import { type ButtonProps, Tooltip } from '@mantine/core';
import type { MouseEvent, ReactNode } from 'react';
import { useRefusal } from '../session/session.js';
import { WaitingButton } from './waiting-button.js';

export interface Doable {
  /** Whose least role the person needs. */
  operation: Operation;
  /** Why it can't be done to this thing now, as a sentence; null or left out: it can. */
  refusal?: string | null | undefined;
  children: ReactNode;
}

export interface Action extends Doable {
  onClick: () => void;
}

/** Why something can't be done: the person's role comes first. */
export function useWhy({ operation, refusal }: Doable): string | null {
  return useRefusal(operation) ?? refusal ?? null;
}

/** Which operation of the API an element is for, so that what each role may press can be looked up in the contract. */
export function namedAfter({ method, path }: Operation) {
  return { 'data-operation': `${method} ${path}` };
}

/**
 * What tells that something can't be done, and why: to the mouse, to the keyboard and to those who hear the page. So it is
 * never `disabled`, which would take it out of the order of the Tab key.
 */
export function greyed(why: string | null) {
  return why === null ? {} : { 'aria-disabled': true, 'aria-description': why };
}

/** The reason in a tooltip is not for the mouse alone. */
export const everyPointer = { hover: true, focus: true, touch: true };

/** A button for an operation. Where the person may not do it, or it can't be done now, it is greyed and says why. */
export function ActionButton({ onClick, ...button }: Action & ButtonProps) {
  return <Pressable {...button} onClick={onClick} />;
}

/** The button that sends a form, greyed like those. While it is, the Enter key in a field sends nothing either. */
export function SubmitButton(button: Doable & ButtonProps) {
  return <Pressable {...button} type="submit" />;
}

function Pressable({
  operation,
  refusal,
  onClick,
  children,
  ...look
}: Doable & ButtonProps & { onClick?: () => void; type?: 'submit' }) {
  const why = useWhy({ operation, refusal, children });
  return (
    <Tooltip label={why} disabled={why === null} multiline maw={320} events={everyPointer}>
      <WaitingButton
        {...look}
        {...namedAfter(operation)}
        {...greyed(why)}
        {...(why === null ? {} : { 'data-disabled': true })}
        onClick={(event: MouseEvent) => {
          if (why !== null) event.preventDefault();
          else onClick?.();
        }}
      >
        {children}
      </WaitingButton>
    </Tooltip>
  );
}
