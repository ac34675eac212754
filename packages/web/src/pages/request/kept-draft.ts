import { useEffect, useState } from 'react';
import { Draft } from './draft.js';

/** Where the draft for a new certificate, or for mending one, is kept until the tab is closed. */
function keyOf(certificate: string | undefined): string {
  return certificate === undefined ? 'request' : `request:${certificate}`;
}

/** A draft that survives a reload. `initial`: where none is kept. */
export function useKeptDraft(
  certificate: string | undefined,
  initial: Draft,
): { draft: Draft; change: (part: Partial<Draft>) => void } {
  const key = keyOf(certificate);
  const [draft, setDraft] = useState(() => kept(key) ?? initial);
  useEffect(() => window.sessionStorage.setItem(key, JSON.stringify(draft)), [key, draft]);
  return { draft, change: part => setDraft(present => ({ ...present, ...part })) };
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
