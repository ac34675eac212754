import { createHash, X509Certificate } from 'node:crypto';
import { type CrtListEntry, renderCrtListEntry } from './crt-list.js';
import { HaproxyError } from './errors.js';
import { readFileIfAny } from './files.js';
import { commandFailed, type RuntimeSocket } from './runtime-socket.js';

/** Certificates asked for in one go when all of them are compared. */
const BATCH = 50;

/** HAProxy keeps a command and its payload in one buffer (tune.bufsize, 16,384 bytes unless told otherwise). */
const MAX_PAYLOAD = 15_000;

/**
 * The certificates inside the running HAProxy. Names are those of the files, which HAProxy does not read again.
 * The caller holds the instance's lock: HAProxy has one certificate transaction at a time, for everybody.
 */
export class RuntimeCertificates {
  readonly #socket: RuntimeSocket;

  constructor(socket: RuntimeSocket) {
    this.#socket = socket;
  }

  /** Whether a bundle is small enough for the runtime API; a larger one needs a reload. */
  takes(pem: string): boolean {
    return Buffer.byteLength(pem) <= MAX_PAYLOAD;
  }

  /**
   * Makes `pem` what HAProxy has under the name `file`, at once wherever that is used.
   *
   * @throws {HaproxyError} `refused`; HAProxy then has what it had before
   */
  async put(file: string, pem: string): Promise<void> {
    let answer = await this.#set(file, pem);
    if (/not referenced/.test(answer)) {
      await this.#expect(`new ssl cert ${file}`, /^New empty certificate store/m);
      answer = await this.#set(file, pem);
    }
    if (!answer.includes(` for certificate ${file}!`)) throw await this.#refused(file, answer);
    const outcome = await this.#socket.ask(`commit ssl cert ${file}`);
    if (!/^Success!$/m.test(outcome)) throw await this.#refused(file, outcome);
  }

  /**
   * Adds a line to a crt-list; an older line for the same file goes only when the new one works. A list that HAProxy
   * hasn't loaded belongs to a disabled service: there the file is all that is needed.
   */
  async list(list: string, entry: CrtListEntry, replaces: boolean): Promise<void> {
    const old = replaces ? await this.#lines(list, entry.file) : [];
    const command = `add ssl crt-list ${list}`;
    const answer = await this.#socket.ask(command, renderCrtListEntry(entry));
    if (answer.includes(`crt-list '${list}' does not exist`)) return;
    if (!/^Success!$/m.test(answer)) throw commandFailed(command, answer);
    for (const line of old) await this.#expect(`del ssl crt-list ${list} ${entry.file}:${line}`, /deleted in crtlist/);
  }

  /** Takes every line for `file` off a crt-list. */
  async unlist(list: string, file: string): Promise<void> {
    for (const line of await this.#lines(list, file))
      await this.#expect(`del ssl crt-list ${list} ${file}:${line}`, /deleted in crtlist/);
  }

  /** Forgets a certificate that no list names any more; one that isn't there is fine. */
  async drop(file: string): Promise<void> {
    await this.#expect(`del ssl cert ${file}`, /deleted!|doesn't exist/);
  }

  /** Whether the crt-list has just these entries, and each certificate is the one in its file. */
  async matches(list: string, entries: readonly CrtListEntry[]): Promise<boolean> {
    const lines = (await this.#socket.ask(`show ssl crt-list ${list}`))
      .split('\n')
      .filter(line => line.startsWith('/'));
    if (lines.map(line => line.trim()).join('\n') !== entries.map(renderCrtListEntry).join('\n')) return false;
    for (let i = 0; i < entries.length; i += BATCH) {
      const files = entries.slice(i, i + BATCH).map(({ file }) => file);
      const answer = await this.#socket.ask(files.map(file => `show ssl cert ${file}`).join('; '));
      const running = [...answer.matchAll(/^SHA1 FingerPrint: ([0-9A-F]+)/gm)].map(match => match[1]);
      const stored = await Promise.all(files.map(fingerprint));
      if (running.join() !== stored.join()) return false;
    }
    return true;
  }

  /**
   * Sends the bundle; a transaction that a killed process left open is given up for it. 2.6 doesn't always complain
   * about that one: it may put our bundle into it and say so, which must not count as success.
   */
  async #set(file: string, pem: string): Promise<string> {
    const answer = await this.#socket.ask(`set ssl cert ${file}`, pem);
    const [, opened, ongoing] =
      /^Transaction \w+ for certificate (.+)!$|ongoing transaction is about '(.+?)'/m.exec(answer) ?? [];
    const other = opened ?? ongoing;
    if (other === undefined || other === file) return answer;
    await this.#socket.ask(`abort ssl cert ${other}`);
    return this.#socket.ask(`set ssl cert ${file}`, pem);
  }

  async #refused(file: string, answer: string): Promise<HaproxyError> {
    await this.#socket.ask(`abort ssl cert ${file}`);
    const detail = answer.trim();
    return new HaproxyError('refused', `HAProxy does not take the certificate for ${file}: ${detail}`, { detail });
  }

  /** The numbers of the lines of a crt-list that name `file`, as HAProxy counts them. */
  async #lines(list: string, file: string): Promise<string[]> {
    const answer = await this.#socket.ask(`show ssl crt-list -n ${list}`);
    return answer.split('\n').flatMap(line => {
      const [name = ''] = line.split(' ');
      return name.startsWith(`${file}:`) ? [name.slice(file.length + 1)] : [];
    });
  }

  async #expect(command: string, success: RegExp): Promise<void> {
    const answer = await this.#socket.ask(command);
    if (!success.test(answer)) throw commandFailed(command, answer);
  }
}

async function fingerprint(file: string): Promise<string | undefined> {
  const pem = await readFileIfAny(file);
  if (pem === undefined) return undefined;
  return createHash('sha1').update(new X509Certificate(pem).raw).digest('hex').toUpperCase();
}
