import { expect, test } from 'vitest';
import { caOf, nameFor } from './ca.js';

test.each([
  ['https://acme-v02.api.letsencrypt.org/directory', "Let's Encrypt"],
  ['https://acme-staging-v02.api.letsencrypt.org/directory', "Let's Encrypt, staging"],
  ['https://ca.example:14000/dir', 'ca.example:14000'],
])('the CA at %s is called %s', (directoryUrl, name) => {
  expect(caOf(directoryUrl)).toBe(name);
});

test.each([
  ['https://acme-v02.api.letsencrypt.org/directory', 'letsencrypt'],
  ['https://CA.example:14000/dir', 'ca.example'],
  ['https://[::1]:14000/dir', '1'],
  ['', ''],
])('the first account at the CA at %s may be called %s', (directoryUrl, name) => {
  expect(nameFor(directoryUrl)).toBe(name);
});
