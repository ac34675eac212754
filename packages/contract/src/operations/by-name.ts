import { z } from 'zod';
import { Name } from '../primitives.js';

/** The path parameter of a noun that is known by its name. */
export const byName = z.object({ name: Name });
