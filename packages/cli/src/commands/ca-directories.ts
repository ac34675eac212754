import { wellKnownDirectories } from '@certfleet/contract';

/** The short names of well-known CAs. */
export const shortNames = Object.keys(wellKnownDirectories).join(', ');

/** The URL behind a short name; anything else as it is. */
export function directoryOf(text: string): string {
  const known: Partial<Record<string, { directoryUrl: string }>> = wellKnownDirectories;
  return known[text]?.directoryUrl ?? text;
}
