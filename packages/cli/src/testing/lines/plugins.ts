import { byName, type Line } from './line.js';

/** Solvers with the domains that are bound to them, targets, channels, and what types of them there are. */
export const pluginLines: readonly Line[] = [
  [
    'solver create web --type virtual-service --set virtualService=1 --set note=port-80 --set id=00123456789012345678901 --set tags=["a"] --set strict=true',
    [
      {
        operation: 'solver.create',
        body: {
          name: 'web',
          type: 'virtual-service',
          config: { virtualService: '1', note: 'port-80', id: '00123456789012345678901', tags: ['a'], strict: true },
        },
      },
    ],
  ],
  [
    'solver create dns --type rfc2136 --set-secret tsigKey',
    [{ operation: 'solver.create', body: { name: 'dns', type: 'rfc2136', config: { tsigKey: 'hush' } } }],
    ['hush'],
  ],
  ['solver list --search vs-1', [{ operation: 'solver.list', query: { search: 'vs-1', limit: '100' } }]],
  ['solver list', [{ operation: 'solver.list', query: { limit: '100' } }]],
  ['solver show dns', [{ operation: 'solver.show', ...byName('dns') }]],
  [
    'solver change dns --set server=192.0.2.54',
    [{ operation: 'solver.change', ...byName('dns'), body: { config: { server: '192.0.2.54' } } }],
  ],
  ['solver change dns --disable', [{ operation: 'solver.change', ...byName('dns'), body: { enabled: false } }]],
  ['solver change dns --enable', [{ operation: 'solver.change', ...byName('dns'), body: { enabled: true } }]],
  [
    'solver create later --type standalone --disable',
    [{ operation: 'solver.create', body: { name: 'later', type: 'standalone', config: {}, enabled: false } }],
  ],
  [
    'solver test dns --identifier *.example.com',
    [{ operation: 'solver.test', ...byName('dns'), body: { identifier: '*.example.com' } }],
  ],
  ['solver delete dns --yes', [{ operation: 'solver.delete', ...byName('dns') }]],

  [
    'domain create .example.com --solver web',
    [{ operation: 'domain.create', body: { pattern: '.example.com', solver: 'web' } }],
  ],
  ['domain list', [{ operation: 'domain.list', query: { limit: '100' } }]],
  [
    'domain list --search example --solver web',
    [{ operation: 'domain.list', query: { search: 'example', solver: 'web', limit: '100' } }],
  ],
  ['domain unprovable', [{ operation: 'domain.unprovable' }]],
  ['domain delete .example.com', [{ operation: 'domain.delete', params: { pattern: '.example.com' } }], ['y']],

  [
    'target create web --type virtual-service --set virtualService=1',
    [{ operation: 'target.create', body: { name: 'web', type: 'virtual-service', config: { virtualService: '1' } } }],
  ],
  [
    'target list --search web --type certificate-files',
    [{ operation: 'target.list', query: { search: 'web', type: 'certificate-files', limit: '100' } }],
  ],
  ['target list', [{ operation: 'target.list', query: { limit: '100' } }]],
  ['target show web', [{ operation: 'target.show', ...byName('web') }]],
  ['target delete web --yes', [{ operation: 'target.delete', ...byName('web') }]],

  [
    'channel create ops --type smtp --set host=mail.example.com --set to=["a@example.com"] --set-secret password --notice failed --notice expiring --severity warning --label team=shop --account-holders --collect-seconds 60 --disable',
    [
      {
        operation: 'channel.create',
        body: {
          name: 'ops',
          type: 'smtp',
          config: { host: 'mail.example.com', to: ['a@example.com'], password: 'hush' },
          kinds: ['failed', 'expiring'],
          severity: 'warning',
          labels: ['team=shop'],
          accountHolders: true,
          collectSeconds: 60,
          enabled: false,
        },
      },
    ],
    ['hush'],
  ],
  ['channel list', [{ operation: 'channel.list', query: { limit: '100' } }]],
  ['channel show ops', [{ operation: 'channel.show', ...byName('ops') }]],
  [
    'channel change ops --set host=mx.example.com --without-account-holders --enable',
    [
      {
        operation: 'channel.change',
        ...byName('ops'),
        body: { config: { host: 'mx.example.com' }, accountHolders: false, enabled: true },
      },
    ],
  ],
  [
    'channel change hook --unset secret --set form=slack',
    [{ operation: 'channel.change', ...byName('hook'), body: { config: { form: 'slack', secret: null } } }],
  ],
  [
    'channel change ops --severity info',
    [{ operation: 'channel.change', ...byName('ops'), body: { severity: 'info' } }],
  ],
  ['channel test ops', [{ operation: 'channel.test', ...byName('ops') }]],
  ['plugin list', [{ operation: 'plugin.list', query: {} }]],
  ['plugin list --kind solver', [{ operation: 'plugin.list', query: { kind: 'solver' } }]],
  ['channel delete ops --yes', [{ operation: 'channel.delete', ...byName('ops') }]],
];
