import { Menu, Tooltip } from '@mantine/core';
import type { MouseEvent } from 'react';
import { type Action, everyPointer, greyed, namedAfter, useWhy } from './action.js';

/** An operation as a line of a menu, greyed as an ActionButton is, which the arrow keys reach also where it is greyed. `hurts`: it takes something away. */
export function ActionItem({ operation, refusal, onClick, children, hurts = false }: Action & { hurts?: boolean }) {
  const why = useWhy({ operation, refusal, children });
  return (
    <Tooltip label={why} disabled={why === null} multiline maw={320} position="left" events={everyPointer}>
      <Menu.Item
        {...namedAfter(operation)}
        {...greyed(why)}
        // Mantine's `data-disabled` would have the arrow keys pass over it.
        {...(why === null ? {} : { className: 'greyed', closeMenuOnClick: false })}
        {...(hurts && why === null ? { c: 'error' } : {})}
        onClick={({ currentTarget }: MouseEvent<HTMLElement>) => {
          if (why !== null) return;
          focusOwner(currentTarget);
          onClick();
        }}
      >
        {children}
      </Menu.Item>
    </Tooltip>
  );
}

/** Goes from a line to the button of its menu, which is closing: a dialog gives the focus back to where it came from. */
function focusOwner(line: HTMLElement): void {
  const button = line.closest('[role=menu]')?.getAttribute('aria-labelledby');
  document.getElementById(button ?? '')?.focus();
}
