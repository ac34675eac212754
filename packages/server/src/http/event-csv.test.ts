import type { Event } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { csvHeading, csvLine } from './event-csv.js';

const event: Event = {
  id: 7,
  at: '2027-01-01T00:00:00.000Z',
  actor: 'user:anna',
  action: 'certificate.issued',
  subject: null,
  outcome: 'succeeded',
  message: 'Issued.',
  detail: {},
};

test('the heading and a plain event', () => {
  expect(csvHeading).toBe('id,at,actor,action,subject,outcome,message,detail\r\n');
  expect(csvLine(event)).toBe('7,2027-01-01T00:00:00.000Z,user:anna,certificate.issued,,succeeded,Issued.,{}\r\n');
});

test.each([
  ['a, b', '"a, b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['a=b', 'a=b'],
])('%j is written as %j', (message, written) => {
  expect(csvLine({ ...event, message })).toContain(`,succeeded,${written},{}\r\n`);
});
