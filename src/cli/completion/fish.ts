import { Completed, CompletedOption } from './completed';

export function fishCompletion(commands: readonly Completed[]): string {
  return `function __cdk_irsa_next
    set -l words (commandline -opc)
    set -e words[1]
    test "$words" = "$argv"
end
function __cdk_irsa_at
    set -l words (commandline -opc)
    set -e words[1]
    string match -q -- "$argv *" "$words "
end
complete -c cdk-irsa -f
complete -c cdk-irsa -n '__cdk_irsa_next help' -a '${commands[0].subcommands.map(({ name }) => name).join(' ')}'
${commands.flatMap(linesOf).map(line => `complete -c cdk-irsa ${line}\n`).join('')}`;
}

function linesOf({ words, subcommands, options, takesFiles }: Completed): string[] {
  const at = [subcommands.length > 0 ? '__cdk_irsa_next' : '__cdk_irsa_at', ...words].join(' ');
  return [
    ...subcommands.map(({ name, summary }) => `-n '${at}' -a ${name}${summary && ` -d '${escaped(summary)}'`}`),
    ...takesFiles ? [`-n '${at}' -F`] : [],
    ...options.map(option => `-n '${at}' ${flagsOf(option)}${valueOf(option)} -d '${escaped(option.summary)}'`),
  ];
}

function flagsOf({ flags }: CompletedOption): string {
  return flags.map(flag => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
}

function valueOf({ value, choices }: CompletedOption): string {
  if (choices.length > 0) return ` -x -a '${choices.join(' ')}'`;
  return { none: '', file: ' -r -F', other: ' -x' }[value];
}

function escaped(text: string): string {
  return text.replace(/['\\]/g, '\\$&');
}
