import { expect, test } from 'vitest';
import { caOf } from './ca.js';

test.each([
  ['https://acme-v02.api.letsencrypt.org/directory', "Let's Encrypt"],
  ['https://acme-staging-v02.api.letsencrypt.org/directory', "Let's Encrypt, staging"],
  ['https://ca.example:14000/dir', 'ca.example:14000'],
])('the CA at %s is called %s', (directoryUrl, name) => {
  expect(caOf(directoryUrl)).toBe(name);
});
