import type { CompletedOption, CompletionPoint } from './words.js';

/** A script for bash 4 and later, without the bash-completion package. */
export function bashCompletion(points: readonly CompletionPoint[]): string {
  return `# bash completion of certfleet. Load it with:  source <(certfleet completion bash)
_certfleet() {
  local current=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD-1]} path= word words
  # Readline makes a word of its own of the "=" in --option=value.
  if [[ $current == = ]]; then
    current=
  elif [[ $option == = ]]; then
    option=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${indent(
  points.filter(({ path }) => path.length > 0).map(({ path }) => `' ${path.join(' ')}') path=' ${path.join(' ')}' ;;`),
  6,
)}
    esac
  done
  case "$path $option" in
${indent(points.flatMap(values), 4)}
  esac
  case $path in
${indent(
  points.map(point => `'${lead(point)}') words='${wordsOf(point)}' ;;`),
  4,
)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _certfleet certfleet
`;
}

function lead({ path }: CompletionPoint): string {
  return path.map(word => ` ${word}`).join('');
}

function wordsOf({ commands, words, options }: CompletionPoint): string {
  return [...commands.map(({ name }) => name), ...words, ...options.map(({ flag }) => flag)].join(' ');
}

/** What follows an option that takes a value: its choices, a file, or nothing that is known. */
function values(point: CompletionPoint): string[] {
  return point.options
    .filter(({ value }) => value !== null)
    .map(({ flag, value, choices }) => `'${lead(point)} ${flag}') ${reply(value, choices)}return ;;`);
}

/** Nothing replied, readline itself completes files, which it can also quote: "complete -o default". */
function reply(value: CompletedOption['value'], choices: readonly string[]): string {
  if (value !== 'word') return '';
  if (choices.length === 0) return 'compopt +o default; ';
  return `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$current")); `;
}

function indent(lines: string[], by: number): string {
  return lines.map(line => `${' '.repeat(by)}${line}`).join('\n');
}
