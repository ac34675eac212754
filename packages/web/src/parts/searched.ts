import { z } from 'zod';

/** What a list is searched for, as the address of its page says it. What is wrong is left out. */
export const Searched = z.object({ search: z.string().min(1).max(253).optional().catch(undefined) });
