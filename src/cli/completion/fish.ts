import { Completed, CompletedOption } from './completed';

export function fishCompletion(commands: readonly Completed[]): string {
  return `function __cdk_irsa_at
    set -l words (commandline -opc)[2..-1]
    test (count $words) -ge (count $argv); and test "$words[1..(count $argv)]" = "$argv"
end
function __cdk_irsa_next
    __cdk_irsa_at $argv; and test (count (commandline -opc)) -eq (math (count $argv) + 1)
end
complete -c cdk-irsa -f
${commands.flatMap(linesOf).map(line => `complete -c cdk-irsa ${line}\n`).join('')}`;
}

function linesOf({ words, subcommands, options, takesFiles }: Completed): string[] {
  const at = [subcommands.length > 0 ? '__cdk_irsa_next' : '__cdk_irsa_at', ...words].join(' ');
  return [
    ...subcommands.map(({ name, summary }) => `-n '${at}' -a ${name} -d '${escaped(summary)}'`),
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
