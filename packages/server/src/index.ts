export { createBackup, fromFile } from './backup/create.js';
export { restoreBackup } from './backup/restore.js';
export { type BackUpResult, backUp, restore } from './backup.js';
export { ConfigError } from './config.js';
export { openConfiguredStore, type ServeOptions, serve } from './serve.js';
export { type RunningServer, type ServerOptions, startServer } from './server.js';
export { version } from './version.js';
