import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type CrtListEntry,
  checkCertificateId,
  checkServerName,
  DEFAULT_FILE,
  parseCrtList,
  placeEntry,
  renderCrtList,
} from './crt-list.js';
import { HaproxyError } from './errors.js';
import { linkAtomic, makePrivateFolder, readFileIfAny, readLinkIfAny, removeFile, writeFileAtomic } from './files.js';
import type { FolderLock } from './lock.js';
import { certificateFolder, crtListPath, type InstancePaths } from './paths.js';
import { certificateNames, checkPem } from './pem.js';
import { generatePlaceholder } from './placeholder.js';
import type { RuntimeCertificates } from './runtime-certificates.js';

/** A certificate for one HTTPS service. */
export interface CertificateInstallation {
  /** The index of the HTTPS virtual service. */
  readonly service: number;
  /** Names it on this service; installing under the same id replaces it. RSA and EC for one name have two ids. */
  readonly id: string;
  /** Leaf, chain and private key, PEM, unencrypted. */
  readonly pem: string;
  /** For which server names it is used; left out: for the names in the certificate. */
  readonly serverNames?: readonly string[];
  /** Also for clients that ask for a name nobody has, or for none. Left out: stays as it is. */
  readonly isDefault?: boolean;
  /**
   * Ids of those that go before it where they have a name in common. Left out: none does, so that what was installed
   * last is what is served.
   */
  readonly behind?: readonly string[];
}

/** A certificate that a service has. */
export interface InstalledCertificate {
  readonly id: string;
  readonly serverNames: readonly string[];
  readonly isDefault: boolean;
}

/** All that it takes to install a certificate again just as it is. */
export interface HeldCertificate extends InstalledCertificate {
  /** Private key included. */
  readonly pem: string;
  /** Ids of those that are served instead of it for the names that they have in common. */
  readonly behind: readonly string[];
}

/**
 * The certificates of the HTTPS services. Files first, then the running HAProxy, so that a restart at any moment comes
 * up with what was installed; if HAProxy turns a certificate down, the files get their old content back.
 *
 * Each service has a folder: `crt-list`, one `cert-<id>.pem` for each certificate, and `default.pem`, a link to the
 * default certificate or to the placeholder. Nothing here reads more than the files concerned: the cost of a renewal
 * does not grow with the number of certificates.
 */
export class Certificates {
  readonly #paths: InstancePaths;
  readonly #runtime: RuntimeCertificates;
  readonly #lock: FolderLock;
  readonly #loadFiles: () => Promise<void>;

  /** @param loadFiles reloads HAProxy, so that it has what is on disk; called while the lock is held */
  constructor(paths: InstancePaths, runtime: RuntimeCertificates, lock: FolderLock, loadFiles: () => Promise<void>) {
    this.#paths = paths;
    this.#runtime = runtime;
    this.#lock = lock;
    this.#loadFiles = loadFiles;
  }

