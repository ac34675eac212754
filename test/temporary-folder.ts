import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What the tests and the programs that they start put into the temporary folder goes into one of this run, which is
 * removed at its end: a process that is killed can't tidy up. Its name is short, since a socket's path has 108 characters.
 * Programs that a test has left running there are named and ended.
 */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'cf-'));
  // PostgreSQL and BIND run as users of their own.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  return () => {
    for (const { pid, line } of processesIn(folder)) {
      console.log(`A test has left this running: ${line}`);
      unlessGone(() => process.kill(pid, 'SIGTERM'));
    }
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Processes whose command line names the folder. */
function processesIn(folder: string): { pid: number; line: string }[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  return pids.flatMap(pid => {
    const line = commandLineOf(pid);
    return line.includes(`${folder}/`) ? [{ pid: Number(pid), line }] : [];
  });
}

function commandLineOf(pid: string): string {
  return unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.replaceAll('\0', ' ') ?? '';
}

/** Processes end while they are looked at: then it does nothing. */
function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
