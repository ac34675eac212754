import { HaproxyError } from './errors.js';

/** One certificate of a service: its file, and for which server names it is used. */
export interface CrtListEntry {
  readonly file: string;
  /** Empty: the names in the certificate. */
  readonly serverNames: readonly string[];
}

/** The file that holds the default certificate of a service, beside its crt-list. */
export const DEFAULT_FILE = 'default.pem';

/**
 * Renders a crt-list. The first line is the default certificate, which `!*` keeps out of the matching by name: what it
 * holds can then be changed at runtime (HAProxy 2.6 can't make another line the default without a reload).
 */
export function renderCrtList(defaultFile: string, entries: readonly CrtListEntry[]): string {
  return [`${defaultFile} !*`, ...entries.map(renderCrtListEntry), ''].join('\n');
}

/** One line of a crt-list. */
export function renderCrtListEntry({ file, serverNames }: CrtListEntry): string {
  return [file, ...serverNames].join(' ');
}

/** Reads what {@link renderCrtList} wrote, without the default certificate's line. */
export function parseCrtList(content: string): CrtListEntry[] {
  return content
    .split('\n')
    .slice(1)
    .filter(line => line !== '')
    .map(line => {
      const [file = '', ...serverNames] = line.split(' ');
      return { file, serverNames };
    });
}

/** An entry's new place in a crt-list. */
export interface Placement {
  readonly entries: readonly CrtListEntry[];
  /** Of `entries`, those that are behind it for a name they have in common. */
  readonly behind: readonly CrtListEntry[];
}

/**
 * Puts an entry before those that it has a name in common with: of several certificates for a name (and kind of key)
 * HAProxy shows the first. All others keep their order, and those that have to give way come last, so that they can be
 * taken off and added again one by one.
 *
 * @param others the list without the entry
 * @param givesWay whether the entry goes before this one
 */
export function placeEntry(
  others: readonly CrtListEntry[],
  entry: CrtListEntry,
  givesWay: (other: CrtListEntry) => boolean,
): Placement {
  const behind = others.filter(givesWay);
  return { entries: [...others.filter(other => !behind.includes(other)), entry, ...behind], behind };
}

/** @throws {HaproxyError} `invalidModel` for a name that is not a DNS name or a wildcard of one */
export function checkServerName(name: string): void {
  if (name.length <= 253 && /^(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9-]{1,63}$/.test(name))
    return;
  throw new HaproxyError('invalidModel', `${JSON.stringify(name)} is not a server name (A-labels, or *. and a name).`);
}

/**
 * Domain names are what most people call their certificates. None of these characters means anything in a crt-list or
 * to the runtime API, and a file is named `cert-<id>.pem`.
 *
 * @throws {HaproxyError} `invalidModel` for an identifier that can't be part of a file's name
 */
export function checkCertificateId(id: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/.test(id)) return;
  throw new HaproxyError(
    'invalidModel',
    `${JSON.stringify(id)} is not the id of a certificate: a letter or digit, then letters, digits and . _ @ -; 128 at most.`,
  );
}
