import type { Call } from '../fake-api.js';

/** A command line, what the API is asked, and what a person answers. */
export type Line = [line: string, calls: Call[], answers?: string[]];

/** The parameters of an operation on what has this name. */
export const byName = (name: string) => ({ params: { name } });
