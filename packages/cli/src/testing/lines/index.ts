import { accountLines } from './accounts.js';
import { administrationLines } from './administration.js';
import { certificateLines } from './certificates.js';
import { pluginLines } from './plugins.js';
import { virtualServiceLines } from './virtual-services.js';

/** Command lines that between them call nearly every operation of the contract. */
export const lines = [
  ...accountLines,
  ...pluginLines,
  ...virtualServiceLines,
  ...certificateLines,
  ...administrationLines,
];
