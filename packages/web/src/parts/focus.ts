import { type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * For what opens above the page: when it closes, the focus goes back to what had it before, so that the Tab key goes on
 * from there. Mantine's own way misses what is drawn only while it is open. Whoever has gone elsewhere meanwhile is left
 * there; where what had it is gone, as the row of what was deleted, the page's title gets it.
 */
export function useFocusGivenBack(isOpen: boolean): void {
  useLayoutEffect(() => {
    if (!isOpen) return;
    const before = document.activeElement;
    return () => {
      const inside = document.activeElement;
      window.setTimeout(() => {
        const now = document.activeElement;
        if (now !== document.body && now !== inside) return;
        const next = before?.isConnected && before !== document.body ? before : document.querySelector('#page h1');
        if (next instanceof HTMLElement) next.focus({ preventScroll: true });
      });
    };
  }, [isOpen]);
}

/**
 * For a button that is disabled while it waits for the server, whereby browsers take the focus from it: it has it again
 * afterwards, as when the server refuses and something is to be mended. Returns what the button takes as `ref`.
 */
export function useFocusKept(isWaiting: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (!isWaiting || document.activeElement !== button.current) return;
    const had = button.current;
    return () => {
      window.setTimeout(() => {
        if (document.activeElement === document.body) had?.focus({ preventScroll: true });
      });
    };
  }, [isWaiting]);
  return button;
}
