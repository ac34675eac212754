import type { Properties, VirtualServiceRecord } from '../../store/virtual-services.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';

/** Both mean that HTTP is understood. `gen`, which is below HTTP, and the others are refused by name. */
const types = ['http', 'http2'] as const;

interface Offering {
  type: VirtualServiceRecord['type'] | 'sub';
  http2: boolean | null;
  properties: Properties;
}

/** The type `http2` is another word for the flag, kept while HTTP/2 is offered. */
export function http2Fields({ http2, properties }: Offering): { VStype: (typeof types)[number]; AllowHTTP2: boolean } {
  return { VStype: http2 && properties.VStype === 'http2' ? 'http2' : 'http', AllowHTTP2: http2 === true };
}

/**
 * Whether HTTP/2 is offered, by what was sent on top of what there is; null: there is no TLS, which it needs. Throws 422
 * when the two fields contradict each other, or TLS ends elsewhere.
 */
export function readHttp2(
  parameters: Parameters,
  before: Offering,
  isSecure: boolean,
): { http2: boolean | null; kept: Properties } {
  const type = readType(parameters);
  const allowed = parameters.text('AllowHTTP2')?.trim() ? parameters.flag('AllowHTTP2') : undefined;
  if (!isSecure) {
    const field = allowed ? 'AllowHTTP2' : type === 'http2' ? 'VStype' : undefined;
    if (field) throw LoadMasterError.invalid(field, withoutTls(before));
    return { http2: null, kept: { VStype: null } };
  }
  if (type === 'http2' && allowed === false) {
    throw LoadMasterError.invalid('AllowHTTP2', 'VStype http2 offers HTTP/2: send VStype=http to be without');
  }
  const shown = http2Fields(before);
  const isOtherType = type !== undefined && type !== shown.VStype;
  const http2 = allowed ?? (isOtherType ? type === 'http2' : shown.AllowHTTP2);
  return { http2, kept: { VStype: http2 && (type ?? shown.VStype) === 'http2' ? 'http2' : null } };
}

function withoutTls({ type }: Offering): string {
  return type === 'sub' ? 'TLS ends at the virtual service, not at a SubVS' : 'HTTP/2 needs SSLAcceleration';
}

function readType(parameters: Parameters): (typeof types)[number] | undefined {
  const text = parameters.text('VStype')?.trim().toLowerCase();
  if (!text) return undefined;
  const type = types.find(each => each === text);
  if (type !== undefined) return type;
  throw LoadMasterError.invalid(
    'VStype',
    'Certfleet balances HTTP and HTTPS: must be http, or http2 with SSLAcceleration',
  );
}
