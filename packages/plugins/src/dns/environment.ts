import { PluginError } from '../plugin.js';

/** Variables that change which code is run, rather than what it works with. */
const dangerous = /^(LD_|DYLD_|BASH|NODE_|PYTHON|PERL5|RUBY|GIT_|(PATH|ENV|IFS|PS4|SHELLOPTS|HOME|TMPDIR)$)/;

/**
 * The variables of a text with a line `NAME=value` for each; `export` before it and quotes around the value, as in a
 * shell's file, are taken off. Throws PluginError `config`, which quotes no value.
 */
export function parseEnvironment(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const [, name, plain = ''] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) throw new PluginError('config', `Line ${index + 1} of the environment is not NAME=value.`);
    if (dangerous.test(name)) throw new PluginError('config', `The environment may not set ${name}.`);
    const [, , quoted] = /^(["'])(.*)\1$/.exec(plain) ?? [];
    variables[name] = quoted ?? plain;
  }
  return variables;
}
