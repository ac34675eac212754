/** Certificate profiles (draft-ietf-acme-profiles). */
import { AcmeInputError } from './problem.js';
import type { AcmeServer, CallOptions } from './server.js';

/** The CA's profiles, name → description (text or URL); empty when it has none. */
export async function profiles(server: AcmeServer, options: CallOptions = {}): Promise<Record<string, string>> {
  return (await server.directory(options)).meta.profiles;
}

/**
 * The draft: a client must not ask for a profile that the directory does not list. Looks into a fresh directory before
 * throwing {@link AcmeInputError}, because CAs add profiles while clients run.
 */
export async function checkProfile(server: AcmeServer, profile: string, options: CallOptions = {}): Promise<void> {
  if (Object.hasOwn(await profiles(server, options), profile)) return;
  const listed = Object.keys((await server.refreshDirectory(options)).meta.profiles);
  if (listed.includes(profile)) return;
  throw new AcmeInputError(
    `The CA at ${server.directoryUrl} has no profile ${JSON.stringify(profile)}: ` +
      (listed.length > 0 ? `choose one of ${listed.join(', ')}.` : 'it has no profiles at all; leave the profile out.'),
  );
}
