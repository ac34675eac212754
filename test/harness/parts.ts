import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** The top of the checkout. */
export const checkout = resolve(import.meta.dirname, '../..');

/** Where script/bootstrap unpacks programs. */
export const unpackedParts = join(checkout, '.cache/parts');

export type PartProgram =
  | 'haproxy'
  | 'pebble'
  | 'pebble-challtestsrv'
  | 'initdb'
  | 'postgres'
  | 'openssl'
  | 'keytool'
  | 'named'
  | 'chasquid'
  | 'chasquid-util'
  | 'setpriv'
  | 'chromium-headless-shell'
  | 'chromium'
  | 'zsh'
  | 'fish';

/**
 * The path of a program that the tests or the demo start: unpacked by script/bootstrap, on PATH, or where Debian puts
 * it, in this order, which is the one of script/parts.bash. Of several programs that do the same, the first that there is.
 *
 * @throws when there is none, with the line that gets it.
 */
export function findPart(...programs: [PartProgram, ...PartProgram[]]): string {
  const found = programs.flatMap(placesOf).find(isExecutable);
  if (found === undefined) {
    throw new Error(`${programs[0]} is missing. Run script/bootstrap, which unpacks it or says how to install it.`);
  }
  return found;
}

function placesOf(program: PartProgram): string[] {
  const places = [join(unpackedParts, 'bin', program)];
  if (process.env.CERTFLEET_PARTS_IGNORE_SYSTEM !== '1' || program === 'setpriv') {
    const path = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
    places.push(
      ...[...path, '/usr/sbin', '/usr/local/sbin'].map(folder => join(folder, program)),
      ...postgresqlFolders().map(folder => join(folder, program)),
    );
  }
  return places;
}

/**
 * What the Pebble of this machine can do. Debian builds it without a version number, so look for what came in 2.7.
 * Without `renewalInfo`, ARI is tested with the fault proxy's own answers (see fault-proxy.ts).
 */
export function pebbleFeatures(): { renewalInfo: boolean; profiles: boolean } {
  const program = findPart('pebble');
  const binary = program.startsWith(unpackedParts) ? join(unpackedParts, 'usr/bin/pebble') : program;
  const current = readFileSync(binary).includes('set-renewal-info');
  return { renewalInfo: current, profiles: current };
}

/** Debian keeps one folder for each PostgreSQL release; the newest comes first. */
function postgresqlFolders(): string[] {
  const top = '/usr/lib/postgresql';
  if (!existsSync(top)) return [];
  const releases = readdirSync(top).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return releases.map(release => join(top, release, 'bin'));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
