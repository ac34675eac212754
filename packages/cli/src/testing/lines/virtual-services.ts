import { byName, type Line } from './line.js';

/** Virtual services and content rules. */
export const virtualServiceLines: readonly Line[] = [
  ['virtual-service load-balancers', [{ operation: 'virtualService.loadBalancers', query: { limit: '100' } }]],
  [
    'virtual-service create --type https --address 192.0.2.10 --port 443 --name shop --disabled --without-http2 --scheduling url-hash --persistence cookie:node,timeout=60 --health-check http:/health,a=1,port=8081,status=401,method=HEAD,status=403 --minimum-servers 2 --unavailable 302=https://status.example.com/a=b --real-server 10.0.0.5:8080 --real-server [2001:db8::5]:8080,weight=50,limit=9,disabled',
    [
      {
        operation: 'virtualService.create',
        body: {
          type: 'https',
          address: '192.0.2.10',
          port: 443,
          name: 'shop',
          enabled: false,
          http2: false,
          scheduling: 'url-hash',
          persistence: { type: 'cookie', name: 'node', timeoutSeconds: 60 },
          healthCheck: { type: 'http', path: '/health,a=1', port: 8081, method: 'HEAD', statuses: [401, 403] },
          minimumServers: 2,
          unavailable: { status: 302, redirectUrl: 'https://status.example.com/a=b' },
          realServers: [
            { address: '10.0.0.5', port: 8080 },
            { address: '2001:db8::5', port: 8080, weight: 50, connectionLimit: 9, enabled: false },
          ],
        },
      },
    ],
  ],
  ['virtual-service list', [{ operation: 'virtualService.list', query: { limit: '100' } }]],
  [
    'virtual-service list --search sho --name shop --address 192.0.2.10 --port 443 --type https',
    [
      {
        operation: 'virtualService.list',
        query: { search: 'sho', name: 'shop', address: '192.0.2.10', port: '443', type: 'https', limit: '100' },
      },
    ],
  ],
  ['virtual-service statistics', [{ operation: 'virtualService.statistics', query: {} }]],
  ['virtual-service statistics 1', [{ operation: 'virtualService.statistics', query: { index: '1' } }]],
  ['virtual-service show 1', [{ operation: 'virtualService.show', params: { index: '1' } }]],
  [
    'virtual-service change 1 --enable --name none --port 8443',
    [{ operation: 'virtualService.change', params: { index: '1' }, body: { enabled: true, name: null, port: 8443 } }],
  ],
  [
    'virtual-service change 1 --disable',
    [{ operation: 'virtualService.change', params: { index: '1' }, body: { enabled: false } }],
  ],
  [
    'virtual-service change 1 --redirect-port 8443',
    [{ operation: 'virtualService.change', params: { index: '1' }, body: { redirectPort: 8443 } }],
  ],
  [
    'virtual-service change 1 --http2',
    [{ operation: 'virtualService.change', params: { index: '1' }, body: { http2: true } }],
  ],
  [
    'virtual-service change 1 --without-http2',
    [{ operation: 'virtualService.change', params: { index: '1' }, body: { http2: false } }],
  ],
  [
    'virtual-service change 1 --type https --unavailable none --persistence server-cookie:SID --health-check tcp,port=22',
    [
      {
        operation: 'virtualService.change',
        params: { index: '1' },
        body: {
          type: 'https',
          unavailable: null,
          persistence: { type: 'server-cookie', name: 'SID' },
          healthCheck: { type: 'tcp', port: 22 },
        },
      },
    ],
  ],
  [
    'virtual-service change 2 --content-rule api --content-rule legacy --health-check none --persistence source',
    [
      {
        operation: 'virtualService.change',
        params: { index: '2' },
        body: {
          contentRules: ['api', 'legacy'],
          healthCheck: { type: 'none' },
          persistence: { type: 'source' },
        },
      },
    ],
  ],
  [
    'virtual-service change 2 --without-content-rules',
    [{ operation: 'virtualService.change', params: { index: '2' }, body: { contentRules: [] } }],
  ],
  [
    'virtual-service convert 1 --name shop',
    [{ operation: 'virtualService.convert', params: { index: '1' }, body: { name: 'shop' } }],
  ],
  [
    'virtual-service attach-rule 2 api --position 1',
    [{ operation: 'virtualService.attachRule', params: { index: '2' }, body: { rule: 'api', position: 1 } }],
  ],
  [
    'virtual-service detach-rule 2 api',
    [{ operation: 'virtualService.detachRule', params: { index: '2', rule: 'api' } }],
  ],
  ['virtual-service delete 1 --yes', [{ operation: 'virtualService.delete', params: { index: '1' } }]],
  [
    'virtual-service add-sub 1 --name api --content-rule api --real-server 10.0.0.6:9000',
    [
      {
        operation: 'virtualService.addSub',
        params: { index: '1' },
        body: {
          name: 'api',
          contentRules: ['api'],
          realServers: [{ address: '10.0.0.6', port: 9000 }],
        },
      },
    ],
  ],
  [
    'virtual-service delete-sub 1 2 --yes',
    [{ operation: 'virtualService.deleteSub', params: { index: '1', subIndex: '2' } }],
  ],
  [
    'virtual-service add-real-server 2 10.0.0.7:8080 --weight 50',
    [
      {
        operation: 'virtualService.addRealServer',
        params: { index: '2' },
        body: { address: '10.0.0.7', port: 8080, weight: 50 },
      },
    ],
  ],
  [
    'virtual-service change-real-server 2 1 --weight 0 --disable --address 10.0.0.8 --port 81 --connection-limit 5',
    [
      {
        operation: 'virtualService.changeRealServer',
        params: { index: '2', realServer: '1' },
        body: { weight: 0, enabled: false, address: '10.0.0.8', port: 81, connectionLimit: 5 },
      },
    ],
  ],
  [
    'virtual-service delete-real-server 2 1',
    [{ operation: 'virtualService.deleteRealServer', params: { index: '2', realServer: '1' } }],
    ['y'],
  ],

  [
    'content-rule create api --match prefix --pattern /api/ --ignore-case --must-fail',
    [
      {
        operation: 'contentRule.create',
        body: { name: 'api', match: 'prefix', pattern: '/api/', ignoreCase: true, mustFail: true },
      },
    ],
  ],
  ['content-rule list --search api', [{ operation: 'contentRule.list', query: { search: 'api', limit: '100' } }]],
  ['content-rule list', [{ operation: 'contentRule.list', query: { limit: '100' } }]],
  ['content-rule show api', [{ operation: 'contentRule.show', ...byName('api') }]],
  [
    'content-rule change api --field host --header none --without-negate --include-query',
    [
      {
        operation: 'contentRule.change',
        ...byName('api'),
        body: { field: 'host', header: null, negate: false, includeQuery: true },
      },
    ],
  ],
  ['content-rule delete api --yes', [{ operation: 'contentRule.delete', ...byName('api') }]],
];
