import { execFileSync } from 'node:child_process';

/** What `openssl` says about an input: the second opinion on everything that we write in DER. */
export function openssl(args: string[], input: string | Buffer): string {
  return execFileSync('openssl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}
