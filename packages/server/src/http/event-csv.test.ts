import type { Event } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { eventCsvHeading, eventCsvLine } from './event-csv.js';

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
  expect(eventCsvHeading).toBe('id,at,actor,action,subject,outcome,message,detail\r\n');
  expect(eventCsvLine(event)).toBe('7,2027-01-01T00:00:00.000Z,user:anna,certificate.issued,,succeeded,Issued.,{}\r\n');
});
