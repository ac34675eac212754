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

/** @throws {HaproxyError} `invalidModel` for a name that is not a DNS name or a wildcard of one */
export function checkServerName(name: string): void {
  if (name.length <= 253 && /^(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9-]{1,63}$/.test(name))
    return;
  throw new HaproxyError('invalidModel', `${JSON.stringify(name)} is not a server name (A-labels, or *. and a name).`);
}

/** @throws {HaproxyError} `invalidModel` for an identifier that can't be a file's name */
export function checkCertificateId(id: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(id)) return;
  throw new HaproxyError(
    'invalidModel',
    `${JSON.stringify(id)} is not the id of a certificate: up to 100 letters, digits, - and _.`,
  );
}
