import { Completed } from './completed';

/** For bash 3.2 and later; without compopt (before 4.0), files are offered wherever nothing else is. */
export function bashCompletion(commands: readonly Completed[]): string {
  const known = commands.map(({ words }) => `'${words.join(' ')}'`).slice(1).join('|');
  return `_cdk_irsa() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= words= files= word
  # --format=json is three words
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${command:+$command }$word" in
      ${known}) command="\${command:+$command }$word" ;;
      *) break ;;
    esac
  done
  case $command in
${commands.map(caseOf).join('')}  esac
  if [[ $files ]]; then compopt -o default 2>/dev/null; else compopt +o default 2>/dev/null; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _cdk_irsa cdk-irsa
`;
}

function caseOf({ words, subcommands, options, takesFiles }: Completed): string {
  const withValue = options.filter(({ value }) => value !== 'none');
  const files = withValue.filter(({ value }) => value === 'file').flatMap(({ flags }) => flags);
  const others = withValue.filter(({ value, choices }) => value === 'other' && choices.length === 0);
  const cases = [
    ...withValue.filter(({ choices }) => choices.length > 0)
      .map(({ flags, choices }) => `${flags.join('|')}) words='${choices.join(' ')}' ;;`),
    ...files.length > 0 ? [`${files.join('|')}) files=1 ;;`] : [],
    ...others.length > 0 ? [`${others.flatMap(({ flags }) => flags).join('|')}) ;;`] : [],
    `*) if [[ $cur == -* ]]; then words='${options.flatMap(({ flags }) => flags).join(' ')}'`
      + `; else words='${subcommands.map(({ name }) => name).join(' ')}'${takesFiles ? ' files=1' : ''}; fi ;;`,
  ];
  return `    '${words.join(' ')}') case $prev in\n${cases.map(line => `      ${line}\n`).join('')}    esac ;;\n`;
}
