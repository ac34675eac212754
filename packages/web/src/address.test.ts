import { expect, test } from 'vitest';
import { parseSearch, stringifySearch } from './address.js';

test.each(['123', '1e3', '00417', '982451653982451653982451653', 'true', 'null', '"quoted"', '[1]', 'a b+c&d=ü'])(
  'a filter %s stays the text that it is',
  search => {
    expect(parseSearch(stringifySearch({ search, health: undefined }))).toEqual({ search });
  },
);

test('without any there is no question mark', () => {
  expect(stringifySearch({ search: undefined })).toBe('');
});
