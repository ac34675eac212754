import { expect, test } from 'vitest';
import type { VirtualServiceRecord } from '../../store/virtual-services.js';
import { Parameters } from '../parameters.js';
import { fixedServiceFields } from './fixed-fields.js';
import { newService, readService, serviceParameters, settingFields } from './virtual-service.js';

const read = (fields: Record<string, string>, before = newService) =>
  readService(new Parameters(Object.entries(fields)), before, '192.0.2.10');
const record = (fields: object) => ({ ...newService, enabled: true, name: null, ...fields }) as VirtualServiceRecord;

test('no field is in two tables', () => {
  expect(new Set(serviceParameters).size).toBe(serviceParameters.length);
});

test.each(fixedServiceFields.map(field => [field.name, field] as const))(
  '%s is taken at its values, read back, and refused at another',
  (name, { accepts, hidden }) => {
    for (const value of accepts) {
      const text = value === true ? 'Y' : value === false ? 'N' : String(value);
      const { properties, change } = read({ [name.toLowerCase()]: text });
      expect(change).toEqual({});
      const shown = settingFields(record({ properties }))[name];
      // An empty text is the first value, whatever that is.
      const expected = hidden ? undefined : value === '' ? accepts[0] || undefined : value;
      expect(shown).toBe(expected);
    }
    const other = typeof accepts[0] === 'boolean' ? (accepts.length === 2 ? 'perhaps' : accepts[0] ? 'N' : 'Y') : '77';
    expect(() => read({ [name]: other })).toThrow(new RegExp(`^${name}: `));
  },
);

test.each<[string, object, Record<string, string>, object]>([
  [
    'the timeout of persistence outlives its absence',
    { properties: { PersistTimeout: '900' } },
    { Persist: 'src' },
    { persistence: { type: 'source', timeoutSeconds: 900 } },
  ],
  [
    'persistence without a word about time has the usual one',
    {},
    { Persist: 'src' },
    { persistence: { type: 'source', timeoutSeconds: 360 } },
  ],
  [
    'a cookie of its own lasts as long as the browser with a time of 0',
    {},
    { Persist: 'active-cookie', Cookie: 'lb', PersistTimeout: '0' },
    { persistence: { type: 'cookie', name: 'lb', timeoutSeconds: null } },
  ],
  [
    "a session's cookie with another name stays a session's",
    { persistence: { type: 'cookie', name: 'lb', timeoutSeconds: null } },
    { Cookie: 'other' },
    { persistence: { type: 'cookie', name: 'other', timeoutSeconds: null } },
  ],
  [
    'a source that becomes a cookie has the time that it had',
    { persistence: { type: 'source', timeoutSeconds: 900 } },
    { Persist: 'active-cookie', Cookie: 'lb' },
    { persistence: { type: 'cookie', name: 'lb', timeoutSeconds: 900 } },
  ],
  [
    'codes are those that count, and no others',
    { healthCheck: { type: 'http', port: null, path: '/', host: null, method: 'HEAD', statuses: [] } },
    { CheckCodes: '401, 503' },
    { healthCheck: { type: 'http', port: null, path: '/', host: null, method: 'HEAD', statuses: [401, 503] } },
  ],
  [
    'without codes it is the usual ones again',
    { healthCheck: { type: 'http', port: null, path: '/', host: null, method: 'HEAD', statuses: [503] } },
    { CheckCodes: '' },
    { healthCheck: { type: 'http', port: null, path: '/', host: null, method: 'HEAD', statuses: [301, 302, 401] } },
  ],
  [
    'codes that our own API has by default stay, when what is shown of them comes back',
    { healthCheck: { type: 'http', port: null, path: '/', host: null, method: 'HEAD', statuses: [] } },
    { CheckCodes: '', CheckUrl: '/up' },
    { healthCheck: { type: 'http', port: null, path: '/up', host: null, method: 'HEAD', statuses: [] } },
  ],
  [
    "a page's path outlives another kind of check",
    { properties: { CheckUrl: '/up', CheckUseGet: '1' } },
    { CheckType: 'http' },
    { healthCheck: { type: 'http', port: null, path: '/up', host: null, method: 'GET', statuses: [301, 302, 401] } },
  ],
  [
    'a host without HTTP/1.1 is only kept',
    { healthCheck: { type: 'http', port: null, path: '/', host: 'a.b', method: 'HEAD', statuses: [] } },
    { 'CheckUse1.1': 'N' },
    { healthCheck: { type: 'http', port: null, path: '/', host: null, method: 'HEAD', statuses: [] } },
  ],
  [
    'HTTP/1.1 without a host has the address of the virtual service',
    {},
    { CheckType: 'http', 'CheckUse1.1': 'Y' },
    {
      healthCheck: {
        type: 'http',
        port: null,
        path: '/',
        host: '192.0.2.10',
        method: 'HEAD',
        statuses: [301, 302, 401],
      },
    },
  ],
  [
    'a redirect that gets an error code of 0 is an HTTP service again',
    { type: 'redirect', redirectPort: 443 },
    { ErrorCode: '0' },
    { type: 'http', unavailable: null },
  ],
  ['what is sent empty is as if it was not sent', {}, { Enable: '', Schedule: '', RsMinimum: '', VStype: '' }, {}],
])('%s', (_, before, sent, change) => {
  expect(read(sent, { ...newService, ...before }).change).toEqual(change);
});

