import { Group, Stack } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { GoButton } from '../../parts/go.js';

const pages = [
  { to: '/settings/about', label: 'This installation' },
  { to: '/settings/users', label: 'Users' },
  { to: '/settings/tokens', label: 'API tokens' },
  { to: '/settings/channels', label: 'Channels' },
  { to: '/settings/backup', label: 'Backup' },
  { to: '/settings/admin-interface', label: 'Own certificate' },
  { to: '/settings/loadmaster', label: 'LoadMaster API' },
  { to: '/settings/password', label: 'Your password' },
] as const;

/** Around every page of the settings: the way to the others. */
export function Settings() {
  return (
    <Stack gap="lg">
      <Group component="nav" aria-label="Settings" gap={4}>
        {pages.map(({ to, label }) => (
          <GoButton key={to} to={to} size="compact-md" variant="subtle" activeProps={{ variant: 'light' }}>
            {label}
          </GoButton>
        ))}
      </Group>
      <Outlet />
    </Stack>
  );
}
