import type { Page } from 'playwright-core';
import { longestName } from './fleet.js';

export interface Picture {
  name: string;
  path: string;
  /** README or a guide shows it. */
  isInGuides?: boolean;
  /** It has something to show also where there is nothing yet. */
  isOfAny?: boolean;
  /** What else to do or to wait for before it is taken. */
  ready?: (page: Page) => Promise<unknown>;
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
  { name: 'virtual-services', path: '/virtual-services', isOfAny: true },
  { name: 'virtual-service', path: '/virtual-services/2' },
  { name: 'content-rules', path: '/virtual-services/content-rules', isOfAny: true },
  { name: 'ssl-certificates', path: '/ssl-certificates', isOfAny: true },
  { name: 'events', path: '/events', isInGuides: true, isOfAny: true },
];
