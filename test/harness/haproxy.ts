import { findPart } from './parts.js';
import { runProgram } from './process.js';

/** The HAProxy that the tests use. Only packages/haproxy starts it: how it is started is part of what is tested. */
export async function findHaproxy(): Promise<{ path: string; version: string }> {
  const path = findPart('haproxy');
  const version = /version (\d+\.\d+[^ ]*)/.exec(await runProgram(path, ['-v']))?.[1];
  if (version === undefined) throw new Error(`${path} -v names no version. Is it HAProxy?`);
  return { path, version };
}
