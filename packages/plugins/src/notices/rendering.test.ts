import { describe, expect, test } from 'vitest';
import type { Digest, Notice } from '../channel.js';
import { slackMessage, teamsMessage } from './chat.js';
import { digestHtml } from './html.js';
import { digestText } from './text.js';

const renewed: Notice = {
  kind: 'renewed',
  severity: 'info',
  certificate: 'www',
  identifiers: ['www.example.org', 'example.org', 'shop.example.org', 'api.example.org'],
  at: '2027-01-20T10:00:00.000Z',
  notAfter: '2027-04-20T10:00:00.000Z',
  message: 'Version 4 of www was issued.',
};
const failed: Notice = {
  kind: 'failed',
  severity: 'critical',
  certificate: 'mail-of-the-department',
  identifiers: ['mail.example.org'],
  at: '2027-01-20T10:01:00.000Z',
  notAfter: null,
  message:
    'The CA says <script>alert("x")</script> & *more*\r\nBcc: all@example.org \u202egnp.exe [a](http://b) <!channel>',
};
const digest: Digest = {
  id: '0192f0c1-2d3e-7a4b-8c5d-000000000001',
  at: '2027-01-20T10:02:00.000Z',
  subject: 'Certfleet: 1 failure, 1 renewed',
  severity: 'critical',
  summary: '1 failure, 1 renewed',
  server: 'https://certfleet.example.org',
  remarks: [],
  notices: [failed, renewed],
  more: 0,
};
const many: Digest = { ...digest, notices: Array.from({ length: 40 }, () => renewed), more: 60 };
const remarks = ['This is a test.', 'Certfleet is paused: <b>moving</b>'];

test('as text: a table with the messages below its rows', () => {
  expect(digestText({ ...digest, remarks: ['Certfleet is paused.'], more: 3 })).toBe(`Certfleet is paused.
1 failure, 1 renewed, says https://certfleet.example.org.

What     Certificate             Names                             Valid until
failed   mail-of-the-department  mail.example.org                  –
         The CA says <script>alert("x")</script> & *more* Bcc: all@example.org gnp.exe [a](http://b) <!channel>
renewed  www                     www.example.org, example.org, +2  2027-04-20 10:00 UTC
         Version 4 of www was issued.
… and 3 more: certfleet event list shows them.
`);
});

test('a test message has no table', () => {
  const empty = { ...digest, summary: '', notices: [], remarks };
  expect(digestText(empty)).toBe('This is a test.\nCertfleet is paused: <b>moving</b>\n');
  expect(digestHtml(empty)).not.toContain('<table');
  expect(slackMessage(empty).text).toContain('This is a test.');
});

describe('what others said stays text', () => {
  test('in HTML', () => {
    const html = digestHtml({ ...digest, remarks });
    expect(html).not.toMatch(/<script|<b>moving|\u202e|\r/);
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; *more* Bcc: all@example.org');
    expect(html).toContain('<td style="text-align:left;vertical-align:top;padding:4px 12px 4px 0">www</td>');
    expect(html).toContain('2027-04-20 10:00 UTC');
  });

  test('in Slack: no mention of everybody, no link', () => {
    const { text } = slackMessage(digest);
    expect(text).not.toMatch(/<[!a-z]/);
    expect(text).toContain('🔴 failed *mail-of-the-department* (mail.example.org): The CA says &lt;script&gt;');
  });

  test('in Teams: no link, no emphasis', () => {
    const card = JSON.stringify(teamsMessage(digest));
    expect(card).toContain('\\\\[a\\\\]\\\\(http://b\\\\)');
    expect(card).toContain('\\\\*more\\\\*');
  });
});

test('a chat gets a short list, and how many there are besides', () => {
  expect(slackMessage(many).text.match(/🟢/g)).toHaveLength(25);
  expect(slackMessage(many).text).toContain('… and 75 more');
  const large = { ...many, notices: many.notices.map(notice => ({ ...notice, message: 'x'.repeat(5000) })) };
  // Teams refuses more than 28 KB.
  expect(Buffer.byteLength(JSON.stringify(teamsMessage(large)))).toBeLessThan(28_000);
  expect(teamsMessage(many).attachments[0]?.content.body.at(-1)).toMatchObject({
    text: expect.stringContaining('75 more'),
  });
});
