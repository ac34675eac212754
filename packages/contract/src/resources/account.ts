import { z } from 'zod';
import { HttpsUrl, Id, Name, Timestamp } from '../primitives.js';
import { fileContent, PassPhrase } from './key-file.js';
import { KeystorePassword } from './keystore.js';

/** An account at a CA (RFC 8555 §7.1.2). */
export const Account = z
  .object({
    id: Id,
    name: Name,
    directoryUrl: z.string(),
    accountUrl: z.string().nullable().describe("The CA's URL of the account (kid); null until registered."),
    email: z.string().nullable(),
    status: z.enum(['registering', 'valid', 'deactivated', 'revoked', 'failed']),
    keyAlgorithm: z.enum(['ES256', 'ES384', 'RS256']),
    termsOfServiceUrl: z.string().nullable(),
    termsAgreedBy: z.string().nullable(),
    termsAgreedAt: Timestamp.nullable(),
    createdAt: Timestamp,
  })
  .meta({ id: 'Account' });
export type Account = z.infer<typeof Account>;

/** External account binding (RFC 8555 §7.3.4): what the CA gave its customer. The HMAC key is base64url. */
export const ExternalAccountBinding = z.object({
  keyId: z.string().min(1).max(1000),
  hmacKey: z
    .string()
    .regex(/^[A-Za-z0-9_=-]+$/, 'base64url')
    .max(1000),
});

/** Register an account, or find the one that `key` already has there. */
export const AccountRegistration = z
  .object({
    name: Name,
    directoryUrl: HttpsUrl,
    email: z.email().optional(),
    keyAlgorithm: z.enum(['ES256', 'ES384', 'RS256']).default('ES256'),
    agreeToTerms: z
      .boolean()
      .default(false)
      .describe("Someone has read the CA's terms of service (see POST /directories) and agrees. Never assumed."),
    externalAccountBinding: ExternalAccountBinding.optional(),
    caCertificate: z
      .string()
      .max(100_000)
      .optional()
      .describe('PEM of the root that signed the HTTPS certificate of a private CA.'),
  })
  .meta({ id: 'AccountRegistration' });
export type AccountRegistration = z.infer<typeof AccountRegistration>;

/** Use an account that another client has registered, by its key. */
export const AccountLink = z
  .object({
    name: Name,
    directoryUrl: HttpsUrl,
    file: fileContent('accountKey').describe(
      "The account's private key as another client keeps it: PEM (PKCS#8, PKCS#1, SEC1; encrypted or not) or JWK; in base64.",
    ),
    passPhrase: PassPhrase.optional(),
    caCertificate: z
      .string()
      .max(100_000)
      .optional()
      .describe('PEM of the root that signed the HTTPS certificate of a private CA.'),
  })
  .meta({ id: 'AccountLink' });
export type AccountLink = z.infer<typeof AccountLink>;

/** Give out an account's private key, so that it can be linked again, here or by another client. */
export const AccountExport = z
  .object({ passPhrase: KeystorePassword.optional().describe('What the key is encrypted under; one line.') })
  .meta({ id: 'AccountExport' });
export type AccountExport = z.infer<typeof AccountExport>;

/** What it takes to link an account: its directory and its key. */
export const AccountKey = z
  .object({
    directoryUrl: z.string(),
    accountUrl: z.string().nullable(),
    privateKey: z.string().describe('PEM (PKCS#8), encrypted if a pass phrase was given.'),
  })
  .meta({ id: 'AccountKey' });
export type AccountKey = z.infer<typeof AccountKey>;

export const AccountChange = z.object({ email: z.email().nullable() }).meta({ id: 'AccountChange' });
export type AccountChange = z.infer<typeof AccountChange>;

/** What a CA says of itself in its directory's `meta` (RFC 8555 §9.7.6, draft-ietf-acme-profiles). */
export const DirectoryMeta = z
  .object({
    directoryUrl: z.string(),
    termsOfServiceUrl: z.string().nullable(),
    website: z.string().nullable(),
    caaIdentities: z.array(z.string()),
    externalAccountRequired: z.boolean(),
    profiles: z.record(z.string(), z.string()),
    renewalInfo: z.boolean(),
  })
  .meta({ id: 'DirectoryMeta' });
export type DirectoryMeta = z.infer<typeof DirectoryMeta>;

/** Which CA to ask, and the root of its HTTPS certificate if it is a private one. */
export const DirectoryQuestion = z
  .object({ directoryUrl: HttpsUrl, caCertificate: z.string().max(100_000).optional().describe('PEM') })
  .meta({ id: 'DirectoryQuestion' });
