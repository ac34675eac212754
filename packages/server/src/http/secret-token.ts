import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits in base64url: what can't be guessed needs no slow hash. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 in hexadecimal: how cookies, API tokens and set-up codes are kept. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
