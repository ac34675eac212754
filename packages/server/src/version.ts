/** Of all packages: they are released together. Held against package.json by a test. */
export const version = '0.1.0';
