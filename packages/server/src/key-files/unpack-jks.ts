import { isJks, JksError, type JksKey, readJks } from './jks.js';
import { refuseFile } from './upload.js';

/** Java's key stores with secret keys: another magic, and keys encrypted in another way. */
const JCEKS_MAGIC = 0xcececece;

/** Whether the file is one of Java's own key stores; PKCS#12, which Java writes by now, is none. */
export function isJavaKeystore(file: Buffer): boolean {
  return isJks(file) || (file.length >= 4 && file.readUInt32BE(0) === JCEKS_MAGIC);
}

/** What is in a JKS, as PEM. Throws `invalid-input` saying what is wrong with it, or with the pass phrase. */
export function unpackJks(file: Buffer, passPhrase: string | undefined): Buffer {
  if (!isJks(file)) {
    throw refuseFile(
      'The file is a JCEKS, which is not read here. Convert it: keytool -importkeystore -srckeystore FILE -srcstoretype jceks -destkeystore NEW -deststoretype pkcs12.',
    );
  }
  if (passPhrase === undefined) {
    throw refuseFile('The JKS is protected: give its pass phrase as well.', 'passPhrase');
  }
  const { keys, certificates } = entriesOf(file, passPhrase);
  if (keys.length > 1) throw severalKeys(keys);
  return Buffer.from(
    [
      ...keys.map(({ key }) => pem('PRIVATE KEY', key)),
      ...keys.flatMap(({ chain }) => chain).map(certificate => pem('CERTIFICATE', certificate)),
      ...certificates.map(({ certificate }) => pem('CERTIFICATE', certificate)),
    ].join(''),
  );
}

function entriesOf(file: Buffer, passPhrase: string) {
  try {
    return readJks(file, passPhrase);
  } catch (error) {
    if (!(error instanceof JksError)) throw error;
    if (error.reason === 'pass-phrase') {
      throw refuseFile('The pass phrase is wrong, or the JKS is damaged: its checksum is another one.', 'passPhrase');
    }
    if (error.reason === 'key') {
      throw refuseFile(
        `${error.message} Give both the same: keytool -keypasswd -keystore FILE -alias ALIAS.`,
        'passPhrase',
        error,
      );
    }
    throw refuseFile(`The JKS is damaged. ${error.message}`, 'file', error);
  }
}

function severalKeys(keys: readonly JksKey[]) {
  const aliases = keys
    .map(({ alias }) => `"${alias}"`)
    .toSorted()
    .join(', ');
  return refuseFile(
    `The JKS holds ${keys.length} private keys (${aliases.slice(0, 500)}); bring one. keytool -importkeystore -srcalias ALIAS puts it into a file of its own.`,
  );
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
