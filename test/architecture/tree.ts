import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../harness/parts.js';

/** All files of the checkout that are or would be under version control, as paths from its top. */
export const files: readonly string[] = execFileSync(
  'git',
  // The checkout may belong to another user, as in a container of continuous integration.
  ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard', '-z', '--deduplicate'],
  { cwd: checkout, encoding: 'utf8', maxBuffer: 64 * 1_048_576 },
)
  .split('\0')
  .filter(file => file !== '' && isThere(file));

export function textOf(file: string): string {
  return readFileSync(join(checkout, file), 'utf8');
}

function isThere(file: string): boolean {
  try {
    readFileSync(join(checkout, file));
    return true;
  } catch {
    // Deleted in the work tree, not yet in the index; or a folder behind a symbolic link.
    return false;
  }
}
