import { constants } from 'node:fs';
import { access, open, rename } from 'node:fs/promises';
import { exitCodes } from './exit-codes.js';
import { Failure, usageFailure } from './failure.js';

/** Throws a usage Failure for a file that is there already. */
export async function refuseExisting(file: string): Promise<void> {
  const exists = await access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
  if (exists) throw usageFailure(`${file} exists already.`, 'Name another file, or replace it with --force.');
}

/**
 * In one step, with `mode` from the start: nobody can read a key in between, and a crash leaves the old file. Text ends
 * with a newline. An existing file is replaced only with `force`.
 */
export async function writeWhole(file: string, content: string | Buffer, mode: number, force: boolean): Promise<void> {
  const draft = force ? `${file}.${process.pid}.new` : file;
  const whole = typeof content === 'string' && !content.endsWith('\n') ? `${content}\n` : content;
  try {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(whole);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (force) await rename(draft, file);
  } catch (cause) {
    throw new Failure(`${file} cannot be written: ${(cause as Error).message}`, {
      exitCode: exitCodes.failed,
      remedy: 'Name a file in a folder that you may write to.',
      cause,
    });
  }
}
