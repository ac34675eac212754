import type { Certificate, VirtualService } from '@certfleet/contract';
import { settingsPages } from '../pages/settings/pages.js';
import { place } from '../pages/virtual-services/words.js';
import { pages } from './pages.js';

/** Something that can be gone to. */
interface Find {
  /** Its address. */
  value: string;
  label: string;
}

/** What was found, under headings. */
export interface Finds {
  group: string;
  items: Find[];
}

/** So many of each kind are shown. */
export const most = 8;

const everyPage: readonly Find[] = [
  { value: '/request', label: 'Request a certificate' },
  ...pages.flatMap(({ links }) => links).map(({ to, label }) => ({ value: to, label })),
  ...settingsPages.map(({ to, label }) => ({ value: to as string, label: `Settings: ${label}` })),
  { value: '/ssl-certificates/intermediates', label: 'Intermediate certificates' },
  { value: '/accounts/-/new', label: 'Register an account' },
  { value: '/policies/-/new', label: 'Create a policy' },
  { value: '/solvers/-/new', label: 'Create a solver' },
];

/**
 * Where what was typed leads: pages in whose names it is, and the `certificates` and `services` that the server has found
 * for it, by their names, by what they are for or where they are.
 */
export function findsFor(
  typed: string,
  certificates: readonly Certificate[] = [],
  services: readonly VirtualService[] = [],
): Finds[] {
  const wanted = typed.trim().toLowerCase();
  const has = ({ label }: Find) => label.toLowerCase().includes(wanted);
  const finds = [
    { group: 'Certificates', items: wanted === '' ? [] : certificates.map(certificateFind) },
    { group: 'Virtual services', items: wanted === '' ? [] : services.map(serviceFind) },
    { group: 'Pages', items: everyPage.filter(has) },
  ];
  return finds.filter(({ items }) => items.length > 0);
}

function certificateFind({ name, identifiers }: Certificate): Find {
  const [first, ...others] = identifiers.map(({ value }) => value);
  const names = others.length === 0 ? first : `${first} and ${others.length} more`;
  return { value: `/certificates/${encodeURIComponent(name)}`, label: `${name}: ${names}` };
}

function serviceFind(service: VirtualService): Find {
  const { index, name } = service;
  return {
    value: `/virtual-services/${index}`,
    label: name === null ? `${index}, ${place(service)}` : `${name}: ${index}, ${place(service)}`,
  };
}
