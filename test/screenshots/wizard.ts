import { longestName } from './fleet.js';
import type { Picture } from './pictures.js';

/**
 * The steps before a request, one after the other: the tab keeps what the first has filled in. Among the names are one that
 * can't be certified, which is removed after its picture, one of which nobody can be asked, and one as long as DNS has them.
 */
export const wizard: readonly Picture[] = [
  {
    name: 'request-1-names',
    path: '/request',
    ready: async page => {
      const names = `new.example.com status.example.net *.apps.example.org ${longestName} a_b.example.org`;
      await page.getByLabel('Names', { exact: true }).fill(names);
      await page.getByText('with an underscore').waitFor();
    },
  },
  {
    name: 'request-2-proof',
    path: '/request',
    ready: async page => {
      await page.getByRole('button', { name: 'Remove a_b.example.org' }).click();
      await page.getByRole('button', { name: 'Go on: proof' }).click();
      await page.getByText('No resolver is known').first().waitFor();
    },
  },
  { name: 'request-3-certificate', path: '/request?step=certificate' },
  {
    name: 'request-4-deploy',
    path: '/request?step=deploy',
    ready: page => page.getByLabel('vs-2', { exact: true }).check(),
  },
  {
    name: 'request-5-review',
    path: '/request?step=review',
    ready: page => page.getByText('would fail').first().waitFor(),
  },
];
