import { expect, test } from 'vitest';
import { z } from 'zod';
import { IpAddress, Labels } from './primitives.js';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['::', '::'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:DB8:0::0005', '2001:db8::5'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:db8::192.0.2.1', '2001:db8::c000:201'],
])('%s is spelled %s (RFC 5952 §4), which stays as it is', (sent, spelling) => {
  expect(IpAddress.parse(sent)).toBe(spelling);
  expect(IpAddress.parse(spelling)).toBe(spelling);
});

test.each(['', 'localhost', '1.2.3', '01.2.3.4', '[::1]', '::1%lo', ':::', '1:2:3:4:5:6:7:8:9', '::1]/x['])(
  '%j is no address',
  text => {
    expect(IpAddress.safeParse(text).success).toBe(false);
  },
);

test.each(['', 'a b'])('a label named %j is refused in words', name => {
  expect(Labels.safeParse({ [name]: 'x' }).error?.issues[0]?.message).toMatch(/^The name of a label has letters/);
});

test('what comes out is described as what goes in', () => {
  expect(z.toJSONSchema(IpAddress, { io: 'output' })).toEqual(z.toJSONSchema(IpAddress, { io: 'input' }));
});
