/**
 * Exit status 0 when node_modules holds what package-lock.json asks for on this platform, 1 when `npm ci` is needed.
 *
 * npm writes what it installed to node_modules/.package-lock.json. Comparing the two costs milliseconds and, unlike a
 * stamp of our own, is also right after somebody ran `npm install` by hand.
 */
import { existsSync, readFileSync } from 'node:fs';

const installedFile = 'node_modules/.package-lock.json';
if (!existsSync(installedFile)) process.exit(1);

const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;

const missing = Object.entries(wanted).find(([path, entry]) => {
  if (!path.startsWith('node_modules/')) return false; // the root and the workspaces themselves
  const found = installed[path];
  if (!found) return !entry.optional; // built for another platform
  return found.version !== entry.version || !existsSync(path);
});
const left = Object.keys(installed).find(path => path.startsWith('node_modules/') && !(path in wanted));

process.exit(missing || left ? 1 : 0);
