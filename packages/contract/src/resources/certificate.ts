import { z } from 'zod';
import { Id, Labels, Line, Name, Timestamp } from '../primitives.js';
import { fileContent, PassPhrase } from './key-file.js';
import { KeystorePassword, KeystoreType } from './keystore.js';
import { KeyAlgorithm, RenewalPeriod } from './policy.js';
import { CaProblem, RequestStatus } from './request.js';
import { ServicePlace } from './service-place.js';

/** A name to certify and, if set, what proves it. */
export const CertificateIdentifier = z
  .object({
    type: z.enum(['dns', 'ip']),
    value: z.string().describe('A-labels in lower case (RFC 5890), or an IP address.'),
    solver: Name.nullable().describe('Null: the exact domain, the longest suffix or the policy decides.'),
  })
  .meta({ id: 'CertificateIdentifier' });
export type CertificateIdentifier = z.infer<typeof CertificateIdentifier>;

/** Subject fields of the CSR. Let's Encrypt leaves them out of what it issues. */
export const Subject = z
  .object({
    country: z.string().regex(/^[A-Z]{2}$/, 'ISO 3166: two capital letters.'),
    state: Line.min(1).max(128),
    locality: Line.min(1).max(128),
    organization: Line.min(1).max(64),
    organizationalUnit: Line.min(1).max(64),
    emailAddress: z.email().max(128),
  })
  .partial()
  .meta({ id: 'Subject' });
export type Subject = z.infer<typeof Subject>;

/** RFC 5280 §5.3.1 reasons that a subscriber may give. */
export const RevocationReason = z.enum([
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
]);
export type RevocationReason = z.infer<typeof RevocationReason>;

/** A revocation that was asked for. */
export const PendingRevocation = z
  .object({
    reason: RevocationReason,
    by: z.string().describe('The actor who asked.'),
    at: Timestamp,
    trouble: z
      .object({ message: z.string(), since: Timestamp })
      .nullable()
      .describe('Why it has not come about: what holds the next version up, or what the CA says. Null: on its way.'),
  })
  .meta({ id: 'PendingRevocation' });
export type PendingRevocation = z.infer<typeof PendingRevocation>;

/** One issued chain of a certificate. */
export const Version = z
  .object({
    id: Id,
    number: z.int().min(1).describe('1 for the first, counted for each certificate.'),
    serial: z.string().describe('Hexadecimal, lower case.'),
    fingerprintSha256: z.string().describe('Of the leaf, hexadecimal, lower case.'),
    issuer: z.string(),
    notBefore: Timestamp,
    notAfter: Timestamp,
    keyAlgorithm: KeyAlgorithm.nullable().describe('Null: the key was made elsewhere and is of another kind.'),
    account: Name.nullable(),
    revokedAt: Timestamp.nullable(),
    revocation: PendingRevocation.nullable().describe(
      'Asked for; it is revoked as soon as the next version is served in its place.',
    ),
    createdAt: Timestamp,
  })
  .meta({ id: 'Version' });
export type Version = z.infer<typeof Version>;

/** What a running order is doing. */
export const Issuance = z
  .object({
    step: z.string().describe('The step of docs/issuance-cycle.md.'),
    account: Name,
    attempt: z.int(),
    since: Timestamp,
    stepSince: Timestamp.describe('Since when it is at this step.'),
    waitsUntil: Timestamp.nullable(),
    reason: z.string().nullable().describe('Why it waits, for people.'),
    needsPerson: z.boolean().describe('Whether nothing goes on before somebody has presented challenges by hand.'),
  })
  .meta({ id: 'Issuance' });

/** When the next version is ordered, and why then. */
export const Renewal = z
  .object({
    at: Timestamp,
    reason: z
      .string()
      .describe('first, requested, changed, revoked, expired, ari-window-past, ari, policy, lifetime, last-resort'),
    text: z.string().describe('All of it in words for people: ARI window 3–5 March, chosen 4 March 02:11 UTC.'),
    window: z
      .object({
        start: Timestamp,
        end: Timestamp,
        chosen: Timestamp.describe('Drawn at random within it (RFC 9773 §4.2), once for each window.'),
      })
      .nullable()
      .describe("The CA's suggestion. Null: it has made none for this version."),
    askedAgainAt: Timestamp.nullable().describe('When the CA is asked for its suggestion again. Null: never.'),
    period: RenewalPeriod.nullable().describe(
      'What the policy comes to for this lifetime, where the CA suggests nothing earlier. Null: nothing was issued yet.',
    ),
  })
  .meta({ id: 'Renewal' });

export const CertificateStatus = z
  .enum(['pending', 'valid', 'failing', 'expired', 'revoked'])
  .describe('pending: none issued yet. failing: the last attempt failed; what is served may still be valid.');
export type CertificateStatus = z.infer<typeof CertificateStatus>;

