import { execFileSync } from 'node:child_process';

const PROGRAM = 'openssl';

/** What OpenSSL says about an input: the second opinion on everything that we write in DER. */
export function openssl(args: string[], input: string | Buffer): string {
  return execFileSync(PROGRAM, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}
