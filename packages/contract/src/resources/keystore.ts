import { z } from 'zod';

/** The forms that a certificate is given out in. */
export const KeystoreType = z
  .enum(['pem', 'pkcs12', 'pkcs12-legacy', 'jks'])
  .meta({ id: 'KeystoreType' })
  .describe(
    'pem: text. pkcs12: PFX with AES-256. pkcs12-legacy: PFX with 3DES and SHA-1, for Windows before Server 2019 and Java before 8u301. jks: for old Java.',
  );
export type KeystoreType = z.infer<typeof KeystoreType>;

/**
 * What a keystore that is made here is encrypted under. What Java and `openssl` take besides is checked by its type.
 */
export const KeystorePassword = z
  .string()
  .min(1)
  .max(200)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: OpenSSL reads one line of it
  .regex(/^[^\u0000\r\n]*$/, 'One line.')
  .describe('One line. PKCS#12 and JKS: ASCII, since Java takes no other. JKS: at least 6 characters.');