/** The one word for a certificate where there is room for one. The first that fits, in this order. */
export const CertificateHealth = z
  .enum(['revoked', 'expired', 'needs-person', 'failing', 'not-deployed', 'unproven', 'in-progress', 'due', 'healthy'])
  .describe(
    'needs-person: challenges are presented by hand, or the last attempt met what only people can mend, or it was imported and ends soon (in the last third of its life, at most 30 days): import its successor. not-deployed: the latest version could not be brought to a target. unproven: it was brought to a target where nothing answers, so no handshake has read it there. in-progress: an order or a deployment is under way. due: to be issued now. healthy: valid, and read by a handshake wherever it is assigned; one that is assigned nowhere is kept, not served.',
  );
export type CertificateHealth = z.infer<typeof CertificateHealth>;

export const CertificateSource = z
  .enum(['acme', 'imported'])
  .describe('acme: kept valid by its policy. imported: brought along with its key, and never renewed by itself.');
export type CertificateSource = z.infer<typeof CertificateSource>;

/** What someone asks for: the form that a certificate is exported in, and what that is put under. */
const KeystoreInput = z
  .object({
    type: KeystoreType,
    password: KeystorePassword.nullable()
      .optional()
      .describe('Null: none is kept. Left out: none, or that which is kept.'),
  })
  .meta({ id: 'KeystoreInput' });

/** Which key the next version gets. */
export const KeyOnRenewal = z
  .enum(['new', 'same', 'imported'])
  .describe(
    'new: one that is made for it. same: that of the current version. imported: the one that was brought along.',
  );
export type KeyOnRenewal = z.infer<typeof KeyOnRenewal>;

/** What a CSR is signed with. The certificate's own signature is up to the CA. */
export const SignatureAlgorithm = z
  .enum(['SHA-256', 'SHA-384', 'SHA-512'])
  .meta({ id: 'SignatureAlgorithm' })
  .describe('Of the CSR, with the key: ECDSA or RSA. With what the CA signs the certificate is up to it.');
export type SignatureAlgorithm = z.infer<typeof SignatureAlgorithm>;

/** A private key that is brought along: certificates are issued for it from then on. */
export const KeyImport = z
  .object({
    file: fileContent('certificateKey').describe(
      'The private key: PEM (PKCS#8, PKCS#1, SEC1; encrypted or not), PFX (PKCS#12) or JKS; in base64.',
    ),
    passPhrase: PassPhrase.optional(),
  })
  .meta({ id: 'KeyImport' });
export type KeyImport = z.infer<typeof KeyImport>;

