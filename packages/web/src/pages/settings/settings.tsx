import { Group, Stack } from '@mantine/core';
import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { GoButton } from '../../parts/go.js';
import { settingsPages } from './pages.js';

/** Around every page of the settings: the way to the others. */
export function Settings() {
  const { pathname } = useLocation();
  const tabs = useRef<HTMLDivElement>(null);
  // On a narrow screen they are one line that scrolls.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each page another one is the present one
  useEffect(() => {
    const present = tabs.current?.querySelector<HTMLElement>('[data-status="active"]');
    if (present) tabs.current?.scrollTo({ left: present.offsetLeft - tabs.current.clientWidth / 3 });
  }, [pathname]);
  return (
    <Stack gap="lg">
      <Group component="nav" aria-label="Settings" gap={4} className="tabs" ref={tabs}>
        {settingsPages.map(({ to, label }) => (
          <GoButton key={to} to={to} size="compact-sm" fz="sm" variant="subtle" activeProps={{ variant: 'light' }}>
            {label}
          </GoButton>
        ))}
      </Group>
      <Outlet />
    </Stack>
  );
}
