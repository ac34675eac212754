import { createRoute, createRouter } from '@tanstack/react-router';
import { parseSearch, stringifySearch } from './address.js';
import { inside, root } from './inside.js';
import { NotFound, PageFailed } from './layout/failures.js';
import { accountRoute, accountsRoute, newAccountRoute } from './pages/accounts/routes.js';
import { certificateRoute, certificatesRoute } from './pages/certificates/routes.js';
import { domainsRoute } from './pages/domains/routes.js';
import { eventsRoute } from './pages/events/routes.js';
import { overviewRoute } from './pages/overview/routes.js';
import { newPolicyRoute, policiesRoute, policyRoute } from './pages/policies/routes.js';
import { requestRoute } from './pages/request/routes.js';
import { settingsRoute } from './pages/settings/routes.js';
import { newSolverRoute, solverRoute, solversRoute } from './pages/solvers/routes.js';
import { intermediatesRoute, sslCertificatesRoute } from './pages/ssl-certificates/routes.js';
import { contentRulesRoute, virtualServiceRoute, virtualServicesRoute } from './pages/virtual-services/routes.js';
import { setupRoute } from './session/routes.js';

/** Where nothing else is, so that whoever is lost has the side bar. */
const nothing = createRoute({ getParentRoute: () => inside, path: '$', component: NotFound });

/** Every address. What a page needs is loaded when it is opened: `routes.ts` of its folder says from where. */
export const router = createRouter({
  routeTree: root.addChildren([
    setupRoute,
    inside.addChildren([
      overviewRoute,
      certificatesRoute,
      certificateRoute,
      virtualServicesRoute,
      virtualServiceRoute,
      contentRulesRoute,
      sslCertificatesRoute,
      intermediatesRoute,
      ...[solversRoute, newSolverRoute, solverRoute, domainsRoute],
      ...[accountsRoute, newAccountRoute, accountRoute],
      ...[policiesRoute, newPolicyRoute, policyRoute],
      eventsRoute,
      requestRoute,
      settingsRoute,
      nothing,
    ]),
  ]),
  defaultPreload: 'intent',
  parseSearch,
  stringifySearch,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: PageFailed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
