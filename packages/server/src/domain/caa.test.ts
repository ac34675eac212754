import type { CaaRecord, ChallengeType } from '@certfleet/plugins';
import { expect, test } from 'vitest';
import { type CaaDecision, decideCaa, type Issuer } from './caa.js';
import type { Identifier } from './identifiers.js';

const account = 'https://ca1.example.net/acct/7';
const ca1: Issuer = { caaIdentities: ['ca1.example.net'], accountUrl: account };

/** Records as a zone file has them: `0 issue "ca1.example.net"`. */
function records(...lines: string[]): CaaRecord[] {
  return lines.map(line => {
    const [, flags, tag = '', value = ''] = /^(\d+) (\S+) "(.*)"$/.exec(line) ?? [];
    return { critical: Number(flags) === 128, tag: tag.toLowerCase(), value };
  });
}

function decide(
  lines: string[],
  { name = 'example.com', type = 'http-01' as ChallengeType | null, issuer = ca1 } = {},
): CaaDecision {
  const identifier: Identifier = { type: 'dns', value: name };
  return decideCaa(identifier, type, { name: 'example.com', alias: null, records: records(...lines) }, issuer);
}

test('records that an alias leads to are quoted, and to be published, where they are', () => {
  const set = { name: 'edge.cdn.example', alias: 'www.example.com', records: records('0 issue "ca2.example.org"') };
  const decision = decideCaa({ type: 'dns', value: 'www.example.com' }, 'http-01', set, ca1);
  expect(decision).toMatchObject({
    outcome: 'forbidden',
    reason: expect.stringContaining('edge.cdn.example CAA 0 issue "ca2.example.org"'),
    remedy: expect.stringMatching(
      /^www\.example\.com is an alias of edge\.cdn\.example: have edge\.cdn\.example CAA 0 issue "ca1\.example\.net" published there/,
    ),
  });
});

const both = { caaIdentities: ['ca1.example.net', 'ca1.example.org'], accountUrl: account };
const silent = { caaIdentities: [], accountUrl: account };
const wild = { name: '*.example.com' };

test.each<[string, string[], Parameters<typeof decide>[1], CaaDecision['outcome']]>([
  // RFC 8659 §4.2
  ['the CA is named', ['0 issue "ca1.example.net"'], {}, 'permitted'],
  ['in other letters', ['0 issue "CA1.Example.Net"'], {}, 'permitted'],
  ['by its second name', ['0 issue "ca1.example.org"'], { issuer: both }, 'permitted'],
  ['another CA is named', ['0 issue "ca2.example.org"'], {}, 'forbidden'],
  ['two CAs are named, one is ours', ['0 issue "ca2.example.org"', '0 issue "ca1.example.net"'], {}, 'permitted'],
  ['nobody may issue', ['0 issue ";"'], {}, 'forbidden'],
  ['nobody may issue, by an empty value', ['0 issue ""'], {}, 'forbidden'],
  ['nobody, but us by another record', ['0 issue ";"', '0 issue "ca1.example.net"'], {}, 'permitted'],
  ['unknown parameters', ['0 issue "ca1.example.net; account=230123"'], {}, 'permitted'],
  ['spaces and tabs, semicolon at the end', ['0 issue " \tca1.example.net ; policy = ev ; "'], {}, 'permitted'],
  ['malformed parameters: nobody', ['0 issue "ca1.example.net; %%%%%"'], {}, 'forbidden'],
  ['parameters without semicolon: nobody', ['0 issue "ca1.example.net account=1"'], {}, 'forbidden'],
  ['an issuer with a dot at its end: nobody', ['0 issue "ca1.example.net."'], {}, 'forbidden'],
  ['no issue record at all', ['0 iodef "mailto:security@example.com"'], {}, 'permitted'],
  // RFC 8659 §4.1 and §4.5
  ['critical, unknown', ['0 issue "ca1.example.net"', '128 tbs "Unknown"'], {}, 'forbidden'],
  ['unknown, not critical', ['0 issue "ca1.example.net"', '0 tbs "Unknown"'], {}, 'permitted'],
  ['critical and understood', ['128 issue "ca1.example.net"', '128 iodef "mailto:a@example.com"'], {}, 'permitted'],
  ['critical, for mail', ['128 issuemail ";"'], {}, 'permitted'],
  ['critical, understood by some CAs', ['128 contactemail "a@example.com"'], {}, 'unknown'],
  ['the same, of another CA', ['128 contactemail "a@example.com"', '0 issue ";"'], {}, 'forbidden'],
  // RFC 8659 §4.3
  ['a wildcard by an issue record', ['0 issue "ca1.example.net"'], wild, 'permitted'],
  ['issuewild goes before issue', ['0 issue "ca1.example.net"', '0 issuewild "ca2.example.org"'], wild, 'forbidden'],
  ['issuewild lets us', ['0 issue "ca2.example.org"', '0 issuewild "ca1.example.net"'], wild, 'permitted'],
  ['no wildcard by anyone', ['0 issue "ca1.example.net"', '0 issuewild ";"'], wild, 'forbidden'],
  ['issuewild is nothing to other names', ['0 issuewild ";"'], {}, 'permitted'],
  ['issuewild for other names', ['0 issue "ca1.example.net"', '0 issuewild "ca2.example.org"'], {}, 'permitted'],
  // The CA says nothing of itself.
  ['a CA without identities', ['0 issue "ca1.example.net"'], { issuer: silent }, 'unknown'],
  ['a CA without identities, nobody may', ['0 issue ";"'], { issuer: silent }, 'forbidden'],
  ['a CA without identities, no restriction', ['0 iodef "mailto:a@example.com"'], { issuer: silent }, 'permitted'],
  // RFC 8657 §3
  ['our account', [`0 issue "ca1.example.net; accounturi=${account}"`], {}, 'permitted'],
  ['another account', ['0 issue "ca1.example.net; accounturi=https://ca1.example.net/acct/8"'], {}, 'forbidden'],
  [
    'two accounts in two records',
    ['0 issue "ca1.example.net; accounturi=https://a.example/8"', `0 issue "ca1.example.net; accounturi=${account}"`],
    {},
    'permitted',
  ],
  [
    'another account in one record, perhaps ours in the next',
    [
      '0 issue "ca1.example.net; accounturi=https://a.example/8"',
      '0 issue "ca1.example.net; accounturi=https://a.example/7"',
    ],
    {},
    'unknown',
  ],
  ['twice in one record', [`0 issue "ca1.example.net; accounturi=${account}; accounturi=${account}"`], {}, 'forbidden'],
  ['by its former URL', ['0 issue "ca1.example.net; accounturi=https://v1.example.net/reg/7"'], {}, 'unknown'],
  [
    'an account without a URL',
    [`0 issue "ca1.example.net; accounturi=${account}"`],
    { issuer: { ...ca1, accountUrl: null } },
    'unknown',
  ],
  // RFC 8657 §4
  ['our method', ['0 issue "ca1.example.net; validationmethods=dns-01,http-01"'], {}, 'permitted'],
  ['another method', ['0 issue "ca1.example.net; validationmethods=dns-01"'], {}, 'forbidden'],
  ['no method', ['0 issue "ca1.example.net; validationmethods="'], {}, 'forbidden'],
  ['a method of the CA’s own', ['0 issue "ca1.example.net; validationmethods=ca-foo"'], {}, 'forbidden'],
  [
    'methods twice',
    ['0 issue "ca1.example.net; validationmethods=http-01; validationmethods=http-01"'],
    {},
    'forbidden',
  ],
  ['not known how', ['0 issue "ca1.example.net; validationmethods=dns-01"'], { type: null }, 'unknown'],
  [
    'account and method, by different records',
    [
      `0 issue "ca1.example.net; accounturi=${account}; validationmethods=dns-01"`,
      '0 issue "ca1.example.net; accounturi=https://a.example/8; validationmethods=http-01"',
    ],
    {},
    'forbidden',
  ],
])('%s: %s', (_, lines, options, outcome) => {
  expect(decide(lines, options).outcome).toBe(outcome);
});

