import { z } from 'zod';
import { ListQuery, pageOf } from './list.js';
import { Name } from './primitives.js';
import * as account from './resources/account.js';
import * as certificate from './resources/certificate.js';
import * as domain from './resources/domain.js';
import * as event from './resources/event.js';
import * as policy from './resources/policy.js';
import * as solver from './resources/solver.js';
import * as target from './resources/target.js';
import * as user from './resources/user.js';
import * as vs from './resources/virtual-service.js';

/**
 * One operation of the REST API. From this table come the server's routes with their checks, the OpenAPI document, the
 * typed client and the documented table of roles: there is no second place where a path or a role is written.
 */
export interface Operation {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /api/v1, parameters as `{name}`. */
  path: string;
  summary: string;
  /** The least role that may do it; `anyone` needs no sign-in. */
  role: user.Role | 'anyone';
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Of a successful reply; left out: 204 without a body. */
  reply?: z.ZodType;
  /** Of a successful reply, 200 unless said otherwise. */
  status?: 200 | 201 | 202 | 204;
}

function define<const O extends Operation>(operation: O): O {
  return operation;
}

const byName = z.object({ name: Name });
const byPattern = z.object({ pattern: domain.DomainPattern });
const byIndex = z.object({ index: z.coerce.number().int().min(1) });
const bySubIndex = byIndex.extend({ subIndex: z.coerce.number().int().min(1) });
const realServer = byIndex.extend({ realServer: z.coerce.number().int().min(1) });

