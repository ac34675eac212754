import { CertificateImport, keyFileLimits } from '@certfleet/contract';
import type { Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import { isBinary, readBytes } from '../file-input.js';
import { flagsFor } from '../flags.js';
import { filePassPhrase, passPhraseFor } from '../pass-phrase.js';
import { secretFileFlag } from '../secret-input.js';
import { labelFlag, labelsAndCsr } from './certificate-input.js';

export const importFlags = flagsFor(CertificateImport, {
  name: [],
  file: [
    {
      name: 'file',
      placeholder: 'file',
      required: true,
      repeat: true,
      help: 'Certificate, private key and intermediates: PEM, in one file or, repeated, in several; or a PFX or JKS; "-" for standard input.',
    },
  ],
  passPhrase: [secretFileFlag(filePassPhrase, 'the pass phrase of the key, the PFX or the JKS, if it has one,')],
  replace: [
    {
      name: 'replace',
      field: ['replace'],
      help: 'It is the next version of the imported certificate of this name, wherever that is assigned.',
    },
  ],
  labels: [labelFlag],
});

/** The operation's body: the files put together, and what opens them. */
export async function importBody(invocation: Invocation) {
  const file = await oneFile(invocation);
  return invocation.body(CertificateImport, {
    name: invocation.argument('name'),
    file: file.toString('base64'),
    ...(await passPhraseFor(file, invocation)),
    ...(await labelsAndCsr(invocation)),
  });
}

/** PEM files can be put together in any order; a PFX or JKS is complete. */
async function oneFile({ flags, world }: Invocation): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const name of flags.list('file')) {
    parts.push(await readBytes(name, 'file', keyFileLimits.certificate, world.terminal));
  }
  if (parts.length > 1 && parts.some(isBinary)) {
    throw usageFailure(
      'One of several files is a PFX or JKS, or not text.',
      'Give that alone: it holds the key as well.',
    );
  }
  return Buffer.concat(parts.flatMap((part, at) => (at === 0 ? [part] : [Buffer.from('\n'), part])));
}
