/** The pages that the side bar leads to, in its order. Those below them have longer addresses. */
export const pages = [
  { to: '/', label: 'Overview' },
  { to: '/certificates', label: 'Certificates' },
  { to: '/virtual-services', label: 'Virtual services' },
  { to: '/ssl-certificates', label: 'SSL certificates' },
  { to: '/solvers', label: 'Solvers' },
  { to: '/domains', label: 'Domains' },
  { to: '/accounts', label: 'Accounts' },
  { to: '/policies', label: 'Policies' },
  { to: '/events', label: 'Events' },
  { to: '/settings', label: 'Settings' },
] as const;