export const operations = {
  session: {
    setup: define({
      method: 'POST',
      path: '/setup',
      summary: 'Make the first administrator',
      role: 'anyone',
      body: user.Setup,
      reply: user.Session,
      status: 201,
    }),
    create: define({
      method: 'POST',
      path: '/session',
      summary: 'Sign in',
      role: 'anyone',
      body: user.SignIn,
      reply: user.Session,
      status: 201,
    }),
    show: define({ method: 'GET', path: '/session', summary: 'Who am I', role: 'viewer', reply: user.Session }),
    delete: define({ method: 'DELETE', path: '/session', summary: 'Sign out', role: 'viewer' }),
  },
  account: {
    directory: define({
      method: 'POST',
      path: '/directories',
      summary: "Show a CA's directory: terms, profiles, ARI",
      role: 'admin',
      body: account.DirectoryQuestion,
      reply: account.DirectoryMeta,
    }),
    register: define({
      method: 'POST',
      path: '/accounts',
      summary: 'Register an account at a CA',
      role: 'admin',
      body: account.AccountRegistration,
      reply: account.Account,
      status: 201,
    }),
    list: define({
      method: 'GET',
      path: '/accounts',
      summary: 'List accounts',
      role: 'viewer',
      query: ListQuery,
      reply: pageOf(account.Account),
    }),
    show: define({
      method: 'GET',
      path: '/accounts/{name}',
      summary: 'Show an account',
      role: 'viewer',
      params: byName,
      reply: account.Account,
    }),
    change: define({
      method: 'PATCH',
      path: '/accounts/{name}',
      summary: "Change an account's e-mail",
      role: 'admin',
      params: byName,
      body: account.AccountChange,
      reply: account.Account,
    }),
    rollover: define({
      method: 'POST',
      path: '/accounts/{name}/rollover',
      summary: "Replace an account's key",
      role: 'admin',
      params: byName,
      reply: account.Account,
    }),
    deactivate: define({
      method: 'POST',
      path: '/accounts/{name}/deactivate',
      summary: 'Deactivate an account at the CA, for good',
      role: 'admin',
      params: byName,
      reply: account.Account,
    }),
    delete: define({
      method: 'DELETE',
      path: '/accounts/{name}',
      summary: 'Forget an account here; it stays valid at the CA',
      role: 'admin',
      params: byName,
    }),
  },
  policy: {
    create: define({
      method: 'POST',
      path: '/policies',
      summary: 'Create a policy',
      role: 'admin',
      body: policy.PolicyCreation,
      reply: policy.Policy,
      status: 201,
    }),
    list: define({
      method: 'GET',
      path: '/policies',
      summary: 'List policies',
      role: 'viewer',
      query: ListQuery,
      reply: pageOf(policy.Policy),
    }),
    show: define({
      method: 'GET',
      path: '/policies/{name}',
      summary: 'Show a policy',
      role: 'viewer',
      params: byName,
      reply: policy.Policy,
    }),
    change: define({
      method: 'PATCH',
      path: '/policies/{name}',
      summary: 'Change a policy',
      role: 'admin',
      params: byName,
      body: policy.PolicyChange,
      reply: policy.Policy,
    }),
    delete: define({
      method: 'DELETE',
      path: '/policies/{name}',
      summary: 'Delete a policy that nothing uses',
      role: 'admin',
      params: byName,
    }),
  },
  solver: {
    create: define({
      method: 'POST',
      path: '/solvers',
      summary: 'Create a solver',
      role: 'admin',
      body: solver.SolverCreation,
      reply: solver.Solver,
      status: 201,
    }),
    list: define({
      method: 'GET',
      path: '/solvers',
      summary: 'List solvers',
      role: 'viewer',
      query: ListQuery,
      reply: pageOf(solver.Solver),
    }),
    show: define({
      method: 'GET',
      path: '/solvers/{name}',
      summary: 'Show a solver',
      role: 'viewer',
      params: byName,
      reply: solver.Solver,
    }),
    change: define({
      method: 'PATCH',
      path: '/solvers/{name}',
      summary: 'Change a solver',
      role: 'admin',
      params: byName,
      body: solver.SolverChange,
      reply: solver.Solver,
    }),
    delete: define({
      method: 'DELETE',
      path: '/solvers/{name}',
      summary: 'Delete a solver that nothing uses',
      role: 'admin',
      params: byName,
    }),
  },
  domain: {
    create: define({
      method: 'POST',
      path: '/domains',
      summary: 'Bind a name or a suffix to the solver that proves it',
      role: 'admin',
      body: domain.DomainCreation,
      reply: domain.Domain,
      status: 201,
    }),
    list: define({
      method: 'GET',
      path: '/domains',
      summary: 'List domains',
      role: 'viewer',
      query: ListQuery,
      reply: pageOf(domain.Domain),
    }),
    delete: define({
      method: 'DELETE',
      path: '/domains/{pattern}',
      summary: 'Delete a domain',
      role: 'admin',
      params: byPattern,
    }),
  },
  virtualService: {
    loadBalancers: define({
      method: 'GET',
      path: '/load-balancers',
      summary: 'List load balancers and their instances',
      role: 'viewer',
      query: ListQuery,
      reply: pageOf(vs.LoadBalancer),
    }),
    create: define({
      method: 'POST',
      path: '/virtual-services',
      summary: 'Create a virtual service',
      role: 'operator',
      body: vs.VirtualServiceCreation,
      reply: vs.VirtualService,
      status: 201,
    }),
    list: define({
      method: 'GET',
      path: '/virtual-services',
      summary: 'List virtual services',
      role: 'viewer',
      query: ListQuery,
      reply: pageOf(vs.VirtualService),
    }),
    show: define({
      method: 'GET',
      path: '/virtual-services/{index}',
      summary: 'Show a virtual service',
      role: 'viewer',
      params: byIndex,
      reply: vs.VirtualService,
    }),
    change: define({
      method: 'PATCH',
      path: '/virtual-services/{index}',
      summary: 'Change a virtual service or sub virtual service',
      role: 'operator',
      params: byIndex,
      body: vs.VirtualServiceChange,
      reply: vs.VirtualService,
    }),
    delete: define({
      method: 'DELETE',
      path: '/virtual-services/{index}',
      summary: 'Delete a virtual service',
      role: 'operator',
      params: byIndex,
    }),
    addSub: define({
      method: 'POST',
      path: '/virtual-services/{index}/sub-virtual-services',
      summary: 'Add a sub virtual service',
      role: 'operator',
      params: byIndex,
      body: vs.SubVirtualServiceCreation,
      reply: vs.VirtualService,
      status: 201,
    }),
    deleteSub: define({
      method: 'DELETE',
      path: '/virtual-services/{index}/sub-virtual-services/{subIndex}',
      summary: 'Delete a sub virtual service',
      role: 'operator',
      params: bySubIndex,
    }),
    addRealServer: define({
      method: 'POST',
      path: '/virtual-services/{index}/real-servers',
      summary: 'Add a real server to a virtual service or sub virtual service',
      role: 'operator',
      params: byIndex,
      body: vs.RealServerCreation,
      reply: vs.VirtualService,
      status: 201,
    }),
    changeRealServer: define({
      method: 'PATCH',
      path: '/virtual-services/{index}/real-servers/{realServer}',
      summary: "Change a real server's weight, or whether it takes requests",
      role: 'operator',
      params: realServer,
      body: vs.RealServerChange,
      reply: vs.VirtualService,
    }),
    deleteRealServer: define({
      method: 'DELETE',
      path: '/virtual-services/{index}/real-servers/{realServer}',
      summary: 'Delete a real server',
      role: 'operator',
      params: realServer,
    }),
  },
  target: {
    create: define({
      method: 'POST',
      path: '/targets',
      summary: 'Create a target',
      role: 'operator',
      body: target.TargetCreation,
      reply: target.Target,
      status: 201,
    }),
    list: define({
      method: 'GET',
      path: '/targets',
      summary: 'List targets',
      role: 'viewer',
      query: ListQuery,
      reply: pageOf(target.Target),
    }),
    show: define({
      method: 'GET',
      path: '/targets/{name}',
      summary: 'Show a target',
      role: 'viewer',
      params: byName,
      reply: target.Target,
    }),
    delete: define({
      method: 'DELETE',
      path: '/targets/{name}',
      summary: 'Delete a target that nothing is assigned to',
      role: 'operator',
      params: byName,
    }),
  },
  certificate: {
    request: define({
      method: 'POST',
      path: '/certificates',
      summary: 'Request a certificate',
      role: 'operator',
      body: certificate.CertificateRequest,
      reply: certificate.Certificate,
      status: 202,
    }),
    list: define({
      method: 'GET',
      path: '/certificates',
      summary: 'List certificates',
      role: 'viewer',
      query: ListQuery.extend({
        search: z.string().max(253).optional().describe('In names and identifiers.'),
        status: certificate.CertificateStatus.optional(),
        label: z.string().max(400).optional().describe('key or key=value'),
        policy: Name.optional(),
        sort: z.enum(['name', '-name', 'notAfter', '-notAfter', 'renewal', '-renewal']).default('name'),
      }),
      reply: pageOf(certificate.Certificate),
    }),
    show: define({
      method: 'GET',
      path: '/certificates/{name}',
      summary: 'Show a certificate',
      role: 'viewer',
      params: byName,
      reply: certificate.Certificate,
    }),
    change: define({
      method: 'PATCH',
      path: '/certificates/{name}',
      summary: 'Change a certificate; issued again if what it certifies changes',
      role: 'operator',
      params: byName,
      body: certificate.CertificateChange,
      reply: certificate.Certificate,
      status: 202,
    }),
    renew: define({
      method: 'POST',
      path: '/certificates/{name}/renew',
      summary: 'Renew now',
      role: 'operator',
      params: byName,
      reply: certificate.Certificate,
      status: 202,
    }),
    versions: define({
      method: 'GET',
      path: '/certificates/{name}/versions',
      summary: 'List versions, the newest first',
      role: 'viewer',
      params: byName,
      query: ListQuery,
      reply: pageOf(certificate.Version),
    }),
    revoke: define({
      method: 'POST',
      path: '/certificates/{name}/revoke',
      summary: 'Revoke a version',
      role: 'admin',
      params: byName,
      body: certificate.Revocation,
      reply: certificate.Version,
    }),
    export: define({
      method: 'GET',
      path: '/certificates/{name}/export',
      summary: 'Export a version without its key',
      role: 'viewer',
      params: byName,
      query: certificate.CertificateExportQuery,
      reply: certificate.CertificateExport,
    }),
    exportKey: define({
      method: 'POST',
      path: '/certificates/{name}/export-key',
      summary: 'Export a version with its private key',
      role: 'admin',
      params: byName,
      body: certificate.CertificateExportQuery,
      reply: certificate.CertificateExport,
    }),
    delete: define({
      method: 'DELETE',
      path: '/certificates/{name}',
      summary: 'Delete a certificate that is assigned nowhere; it stays valid until it expires',
      role: 'operator',
      params: byName,
    }),
    assignments: define({
      method: 'GET',
      path: '/certificates/{name}/assignments',
      summary: 'List where a certificate should be, and is',
      role: 'viewer',
      params: byName,
      query: ListQuery,
      reply: pageOf(target.Assignment),
    }),
    assign: define({
      method: 'POST',
      path: '/certificates/{name}/assignments',
      summary: 'Assign a certificate to a target',
      role: 'operator',
      params: byName,
      body: target.AssignmentCreation,
      reply: target.Assignment,
      status: 202,
    }),
    unassign: define({
      method: 'DELETE',
      path: '/certificates/{name}/assignments/{target}',
      summary: 'Take a certificate from a target',
      role: 'operator',
      params: byName.extend({ target: Name }),
    }),
  },
  event: {
    list: define({
      method: 'GET',
      path: '/events',
      summary: 'List events',
      role: 'viewer',
      query: event.EventQuery,
      reply: pageOf(event.Event),
    }),
  },
  user: {
    create: define({
      method: 'POST',
      path: '/users',
      summary: 'Create a user',
      role: 'admin',
      body: user.UserCreation,
      reply: user.User,
      status: 201,
    }),
    list: define({
      method: 'GET',
      path: '/users',
      summary: 'List users',
      role: 'admin',
      query: ListQuery,
      reply: pageOf(user.User),
    }),
    change: define({
      method: 'PATCH',
      path: '/users/{name}',
      summary: "Change a user's role or password",
      role: 'admin',
      params: byName,
      body: user.UserChange,
      reply: user.User,
    }),
    delete: define({
      method: 'DELETE',
      path: '/users/{name}',
      summary: 'Delete a user',
      role: 'admin',
      params: byName,
    }),
  },
  token: {
    create: define({
      method: 'POST',
      path: '/tokens',
      summary: 'Create an API token; it is shown once',
      role: 'admin',
      body: user.TokenCreation,
      reply: user.NewToken,
      status: 201,
    }),
    list: define({
      method: 'GET',
      path: '/tokens',
      summary: 'List API tokens',
      role: 'admin',
      query: ListQuery,
      reply: pageOf(user.Token),
    }),
    delete: define({
      method: 'DELETE',
      path: '/tokens/{name}',
      summary: 'Delete an API token',
      role: 'admin',
      params: byName,
    }),
  },
} as const;
