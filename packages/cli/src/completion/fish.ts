import type { CompletionPoint } from './words.js';

/** A script for fish 3 and later. */
export function fishCompletion(points: readonly CompletionPoint[]): string {
  const lines = points.flatMap(point => {
    const here = `-n '__certfleet_at ${point.path.join(' ')}'`;
    return [
      ...point.commands.map(one => `complete -c certfleet ${here} -f -a ${one.name} -d ${quoted(one.summary)}`),
      ...point.words.map(word => `complete -c certfleet ${here} -f -a ${word}`),
      ...point.options.map(({ flag, summary, takesValue, takesFile, choices }) => {
        const value = takesValue ? ' -x' : '';
        const what = takesFile ? ' -r -F' : `${value}${choices.length > 0 ? ` -a '${choices.join(' ')}'` : ''}`;
        return `complete -c certfleet ${here} -l ${flag.replace(/^--/, '')}${what} -d ${quoted(summary)}`;
      }),
    ];
  });
  const groups = points.filter(({ path, commands }) => path.length === 1 && commands.length > 0);
  return `# fish completion of certfleet. Load it with:  certfleet completion fish | source
# Whether the words that lead to a command are exactly these.
function __certfleet_at
    set -l words (commandline -opc)[2..]
    set -l path
    for word in $words
        string match -q -- '-*' $word; and continue
        if test (count $path) -eq 0
            set path $word
        else if test (count $path) -eq 1; and contains -- $path[1] ${groups.map(({ path }) => path[0]).join(' ')}
            set -a path $word
        end
    end
    test "$path" = "$argv"
end
complete -c certfleet -f
${lines.join('\n')}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
