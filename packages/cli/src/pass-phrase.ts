import type { Invocation } from './command.js';
import { isBinary } from './file-input.js';
import { readSecret, type SecretInput } from './secret-input.js';

/** What opens a file with a key. */
export const filePassPhrase: SecretInput = {
  flag: 'pass-phrase-file',
  variable: 'CERTFLEET_PASS_PHRASE',
  question: 'Pass phrase of the file',
};

/** The pass phrase of a file with a key: as it was given, or asked for if the file looks as if it had one. */
export async function passPhraseFor(file: Buffer, { flags, world }: Invocation): Promise<{ passPhrase?: string }> {
  const given = flags.has(filePassPhrase.flag) || Boolean(world.env[filePassPhrase.variable]);
  if (!given && !isBinary(file) && !file.includes('ENCRYPTED')) return {};
  return { passPhrase: await readSecret(filePassPhrase, { flags, ...world }) };
}