test('the usual codes are read back if they were sent', () => {
  const sent = { CheckType: 'http', CheckCodes: '301 302 401' };
  const { change, properties } = read(sent);
  expect(settingFields(record({ ...change, properties })).CheckCodes).toBe('301 302 401');
  expect(read({ CheckCodes: '' }, record({ ...change, properties })).properties).not.toHaveProperty('CheckCodes');
});

const https = { ...newService, type: 'https' as const };
const none = { type: 'https', http2: false, VStype: 'http', AllowHTTP2: false };
const flagged = { type: 'https', http2: true, VStype: 'http', AllowHTTP2: true };
const typed = { type: 'https', http2: true, VStype: 'http2', AllowHTTP2: true };

test.each<[string, object, Record<string, string>, object]>([
  ['a new service with TLS has none', {}, { SSLAcceleration: 'Y' }, none],
  ['one that is to have it', {}, { SSLAcceleration: 'Y', AllowHTTP2: 'Y' }, flagged],
  ['one of that type', {}, { SSLAcceleration: 'Y', VStype: 'http2' }, typed],
  ['one of that type, with the flag', {}, { SSLAcceleration: 'Y', VStype: 'http2', AllowHTTP2: 'Y' }, typed],
  ['one without TLS', {}, { AllowHTTP2: 'N', VStype: 'http' }, { ...none, type: 'http', http2: null }],
  ['one that has it and is not asked', { ...https, http2: true }, { Enable: 'Y' }, flagged],
  ['the flag', { ...https, http2: false }, { AllowHTTP2: 'Y' }, flagged],
  ['the flag, taken away', { ...https, http2: true }, { AllowHTTP2: 'N' }, none],
  ['the type', { ...https, http2: false }, { VStype: 'http2' }, typed],
  ['the type, beside the flag', { ...https, http2: true }, { VStype: 'http2' }, typed],
  ['the other type', { ...https, http2: true, properties: { VStype: 'http2' } }, { VStype: 'http' }, none],
  ['the type as it is', { ...https, http2: true }, { VStype: 'http' }, flagged],
  [
    'the other type with the flag',
    { ...https, http2: true, properties: { VStype: 'http2' } },
    { VStype: 'http', AllowHTTP2: 'Y' },
    flagged,
  ],
  ['neither', { ...https, http2: true, properties: { VStype: 'http2' } }, { AllowHTTP2: 'N', VStype: 'http' }, none],
  [
    'what loses TLS',
    { ...https, http2: true, properties: { VStype: 'http2' } },
    { SSLAcceleration: 'N' },
    { ...none, type: 'http', http2: null },
  ],
])('HTTP/2: %s; what is shown can be sent back', (_, before, sent, expected) => {
  const after = (service: typeof newService, fields: Record<string, string>) => {
    const { change, properties } = read(fields, service);
    const next = { ...service, ...change, properties } as typeof newService;
    return { ...next, http2: next.type === 'https' ? next.http2 : null };
  };
  const service = after({ ...newService, ...before }, sent);
  const { VStype, AllowHTTP2 } = settingFields(record(service));
  expect({ type: service.type, http2: service.http2, VStype, AllowHTTP2 }).toEqual(expected);
  expect(after(service, { VStype: String(VStype), AllowHTTP2: AllowHTTP2 ? 'Y' : 'N' })).toEqual(service);
});

