/** The pages of the settings, in the order of their bar. */
export const settingsPages = [
  { to: '/settings/about', label: 'This installation' },
  { to: '/settings/users', label: 'Users' },
  { to: '/settings/tokens', label: 'API tokens' },
  { to: '/settings/channels', label: 'Channels' },
  { to: '/settings/backup', label: 'Backup' },
  { to: '/settings/admin-interface', label: 'Own certificate' },
  { to: '/settings/loadmaster', label: 'LoadMaster API' },
  { to: '/settings/password', label: 'Your password' },
] as const;
