import type { Page } from 'playwright-core';
import type { widths } from '../harness/browser.js';
import { dialogs } from './dialogs.js';
import { longestName, longestWord } from './fleet.js';
import { wizard } from './wizard.js';

export interface Picture {
  name: string;
  path: string;
  /** README or a guide shows it. */
  isInGuides?: boolean;
  /** It has something to show also where there is nothing yet. */
  isOfAny?: boolean;
  /** What else to do or to wait for before it is taken. */
  ready?: (page: Page) => Promise<unknown>;
  /** It shows what is above the page, so that only what is in sight is taken. */
  isAbove?: boolean;
  /** It is taken in that width only. */
  onlyIn?: keyof typeof widths;
}

/** Every page, with what it is of in `fullFleet`. */
export const pictures: readonly Picture[] = [
  { name: 'overview', path: '/', isInGuides: true, isOfAny: true },
  { name: 'certificates', path: '/certificates', isInGuides: true, isOfAny: true },
  { name: 'certificate', path: '/certificates/www', isInGuides: true },
  { name: 'certificate-failing', path: '/certificates/status', isInGuides: true },
  { name: 'certificate-hundred-names', path: '/certificates/a-hundred-names' },
  {
    name: 'certificate-longest',
    path: '/certificates/longest',
    ready: page => page.getByText(longestName).first().waitFor(),
  },
  { name: 'certificate-longest-word', path: `/certificates/${longestWord}` },
  { name: 'certificate-unknown', path: '/certificates/unknown' },
  { name: 'not-found', path: '/nothing' },
  { name: 'virtual-services', path: '/virtual-services', isOfAny: true },
  { name: 'virtual-service', path: '/virtual-services/2' },
  { name: 'virtual-service-longest', path: '/virtual-services/4' },
  { name: 'content-rules', path: '/virtual-services/content-rules', isOfAny: true },
  { name: 'ssl-certificates', path: '/ssl-certificates', isOfAny: true },
  { name: 'intermediates', path: '/ssl-certificates/intermediates', isOfAny: true },
  { name: 'solvers', path: '/solvers', isOfAny: true },
  { name: 'solver-new', path: '/solvers/-/new', isOfAny: true },
  { name: 'solver-new-dns', path: '/solvers/-/new?type=rfc2136' },
  { name: 'solver', path: '/solvers/vs-1' },
  { name: 'solver-longest', path: `/solvers/${longestWord}` },
  { name: 'domains', path: '/domains', isOfAny: true },
  { name: 'accounts', path: '/accounts', isOfAny: true },
  { name: 'account', path: '/accounts/pebble' },
  { name: 'account-new', path: '/accounts/-/new', isOfAny: true },
  { name: 'policies', path: '/policies', isOfAny: true },
  { name: 'policy', path: '/policies/default' },
  { name: 'policy-new', path: '/policies/-/new', isOfAny: true },
  { name: 'request', path: '/request', isOfAny: true },
  ...wizard,
  { name: 'request-by-hand', path: '/request?certificate=by-hand' },
  { name: 'request-live', path: '/request?certificate=www' },
  { name: 'request-failing', path: '/request?certificate=status' },
  { name: 'events', path: '/events', isOfAny: true },
  { name: 'event', path: '/events?event=1' },
  { name: 'settings-about', path: '/settings/about', isOfAny: true },
  { name: 'settings-users', path: '/settings/users' },
  { name: 'settings-tokens', path: '/settings/tokens', isOfAny: true },
  { name: 'settings-channels', path: '/settings/channels', isOfAny: true },
  { name: 'settings-channel', path: '/settings/channels/night-shift' },
  { name: 'settings-channel-new', path: '/settings/channels/-/new' },
  { name: 'settings-backup', path: '/settings/backup' },
  { name: 'settings-own-certificate', path: '/settings/admin-interface' },
  { name: 'settings-loadmaster', path: '/settings/loadmaster' },
  { name: 'settings-password', path: '/settings/password' },
  ...dialogs,
];
