import { HaproxyError } from './errors.js';
import { readFileIfAny, writeFileAtomic } from './files.js';
import type { FolderLock } from './lock.js';
import type { InstancePaths } from './paths.js';
import { commandFailed, type RuntimeSocket } from './runtime-socket.js';

/** What a CA must find at `/.well-known/acme-challenge/<token>` (RFC 8555 §8.3). */
export interface HttpChallenge {
  readonly token: string;
  /** `<token>.<thumbprint of the account key>` (RFC 8555 §8.1). */
  readonly keyAuthorization: string;
}

/** Path → answer; undefined: there is to be none. */
type Wanted = ReadonlyMap<string, string | undefined>;

/** Changes that are made together. */
interface Turn {
  readonly wanted: Map<string, string | undefined>;
  /** What HAProxy has for the wanted paths afterwards. */
  readonly seen: Promise<Map<string, string>>;
}

/** Challenges of one batch, with two commands each; a command line of HAProxy's holds 16 kB. */
const BATCH = 12;

/**
 * http-01 challenges answered by HAProxy itself, on every virtual service, from a map that is changed while it runs.
 * The map's file comes first, so that a restart at any moment comes up with what was presented.
 */
export class Challenges {
  readonly #paths: InstancePaths;
  readonly #runtime: RuntimeSocket;
  readonly #lock: FolderLock;
  /** What waits for the lock and can still be added to. */
  #waiting: Turn | undefined;

  constructor(paths: InstancePaths, runtime: RuntimeSocket, lock: FolderLock) {
    this.#paths = paths;
    this.#runtime = runtime;
    this.#lock = lock;
  }

