import { Command as CommanderCommand } from 'commander';
import { CliOption, Program, takesFile } from '../arguments';

/** A command, or a group of commands, as shells complete it. */
export interface Completed {
  /** The words after `cdk-irsa`; none for the root. */
  readonly words: readonly string[];
  readonly subcommands: readonly Described[];
  readonly options: readonly CompletedOption[];
  /** Whether an argument is a file or a folder. */
  readonly takesFiles: boolean;
}

export interface Described {
  readonly name: string;
  readonly summary: string;
}

export interface CompletedOption {
  /** `-n`, `--namespace`. */
  readonly flags: readonly string[];
  readonly summary: string;
  readonly value: 'none' | 'file' | 'other';
  /** All values, if they are known. */
  readonly choices: readonly string[];
  readonly isRepeatable: boolean;
}

/** Synonyms that main() knows. */
const SYNONYMS: readonly Described[] = [
  { name: 'help', summary: 'print the help of a command' },
  { name: 'version', summary: 'print the version' },
];

/** The program, its groups and its commands; the root comes first. */
export function completedIn(program: Program, words: readonly string[] = []): Completed[] {
  const commands = program.commands as Program[];
  const own: Completed = {
    words,
    subcommands: [
      ...commands.map(describe),
      ...words.length === 0 ? SYNONYMS : [],
      ...program.registeredArguments.flatMap(({ argChoices = [] }) => argChoices.map(name => ({ name, summary: '' }))),
    ],
    options: program.createHelp().visibleOptions(program).map(option => ({
      flags: [option.short, option.long].filter(flag => flag !== undefined),
      summary: inShort(option.description),
      value: !option.required ? 'none' : takesFile(option) ? 'file' : 'other',
      choices: option.argChoices ?? [],
      isRepeatable: option instanceof CliOption && option.isRepeatable,
    })),
    takesFiles: program.registeredArguments.some(takesFile),
  };
  return [own, ...commands.flatMap(command => completedIn(command, [...words, command.name()]))];
}

function describe(command: CommanderCommand): Described {
  return { name: command.name(), summary: inShort(command.summary()) };
}

/** Menus of shells have one line. */
function inShort(text: string): string {
  return text.split(/[;:.](?= |$)| \(/)[0];
}
