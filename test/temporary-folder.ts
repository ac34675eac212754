import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What the tests and the programs that they start put into the temporary folder goes into one of this run, which is
 * removed at its end: a process that is killed can't tidy up. Its name is short, since a socket's path has 108 characters.
 */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'cf-'));
  // PostgreSQL and BIND run as users of their own.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
