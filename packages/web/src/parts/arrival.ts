import { type RefObject, useEffect, useRef } from 'react';

/** Someone has gone to another page, whose title is not there yet. */
let isUnderWay = false;

/** Notes that another page is opened. */
export function useArrival(pathname: string): void {
  const last = useRef(pathname);
  if (last.current !== pathname) {
    last.current = pathname;
    isUnderWay = true;
  }
}

/**
 * The title of a page: whoever has just come to it is led there, so that the Tab key goes on from it and those who hear
 * the page are told where they are. Who is busy within the page already, as in a field, is left there.
 */
export function useArrivalAt(title: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same component may show another page
  useEffect(() => {
    if (!isUnderWay) return;
    isUnderWay = false;
    const isBusy = document.activeElement?.closest('#page') && document.activeElement.closest('#page h1') === null;
    if (!isBusy) heading.current?.focus({ preventScroll: true });
  }, [title]);
  return heading;
}
