import { wellKnownDirectories } from '@certfleet/contract';

const known = Object.values(wellKnownDirectories);

/** The CAs to choose from; the value is the directory's URL, '' for another one. */
export const caChoices = [
  ...known.map(({ title, directoryUrl }) => ({ value: directoryUrl as string, label: title })),
  { value: '', label: 'Another CA, by its URL' },
];

/** What to call the first account at a CA: its name, else the host of its directory; empty if it is no URL yet. */
export function nameFor(directoryUrl: string): string {
  const name = Object.entries(wellKnownDirectories).find(([, one]) => one.directoryUrl === directoryUrl)?.[0];
  return (
    name ??
    (URL.canParse(directoryUrl) ? new URL(directoryUrl).hostname.replaceAll(/^[^a-z0-9]+|[^a-z0-9.-]/g, '') : '')
  );
}

/** What people call a CA: its name, else the host of its directory. */
export function caOf(directoryUrl: string): string {
  const title = known.find(one => one.directoryUrl === directoryUrl)?.title;
  return title?.split(':')[0] ?? (URL.canParse(directoryUrl) ? new URL(directoryUrl).host : directoryUrl);
}
