import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPart } from '../../harness/parts.js';

/** Runs an `openssl` command with a pass phrase in `PASS`. Throws an error with what it says when it fails. */
export function openssl(command: string, input: string | Buffer, passPhrase: string) {
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', PASS: passPhrase };
  const { status, stdout, stderr } = spawnSync(findPart('openssl'), command.split(' '), { input, env });
  if (status !== 0) throw new Error(`openssl ${command} failed: ${stderr}`);
  return { stdout, stderr: stderr.toString() };
}

/** Runs Java's keytool on a keystore, in English. Throws an error with what it says when it fails. */
export function inKeytool(file: Buffer, password: string, argv: readonly string[]): string {
  return withFolder(folder => {
    const store = join(folder, 'store');
    writeFileSync(store, file);
    return keytool([...argv, '-keystore', store, '-storepass:env', 'PASS'], { PASS: password });
  });
}

/** The private key under an alias as Java reads it: PKCS#8 PEM. keytool gives no key out, but moves it to a PFX. */
export function keyFromJava(file: Buffer, password: string, alias: string): string {
  return withFolder(folder => {
    const [store, moved] = [join(folder, 'store'), join(folder, 'moved.p12')];
    writeFileSync(store, file);
    const from = ['-srckeystore', store, '-srcstorepass:env', 'PASS', '-srcalias', alias];
    const to = ['-destkeystore', moved, '-deststoretype', 'pkcs12', '-deststorepass:env', 'MOVED'];
    keytool(['-importkeystore', '-noprompt', ...from, ...to], { PASS: password, MOVED: 'moved-by-java' });
    const argv = ['pkcs12', '-in', moved, '-nocerts', '-nodes', '-passin', 'pass:moved-by-java'];
    const pem = execFileSync(findPart('openssl'), argv, { encoding: 'utf8' });
    return createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
  });
}

/** A keystore that keytool makes by these commands, one after the other; `KEYSTORE` stands for its path. */
export function madeByKeytool(password: string, ...commands: readonly (readonly string[])[]): Buffer {
  return withFolder(folder => {
    const store = join(folder, 'store');
    for (const argv of commands) {
      const common = ['-keystore', store, '-storepass:env', 'PASS', '-noprompt'];
      keytool([...argv, ...common], { PASS: password });
    }
    return readFileSync(store);
  });
}

function keytool(argv: readonly string[], env: Record<string, string>): string {
  try {
    return execFileSync(findPart('keytool'), ['-J-Duser.language=en', '-J-XX:TieredStopAtLevel=1', ...argv], {
      encoding: 'utf8',
      stdio: 'pipe',
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...env },
    });
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout?: string; stderr?: string };
    throw new Error(`keytool ${argv.join(' ')} failed: ${stdout ?? cause}${stderr ?? ''}`, { cause });
  }
}

function withFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-keytool-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
