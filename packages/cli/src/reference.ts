import type { Command } from 'commander';
import { exitCodeMeanings, exitCodes } from './exit-codes.js';

/** docs/reference/cli.md: every command with its arguments and options, from the command tree. */
export function renderCliReference(program: Command): string {
  return `# The \`certfleet\` command

<!-- Generated from the command tree; \`npx vitest run --project unit packages/cli/src/reference -u\` writes it again. -->

${program.description()}

In a checkout, run it as \`npx certfleet\`. Each command takes \`--help\`. Results go to standard output; questions, progress, notes and errors go to standard error. With \`--json\` standard output holds exactly one JSON document, after a failure \`{"error": {"code", "message", "remedy", "details", "exitCode"}}\`.

## Environment

| variable | meaning |
|---|---|
${environment.map(([name, meaning]) => `| \`${name}\` | ${meaning} |`).join('\n')}

Without the first three, what \`certfleet login\` stored in \`$XDG_CONFIG_HOME/certfleet/credentials.json\` (else \`~/.config/certfleet/credentials.json\`) is used. Passwords, tokens and other secrets are never taken from the command line, where other users of the machine can read them.

## Exit status

| status | meaning |
|---|---|
${Object.entries(exitCodeMeanings)
  .map(([name, meaning]) => `| ${exitCodes[name as keyof typeof exitCodes]} | ${meaning} |`)
  .join('\n')}

## Commands

${leaves(program).map(section).join('\n')}`;
}

const environment: [name: string, meaning: string][] = [
  ['CERTFLEET_URL', 'The server, as `https://host:port`.'],
  ['CERTFLEET_TOKEN', 'An API token.'],
  [
    'CERTFLEET_FINGERPRINT',
    "SHA-256 fingerprint of the server's certificate, if this machine's CAs don't vouch for it.",
  ],
  ['CERTFLEET_PASSWORD', 'The password that a command would ask for.'],
  ['CERTFLEET_SETUP_CODE', 'The code that `certfleet setup` would ask for.'],
  ['CERTFLEET_EAB_HMAC_KEY', 'The HMAC key that `certfleet account register` would ask for.'],
  ['CERTFLEET_PASS_PHRASE', 'The pass phrase of a file with a key, or of a backup, that a command would ask for.'],
  ['CERTFLEET_KEYSTORE_PASSWORD', 'What keystores are put under: when exported, or to be kept with a certificate.'],
  ['NO_COLOR', 'If set, no colours are printed.'],
  ['TZ', 'The time zone that times are shown in.'],
];

/** The commands that do something, with the words that lead to them. */
function leaves(command: Command, path: string[] = []): { path: string; command: Command }[] {
  if (command.commands.length === 0) return [{ path: path.join(' '), command }];
  return command.commands.flatMap(one => leaves(one, [...path, one.name()]));
}

function section({ path, command }: { path: string; command: Command }): string {
  const help = command.createHelp();
  const items = [
    ...help
      .visibleArguments(command)
      .map(one => [`${one.required ? '<' : '['}${one.name()}${one.required ? '>' : ']'}`, one.description]),
    ...help.visibleOptions(command).map(one => [one.flags, one.description]),
  ].filter(([term]) => term !== '-h, --help');
  return `### \`certfleet ${path}\`

${command.description()}

${items.map(([term, text]) => `- \`${term}\`: ${text}`).join('\n')}
`;
}
