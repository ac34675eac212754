import { byName, type Line } from './line.js';

/** Who one is, backups, the system, events, users, tokens, LoadMaster's API. */
export const administrationLines: readonly Line[] = [
  ['whoami', [{ operation: 'session.show' }]],
  ['overview', [{ operation: 'system.overview' }]],
  ['running', [{ operation: 'system.running', query: { limit: '100' } }]],
  ['running --certificate www', [{ operation: 'system.running', query: { certificate: 'www', limit: '100' } }]],

  ['backup show', [{ operation: 'backup.show' }]],
  ['backup pass-phrase --none', [{ operation: 'backup.change', body: { passPhrase: null } }]],
  [
    'backup pass-phrase',
    [{ operation: 'backup.change', body: { passPhrase: 'the usual one' } }],
    ['the usual one', 'the usual one'],
  ],

  ['system show', [{ operation: 'system.show' }]],
  ['system pause', [{ operation: 'system.pause', body: {} }]],
  ['system pause --reason Moving', [{ operation: 'system.pause', body: { reason: 'Moving' } }]],
  ['system resume --yes', [{ operation: 'system.resume' }]],
  ['system resume', [{ operation: 'system.resume' }], ['y']],

  [
    'event list --subject certificate:www --action certificate.issued --actor system --outcome failed --search refused --since 2h --until 2026-11-21 --order oldest',
    [
      {
        operation: 'event.list',
        query: {
          subject: 'certificate:www',
          action: 'certificate.issued',
          actor: 'system',
          outcome: 'failed',
          search: 'refused',
          order: 'oldest',
          limit: '100',
          since: '2026-11-21T08:00:00.000Z',
          until: '2026-11-21T00:00:00.000Z',
        },
      },
    ],
  ],
  ['event show 42', [{ operation: 'event.show', params: { id: '42' } }]],

  [
    'user create bob --role operator',
    [{ operation: 'user.create', body: { name: 'bob', role: 'operator', password: 'a long password' } }],
    ['a long password', 'a long password'],
  ],
  ['user list', [{ operation: 'user.list', query: { limit: '100' } }]],
  ['user change bob --role admin', [{ operation: 'user.change', ...byName('bob'), body: { role: 'admin' } }]],
  [
    'user change bob --password',
    [{ operation: 'user.change', ...byName('bob'), body: { password: 'a long password' } }],
    ['a long password', 'a long password'],
  ],
  ['user delete bob --yes', [{ operation: 'user.delete', ...byName('bob') }]],

  [
    'token create ci --role operator --expires 90d',
    [
      {
        operation: 'token.create',
        body: { name: 'ci', role: 'operator', expiresAt: '2027-02-19T10:00:00.000Z' },
      },
    ],
  ],
  ['token list', [{ operation: 'token.list', query: { limit: '100' } }]],
  ['token list --user anna', [{ operation: 'token.list', query: { user: 'anna', limit: '100' } }]],
  ['token delete ci --yes', [{ operation: 'token.delete', ...byName('ci') }]],

  ['loadmaster show', [{ operation: 'loadmaster.show' }]],
  [
    'loadmaster change --enable --directory https://ca.example.com/directory --renew-period 20',
    [
      {
        operation: 'loadmaster.change',
        body: { enabled: true, directoryUrl: 'https://ca.example.com/directory', renewPeriod: 20 },
      },
    ],
  ],
  [
    'loadmaster change --disable --renew-period none',
    [{ operation: 'loadmaster.change', body: { enabled: false, renewPeriod: null } }],
  ],
];
