import { useCallback, useEffect, useState } from 'react';
import { Draft } from './draft.js';
import type { ChangeDraft } from './step.js';

/** Where the draft for a new certificate, or for mending one, is kept until the tab is closed. */
function keyOf(certificate: string | undefined): string {
  return certificate === undefined ? 'request' : `request:${certificate}`;
}

/** A draft that survives a reload, if it `isKept`. `initial`: where there is none. */
export function useKeptDraft(
  certificate: string | undefined,
  initial: Draft,
): { draft: Draft; change: ChangeDraft; isKept: boolean } {
  const key = keyOf(certificate);
  const [draft, setDraft] = useState(() => kept(key) ?? initial);
  const [isKept, setKept] = useState(true);
  useEffect(() => setKept(keep(key, draft)), [key, draft]);
  const change = useCallback<ChangeDraft>(
    part => setDraft(present => ({ ...present, ...(typeof part === 'function' ? part(present) : part) })),
    [],
  );
  return { draft, change, isKept };
}

/** Whether the browser has room for it: some keep five million characters of a site, some none at all. */
function keep(key: string, draft: Draft): boolean {
  try {
    window.sessionStorage.setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    // An older one in its place would be worse than none.
    window.sessionStorage.removeItem(key);
    return false;
  }
}

/** For when it was asked for. */
export function forgetDraft(certificate: string | undefined): void {
  window.sessionStorage.removeItem(keyOf(certificate));
}

/** What another version of the pages has kept is left alone. */
function kept(key: string): Draft | null {
  const text = window.sessionStorage.getItem(key);
  const parsed = text === null ? null : Draft.safeParse(JSON.parse(text));
  return parsed?.data ?? null;
}
