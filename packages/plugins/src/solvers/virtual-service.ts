import { z } from 'zod';
import { defineSolver } from '../plugin.js';

/**
 * http-01 answered by HAProxy itself, from a runtime map: no real server sees the challenge and nothing is reloaded.
 * An HTTPS virtual service will do too, since CAs follow a redirect from port 80 (RFC 8555 §8.3).
 */
export const virtualServiceSolver = defineSolver({
  type: 'virtual-service',
  title: 'Virtual service (HAProxy answers http-01 by itself)',
  guide: 'docs/guides/virtual-services.md',
  challengeTypes: ['http-01'],
  config: z.object({
    virtualService: z.int().min(1).describe('Index of the virtual service that the names point to.'),
  }),

  async check({ virtualService }, { loadBalancers }) {
    await loadBalancers.checkVirtualService(virtualService, ['http', 'https', 'redirect']);
  },

  answersAt: ({ virtualService }, { loadBalancers }) => loadBalancers.addressOf(virtualService),

  async present({ virtualService }, presentations, { loadBalancers }) {
    await loadBalancers.presentChallenges(
      virtualService,
      presentations.map(({ token, value }) => ({ token, keyAuthorization: value })),
    );
  },

  async cleanUp({ virtualService }, presentations, { loadBalancers }) {
    await loadBalancers.withdrawChallenges(
      virtualService,
      presentations.map(({ token }) => token),
    );
  },
});