test.each<[string, object, Record<string, string>, string]>([
  ['the flag without TLS', {}, { AllowHTTP2: 'Y' }, 'AllowHTTP2: HTTP/2 needs SSLAcceleration'],
  ['the type without TLS', {}, { VStype: 'http2' }, 'VStype: HTTP/2 needs SSLAcceleration'],
  ['both, as TLS goes', { ...https, http2: true }, { SSLAcceleration: 'N', AllowHTTP2: 'Y' }, 'AllowHTTP2: '],
  ['a SubVS', { type: 'sub' }, { VStype: 'http2' }, 'VStype: TLS ends at the virtual service, not at a SubVS'],
  ['a contradiction', https, { VStype: 'http2', AllowHTTP2: 'N' }, 'AllowHTTP2: VStype http2 offers HTTP/2: send VS'],
])('HTTP/2 refused: %s', (_, before, sent, message) => {
  expect(() => read(sent, { ...newService, ...before })).toThrow(message);
});

test.each<[string, Record<string, string>]>([
  ['Schedule', { Schedule: 'lc' }],
  ['Persist', { Persist: 'src', Cookie: '' }],
  ['CheckUrl', { CheckUrl: '/up' }],
  ['RsMinimum', { RsMinimum: '2' }],
])('of a virtual service with SubVSs %s says nothing: refused, unless it is as it was', (name, sent) => {
  const healthCheck = { type: 'http', port: null, path: '/', host: null, method: 'HEAD', statuses: [] } as const;
  const parent = { ...newService, healthCheck: { ...healthCheck, statuses: [] }, subVirtualServices: [{}] };
  expect(() => read(sent, parent)).toThrow(`${name}: The SubVSs have the real servers: set it on them`);
  expect(() => read(sent, { ...parent, subVirtualServices: [] })).not.toThrow();
  const shown = Object.entries(settingFields(record(parent))).map(([field, value]) => [field, String(value ?? '')]);
  expect(() => read(Object.fromEntries(shown), parent)).not.toThrow();
});

test('an error code that redirects needs where to', () => {
  expect(() => read({ ErrorCode: '302' })).toThrow('ErrorUrl: ErrorCode 302 needs the URL that it redirects to');
  expect(read({ ErrorCode: '302', ErrorUrl: '/sorry' }).change).toMatchObject({
    unavailable: { redirectUrl: '/sorry' },
  });
});

test('what has no place at the moment is kept, and forgotten when it is sent empty', () => {
  const { properties } = read({ CheckUrl: '/up', Cookie: 'lb' });
  expect(properties).toEqual({ CheckUrl: '/up', Cookie: 'lb' });
  expect(read({ CheckUrl: '', Cookie: '' }, { ...newService, properties }).properties).toEqual({});
});

test.each<[string, unknown, boolean]>([
  ['InterceptOpts', ['opnormal', 'auditrelevant', 'reqdatadisable', 'resdatadisable'], true],
  ['OwaspOpts', ['opnormal', 'auditnone', 'reqdatadisable', 'resdatadisable'], true],
  ['OwaspOpts', 'opnormal;auditnone;reqdatadisable;resdatadisable', true],
  ['OwaspOpts', [], true],
  ['OwaspOpts', ['opblock'], false],
  ['RequestRules', [], true],
  ['RequestRules', ['r1'], false],
  ['Captcha', 'n', true],
  ['Captcha', 'Y', false],
  ['AddVia', '5', true],
  ['AddVia', '1', false],
  ['IsTransparent', '2', true],
])('%s is %j: %j', (name, value, isTaken) => {
  const sent = new Parameters([[name, value as string]]);
  const change = () => readService(sent, newService, '192.0.2.10').change;
  if (isTaken) expect(change()).toEqual({});
  else expect(change).toThrow(new RegExp(`^${name}: Certfleet does not have this: can only be `));
});

test('a list in the place of text is refused by name', () => {
  const sent = new Parameters([['ErrorPage', ['a']]]);
  expect(() => readService(sent, newService, '192.0.2.10')).toThrow('ErrorPage: Must be text, a number or a boolean');
});
