import type { CompletedOption, CompletionPoint } from './words.js';

/** A script for fish 3 and later. */
export function fishCompletion(points: readonly CompletionPoint[]): string {
  const lines = points.flatMap(point => {
    const here = `-n '__certfleet_at ${point.path.join(' ')}'`;
    return [
      ...point.commands.map(one => `complete -c certfleet ${here} -f -a ${one.name} -d ${quoted(one.summary)}`),
      ...point.words.map(word => `complete -c certfleet ${here} -f -a ${word}`),
      ...(point.takesFile ? [`complete -c certfleet ${here} -F`] : []),
      ...point.options.map(
        option =>
          `complete -c certfleet ${here} -l ${option.flag.replace(/^--/, '')}${argumentOf(option)} -d ${quoted(option.summary)}`,
      ),
    ];
  });
  const groups = points.filter(({ path }) => path.length === 2).map(({ path }) => path[0]);
  return `# fish completion of certfleet. Load it with:  certfleet completion fish | source
# Whether the words that lead to a command are exactly these.
function __certfleet_at
    set -l words (commandline -opc)[2..]
    set -l path
    for word in $words
        string match -q -- '-*' $word; and continue
        if test (count $path) -eq 0
            set path $word
        else if test (count $path) -eq 1; and contains -- $path[1] ${[...new Set(groups)].join(' ')}
            set -a path $word
        end
    end
    test "$path" = "$argv"
end
complete -c certfleet -f
${lines.join('\n')}
`;
}

function argumentOf({ value, choices }: CompletedOption): string {
  if (value === null) return '';
  if (value !== 'word') return ' -r -F';
  return choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : ' -x';
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
