import { Completed, CompletedOption, Described } from './completed';

/** Works in a file of `$fpath` and with `source <(…)`, after compinit. */
export function zshCompletion(commands: readonly Completed[]): string {
  return `#compdef cdk-irsa
${commands.map(command => functionOf(command, commands)).join('')}if [[ $funcstack[1] == _cdk-irsa ]]; then
  _cdk-irsa "$@"
else
  compdef _cdk-irsa cdk-irsa
fi
`;
}

function functionOf(
  { words, subcommands, options, takesFiles }: Completed,
  commands: readonly Completed[],
): string {
  const specs = options.map(specOf);
  if (subcommands.length === 0) {
    const all = [...specs, ...takesFiles ? ["'*:path:_files'"] : []];
    return `${nameOf(words)}() {\n  _arguments -S ${all.join(' \\\n    ')}\n}\n`;
  }
  const cases = commands
    .filter(command => command.words.length === words.length + 1 && words.every((word, i) => command.words[i] === word))
    .map(command => `      ${command.words.at(-1)}) ${nameOf(command.words)} ;;\n`);
  return `${nameOf(words)}() {
  local curcontext=$curcontext state line
  local -a commands=(${subcommands.map(itemOf).join(' ')})
  _arguments -C -S ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
    command) _describe command commands ;;
    rest) case $line[1] in
${cases.join('')}      help) _describe command commands ;;
    esac ;;
  esac
}
`;
}

function specOf({ flags, summary, value, choices, isRepeatable }: CompletedOption): string {
  const action = choices.length > 0 ? `(${choices.join(' ')})` : value === 'file' ? '_files' : ' ';
  const rest = `'[${escaped(summary)}]${value === 'none' ? '' : `:value:${action}`}'`;
  const names = flags.map(flag => (value === 'none' || !flag.startsWith('--') ? flag : `${flag}=`));
  const excluded = isRepeatable ? "'*'" : `'(${flags.join(' ')})'`;
  return `${excluded}${names.length > 1 ? `{${names.join(',')}}` : names[0]}${rest}`;
}

function itemOf({ name, summary }: Described): string {
  return `'${name}${summary === '' ? '' : `:${escaped(summary)}`}'`;
}

function nameOf(words: readonly string[]): string {
  return ['_cdk-irsa', ...words].join('_');
}

function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&').replace(/'/g, "'\\''");
}
