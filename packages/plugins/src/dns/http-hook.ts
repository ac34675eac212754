import { z } from 'zod';
import { advanced, multiline, PluginError, secret } from '../plugin.js';
import { Endpoint, httpService } from './http.js';
import { defineDnsProvider, type ProviderIo, type TxtValues } from './provider.js';

const config = z.object({
  endpoint: Endpoint.describe('What /present and /cleanup are appended to.'),
  username: z.string().min(1).max(200).optional().describe('For HTTP Basic authentication, with password.'),
  password: secret(z.string().min(1).max(500).optional().describe('For HTTP Basic authentication, with username.')),
  bearerToken: secret(
    z
      .string()
      .max(2000)
      .regex(/^[A-Za-z0-9._~+/-]+=*$/, 'Must be a token (RFC 6750 §2.1).')
      .optional()
      .describe('For "Authorization: Bearer", in place of username and password.'),
  ),
  caCertificate: z
    .string()
    .max(20_000)
    .startsWith('-----BEGIN CERTIFICATE-----', 'Must be PEM.')
    .optional()
    .describe("PEM of the root that signed the end point's certificate, if no public CA did.")
    .meta({ ...advanced, ...multiline }),
});
type Config = z.output<typeof config>;

/**
 * An HTTP end point of one's own that writes TXT records: it speaks what lego calls httpreq, so that end points that
 * were made for lego, Traefik and others work. `POST /present` and `POST /cleanup` with `{"fqdn":
 * "_acme-challenge.example.org.", "value": "…"}`; 2xx means done. https://go-acme.github.io/lego/dns/httpreq/
 */
export const httpHookProvider = defineDnsProvider({
  type: 'http-hook',
  title: 'HTTP end point (httpreq)',
  config,
  neverRunAgainst: 'The end point is yours; run against a local server that keeps to the protocol.',

  async add(settings, _zone, records, io) {
    await sendEach('/present', settings, records, io);
  },

  async remove(settings, _zone, records, io) {
    await sendEach('/cleanup', settings, records, io);
  },

  async test() {
    // The protocol has no question that changes nothing.
    return null;
  },
});

async function sendEach(path: string, settings: Config, records: readonly TxtValues[], io: ProviderIo): Promise<void> {
  const { endpoint, caCertificate } = settings;
  const { headers, secrets } = authorization(settings);
  const http = httpService({ service: 'The HTTP end point', endpoint, headers, secrets, caCertificate }, io);
  const all = records.flatMap(({ name, values }) => values.map(value => ({ fqdn: `${name}.`, value })));
  // One after the other: end points that were made for lego read a record set, change it and write it back.
  for (const json of all) await http.send({ method: 'POST', path, json });
}

function authorization({ username, password, bearerToken }: Config): {
  headers: Record<string, string>;
  secrets: string[];
} {
  if (bearerToken !== undefined && username === undefined && password === undefined) {
    return { headers: { authorization: `Bearer ${bearerToken}` }, secrets: [] };
  }
  if (bearerToken === undefined && username === undefined && password === undefined)
    return { headers: {}, secrets: [] };
  if (bearerToken !== undefined || username === undefined || password === undefined || username.includes(':')) {
    throw new PluginError(
      'config',
      'Give username and password, a bearerToken, or none of them; a username has no colon.',
    );
  }
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return { headers: { authorization: `Basic ${basic}` }, secrets: [basic] };
}
