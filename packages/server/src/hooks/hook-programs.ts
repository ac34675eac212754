import { rmSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AcmeShCall, type HookCall, type HookPort, PluginError } from '@certfleet/plugins';
import { runProgram } from './run-program.js';

/** What certfleet.yaml says of hooks. */
export interface HookOptions {
  /** The folder of the programs that may be run; null: none may. */
  folder: string | null;
  /** The folder of an installed acme.sh; null: there is none. */
  acmeSh: string | null;
}

interface HookFolders extends HookOptions {
  /** Absolute, and of nobody else. What programs write there is gone after each run; what a crash left, at the next start. */
  work: string;
}

/**
 * Sources acme.sh for its functions, then one of its DNS scripts, and calls one of that script's. The text is fixed:
 * everything that changes comes as arguments.
 */
const acmeShRunner = `
certfleet_acme=$1 certfleet_script=$2 certfleet_function=$3 certfleet_name=$4 certfleet_value=$5
set --
. "$certfleet_acme" >/dev/null || exit 1
_initpath >/dev/null || exit 1
. "$certfleet_script" || exit 1
"$certfleet_function" "$certfleet_name" "$certfleet_value"
`;

/**
 * Programs of this machine that solvers run. Which ones may be run is decided by who can write certfleet.yaml and the
 * folders that it names, not by who can configure a solver through the API.
 */
export class HookPrograms implements HookPort {
  readonly #options: HookFolders;

  constructor(options: HookFolders) {
    this.#options = options;
    // acme.sh's scripts write down the credentials that they were given.
    rmSync(options.work, { recursive: true, force: true });
  }

  /** @throws {PluginError} `config` for a program that may not be run, see {@link runProgram} for the others */
  async run(program: string, call: HookCall): Promise<string> {
    return runProgram(await this.find(program), `The program ${program}`, call);
  }

  /** The path of a program. Throws PluginError `config` when it may not be run. */
  async find(program: string): Promise<string> {
    const { folder } = this.#options;
    if (folder === null) {
      throw refuse(
        `No programs may be run here: whoever administers this machine names a folder for them in certfleet.yaml (hooks.folder).`,
      );
    }
    if (!/^[\w-][\w.-]*$/.test(program)) throw refuse(`"${program}" is not the name of a file in ${folder}.`);
    return checkFile(folder, program);
  }

  async findAcmeSh(script: string, variables: readonly string[]): Promise<void> {
    await this.#acmeShFiles(script, variables);
  }

  /** @throws {PluginError} `config` when there is no acme.sh or no such script, or for variables that it may not be given */
  async runAcmeSh({ script, change, name, value, ...call }: AcmeShCall): Promise<string> {
    const { environment = {} } = call;
    const { folder, main, file } = await this.#acmeShFiles(script, Object.keys(environment));
    const asked = `${script}_${change === 'add' ? 'add' : 'rm'}`;
    const argv = ['-c', acmeShRunner, 'acme.sh', main, file, asked, name, value];
    const { work } = this.#options;
    await mkdir(work, { recursive: true, mode: 0o700 });
    const configHome = await mkdtemp(join(work, 'acme-sh-'));
    try {
      const fixed = { LE_WORKING_DIR: folder, LE_CONFIG_HOME: configHome };
      return await runProgram('/bin/sh', `acme.sh's ${script}`, {
        ...call,
        argv,
        environment: { ...environment, ...fixed },
      });
    } finally {
      await rm(configHome, { recursive: true, force: true });
    }
  }

  async #acmeShFiles(
    script: string,
    variables: readonly string[],
  ): Promise<{ folder: string; main: string; file: string }> {
    const { acmeSh: folder } = this.#options;
    if (folder === null) {
      throw refuse(
        'No acme.sh may be used here: whoever administers this machine names its folder in certfleet.yaml (hooks.acmeSh).',
      );
    }
    if (!/^dns_[a-z0-9_]+$/.test(script)) throw refuse(`"${script}" is not the name of a DNS script of acme.sh.`);
    const main = await checkFile(folder, 'acme.sh', constants.R_OK);
    const file = await checkFile(join(folder, 'dnsapi'), `${script}.sh`, constants.R_OK);
    const [ofAcmeSh, ofScript] = [await wordsOf(main), await wordsOf(file)];
    for (const variable of variables) {
      if (ofAcmeSh.has(variable)) {
        throw refuse(`The environment may not set ${variable}: acme.sh uses it itself, for programs and files to use.`);
      }
      if (!ofScript.has(variable)) {
        throw refuse(
          `The environment may not set ${variable}: ${script} doesn't read it. Correct its name, or leave it out.`,
        );
      }
    }
    return { folder, main, file };
  }
}

/** Whatever may be the name of a variable in a shell script. */
async function wordsOf(file: string): Promise<ReadonlySet<string>> {
  return new Set((await readFile(file, 'utf8')).match(/[A-Za-z_][A-Za-z0-9_]*/g));
}

/** A file of a folder that nobody but root and this user can write: others could have anything run. */
async function checkFile(folder: string, name: string, mode: number = constants.X_OK): Promise<string> {
  const file = await realpath(join(folder, name)).catch(cause => {
    throw refuse(`There is no ${name} in ${folder}.`, cause);
  });
  for (const path of [dirname(file), file]) {
    const { uid, mode: bits } = await stat(path);
    const isOurs = uid === 0 || uid === process.getuid?.();
    if (!isOurs || (bits & 0o022) !== 0) {
      throw refuse(`${path} can be changed by others than root and the user of Certfleet, so ${name} is not run.`);
    }
  }
  if (!(await stat(file)).isFile()) throw refuse(`${name} in ${folder} is not a file.`);
  await access(file, mode).catch(cause => {
    throw refuse(`${file} is not executable for the user of Certfleet.`, cause);
  });
  return file;
}

function refuse(message: string, cause?: unknown): PluginError {
  return new PluginError('config', message, cause === undefined ? undefined : { cause });
}
