import { PluginError } from '../plugin.js';

/**
 * Variables that change which code is run, rather than what it works with: those of loaders, shells, interpreters and
 * usual tools, and whatever is called a path or a configuration, since many a program finds commands there.
 */
const dangerous = new RegExp(
  [
    '^_',
    'PATH$',
    'CONF',
    '^(LD_|DYLD_|GLIBC_|GCONV_|LOCPATH|BASH|NODE_|PYTHON|PERL|RUBY|GEM_|BUNDLE|LUA|JAVA_|JDK_|CLASSPATH|PHP|DOTNET_|CORECLR_)',
    '^(GIT_|OPENSSL_|CURL_HOME|WGETRC|SSH_|RSYNC_|XDG_|ZDOTDIR|LESS|PAGER|EDITOR|VISUAL|PROMPT_COMMAND)',
    '^(ENV|IFS|PS4|SHELL|SHELLOPTS|HOME|TMP|TEMP|TMPDIR)$',
  ].join('|'),
  'i',
);

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
    if (dangerous.test(name)) {
      throw new PluginError(
        'config',
        `The environment may not set ${name}: such variables can have other programs run. What needs it sets it itself.`,
      );
    }
    const [, , quoted] = /^(["'])(.*)\1$/.exec(plain) ?? [];
    variables[name] = quoted ?? plain;
  }
  return variables;
}
