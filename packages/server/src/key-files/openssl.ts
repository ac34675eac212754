import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { DomainError } from '../domain/errors.js';
import { refuseFile } from './upload.js';

/**
 * The `openssl` command opens and makes what is encrypted with a pass phrase: PFX files and private keys. It is a
 * process of its own, since a file says how often its key derivation is repeated, and may say a billion: that must not
 * stop this server. Why not a library: docs/decisions/key-files.md.
 */

/** How long a key derivation may take. Files in use take milliseconds, the slowest known ones a second. */
const longest = 20_000;
/** Of what it prints: far more than the files that are read could hold. */
const mostOutput = 8 * 1024 * 1024;

/** What was in an encrypted private key, as PKCS#8 PEM. Throws `invalid-input` for a wrong pass phrase. */
export function decryptKey(pem: string, passPhrase: string, deadline = longest): Promise<Buffer> {
  const legacy = ['-provider', 'legacy', '-provider', 'default'];
  return open(['pkey', '-passin', 'fd:3'], legacy, { file: pem, passPhrase, deadline });
}

/**
 * What was in a PFX (PKCS#12, RFC 7292), as PEM blocks with text around. Throws `invalid-input` for a wrong pass
 * phrase.
 */
export function unpackPfx(pfx: Buffer, passPhrase: string): Promise<Buffer> {
  return open(['pkcs12', '-nodes', '-passin', 'fd:3'], ['-legacy'], { file: pfx, passPhrase, deadline: longest });
}

/**
 * How often a key derivation of ours is repeated: the more, the longer guessing takes. A PFX has three of them, and
 * Windows gives up above 600,000 together. Old programs are slow: for them as often as their own files.
 */
const iterations = { today: '100000', old: '2048' };

/** A private key (PEM) encrypted as PKCS#8 (PBES2: AES-256, PBKDF2 with HMAC-SHA-256), as PEM. */
export async function encryptKey(pem: string, passPhrase: string): Promise<string> {
  const encryption = ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA256', '-iter', iterations.today];
  return (await make(['pkcs8', '-topk8', ...encryption, '-passout', 'fd:3'], pem, passPhrase)).toString('utf8');
}

/** What is in a PFX and how it is protected. */
export interface PfxContent {
  /** PEM; null: certificates alone, which OpenSSL and Windows read, but Java does not see. */
  privateKey: string | null;
  /** PEM, the leaf first. */
  certificates: string;
  /** The friendly name, which is Java's alias. */
  name: string;
}

/**
 * A PFX (PKCS#12, RFC 7292): AES-256 with HMAC-SHA-256; or `legacy`, 3DES with SHA-1, which is all that Windows before
 * Server 2019 and Java before 8u301 know.
 */
export function packPfx(content: PfxContent, passPhrase: string, legacy: boolean): Promise<Buffer> {
  const { privateKey, certificates, name } = content;
  const [cipher, digest] = legacy ? ['PBE-SHA1-3DES', 'sha1'] : ['AES-256-CBC', 'sha256'];
  const protection = ['-keypbe', cipher, '-certpbe', cipher, '-macalg', digest];
  const argv = ['pkcs12', '-export', ...protection, '-iter', legacy ? iterations.old : iterations.today];
  const about = privateKey === null ? ['-nokeys', '-caname', name] : ['-name', name];
  // From standard input it reads the key first.
  return make([...argv, ...about, '-passout', 'fd:3'], `${privateKey ?? ''}${certificates}`, passPhrase);
}

/** Runs a command on what is our own: that it fails is a defect, or an `openssl` too old to know the options. */
async function make(argv: readonly string[], file: string, passPhrase: string): Promise<Buffer> {
  const { code, output, errors } = await run(argv, { file, passPhrase, deadline: longest });
  if (code !== 0) throw new Error(`openssl ${argv[0]} failed with what this server gave it: ${errors.trim()}`);
  return output;
}

interface Encrypted {
  file: string | Buffer;
  passPhrase: string;
  /** Milliseconds. */
  deadline: number;
}

/** Tries with the ciphers of today, then with those of old: RC2 and DES, which OpenSSL 3 keeps in a module apart. */
async function open(argv: readonly string[], legacy: readonly string[], input: Encrypted): Promise<Buffer> {
  const first = await run(argv, input);
  const isOld = first.code !== 0 && /unsupported|unknown (pbe|cipher|digest)/i.test(first.errors);
  const { code, output, errors } = isOld ? await run([...argv, ...legacy], input) : first;
  if (code !== 0) throw refusal(errors);
  return output;
}

/**
 * What a wrong pass phrase comes to. RFC 1421 has no check of its own: one of 256 wrong pass phrases leaves padding
 * that looks right, and then what was decrypted is no key.
 */
const doesNotOpen =
  /mac verify|bad decrypt|bad password|maybe wrong password|invalid password|store_handle_load_result:unsupported/i;
/** THREAD:error:CODE:LIBRARY:FUNCTION:REASON:FILE:LINE:DATA (ERR_print_errors(3)); the library may stay unnamed. */
const reasonIn = /:error:[0-9A-F]+:[^:\n]*:[^:\n]*:([^:\n]+):/;
const noSuchCipher = /(evp|digital envelope).*unsupported|unknown (pbe|cipher|digest)/i;

function refusal(errors: string): DomainError {
  if (doesNotOpen.test(errors) && !noSuchCipher.test(errors)) {
    return refuseFile('The pass phrase is wrong, or the file is damaged: it does not open.', 'passPhrase');
  }
  const cause = new Error(errors.trim());
  const reason = reasonIn.exec(errors)?.[1];
  if (reason !== undefined && !noSuchCipher.test(errors)) {
    const message = `The file is damaged or cut short: OpenSSL can't read it (${reason}). Export it again where it comes from.`;
    return refuseFile(message, 'file', cause);
  }
  // OpenSSL's words name algorithms and structures, never what is in the file.
  const line = errors.split('\n').find(each => each.includes(':')) ?? 'no reason was given';
  return refuseFile(`OpenSSL can't read the file: ${line.trim().slice(0, 300)}`, 'file', cause);
}

interface Result {
  /** Null: it was killed. */
  code: number | null;
  output: Buffer;
  errors: string;
}

async function run(argv: readonly string[], { file, passPhrase, deadline }: Encrypted): Promise<Result> {
  const child = spawn('openssl', argv, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    // Nothing of this server's environment concerns it.
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' },
    timeout: deadline,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  try {
    // It may end before it has read everything: what it says then is the error, not the broken pipe.
    for (const pipe of [child.stdin, child.stdio[3] as Writable]) pipe.on('error', () => pipe.destroy());
    (child.stdio[3] as Writable).end(`${passPhrase}\n`);
    child.stdin.end(file);
    const [code, output, errors] = await Promise.all([ended, atMost(child.stdout), atMost(child.stderr)]);
    if (code === null) {
      throw refuseFile(
        `OpenSSL did not come to an end with the file within ${deadline / 1000} seconds: its key derivation is made to take that long. Encrypt it anew with fewer iterations.`,
      );
    }
    return { code, output, errors: errors.toString('utf8') };
  } catch (cause) {
    child.kill('SIGKILL');
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new DomainError(
      'not-possible',
      'The command "openssl" is needed for files with a pass phrase and is not installed here. Install it (Debian: apt-get install openssl), or use a file that is decrypted.',
      { cause },
    );
  }
}

async function atMost(stream: Readable): Promise<Buffer> {
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > mostOutput) stream.destroy(refuseFile('The file unpacks to more than is read.'));
  });
  return buffer(stream);
}
