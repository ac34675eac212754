import { z } from 'zod';
import { advanced, secret } from '../plugin.js';
import { Endpoint } from './http.js';
import { listedZones } from './listed-zones.js';
import { defineDnsProvider } from './provider.js';

const config = z.object({
  accessKeyId: z
    .string()
    .regex(/^\w{16,128}$/, 'Letters and digits.')
    .optional()
    .describe(
      "Access key, with secretAccessKey. Left out: this machine's own credentials: environment, profile, web identity, container or instance role.",
    ),
  secretAccessKey: secret(z.string().min(1).max(500).optional().describe('Secret of the access key.')),
  profile: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('A profile of ~/.aws of the user that Certfleet runs as, in place of an access key.'),
  roleArn: z
    .string()
    .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'Must be the ARN of a role.')
    .max(2048)
    .optional()
    .describe('A role that is assumed with these credentials: for zones of another AWS account.'),
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/, 'As AWS has it: 2 characters or more.')
    .optional()
    .describe("The external id that the role's trust policy asks for."),
  hostedZoneId: z
    .string()
    .regex(/^(\/hostedzone\/)?[A-Z0-9]{1,32}$/, 'Letters and digits.')
    .optional()
    .describe('The one hosted zone to use: if there are several of its name, or the credentials may list none.'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'Such as eu-central-1.')
    .default('us-east-1')
    .describe('Where requests are signed for; Route 53 itself is everywhere. cn-northwest-1 in China.'),
  endpoint: Endpoint.optional().describe("Where Route 53 is reached, if not at AWS's own address.").meta(advanced),
  stsEndpoint: Endpoint.optional().describe("Where roles are assumed, if not at AWS's own address.").meta(advanced),
});
export type Route53Config = z.output<typeof config>;

/** AWS's SDK takes half a second and 20 MB to load: that is for those who have such an account. */
const sdk = () => import('./route53-zones.js');

/**
 * Amazon Route 53, through AWS's own SDK, for the ways in which its credentials are found:
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export const route53Provider = defineDnsProvider({
  type: 'route53',
  title: 'Amazon Route 53',
  config,
  neverRunAgainst:
    'Never run against AWS: a local server checks signatures (Signature Version 4), paging, whole record sets, changes that are pending, requests per second and roles; another one answers as the instance metadata service.',

  ...listedZones(async (settings: Route53Config, io) => (await sdk()).zoneNames(settings, io)),

  async add(settings, zone, records, io) {
    await (await sdk()).addValues(settings, zone, records, io);
  },

  async remove(settings, zone, records, io) {
    await (await sdk()).removeValues(settings, zone, records, io);
  },
});
