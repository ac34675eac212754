import { z } from 'zod';

/** A record's own stable id: a UUID (version 7, so ids sort by age). */
export const Id = z.uuid().meta({ id: 'Id', description: 'A UUID, version 7: ids sort by age.' });

/**
 * What people call a thing: unique within its kind, part of URLs and of file names.
 * LoadMaster's certificate identifiers and nicknames fit in here.
 */
export const Name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/,
    'Letters, digits and . _ @ -; the first a letter or digit; at most 128.',
  )
  .meta({ id: 'Name' });

/** A moment, RFC 3339 in UTC. */
export const Timestamp = z.iso.datetime().meta({ id: 'Timestamp', description: 'RFC 3339, UTC.' });

/** A TCP port. */
export const Port = z.int().min(1).max(65535).meta({ id: 'Port' });

/**
 * An address to listen on or connect to: IPv4 or IPv6, without brackets. `0.0.0.0` and `::` are all addresses. Of IPv6
 * any spelling is taken and becomes the one of RFC 5952 §4, so that equal addresses are equal texts.
 */
export const IpAddress = z
  .union([z.ipv4(), z.ipv6()], 'Must be an IPv4 or an IPv6 address.')
  .overwrite(address => (address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address))
  .meta({ id: 'IpAddress' });

/** Free text for people: one line, no control characters, so that it can't break a log line or a configuration. */
export const Line = z
  .string()
  .max(500)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point
  .regex(/^[^\u0000-\u001f\u007f\u2028\u2029]*$/, 'One line, without control characters.');

/** Labels for finding and grouping; keys as in {@link Name}, values one line. At most 32. */
export const Labels = z
  .record(Name, Line.max(200), {
    error: ({ code }) =>
      code === 'invalid_key' ? 'The name of a label has letters, digits and . _ @ -; at most 128.' : undefined,
  })
  .refine(labels => Object.keys(labels).length <= 32, 'At most 32 labels.')
  .meta({ id: 'Labels' });

/** A URL of an ACME directory or another HTTPS service. Plain HTTP is refused: RFC 8555 §6.1 requires HTTPS. */
export const HttpsUrl = z.url({ protocol: /^https$/ }).max(2000);
