/**
 * The store as it is compiled: @certfleet/server does not offer it to others, and the sources would be measured
 * together with what runs them.
 */
import type * as source from '../../../packages/server/src/store/index.js';

const compiled = new URL('../../../packages/server/dist/store/index.js', import.meta.url);
export const { openStore } = (await import(compiled.href)) as typeof source;
export type { OpenStore } from '../../../packages/server/src/store/index.js';
