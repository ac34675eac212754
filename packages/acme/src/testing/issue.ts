/** Certificates for tests, as right or as wrong as a test needs them. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import {
  bitString,
  context,
  contextConstructed,
  der,
  octetString,
  sequence,
  TAG,
  TRUE,
  text,
  unsigned,
} from '../der.js';
import { generateCertificateKey } from '../key.js';
import type { Identifier } from '../problem.js';
import { spki } from '../spki.js';
import { extension, OID, signed, subjectAltName, writeName } from '../x509.js';

export interface IssueOptions {
  commonName: string;
  /** Left out: self-signed. */
  issuer?: Issued;
  identifiers?: Identifier[];
  isCa?: boolean;
  key?: KeyObject;
  notBefore?: Date;
  notAfter?: Date;
  serial?: Uint8Array;
  /** Instead of one that follows from the key: to look like another CA. */
  subjectKeyId?: Buffer;
  /** Further extensions, already encoded. */
  extensions?: Buffer[];
}

export interface Issued {
  certificate: X509Certificate;
  pem: string;
  key: KeyObject;
  commonName: string;
}

const DAY_MS = 86_400_000;

export async function issue(options: IssueOptions): Promise<Issued> {
  const { issuer, commonName, isCa = false } = options;
  const key = options.key ?? (await generateCertificateKey('P-256'));
  const signer = issuer?.key ?? key;
  const keyId = (of: KeyObject) => spki(of).subarray(-20);
  const raw = await signed(signer, algorithm =>
    sequence(
      der(contextConstructed(0), unsigned(Uint8Array.of(2))),
      unsigned(options.serial ?? Uint8Array.of(0x87, 0x65, 0x43, 0x21)),
      algorithm,
      writeName({ commonName: issuer?.commonName ?? commonName }),
      sequence(
        utcTime(options.notBefore ?? new Date(Date.now() - DAY_MS)),
        utcTime(options.notAfter ?? new Date(Date.now() + 90 * DAY_MS)),
      ),
      writeName({ commonName }),
      spki(key),
      der(
        contextConstructed(3),
        sequence(
          extension(OID.basicConstraints, isCa ? sequence(TRUE) : sequence(), true),
          // keyCertSign for a CA, digitalSignature for a leaf.
          extension(OID.keyUsage, bitString(Uint8Array.of(isCa ? 0x04 : 0x80)), true),
          extension('2.5.29.14', octetString(options.subjectKeyId ?? keyId(key))),
          extension(OID.authorityKeyIdentifier, sequence(der(context(0), keyId(signer)))),
          ...(options.identifiers?.length ? [subjectAltName(options.identifiers)] : []),
          ...(options.extensions ?? []),
        ),
      ),
    ),
  );
  const certificate = new X509Certificate(raw);
  return { certificate, pem: certificate.toString(), key, commonName };
}

/** root → intermediate → leaf */
export async function issueChain(
  leaf: Partial<IssueOptions> = {},
): Promise<{ root: Issued; intermediate: Issued; leaf: Issued }> {
  const root = await issue({ commonName: 'Test Root', isCa: true });
  const intermediate = await issue({ commonName: 'Test Intermediate', isCa: true, issuer: root });
  const identifiers = [{ type: 'dns', value: 'www.example.org' } as const];
  return { root, intermediate, leaf: await issue({ commonName: 'leaf', identifiers, issuer: intermediate, ...leaf }) };
}

function utcTime(date: Date): Buffer {
  return text(TAG.utcTime, `${date.toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`);
}
