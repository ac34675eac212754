import type { Argument } from '../command.js';

/** The argument by which most things are called. */
export function name(help: string): Argument {
  return { name: 'name', help };
}

/** The index of a virtual service. */
export const index: Argument = { name: 'index', help: 'The index of the virtual service' };

/** The index of a virtual service or of a part of one. */
export const anyIndex: Argument = {
  name: 'index',
  help: 'The index of the virtual service or sub virtual service',
};