  /**
   * Makes HAProxy answer these challenges, and looks that it would. Presenting one again changes nothing.
   *
   * @throws {HaproxyError} `invalidModel` for a malformed token, `readBackDiffers`, and what the runtime API throws
   */
  async present(challenges: readonly HttpChallenge[]): Promise<void> {
    for (const challenge of challenges) check(challenge);
    await this.#bring(
      new Map(challenges.map(({ token, keyAuthorization }) => [challengePath(token), keyAuthorization])),
    );
  }

  /** Makes HAProxy no longer answer these tokens, and looks that it doesn't. An unknown token is fine. */
  async cleanUp(tokens: readonly string[]): Promise<void> {
    for (const token of tokens) checkToken(token);
    await this.#bring(new Map(tokens.map(token => [challengePath(token), undefined])));
  }

  /** The challenges that are presented, as stored on disk. */
  async list(): Promise<HttpChallenge[]> {
    return [...(await this.#read())].map(([path, keyAuthorization]) => ({
      token: path.slice(PREFIX.length),
      keyAuthorization,
    }));
  }

  /** Whether HAProxy answers just what is stored; for a process that finds an HAProxy it didn't start. */
  async runsAsStored(): Promise<boolean> {
    const answer = await this.#runtime.run(`show map ${this.#paths.challengeMap}`);
    // `<address in memory> <key> <value>`
    const running = answer.split('\n').flatMap(line => /^0x\S+ (.*)$/.exec(line)?.[1] ?? []);
    const stored = [...(await this.#read())].map(entry => entry.join(' '));
    return running.sort().join('\n') === stored.sort().join('\n');
  }

  /**
   * Brings file and running map to these answers (undefined: none). Calls that come while one waits for the lock share
   * its turn, so that many certificates at a time cost hardly more than one.
   */
  async #bring(wanted: Wanted): Promise<void> {
    const turn = this.#waiting ?? this.#queue();
    for (const [path, answer] of wanted) turn.wanted.set(path, answer);
    const seen = await turn.seen;
    for (const path of wanted.keys()) {
      // If another call of the same turn wanted something else for it, the later one counts.
      const answer = turn.wanted.get(path);
      if (seen.get(path) !== answer) throw differs(path.slice(PREFIX.length), answer, seen.get(path));
    }
  }

  #queue(): Turn {
    const wanted: Turn['wanted'] = new Map();
    const seen = this.#lock.hold(() => {
      this.#waiting = undefined;
      return this.#bringNow(wanted);
    });
    const turn = { wanted, seen };
    this.#waiting = turn;
    // If the lock can't be had, the turn never begins: it must not be what later calls join.
    seen.catch(() => {
      if (this.#waiting === turn) this.#waiting = undefined;
    });
    return turn;
  }

  /** Returns what HAProxy then has for these paths. */
  async #bringNow(wanted: Wanted): Promise<Map<string, string>> {
    const stored = await this.#read();
    for (const [path, answer] of wanted) {
      if (answer === undefined) stored.delete(path);
      else stored.set(path, answer);
    }
    await this.#write(stored);
    const running = await this.#lookUp([...wanted.keys()]);
    const map = this.#paths.challengeMap;
    const seen = new Map<string, string>();
    for (const part of batches([...wanted])) {
      const changes = part.flatMap(([path, answer]) => {
        const now = running.get(path);
        if (now === answer) return [];
        if (answer === undefined) return [`del map ${map} ${path}`];
        return [`${now === undefined ? 'add' : 'set'} map ${map} ${path} ${answer}`];
      });
      for (const found of await this.#changeAndLook(
        changes,
        part.map(([path]) => path),
      ))
        seen.set(...found);
    }
    return seen;
  }

  /** What HAProxy has for each path, for those that it has. One `get map` each: the cost doesn't grow with the map. */
  async #lookUp(paths: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const part of batches(paths)) for (const entry of await this.#changeAndLook([], part)) found.set(...entry);
    return found;
  }

  /** Makes the changes and looks what HAProxy has for the paths then, in one exchange. */
  async #changeAndLook(changes: readonly string[], paths: readonly string[]): Promise<[string, string][]> {
    const commands = [...changes, ...paths.map(path => `get map ${this.#paths.challengeMap} ${path}`)].join('; ');
    const answer = await this.#runtime.ask(commands);
    // type=str, case=sensitive, found=yes, idx=tree, key="…", value="…", type="str"
    // A change that succeeds says nothing: whatever else there is, is a complaint.
    const complaint = answer.replaceAll(/^type=.*$/gm, '').trim();
    if (complaint !== '') throw commandFailed(commands, complaint);
    return [...answer.matchAll(/found=yes.*? key="([^"]*)", val(?:ue)?="([^"]*)"/g)].map(([, key = '', value = '']) => [
      key,
      value,
    ]);
  }

  async #read(): Promise<Map<string, string>> {
    const entries = new Map<string, string>();
    for (const line of ((await readFileIfAny(this.#paths.challengeMap)) ?? '').split('\n')) {
      const [path, keyAuthorization] = line.split(' ');
      if (path && keyAuthorization) entries.set(path, keyAuthorization);
    }
    return entries;
  }

  async #write(entries: ReadonlyMap<string, string>): Promise<void> {
    const lines = [...entries].map(([path, keyAuthorization]) => `${path} ${keyAuthorization}\n`);
    await writeFileAtomic(this.#paths.challengeMap, lines.join(''));
  }
}

const PREFIX = '/.well-known/acme-challenge/';

function challengePath(token: string): string {
  return `${PREFIX}${token}`;
}

/** RFC 8555 §8.3: a token "MUST NOT contain any characters outside the base64url alphabet". */
function checkToken(token: string): void {
  if (/^[A-Za-z0-9_-]{1,256}$/.test(token)) return;
  throw new HaproxyError('invalidModel', `${JSON.stringify(token)} is not the token of a challenge (RFC 8555 §8.3).`);
}

function check({ token, keyAuthorization }: HttpChallenge): void {
  checkToken(token);
  if (
    keyAuthorization.startsWith(`${token}.`) &&
    /^[A-Za-z0-9_-]{1,256}$/.test(keyAuthorization.slice(token.length + 1))
  )
    return;
  throw new HaproxyError(
    'invalidModel',
    `${JSON.stringify(keyAuthorization)} is not a key authorization for the token ${token} (RFC 8555 §8.1).`,
  );
}

function differs(what: string, wanted: string | undefined, found: string | undefined): HaproxyError {
  return new HaproxyError(
    'readBackDiffers',
    `HAProxy took the change of challenge ${what} without complaint, but then showed ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}. Something else changes its maps: stop that, or restart HAProxy.`,
  );
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += BATCH) yield items.slice(i, i + BATCH);
}
