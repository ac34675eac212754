/** The directory (RFC 8555 §7.1.1): where each resource is, and what the CA says of itself. */
import { readJson } from './json.js';
import type { Attempted } from './problem.js';
import type { HttpReply } from './transport.js';

/** The resources that a directory names (RFC 8555 §7.1.1, RFC 9773 §4). */
export type DirectoryResource =
  | 'newNonce'
  | 'newAccount'
  | 'newOrder'
  | 'newAuthz'
  | 'revokeCert'
  | 'keyChange'
  | 'renewalInfo';

export interface DirectoryMeta {
  /** To be shown to a person; never agreed to on their behalf. */
  termsOfService?: string;
  website?: string;
  /** The names that CAA records know this CA by (RFC 8659). */
  caaIdentities: string[];
  externalAccountRequired: boolean;
  /** draft-ietf-acme-profiles: profile name → its description, text or URL. Empty when the CA has no profiles. */
  profiles: Record<string, string>;
}

export interface Directory {
  newNonce: string;
  newAccount: string;
  newOrder: string;
  newAuthz?: string;
  revokeCert?: string;
  keyChange?: string;
  renewalInfo?: string;
  meta: DirectoryMeta;
}

/** Reads a directory. Unknown members are ignored: Boulder adds a random one to keep clients honest. */
export function parseDirectory(attempted: Attempted, reply: HttpReply): Directory {
  const object = readJson(attempted, reply);
  const meta = object.fields.meta;
  const directory: Directory = {
    newNonce: object.url('newNonce'),
    newAccount: object.url('newAccount'),
    newOrder: object.url('newOrder'),
    meta: parseMeta(typeof meta === 'object' && meta !== null ? (meta as Record<string, unknown>) : {}),
  };
  for (const name of ['newAuthz', 'revokeCert', 'keyChange', 'renewalInfo'] as const) {
    if (object.fields[name] !== undefined) directory[name] = object.url(name);
  }
  return directory;
}

function parseMeta(meta: Record<string, unknown>): DirectoryMeta {
  const profiles = typeof meta.profiles === 'object' && meta.profiles !== null ? Object.entries(meta.profiles) : [];
  return {
    ...(typeof meta.termsOfService === 'string' && { termsOfService: meta.termsOfService }),
    ...(typeof meta.website === 'string' && { website: meta.website }),
    caaIdentities: Array.isArray(meta.caaIdentities) ? meta.caaIdentities.filter(name => typeof name === 'string') : [],
    externalAccountRequired: meta.externalAccountRequired === true,
    profiles: Object.fromEntries(profiles.map(([name, text]) => [name, typeof text === 'string' ? text : ''])),
  };
}
