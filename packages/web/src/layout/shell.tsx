import {
  ActionIcon,
  Anchor,
  AppShell,
  Burger,
  Group,
  Menu,
  NavLink,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useArrival } from '../parts/arrival.js';
import { useSession, useSignIn } from '../session/session.js';
import { ConnectionNote } from './connection-note.js';
import { useFetchedPages } from './fetch-pages.js';
import { pages } from './pages.js';

/** What is around every page: the way to the others, who is signed in, and whether what is shown is live. */
export function Shell() {
  const [open, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  useFetchedPages();
  useArrival(pathname);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when another page is shown
  useEffect(close, [pathname]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding="md"
    >
      <Anchor href="#page" className="skip">
        To the page
      </Anchor>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Pages" aria-expanded={open} />
            <Text fw={700} component={Link} to="/" c="inherit" td="none">
              Certfleet
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ConnectionNote />
            <ColorScheme />
            <Person />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        {pages.map(({ to, label }) => (
          <NavLink
            key={to}
            label={label}
            renderRoot={props => <Link to={to} {...props} />}
            active={to === '/' ? pathname === '/' : pathname.startsWith(to)}
            {...(pathname === to ? { 'aria-current': 'page' as const } : {})}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function ColorScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const present = useComputedColorScheme();
  const next = present === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="default" size="lg" aria-label={`Show pages ${next}`} onClick={() => setColorScheme(next)}>
      <span aria-hidden>{present === 'dark' ? '☀' : '☾'}</span>
    </ActionIcon>
  );
}

function Person() {
  const { name, role } = useSession();
  const { end } = useSignIn();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={`${name}, ${role}: menu`}>
          {name.slice(0, 1).toUpperCase()}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name}, {role}
        </Menu.Label>
        <Menu.Item onClick={() => end()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
