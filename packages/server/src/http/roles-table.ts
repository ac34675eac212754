import { type Endpoint, endpoints, type Operation } from '@certfleet/contract';
import { includesRole } from './actor.js';
import { API_ROOT, eachOperation } from './routes.js';

/** docs/reference/roles.md, made from the contract's table. */
export function renderRolesTable(): string {
  const operations = [...eachOperation()].map(({ noun, verb, operation }) =>
    renderRow(`${noun}.${verb}`, operation.summary, operation.method, API_ROOT + operation.path, operation.role),
  );
  const others = Object.entries<Endpoint>(endpoints).map(([name, { summary, path, role }]) =>
    renderRow(name, summary, 'GET', path, role),
  );
  return `# Roles

<!-- Generated from packages/contract/src/operations/ and endpoints.ts; \`npx vitest run -u packages/server/src/http/roles-table\` renews it. -->

Users and API tokens have one of three roles; each may do what the one before it may.

- **viewer** sees all but secrets.
- **operator** also requests, renews and deploys certificates, and edits virtual services.
- **admin** also manages accounts, policies, solvers, users and tokens, exports keys and revokes.

Events about users, tokens and sign-ins are shown to admins only, in the list and in the stream. /metrics can be opened
to everyone with \`metrics.public\`.

| operation | | | viewer | operator | admin |
|---|---|---|---|---|---|
${[...operations, ...others].join('\n')}
`;
}

function renderRow(name: string, summary: string, method: string, path: string, least: Operation['role']): string {
  const marks = (['viewer', 'operator', 'admin'] as const).map(role =>
    least === 'anyone' ? 'anyone' : includesRole(role, least) ? 'yes' : '',
  );
  return `| ${[name, summary, `\`${method} ${path}\``, ...marks].join(' | ')} |`;
}
