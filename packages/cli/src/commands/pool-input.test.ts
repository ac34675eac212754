import { HealthCheck, Persistence, Unavailable } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { healthCheck, persistence, unavailable } from './pool-input.js';

describe('a health check', () => {
  test.each([
    ['none', { type: 'none' }],
    ['tcp', { type: 'tcp' }],
    ['tcp,port=8081', { type: 'tcp', port: 8081 }],
    ['http', { type: 'http' }],
    ['https:/up?a=b,c', { type: 'https', path: '/up?a=b,c' }],
    ['http,host=www.example.com:8080', { type: 'http', host: 'www.example.com:8080' }],
    ['http:/a,method=HEAD,status=401,port=1,status=404', { path: '/a', method: 'HEAD', statuses: [401, 404], port: 1 }],
  ])('%s', (text, expected) => {
    const check = healthCheck(text);
    expect(check).toMatchObject(expected);
    expect(HealthCheck.safeParse(check).error).toBeUndefined();
  });

  test.each(['', 'icmp', 'tcp:/path', 'tcp,host=a', 'none,port=1', 'http:path', 'http,colour=red', 'HTTP'])(
    '%j is refused',
    text => expect(() => healthCheck(text)).toThrow(/is not a health check/),
  );

  test('what is no number is left to the contract', () => {
    expect(HealthCheck.safeParse(healthCheck('tcp,port=http')).success).toBe(false);
  });
});

describe('persistence', () => {
  test.each([
    ['none', { type: 'none' }],
    ['source', { type: 'source' }],
    ['source,timeout=60', { type: 'source', timeoutSeconds: 60 }],
    ['cookie:node', { type: 'cookie', name: 'node' }],
    ['server-cookie:SID,timeout=60', { type: 'server-cookie', name: 'SID', timeoutSeconds: 60 }],
  ])('%s', (text, expected) => {
    expect(persistence(text)).toEqual(expected);
    expect(Persistence.safeParse(persistence(text)).error).toBeUndefined();
  });

  test.each(['', 'cookie', 'source:node', 'none,timeout=1', 'source,timeout=1,timeout=2', 'sticky'])(
    '%j is refused',
    text => expect(() => persistence(text)).toThrow(/is not a kind of persistence/),
  );
});

describe('what is answered when no server can', () => {
  test.each([
    ['none', null],
    ['404', { status: 404 }],
    ['302=https://status.example.com/?a=b', { status: 302, redirectUrl: 'https://status.example.com/?a=b' }],
  ])('%s', (text, expected) => {
    expect(unavailable(text)).toEqual(expected);
    expect(Unavailable.nullable().safeParse(unavailable(text)).error).toBeUndefined();
  });

  test.each(['', 'soon', '302=', '5030'])('%j is refused', text =>
    expect(() => unavailable(text)).toThrow(/is not an answer/),
  );
});
