import { keyFileLimits } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';

/** What a person sends as a file, for which there is a limit each. */
export type UploadKind = keyof typeof keyFileLimits;

/**
 * The octets of a file that came from a person: as they are, or as base64 in a JSON body. The one way in for keys and
 * certificates, so that whatever reads them need not think about size. `field` is what the input is called.
 *
 * Throws `too-large` and, for an empty one, `invalid-input`.
 */
export function readUpload(content: string | Uint8Array, kind: UploadKind, field = 'file'): Buffer {
  const file = typeof content === 'string' ? Buffer.from(content, 'base64') : Buffer.from(content);
  const limit = keyFileLimits[kind];
  if (file.length > limit) {
    throw new DomainError(
      'too-large',
      `The file has ${file.length} bytes, more than the ${limit} that are read: it can't be what is wanted here.`,
      { fields: [{ path: field, message: `At most ${limit} bytes.` }] },
    );
  }
  if (file.length === 0) throw refuseFile('The file is empty.', field);
  return file;
}

/** The file can't be used. `message` says what it is instead of what is wanted, and what to do; never what is in it. */
export function refuseFile(message: string, path = 'file', cause?: unknown): DomainError {
  return new DomainError('invalid-input', message, {
    fields: [{ path, message }],
    ...(cause === undefined ? {} : { cause }),
  });
}
