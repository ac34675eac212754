import { describe, expect, test } from 'vitest';
import { Parameters } from '../parameters.js';
import { backupPassPhrase, certificateSelection, requiredPassPhrase, restoredParts } from './backup.js';

const parameters = (values: Record<string, string>) => new Parameters(Object.entries(values));

test.each([
  ['1', ['base']],
  ['2', ['vs']],
  ['3', ['base', 'vs']],
  // "All" of the vendor's PowerShell module, without and with single sign-on.
  ['7', ['base', 'vs']],
  ['15', ['base', 'vs']],
])('type %s restores %j', (type, parts) => {
  expect(restoredParts(parameters({ type }))).toEqual(parts);
});

test.each([
  ['4', 'type: 4 is global balancing (GEO), which Certfleet does not have'],
  ['5', 'type: 4 is global balancing (GEO), which Certfleet does not have'],
  ['9', 'type: 8 is single sign-on (SSO), which Certfleet does not have'],
  ['0', 'type: Must be a whole number from 1 to 15'],
  ['16', 'type: Must be a whole number from 1 to 15'],
  ['-1', 'type: Must be a whole number from 1 to 15'],
  ['1.5', 'type: Must be a whole number from 1 to 15'],
  ['', 'type: String Value missing'],
])('type "%s" is refused', (type, message) => {
  expect(() => restoredParts(parameters({ type }))).toThrow(message);
});

test.each([
  [{}, 'full'],
  [{ type: '' }, 'full'],
  [{ type: 'Third' }, 'third'],
  [{ type: 'vs' }, 'vs'],
])('certificates of %j are %s', (values, selection) => {
  expect(certificateSelection(parameters(values))).toBe(selection);
});

describe('a password', () => {
  test.each([7, 64])('of %i characters is taken', length => {
    expect(requiredPassPhrase(parameters({ password: 'a'.repeat(length) }))).toHaveLength(length);
  });

  test.each([6, 65])('of %i characters is refused', length => {
    expect(() => backupPassPhrase(parameters({ password: 'a'.repeat(length) }))).toThrow(
      'password: Must have 7 to 64 characters',
    );
  });

  test('that is missing is none, or missed', () => {
    expect(backupPassPhrase(parameters({}))).toBeUndefined();
    expect(() => requiredPassPhrase(parameters({ password: '' }))).toThrow('password: String Value missing');
  });
});
