import {
  ActionIcon,
  Anchor,
  AppShell,
  Burger,
  Button,
  Group,
  NavLink,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure, useHotkeys, useMediaQuery } from '@mantine/hooks';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { type KeyboardEvent, lazy, Suspense, useRef, useState } from 'react';
import { useArrival } from '../parts/arrival.js';
import { Brand } from '../parts/brand.js';
import { Icon } from '../parts/icon.js';
import { ConnectionNote } from './connection-note.js';
import { useFetchedPages } from './fetch-pages.js';
import { pageAbove, pages } from './pages.js';

const Finder = lazy(() => import('./finder.js'));
const Person = lazy(() => import('./person.js'));

/** What is around every page: the way to the others, who is signed in, and whether what is shown is live. */
export function Shell() {
  const { pathname } = useLocation();
  const present = pageAbove(pathname);
  // Where the screen is narrow the side bar covers the page. It was opened at one, and is closed at any other.
  const [openAt, setOpenAt] = useState<string | null>(null);
  const open = openAt === pathname;
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const burger = useRef<HTMLButtonElement>(null);
  const closeByKey = ({ key }: KeyboardEvent) => {
    if (key !== 'Escape' || !open) return;
    setOpenAt(null);
    burger.current?.focus();
  };
  useFetchedPages();
  useArrival(pathname);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding="md"
      onKeyDown={closeByKey}
    >
      <Anchor href="#page" className="skip">
        To the page
      </Anchor>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              ref={burger}
              opened={open}
              onClick={() => setOpenAt(open ? null : pathname)}
              hiddenFrom="sm"
              size="sm"
              aria-label="Pages"
              aria-expanded={open}
            />
            <Link to="/" className="home">
              <Brand />
            </Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ConnectionNote />
            <Find />
            <ColorScheme />
            <Suspense fallback={<ActionIcon variant="default" size="lg" disabled aria-hidden />}>
              <Person />
            </Suspense>
          </Group>
        </Group>
      </AppShell.Header>
      {/* What can't be seen can't be reached by the keyboard either. */}
      <AppShell.Navbar p="xs" aria-label="Pages" style={{ overflowY: 'auto' }} inert={isNarrow && !open}>
        {pages.map(({ heading, links }) => (
          <div key={heading} {...(heading === null ? {} : { role: 'group', 'aria-label': heading })}>
            {heading !== null && (
              <Text size="xs" fw={600} c="dimmed" px="sm" pt="sm" pb={4} aria-hidden>
                {heading}
              </Text>
            )}
            {links.map(({ to, label, icon }) => (
              <NavLink
                key={to}
                label={label}
                leftSection={<Icon name={icon} />}
                py={6}
                // The link itself says that it is the present page; those above it are marked here.
                renderRoot={props => <Link to={to} activeOptions={{ exact: true }} {...props} />}
                active={to === present}
              />
            ))}
          </div>
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1} inert={isNarrow && open}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

/** Opens what goes to anything by its name; the keys work in fields too. Its code comes when it is opened. */
function Find() {
  const [isOpen, { open, close }] = useDisclosure(false);
  useHotkeys([['mod+K', open]], [], true);
  return (
    <>
      <Button
        variant="default"
        size="sm"
        px="xs"
        onClick={open}
        aria-label="Go to…"
        aria-keyshortcuts="Control+K Meta+K"
      >
        <Icon name="search" />
        <Text span size="sm" mx="xs" visibleFrom="sm" aria-hidden>
          Go to…
        </Text>
        <Text span size="xs" c="dimmed" visibleFrom="sm" aria-hidden>
          Ctrl K
        </Text>
      </Button>
      {isOpen && (
        <Suspense>
          <Finder onClose={close} />
        </Suspense>
      )}
    </>
  );
}

function ColorScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const present = useComputedColorScheme();
  const next = present === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="default" size="lg" aria-label={`Show pages ${next}`} onClick={() => setColorScheme(next)}>
      <Icon name={present === 'dark' ? 'sun' : 'moon'} />
    </ActionIcon>
  );
}
