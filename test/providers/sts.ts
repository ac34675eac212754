import { randomBytes } from 'node:crypto';
import { signatureFault } from './aws-signature.js';
import type { AccessKeys } from './route53.js';
import { type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from './server.js';

/** AWS's AssumeRole, for one role with an external id. What it hands out is added to `keys`. */
export async function startSts(keys: AccessKeys, role: { arn: string; externalId: string }): Promise<ProviderServer> {
  function answer(request: ProviderRequest): ProviderReply {
    const fault = signatureFault(request, 'sts', id => keys.get(id)?.secret);
    if (fault) return failure(fault);
    const form = new URLSearchParams(request.body);
    const allowed = form.get('RoleArn') === role.arn && form.get('ExternalId') === role.externalId;
    if (form.get('Action') !== 'AssumeRole' || !allowed) return failure('AccessDenied');
    const [id, secret, sessionToken] = [
      `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      randomBytes(20).toString('hex'),
      randomBytes(20).toString('hex'),
    ];
    keys.set(id, { secret, sessionToken });
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    };
  }
  return startProviderServer(answer, failure('Throttling'));
}

function failure(code: string): ProviderReply {
  return {
    status: 403,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>Not allowed</Message></Error></ErrorResponse>`,
  };
}
