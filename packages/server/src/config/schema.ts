import { HttpsUrl, Line, Port } from '@certfleet/contract';
import { parseServer } from '@certfleet/plugins';
import { z } from 'zod';
import { logLevels } from '../logger.js';

/** What a key's value means beyond its type; kept in the schema's meta. */
export interface KeyMeta {
  /** A file or folder: relative to certfleet.yaml's folder, or to the working directory when from the environment. */
  path?: boolean;
  /** Not to be repeated in an error. */
  secret?: boolean;
  /** In the reference, instead of a default that depends on other keys. */
  defaultText?: string;
}

const file = (defaultText?: string) => ({ path: true, ...(defaultText ? { defaultText } : {}) }) satisfies KeyMeta;

const limit = z
  .strictObject({ count: z.int().min(1), hours: z.number().positive() })
  .nullable()
  .optional();

/**
 * certfleet.yaml. Every key has a default, a description for the reference, and a variable in the environment that
 * overrides it: CERTFLEET_ and the key's path (`listen.port`: CERTFLEET_LISTEN_PORT).
 */
export const ConfigFile = z.strictObject({
  dataDir: z
    .string()
    .min(1)
    .default('/var/lib/certfleet')
    .describe('Folder of everything that Certfleet keeps. Only its owner can read it.')
    .meta(file()),
  publicUrl: HttpsUrl.nullable()
    .default(null)
    .describe('Where browsers find this server. Requests from pages of other origins are refused.')
    .meta({ defaultText: 'https, the name of this host, `listen.port`' } satisfies KeyMeta),
  masterKeyFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'File with the master key, made at the first start. CERTFLEET_MASTER_KEY, if set, holds the key itself and wins.',
    )
    .meta(file('`master.key` in `dataDir`')),
  store: z
    .strictObject({
      url: z
        .string()
        .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'Must begin with sqlite: and a path, or with postgres://')
        .nullable()
        .default(null)
        .describe('`sqlite:/path/to/file.db`, or `postgres://user:password@host/database` for several servers.')
        .meta({ secret: true, defaultText: '`certfleet.db` in `dataDir`' } satisfies KeyMeta),
    })
    .prefault({}),
  listen: z
    .strictObject({
      address: z
        .union([z.ipv4(), z.ipv6()], 'Must be an IPv4 or IPv6 address.')
        .default('0.0.0.0')
        .describe('Address of the API and web interface. `127.0.0.1` keeps them to this machine; `::` adds IPv6.'),
      port: Port.default(8443).describe('Port of the API and web interface.'),
      names: z
        .array(Line.min(1).max(253))
        .max(100)
        .default([])
        .describe(
          'More names and addresses for the self-signed certificate of the first start, beside those of this host and `publicUrl`.',
        ),
      trustedProxies: z
        .array(Line.min(1).max(50))
        .max(100)
        .default([])
        .describe('Addresses or networks of reverse proxies whose X-Forwarded-For is believed.'),
    })
    .prefault({}),
  signIn: z
    .strictObject({
      setupLinkHours: z.number().positive().max(720).default(24).describe('How long the set-up link works.'),
      idleMinutes: z.number().min(1).max(10_080).default(60).describe('A session that nobody uses ends after this.'),
      sessionHours: z.number().positive().max(720).default(12).describe('Every session ends after this.'),
    })
    .prefault({}),
  haproxy: z
    .strictObject({
      binary: z.string().min(1).default('haproxy').describe('HAProxy 2.6 or later: a path, or a name in PATH.'),
      directory: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('Folder of configuration, certificates and sockets of the HAProxy on this machine.')
        .meta(file('`haproxy` in `dataDir`')),
    })
    .prefault({}),
  acme: z
    .strictObject({
      contact: Line.min(1)
        .max(200)
        .nullable()
        .default(null)
        .describe('URL or e-mail address in the User-Agent, for CAs to reach whoever runs this server.'),
    })
    .prefault({}),
  dns: z
    .strictObject({
      resolvers: z
        .array(
          z
            .string()
            .refine(text => parseServer(text) !== undefined, 'Must be an IP address, with a port if it is not 53.'),
        )
        .max(10)
        .default([])
        .describe(
          'Resolvers that are asked for names, in this order: `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:5353`.',
        )
        .meta({ defaultText: "the system's (`/etc/resolv.conf`)" } satisfies KeyMeta),
      authoritativePort: Port.default(53).describe(
        'Port of the name servers of zones. Only in a laboratory another than 53.',
      ),
    })
    .prefault({}),
  http01: z
    .strictObject({
      port: Port.default(80).describe(
        'Port on which challenges are looked for before a CA does. Only in a laboratory another than 80.',
      ),
      tlsPort: Port.default(443).describe('The same after a redirect to HTTPS. Only in a laboratory another than 443.'),
    })
    .prefault({}),
  hooks: z
    .strictObject({
      folder: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe(
          'Folder of the programs that DNS accounts of type exec-hook may run. Only root and the user of Certfleet may be able to write there.',
        )
        .meta(file('none may be run')),
      acmeSh: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('Folder of an installed acme.sh, whose DNS scripts accounts of type acme-sh may run.')
        .meta(file('none')),
    })
    .prefault({}),
  jobs: z
    .strictObject({
      concurrency: z.int().min(1).max(256).default(8).describe('How many certificates are worked on at the same time.'),
    })
    .prefault({}),
  rateLimits: z
    .record(
      HttpsUrl,
      z.strictObject({
        newOrdersPerAccount: limit,
        certificatesPerRegisteredDomain: limit,
        certificatesPerExactSet: limit,
        failuresPerIdentifier: limit,
        renewalsExempt: z.boolean().optional(),
      }),
    )
    .default({})
    .describe(
      "Limits of CAs by directory URL, as `{ count, hours }`; null: none. What is left out: Let's Encrypt's own for its production directory, else none.",
    ),
  events: z
    .strictObject({
      retentionDays: z.number().min(1).max(36_500).default(400).describe('Events are deleted when they are older.'),
    })
    .prefault({}),
  history: z
    .strictObject({
      retentionDays: z
        .number()
        .min(1)
        .max(36_500)
        .default(400)
        .describe(
          'Orders and deployments are deleted so long after their end, versions so long after they expired, with keys that nothing uses. What is current, deployed or revoked is kept.',
        ),
    })
    .prefault({}),
  metrics: z
    .strictObject({ public: z.boolean().default(false).describe('Whether /metrics can be read without a sign-in.') })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(logLevels).default('info').describe('The least important lines that are written.') })
    .prefault({}),
});
export type ConfigFile = z.output<typeof ConfigFile>;
