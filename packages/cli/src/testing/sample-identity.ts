/** The id of a sample, by its last digit. */
export const id = (last: number) => `0192f0c1-2d3e-7a4b-8c5d-00000000000${last}`;
export const createdAt = '2026-11-20T10:00:00Z';
