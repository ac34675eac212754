import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { packTar } from 'modern-tar';
import { type Command, completed } from '../command.js';
import { LoadMasterError } from '../errors.js';
import { clearLogFile, type LogFileName, logFileNames, renderLogFile } from '../log-files.js';
import type { Parameters } from '../parameters.js';

/** The files that `fsel` selects, with spaces or commas between them; without it all. */
function selected(parameters: Parameters): readonly LogFileName[] {
  const names = (parameters.text('fsel') ?? '').split(/[\s,]+/).filter(Boolean);
  if (names.length === 0) return logFileNames;
  return [...new Set(names)].map(name => {
    const known = logFileNames.find(one => one === name.toLowerCase());
    if (!known) throw LoadMasterError.invalid('fsel', `Unknown log file. There are ${logFileNames.join(' and ')}`);
    return known;
  });
}

/** The log files. Each server shows the messages of its own; the audit log is the same on all. */
export const loggingCommands: Command[] = [
  {
    name: 'logging.listsyslogfiles',
    role: 'admin',
    changes: false,
    parameters: [],
    run: async () => ({ data: { SyslogFiles: { file: [...logFileNames] } } }),
  },
  {
    name: 'logging.savelogs',
    role: 'admin',
    // It gives out the audit log.
    changes: true,
    parameters: ['fsel'],
    async run({ parameters, engine, systemLog }) {
      const mtime = new Date(engine.clock.now());
      const entries = await Promise.all(
        selected(parameters).map(async name => {
          const body = Buffer.from(await renderLogFile(engine.store, systemLog, name));
          return { header: { name, size: body.length, mode: 0o600, mtime }, body };
        }),
      );
      const file = await promisify(gzip)(await packTar(entries));
      // The vendor's PowerShell module saves this type, and no `application/gzip`.
      return { file, name: 'logs.tar.gz', contentType: 'application/octet-stream' };
    },
  },
  {
    name: 'logging.clearlogs',
    role: 'admin',
    changes: true,
    parameters: ['fsel'],
    async run({ parameters, engine }) {
      const names = selected(parameters);
      await engine.store.transaction(async tx => {
        for (const name of names) await clearLogFile(tx, name, engine.clock.now());
      });
      return completed;
    },
  },
];
