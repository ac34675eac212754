import { BackupPassPhrase, CertificateSelection, type RestorationRequest } from '@certfleet/contract';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';

type Parts = NonNullable<RestorationRequest['parts']>;

/** What the bits of restore's `type` stand for, in LoadMaster's words; `part` where Certfleet has it. */
const restoreBits: readonly { bit: number; what: string; part?: Parts[number] }[] = [
  { bit: 1, what: 'base configuration', part: 'base' },
  { bit: 2, what: 'virtual services', part: 'vs' },
  { bit: 4, what: 'global balancing (GEO)' },
  { bit: 8, what: 'single sign-on (SSO)' },
];

/** "All" of clients that know of GEO, and of those that know of single sign-on too: everything that a backup has. */
const everything = [7, 15];

/** The parts that `type` asks for. Throws 400 without it, and 422 that names what Certfleet does not have. */
export function restoredParts(parameters: Parameters): Parts {
  parameters.required('type');
  const type = parameters.integer('type', { min: 1, max: 15 }) ?? 0;
  return restoreBits.flatMap(({ bit, what, part }) => {
    if ((type & bit) === 0) return [];
    if (part === undefined && everything.includes(type)) return [];
    if (part === undefined) throw LoadMasterError.invalid('type', `${bit} is ${what}, which Certfleet does not have`);
    return part;
  });
}

/** Which certificates are meant: all, imported ones (`third`), those of virtual services. All when nothing was said. */
export function certificateSelection(parameters: Parameters): CertificateSelection {
  if (!parameters.text('type')) return 'full';
  return parameters.choice('type', CertificateSelection.options) ?? 'full';
}

/** The pass phrase in `password`; undefined when none was sent. Throws 422 for one that is too short or too long. */
export function backupPassPhrase(parameters: Parameters): string | undefined {
  const password = parameters.text('password') || undefined;
  if (password === undefined || BackupPassPhrase.safeParse(password).success) return password;
  throw LoadMasterError.invalid('password', 'Must have 7 to 64 characters');
}

/** {@link backupPassPhrase}, which has to be there: else 400. */
export function requiredPassPhrase(parameters: Parameters): string {
  return backupPassPhrase(parameters) ?? parameters.required('password');
}
