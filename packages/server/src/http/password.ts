import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { TooManyAttempts } from './problem.js';

/** OWASP's first choice for Argon2id (Password Storage Cheat Sheet): 46 MiB, one pass. About 40 ms of one core. */
const cost = { algorithm: 2 /* Argon2id */, memoryCost: 47_104, timeCost: 1, parallelism: 1 };

/**
 * Hashing runs in libuv's four threads, which also read files, look up names and sign: passwords get half of them,
 * and no queue that would hold sign-ins for longer than people wait.
 */
const mostAtOnce = 2;
const longestQueue = 64;

const queue: (() => void)[] = [];
let running = 0;

/** Argon2id in the PHC string format, with a random salt and its costs inside. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, cost));
}

/** Whether a password has this hash. `undefined` stands for a user that there is not: false, after the same work. */
export async function verifyPassword(password: string, passwordHash: string | undefined): Promise<boolean> {
  const against = passwordHash ?? (await hashOfNobody());
  const matches = await inTurn(() => verify(against, password));
  return matches && passwordHash !== undefined;
}

let nobody: Promise<string> | undefined;

/** The hash of a password that nobody knows, made once. */
function hashOfNobody(): Promise<string> {
  nobody ??= hashPassword(randomBytes(32).toString('base64url'));
  return nobody;
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= mostAtOnce) {
    if (queue.length >= longestQueue) {
      throw new TooManyAttempts('More people are signing in than this server can check. Try again in 5 s.', 5);
    }
    await new Promise<void>(resolve => queue.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    // The next one takes over this place, so that nobody comes in between.
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }
}
