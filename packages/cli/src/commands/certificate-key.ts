import { keyFileLimits } from '@certfleet/contract';
import type { Invocation } from '../command.js';
import { readBytes } from '../file-input.js';
import type { Flag } from '../flags.js';
import { filePassPhrase, passPhraseFor } from '../pass-phrase.js';
import { secretFileFlag } from '../secret-input.js';

/** A private key that is brought along: its file, and what opens it. */
export function keyFlags(fileFlag: string, required: boolean): Flag[] {
  return [
    {
      name: fileFlag,
      placeholder: 'file',
      ...(required ? { required } : {}),
      help: 'The private key to be certified, now and from then on: PEM, encrypted or not, PFX or JKS; "-" for standard input.',
    },
    secretFileFlag(filePassPhrase, 'the pass phrase of the key, the PFX or the JKS, if it has one,'),
  ];
}

/** The key in the file that was given; undefined: none was. */
export async function keyFrom(invocation: Invocation, fileFlag: string): Promise<Record<string, unknown> | undefined> {
  const { flags, world } = invocation;
  const file = flags.text(fileFlag);
  if (file === undefined) return undefined;
  const content = await readBytes(file, fileFlag, keyFileLimits.certificateKey, world.terminal);
  return { file: content.toString('base64'), ...(await passPhraseFor(content, invocation)) };
}
