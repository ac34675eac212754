import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Workdir {
  readonly path: string;
  /** The path of something inside. */
  file(...names: string[]): string;
  remove(): void;
}

const left = new Set<string>();
process.once('exit', () => {
  for (const path of left) rmSync(path, { recursive: true, force: true });
});

/** A fresh temporary folder, removed by `remove()` or at the end of the process. `mode` opens it to other users. */
export function createWorkdir(purpose: string, options: { mode?: number } = {}): Workdir {
  const path = mkdtempSync(join(tmpdir(), `certfleet-${purpose}-`));
  if (options.mode !== undefined) chmodSync(path, options.mode);
  left.add(path);
  return {
    path,
    file: (...names) => join(path, ...names),
    remove() {
      rmSync(path, { recursive: true, force: true });
      left.delete(path);
    },
  };
}