test('nobody restricts who issues: permitted', () => {
  expect(decideCaa({ type: 'dns', value: 'example.com' }, 'http-01', null, ca1)).toEqual({ outcome: 'permitted' });
});

test('IP addresses have no CAA records', () => {
  const set = { name: 'example.com', alias: null, records: records('0 issue ";"') };
  expect(decideCaa({ type: 'ip', value: '192.0.2.1' }, 'http-01', set, ca1).outcome).toBe('permitted');
});

test.each<[string, string[], Parameters<typeof decide>[1], string, string]>([
  [
    'another CA',
    ['0 issue "ca2.example.org"'],
    {},
    'example.com CAA 0 issue "ca2.example.org" names who may issue, and that is not ca1.example.net.',
    'Publish example.com CAA 0 issue "ca1.example.net" as well, or use an account at a CA that is named there.',
  ],
  [
    'a wildcard',
    ['0 issuewild ";"'],
    wild,
    'example.com CAA 0 issuewild ";" lets no CA issue.',
    'Publish example.com CAA 0 issuewild "ca1.example.net" as well, or use an account at a CA that is named there.',
  ],
  [
    'another method',
    ['0 issue "ca1.example.net;validationmethods=dns-01"'],
    {},
    'example.com CAA 0 issue "ca1.example.net;validationmethods=dns-01" does not permit http-01.',
    'Publish validationmethods=dns-01,http-01 in it, or prove the name by what it permits.',
  ],
  [
    'another account',
    ['0 issue "ca1.example.net;accounturi=https://a.example/8"'],
    {},
    'example.com CAA 0 issue "ca1.example.net;accounturi=https://a.example/8" is for another account.',
    `Publish accounturi=${account} in it, or a record with that beside it.`,
  ],
  [
    'critical',
    ['128 tbs "Unknown"'],
    {},
    'example.com CAA 128 tbs "Unknown" is critical, and CAs that do not understand tbs must not issue.',
    'Remove that record, or publish it with flags 0.',
  ],
])('says which record forbids it and what to publish: %s', (_, lines, options, reason, remedy) => {
  expect(decide(lines, options)).toEqual({ outcome: 'forbidden', reason, remedy });
});
