import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { inside } from '../../inside.js';

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings.js'), 'Settings'),
});

const first = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/about', replace: true });
  },
});

const about = createRoute({
  getParentRoute: () => settings,
  path: '/about',
  component: lazyRouteComponent(() => import('./about.js'), 'AboutPage'),
});

const password = createRoute({
  getParentRoute: () => settings,
  path: '/password',
  component: lazyRouteComponent(() => import('./own-password.js'), 'OwnPasswordPage'),
});

const users = createRoute({
  getParentRoute: () => settings,
  path: '/users',
  component: lazyRouteComponent(() => import('./users.js'), 'UsersPage'),
});

const tokens = createRoute({
  getParentRoute: () => settings,
  path: '/tokens',
  component: lazyRouteComponent(() => import('./tokens.js'), 'TokensPage'),
});

const channels = createRoute({
  getParentRoute: () => settings,
  path: '/channels',
  component: lazyRouteComponent(() => import('./channels.js'), 'ChannelsPage'),
});

const newChannel = createRoute({
  getParentRoute: () => settings,
  path: '/channels/-/new',
  component: lazyRouteComponent(() => import('./channel.js'), 'NewChannelPage'),
});

const channel = createRoute({
  getParentRoute: () => settings,
  path: '/channels/$name',
  component: lazyRouteComponent(() => import('./channel.js'), 'ChannelPage'),
});

const backup = createRoute({
  getParentRoute: () => settings,
  path: '/backup',
  component: lazyRouteComponent(() => import('./backup.js'), 'BackupPage'),
});

const adminInterface = createRoute({
  getParentRoute: () => settings,
  path: '/admin-interface',
  component: lazyRouteComponent(() => import('./admin-interface.js'), 'AdminInterfacePage'),
});

const loadmaster = createRoute({
  getParentRoute: () => settings,
  path: '/loadmaster',
  component: lazyRouteComponent(() => import('./loadmaster.js'), 'LoadMasterPage'),
});

export const settingsRoute = settings.addChildren([
  first,
  about,
  password,
  users,
  tokens,
  channels,
  newChannel,
  channel,
  backup,
  adminInterface,
  loadmaster,
]);
