import { byName, type Line } from './line.js';

/** Accounts and policies. */
export const accountLines: readonly Line[] = [
  [
    'account directory letsencrypt-staging',
    [
      {
        operation: 'account.directory',
        body: { directoryUrl: 'https://acme-staging-v02.api.letsencrypt.org/directory' },
      },
    ],
  ],
  [
    'account register le --directory letsencrypt --email ops@example.com --agree-to-terms',
    [
      { operation: 'account.directory', body: { directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory' } },
      {
        operation: 'account.register',
        body: {
          name: 'le',
          directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
          email: 'ops@example.com',
          agreeToTerms: true,
        },
      },
    ],
  ],
  ['account list --search le', [{ operation: 'account.list', query: { search: 'le', limit: '100' } }]],
  ['account list', [{ operation: 'account.list', query: { limit: '100' } }]],
  ['account show le', [{ operation: 'account.show', ...byName('le') }]],
  ['account ca le', [{ operation: 'account.ca', ...byName('le') }]],
  ['account limits le', [{ operation: 'account.limits', ...byName('le') }]],
  ['account change le --email none', [{ operation: 'account.change', ...byName('le'), body: { email: null } }]],
  ['account rollover le', [{ operation: 'account.rollover', ...byName('le') }]],
  ['account deactivate le', [{ operation: 'account.deactivate', ...byName('le') }], ['y']],
  ['account delete le --yes', [{ operation: 'account.delete', ...byName('le') }]],

  [
    'policy create default --account le --account zerossl --key-algorithm RSA-2048 --renew-days-before 20 --solver web',
    [
      {
        operation: 'policy.create',
        body: {
          name: 'default',
          accounts: ['le', 'zerossl'],
          keyAlgorithm: 'RSA-2048',
          renewDaysBefore: 20,
          defaultSolver: 'web',
        },
      },
    ],
  ],
  [
    'policy list --search de --account le --solver web',
    [{ operation: 'policy.list', query: { search: 'de', account: 'le', solver: 'web', limit: '100' } }],
  ],
  ['policy list --limit 5 --cursor abc', [{ operation: 'policy.list', query: { cursor: 'abc', limit: '5' } }]],
  ['policy renewals', [{ operation: 'policy.renewals', query: {} }]],
  ['policy renewals --renew-days-before 30', [{ operation: 'policy.renewals', query: { renewDaysBefore: '30' } }]],
  ['policy show default', [{ operation: 'policy.show', ...byName('default') }]],
  [
    'policy change default --profile none --renew-days-before none --key-on-renewal same',
    [
      {
        operation: 'policy.change',
        ...byName('default'),
        body: { keyOnRenewal: 'same', renewDaysBefore: null, profile: null },
      },
    ],
  ],
  ['policy delete default', [{ operation: 'policy.delete', ...byName('default') }], ['y']],
];