/** What someone asked to keep valid. */
export const Certificate = z
  .object({
    id: Id,
    name: Name,
    source: CertificateSource,
    identifiers: z.array(CertificateIdentifier),
    subject: Subject,
    policy: Name.nullable().describe('Null: it was imported.'),
    keyAlgorithm: KeyAlgorithm.nullable().describe("Null: the policy's."),
    keyOnRenewal: KeyOnRenewal.nullable().describe("Null: the policy's."),
    signatureAlgorithm: SignatureAlgorithm.nullable().describe('Null: SHA-384 for P-384, else SHA-256.'),
    profile: z.string().nullable().describe("Null: the policy's."),
    keystore: z
      .object({ type: KeystoreType, hasPassword: z.boolean() })
      .nullable()
      .describe('How it is exported unless asked for otherwise. Null: as PEM. The password is never shown.'),
    labels: Labels,
    status: CertificateStatus,
    health: CertificateHealth,
    request: RequestStatus.nullable().describe('Null: it was imported.'),
    version: Version.nullable().describe('The current one.'),
    toBeRevoked: z
      .array(PendingRevocation.extend({ version: z.int().min(1) }).meta({ id: 'VersionToBeRevoked' }))
      .describe('Versions whose revocation was asked for and has not come about yet.'),
    servedUntil: Timestamp.nullable().describe(
      'When the first of what its targets serve ends, as handshakes have read it: before the current version does while that could not be brought to them. Null: none was read, or nothing answers there any more.',
    ),
    issuance: Issuance.nullable().describe('While an order is running.'),
    renewal: Renewal.nullable(),
    lastError: z
      .object({
        message: z.string(),
        at: Timestamp,
        attempts: z.int(),
        problem: CaProblem.nullable().describe('What the CA said. Null: it was not the CA that refused.'),
      })
      .nullable()
      .describe('Null: the last attempt to issue it did not fail.'),
    assignments: z.int().describe('How many targets it is assigned to.'),
    virtualServices: z
      .array(ServicePlace)
      .max(5)
      .describe('The first of the virtual services that it is assigned to. All of them: see its assignments.'),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Certificate' });
export type Certificate = z.infer<typeof Certificate>;

/** A name to certify, as people give it. */
export const IdentifierInput = z
  .union([
    z.string().min(1).max(300),
    z.object({ value: z.string().min(1).max(300), solver: Name.nullable().default(null) }),
  ])
  .describe('A name as people type it: IDN is turned into A-labels; an IP address is recognised.');

/** Ask for a certificate. Only `name` and `identifiers` are needed once a policy named "default" exists. */
export const CertificateRequest = z
  .object({
    name: Name,
    identifiers: z.array(IdentifierInput).min(1).max(100).describe('The first is asked for as the common name.'),
    policy: Name.default('default'),
    subject: Subject.default({}),
    keyAlgorithm: KeyAlgorithm.nullable().default(null),
    keyOnRenewal: KeyOnRenewal.nullable().default(null),
    signatureAlgorithm: SignatureAlgorithm.nullable().default(null),
    key: KeyImport.optional().describe('Certified from the first version on.'),
    profile: z.string().max(100).nullable().default(null),
    csr: z.string().max(100_000).optional().describe('PEM; its key stays where it is.'),
    keystore: KeystoreInput.nullable().default(null),
    labels: Labels.default({}),
    assignments: z
      .array(z.object({ target: Name, isDefault: z.boolean().default(false) }))
      .max(1000)
      .default([]),
  })
  .meta({ id: 'CertificateRequest' });
export type CertificateRequest = z.infer<typeof CertificateRequest>;

/** Bring a certificate along with its private key, or the next version of one that was brought along. */
export const CertificateImport = z
  .object({
    name: Name,
    file: fileContent('certificate').describe(
      'Certificate, private key and intermediates: PEM in any order, PFX (PKCS#12) or JKS; in base64.',
    ),
    passPhrase: PassPhrase.optional(),
    replace: z
      .boolean()
      .default(false)
      .describe('It is the next version of the imported certificate of this name, wherever that is assigned.'),
    labels: Labels.optional().describe('Left out: none or, of a certificate that is replaced, those that it has.'),
  })
  .meta({ id: 'CertificateImport' });
export type CertificateImport = z.infer<typeof CertificateImport>;

/**
 * Change a certificate; of an imported one its labels and its keystore. Left out: as it was. What changes what is
 * certified, or how it is proven, is issued again under the same name; what is given but is as it was changes nothing.
 */
export const CertificateChange = z
  .object({
    identifiers: z.array(IdentifierInput).min(1).max(100),
    policy: Name,
    subject: Subject,
    keyAlgorithm: KeyAlgorithm.nullable(),
    keyOnRenewal: KeyOnRenewal.nullable().describe('imported stays; a key is brought along by importing it.'),
    signatureAlgorithm: SignatureAlgorithm.nullable().describe('For the next CSR. Null: what is usual for the key.'),
    profile: z.string().max(100).nullable(),
    csr: z.string().max(100_000).nullable().describe('PEM; not while it is assigned. Null: a key of our own again.'),
    keystore: KeystoreInput.nullable(),
    labels: Labels,
  })
  .partial()
  .meta({ id: 'CertificateChange' });
export type CertificateChange = z.infer<typeof CertificateChange>;

export const Revocation = z
  .object({
    version: z.int().min(1).optional().describe('Left out: the current one.'),
    reason: RevocationReason.default('unspecified'),
    replaceFirst: z
      .boolean()
      .default(true)
      .describe('The current version is replaced first, wherever it is served. False: it is revoked at once.'),
  })
  .meta({ id: 'Revocation' });
export type Revocation = z.infer<typeof Revocation>;

const exported = {
  version: z.int().min(1).optional().describe('Left out: the current one.'),
  format: KeystoreType.optional().describe("Left out: that of the certificate's keystore, else PEM."),
};

/** Which version to give out without its key, and how. */
export const CertificateExportRequest = z
  .object({
    ...exported,
    password: KeystorePassword.optional().describe('Of PKCS#12 and JKS. Left out: the one that is kept with it.'),
  })
  .meta({ id: 'CertificateExportRequest' });
export type CertificateExportRequest = z.infer<typeof CertificateExportRequest>;

/** Which version to give out with its key, and how. */
export const CertificateKeyExportRequest = z
  .object({
    ...exported,
    password: KeystorePassword.optional().describe(
      'What the key is encrypted under. Left out: the one that is kept with the certificate; without one it is plain, which only PEM can be.',
    ),
    plain: z.boolean().default(false).describe('PEM: the key is not encrypted, even if a password is kept.'),
  })
  .meta({ id: 'CertificateKeyExportRequest' });
export type CertificateKeyExportRequest = z.infer<typeof CertificateKeyExportRequest>;

/** A version, given out. The key only to those who may export keys; that is an event. */
export const CertificateExport = z
  .object({
    format: KeystoreType,
    version: z.int().min(1),
    certificate: z.string().describe('PEM of the leaf.'),
    chain: z.string().describe('PEM of the certificates that lead from it to its root, the nearest first.'),
    privateKey: z
      .string()
      .nullable()
      .describe('PEM (PKCS#8), encrypted if there was a password. Null: left out, or in the keystore.'),
    keystore: z.base64().nullable().describe('The whole file, in base64. Null: PEM.'),
  })
  .meta({ id: 'CertificateExport' });
export type CertificateExport = z.infer<typeof CertificateExport>;
