import { unpackPfx } from './openssl.js';
import { type PemBlock, pemBlocks } from './pem.js';
import { isJavaKeystore, unpackJks } from './unpack-jks.js';
import { refuseFile } from './upload.js';

/**
 * What is in a file that people bring: PEM, PFX (PKCS#12) or JKS, the last two opened with `passPhrase`. Throws
 * `invalid-input` for a pass phrase that is missing or wrong, and for what is damaged.
 */
export async function fileBlocks(file: Buffer, passPhrase: string | undefined): Promise<PemBlock[]> {
  if (isJavaKeystore(file)) return pemBlocks(unpackJks(file, passPhrase));
  if (!isDer(file)) return pemBlocks(file);
  if (passPhrase !== undefined) return pemBlocks(await unpackPfx(file, passPhrase));
  // A PFX without protection, or with an empty pass phrase, opens with an empty one.
  return pemBlocks(
    await unpackPfx(file, '').catch(error => {
      if (error.fields?.[0]?.path !== 'passPhrase') throw error;
      throw refuseFile('The PFX is protected: give its pass phrase as well.', 'passPhrase', error);
    }),
  );
}

/** A SEQUENCE with a length of two octets or of indefinite form: PFX, a certificate, a key. PEM files are text. */
export function isDer(file: Buffer): boolean {
  return file[0] === 0x30 && (file[1] ?? 0) >= 0x80;
}
