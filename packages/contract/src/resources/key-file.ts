import { z } from 'zod';

/** How many bytes are read of the files that people bring. Real ones are far below; the API takes 1 MiB in all. */
export const keyFileLimits = {
  accountKey: 65_536,
  certificate: 524_288,
  certificateKey: 524_288,
  intermediate: 65_536,
} as const;

/** A file as it is, in base64: PEM and JSON as well as what is not text. */
export function fileContent(kind: keyof typeof keyFileLimits) {
  const limit = keyFileLimits[kind];
  return z
    .base64('Base64 of the file.')
    .min(1, 'The file is empty.')
    .max(Math.ceil(limit / 3) * 4, `The file has more than ${limit} bytes.`);
}

/** What opens an encrypted file: one line. */
export const PassPhrase = z
  .string()
  .max(1000)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: OpenSSL reads one line of it
  .regex(/^[^\u0000\r\n]*$/, 'One line.')
  .describe('Of the key, the PFX or the JKS, if it has one.');