  /**
   * Installs or replaces a certificate; it is served to new connections when this returns, before any other one for the
   * same name and kind of key. Proving that is the caller's next step, see `readServedCertificate`.
   *
   * A bundle beyond what HAProxy takes at runtime (15 kB) is installed by a reload.
   *
   * @throws {HaproxyError} `invalidModel` for a service without TLS or a malformed value, `refused` with HAProxy's
   * words
   */
  async install(installation: CertificateInstallation): Promise<void> {
    checkCertificateId(installation.id);
    for (const name of installation.serverNames ?? []) checkServerName(name);
    const pem = checkPem(installation.pem);
    await this.#lock.hold(async () => {
      const folder = await this.#folder(installation.service);
      const file = certificateFile(folder, installation.id);
      const list = crtListPath(this.#paths, installation.service);
      const entries = await this.#entries(installation.service);
      const known = entries.find(entry => entry.file === file);
      const serverNames = installation.serverNames ?? [];
      const entry: CrtListEntry = { file, serverNames };
      const others = entries.filter(other => other.file !== file);
      const rivals = await this.#withNamesOf(entry, pem, others);
      const first = new Set(installation.behind?.map(id => certificateFile(folder, id)));
      const placement = placeEntry(others, entry, other => rivals.includes(other) && !first.has(other.file));
      const inPlace =
        known?.serverNames.join(' ') === serverNames.join(' ') &&
        rivals.every(other => entries.indexOf(other) > entries.indexOf(known) === placement.behind.includes(other));

      const standard = join(folder, DEFAULT_FILE);
      const wasDefault = (await readLinkIfAny(standard)) === basename(file);
      const isDefault = installation.isDefault ?? wasDefault;
      const newDefault = isDefault ? pem : wasDefault ? await this.#placeholder() : undefined;

      await this.#undoOnFailure(standard, [file, list], async changes => {
        await writeFileAtomic(file, pem);
        if (!inPlace) await writeFileAtomic(list, renderCrtList(standard, placement.entries));
        if (isDefault !== wasDefault) await linkAtomic(standard, isDefault ? basename(file) : PLACEHOLDER_LINK);
        if (!this.#runtime.takes(pem)) {
          changes.running = true;
          return this.#loadFiles();
        }
        await this.#runtime.put(file, pem);
        changes.running = true;
        if (!inPlace) {
          await this.#runtime.list(list, entry, known !== undefined);
          // Behind the new line now; a name that only one of them has is served all the while.
          for (const other of placement.behind) await this.#runtime.list(list, other, true);
        }
        if (newDefault !== undefined) await this.#runtime.put(standard, newDefault);
      });
    });
  }

  /**
   * Makes an installed certificate the one for clients that ask for a name nobody has, or for none, instead of another
   * one. One that isn't there is fine, and so is a third one that has become the default: it stays that.
   */
  async makeDefault(service: number, id: string, insteadOf: string): Promise<void> {
    for (const each of [id, insteadOf]) checkCertificateId(each);
    await this.#lock.hold(async () => {
      const folder = await this.#folder(service);
      const pem = await this.read(service, id);
      if (pem === undefined) return;
      const standard = join(folder, DEFAULT_FILE);
      const present = await readLinkIfAny(standard);
      // The first: killed after the file, it is done once more.
      if (![id, insteadOf].some(one => present === basename(certificateFile(folder, one)))) return;
      await linkAtomic(standard, basename(certificateFile(folder, id)));
      if (this.#runtime.takes(pem)) await this.#runtime.put(standard, pem);
      else await this.#loadFiles();
    });
  }

  /**
   * Takes a certificate off a service. If it was the default, the placeholder takes its place. Unknown ids are fine.
   */
  async remove(service: number, id: string): Promise<void> {
    checkCertificateId(id);
    await this.#lock.hold(async () => {
      const folder = await this.#folder(service);
      const file = certificateFile(folder, id);
      const list = crtListPath(this.#paths, service);
      const entries = await this.#entries(service);
      const standard = join(folder, DEFAULT_FILE);
      if (entries.some(entry => entry.file === file)) {
        const others = entries.filter(entry => entry.file !== file);
        await writeFileAtomic(list, renderCrtList(standard, others));
      }
      if ((await readLinkIfAny(standard)) === basename(file)) {
        await linkAtomic(standard, PLACEHOLDER_LINK);
        await this.#runtime.put(standard, await this.#placeholder());
      }
      await this.#runtime.unlist(list, file);
      await this.#runtime.drop(file);
      await removeFile(file);
    });
  }

  /** The certificates of a service: of those for one name and kind of key, the first one is served. */
  async list(service: number): Promise<InstalledCertificate[]> {
    const standard = await readLinkIfAny(join(certificateFolder(this.#paths, service), DEFAULT_FILE));
    return (await this.#entries(service)).map(({ file, serverNames }) => ({
      id: certificateId(file),
      serverNames,
      isDefault: basename(file) === standard,
    }));
  }

  /** One certificate of a service; undefined if there is none. */
  async find(service: number, id: string): Promise<HeldCertificate | undefined> {
    const pem = await this.read(service, id);
    const listed = (await this.list(service)).find(other => other.id === id);
    if (pem === undefined || listed === undefined) return undefined;
    const entries = await this.#entries(service);
    const at = entries.findIndex(({ file }) => certificateId(file) === id);
    const entry = {
      file: certificateFile(certificateFolder(this.#paths, service), id),
      serverNames: listed.serverNames,
    };
    const before = await this.#withNamesOf(entry, pem, entries.slice(0, at));
    return { ...listed, pem, behind: before.map(({ file }) => certificateId(file)) };
  }

  /** The PEM bundle, private key included, that is installed under `id`; undefined if there is none. */
  async read(service: number, id: string): Promise<string | undefined> {
    checkCertificateId(id);
    return readFileIfAny(certificateFile(certificateFolder(this.#paths, service), id));
  }

  /**
   * Gives an HTTPS service the files that its bind line needs, and clears away what a killed process left. The caller
   * holds the lock.
   */
  async prepare(service: number): Promise<void> {
    const folder = certificateFolder(this.#paths, service);
    await makePrivateFolder(folder);
    const standard = join(folder, DEFAULT_FILE);
    await this.#placeholder();
    if ((await readLinkIfAny(standard)) === undefined) await linkAtomic(standard, PLACEHOLDER_LINK);
    const list = crtListPath(this.#paths, service);
    if ((await readFileIfAny(list)) === undefined) await writeFileAtomic(list, renderCrtList(standard, []));
    const listed = new Set(
      [list, standard, ...(await this.#entries(service)).map(({ file }) => file)].map(file => basename(file)),
    );
    for (const name of await readdir(folder)) if (!listed.has(name)) await rm(join(folder, name), { force: true });
  }

  /** Removes the certificates of services that no longer exist. The caller holds the lock. */
  async forgetOthers(services: ReadonlySet<number>): Promise<void> {
    for (const name of await readdir(this.#paths.certificates))
      if (/^\d+$/.test(name) && !services.has(Number(name)))
        await rm(join(this.#paths.certificates, name), { recursive: true });
  }

  /** Whether HAProxy has loaded just what is stored for this service. Grows with the number of certificates. */
  async runsAsStored(service: number): Promise<boolean> {
    const standard = join(certificateFolder(this.#paths, service), DEFAULT_FILE);
    const entries = [{ file: standard, serverNames: ['!*'] }, ...(await this.#entries(service))];
    return this.#runtime.matches(crtListPath(this.#paths, service), entries);
  }

  async #folder(service: number): Promise<string> {
    const folder = certificateFolder(this.#paths, service);
    if ((await readFileIfAny(crtListPath(this.#paths, service))) !== undefined) return folder;
    throw new HaproxyError(
      'invalidModel',
      `Virtual service ${service} takes no certificate: there is no HTTPS service with this index on this instance. Apply the virtual services first, or choose one of type https.`,
    );
  }

  async #entries(service: number): Promise<CrtListEntry[]> {
    return parseCrtList((await readFileIfAny(crtListPath(this.#paths, service))) ?? '');
  }

  /** Those of `others` that have a name in common with the entry. */
  async #withNamesOf(entry: CrtListEntry, pem: string, others: readonly CrtListEntry[]): Promise<CrtListEntry[]> {
    const names = new Set(namesOf(entry, pem));
    const found: CrtListEntry[] = [];
    for (const other of others) {
      const otherPem = other.serverNames.length > 0 ? '' : ((await readFileIfAny(other.file)) ?? '');
      if (namesOf(other, otherPem).some(name => names.has(name))) found.push(other);
    }
    return found;
  }

  async #placeholder(): Promise<string> {
    const stored = await readFileIfAny(this.#paths.placeholder);
    if (stored !== undefined) return stored;
    const fresh = await generatePlaceholder();
    await makePrivateFolder(this.#paths.certificates);
    await writeFileAtomic(this.#paths.placeholder, fresh);
    return fresh;
  }

  /** Puts the files back as they were if `work` fails; and if it had changed what runs, that too, by a reload. */
  async #undoOnFailure(
    standard: string,
    files: readonly string[],
    work: (changes: { running: boolean }) => Promise<void>,
  ): Promise<void> {
    const link = await readLinkIfAny(standard);
    const before = await Promise.all(files.map(async file => ({ file, content: await readFileIfAny(file) })));
    const changes = { running: false };
    try {
      await work(changes);
    } catch (error) {
      if (link !== undefined) await linkAtomic(standard, link);
      for (const { file, content } of before)
        await (content === undefined ? removeFile(file) : writeFileAtomic(file, content));
      if (changes.running) await this.#loadFiles();
      throw error;
    }
  }
}

/** From the folder of a service to {@link InstancePaths.placeholder}. */
const PLACEHOLDER_LINK = '../placeholder.pem';

function certificateFile(folder: string, id: string): string {
  return join(folder, `cert-${id}.pem`);
}

function certificateId(file: string): string {
  return basename(file).replace(/^cert-(.*)\.pem$/, '$1');
}

/** The names that HAProxy finds it by, in lower case; those in the certificate where it has none of its own. */
function namesOf({ serverNames }: CrtListEntry, pem: string): string[] {
  return (serverNames.length > 0 ? serverNames : certificateNames(pem)).map(name => name.toLowerCase());
}
