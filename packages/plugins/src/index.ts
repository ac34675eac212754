export * from './plugin.js';
export * from './ports.js';
export * from './registry.js';
