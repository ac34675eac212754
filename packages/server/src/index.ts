export { type RunningServer, type ServerOptions, startServer } from './server.js';
export { version } from './version.js';
