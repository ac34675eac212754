import type { Operation } from '@certfleet/contract';
import { Button, type ButtonProps, Menu, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useRefusal } from '../session/session.js';

interface Action {
  /** Whose least role the person needs. */
  operation: Operation;
  /** Why it can't be done to this thing now, as a sentence; null or left out: it can. */
  refusal?: string | null | undefined;
  onClick: () => void;
  children: ReactNode;
}

/**
 * A button for an operation. Where the person may not do it, or it can't be done now, it is greyed and says why: to the
 * mouse, to the keyboard and to those who hear the page. So it keeps its place in the order of the Tab key.
 */
export function ActionButton({ operation, refusal, onClick, children, ...look }: Action & ButtonProps) {
  const why = useRefusal(operation) ?? refusal ?? null;
  return (
    <Tooltip label={why} disabled={why === null} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <Button
        {...look}
        {...(why === null ? {} : { 'data-disabled': true, 'aria-disabled': true, 'aria-description': why })}
        onClick={event => {
          if (why !== null) event.preventDefault();
          else onClick();
        }}
      >
        {children}
      </Button>
    </Tooltip>
  );
}

/** The same as a line of a menu. */
export function ActionItem({ operation, refusal, onClick, children, color }: Action & { color?: string }) {
  const why = useRefusal(operation) ?? refusal ?? null;
  return (
    <Tooltip label={why} disabled={why === null} multiline maw={320} position="left">
      <Menu.Item
        {...(color === undefined ? {} : { color })}
        {...(why === null
          ? {}
          : { 'data-disabled': true, 'aria-disabled': true, 'aria-description': why, closeMenuOnClick: false })}
        onClick={() => {
          if (why === null) onClick();
        }}
      >
        {children}
      </Menu.Item>
    </Tooltip>
  );
}
