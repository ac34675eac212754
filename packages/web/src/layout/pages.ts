import type { IconName } from '../parts/icon.js';

/** A page that the side bar leads to. */
interface PageLink {
  to: string;
  label: string;
  icon: IconName;
}

/** The pages that the side bar leads to, in its order, each part under its heading. Those below them have longer addresses. */
export const pages: readonly { heading: string | null; links: readonly PageLink[] }[] = [
  { heading: null, links: [{ to: '/', label: 'Overview', icon: 'overview' }] },
  {
    heading: 'Certificates',
    links: [
      { to: '/certificates', label: 'Certificates', icon: 'certificate' },
      { to: '/policies', label: 'Policies', icon: 'policy' },
      { to: '/accounts', label: 'Accounts', icon: 'account' },
    ],
  },
  {
    heading: 'Proof of names',
    links: [
      { to: '/solvers', label: 'Solvers', icon: 'proof' },
      { to: '/domains', label: 'Domains', icon: 'domain' },
    ],
  },
  {
    heading: 'Load balancer',
    links: [
      { to: '/virtual-services', label: 'Virtual services', icon: 'server' },
      { to: '/virtual-services/content-rules', label: 'Content rules', icon: 'rule' },
      { to: '/ssl-certificates', label: 'SSL certificates', icon: 'lock' },
    ],
  },
  {
    heading: 'System',
    links: [
      { to: '/events', label: 'Events', icon: 'event' },
      { to: '/settings', label: 'Settings', icon: 'settings' },
    ],
  },
];

/** The one of these pages that an address belongs to: itself, or the nearest one above it; null: to none. */
export function pageAbove(address: string): string | null {
  if (address === '/') return '/';
  if (address === '/request') return '/certificates';
  const above = pages
    .flatMap(({ links }) => links)
    .filter(({ to }) => to !== '/' && `${address}/`.startsWith(`${to}/`))
    .toSorted((one, other) => other.to.length - one.to.length);
  return above[0]?.to ?? null;
}
