/**
 * Arguments and help of the commands: commander, with the rules that it lacks.
 */
import { AddHelpTextContext, AddHelpTextPosition, Argument, Command, Help, Option } from 'commander';
import { didYouMean } from './suggestion';
import { quoted } from './text';
import { wrapped } from './text-table';

const DEFAULT_WIDTH = 80;
type HelpText = string | ((context: AddHelpTextContext) => string);

/** Invalid arguments. main() prints the message and adds a hint to --help. */
export class ArgumentError extends Error {
  /** @param example a valid command line */
  constructor(message: string, public readonly example?: string) {
    super(message);
  }
}

/** An option of a command. */
export class CliOption extends Option {
  /** Options that this one requires. */
  public readonly needed: string[] = [];
  /** Whether the command requires this option. */
  public isRequired = false;
  /** Options each of which makes this one optional. */
  public readonly alternatives: string[] = [];
  public isRepeatable = false;

  constructor(flags: string, description: string) {
    super(flags, description);
    this.argParser(text => this.checkValue(text));
  }

  /** Makes the option required, unless one of the others is given. */
  public asRequired(...alternatives: string[]): this {
    this.isRequired = true;
    this.alternatives.push(...alternatives);
    return this;
  }

  /** Requires another option in addition to this one. */
  public requires(other: string): this {
    this.needed.push(other);
    return this;
  }

  /** Allows the option several times; its value is a list. */
  public repeatable(): this {
    this.isRepeatable = true;
    return this.argParser((text, previous: string[] = []) => [...previous, this.checkValue(text)]);
  }

  /** Allows only these values. */
  override choices(values: readonly string[]): this {
    return super.choices(values).argParser(text => oneOf(values, this.long!, text));
  }

  /** Checks each value. */
  public matching(pattern: { test(text: string): boolean }, rule: string): this {
    const { parseArg } = this;
    return this.argParser<unknown>((text, previous) => {
      if (!pattern.test(text)) throw new ArgumentError(`\`${this.long}\` must ${rule}, got: ${quoted(text)}.`);
      return parseArg!(text, previous);
    });
  }

  /** In `--output --force`, commander takes `--force` as the value of `--output`. */
  private checkValue(text: string): string {
    if (!/^-./.test(text)) return text;
    throw new ArgumentError(`\`${this.long}\` must have a value that does not begin with -, got: ${quoted(text)}.`);
  }
}

/** An argument that takes only these values. */
export function choiceArgument(name: string, values: readonly string[], description: string): Argument {
  return new Argument(name, description).choices(values).argParser(text => oneOf(values, name, text));
}

function oneOf(values: readonly string[], name: string, text: string): string {
  if (values.includes(text)) return text;
  const rule = `\`${name}\` must be one of ${values.join(', ')}`;
  throw new ArgumentError(`${rule}, got: ${quoted(text)}.${didYouMean(text, values)}`);
}

/** Whether an option or argument takes a file or folder, by its placeholder: `<file>`, `[path...]`, `<old.json>`. */
export function takesFile(item: Option | Argument): boolean {
  const placeholder = item instanceof Option ? item.flags.replace(/^[^<]*/, '') : item.name();
  return /^<?(file|path|.*\.[a-z]+)>?$/.test(placeholder);
}

/** The whole command line, or one of its commands. */
export class Program extends Command {
  /** The arguments of the example. */
  public example?: string;
  /** What each exit code means. */
  public exitCodes: Readonly<Record<number, string>> = {};

  constructor(name?: string) {
    super(name);
    this.addHelpText('after', () => [
      ...this.example === undefined ? [] : ['', 'Example:', `  ${this.path} ${this.example}`],
      '',
      'Exit codes:',
      ...Object.entries(this.exitCodes).map(([code, meaning]) => `  ${code}  ${meaning}`),
    ].join('\n'));
  }

  override createCommand(name?: string): Program {
    return new Program(name);
  }

  override createHelp(): Help {
    return Object.assign(new CliHelp(), this.configureHelp());
  }

  /** The command as users type it. */
  public get path(): string {
    return this.parent === null ? this.name() : `${(this.parent as Program).path} ${this.name()}`;
  }

  /** Wraps the text within its columns. */
  override addHelpText(position: AddHelpTextPosition, text: HelpText): this {
    return super.addHelpText(position, context => {
      const width = this.configureOutput().getOutHelpWidth?.() ?? DEFAULT_WIDTH;
      const lines = (typeof text === 'string' ? text : text(context)).split('\n');
      return lines.flatMap(line => wrapped(line, width, columnIn(line))).join('\n');
    });
  }

  /** @param group the heading above the options in the help */
  public withOptions(options: readonly CliOption[], group?: string): this {
    for (const option of options) this.addOption(group === undefined ? option : option.helpGroup(`${group}:`));
    return this;
  }

  /** Sets the arguments of the example in the help; errors about missing options show it too. */
  public withExample(args: string): this {
    this.example = args;
    return this;
  }

  /** Sets what each exit code means, for the help. */
  public withExitCodes(codes: Readonly<Record<number, string>>): this {
    this.exitCodes = codes;
    return this;
  }

  /**
   * Checks the rules that commander lacks. Reports all missing options at once.
   *
   * @throws ArgumentError if a required option is missing
   */
  public checkRequired(): void {
    const isGiven = (flag: string) => {
      const name = this.optionNamed(flag).attributeName();
      return this.getOptionValue(name) !== undefined && this.getOptionValueSource(name) !== 'default';
    };
    const options = this.options as CliOption[];
    const missing = options.filter(({ isRequired, long, alternatives }) =>
      isRequired && !isGiven(long!) && !alternatives.some(isGiven));
    const problems = [
      ...missing.length > 0 ? [`${enumeration(missing.map(({ long }) => `\`${long}\``))} must be given.`] : [],
      ...options.filter(({ long }) => isGiven(long!)).flatMap(({ long, needed }) =>
        needed.filter(flag => !isGiven(flag)).map(flag => `\`${long}\` requires \`${flag}\`.`)),
    ];
    if (problems.length === 0) return;
    throw new ArgumentError(
      problems.join(' '),
      missing.length > 0 && this.example !== undefined ? `${this.path} ${this.example}` : undefined,
    );
  }

  private optionNamed(flag: string): Option {
    return this.options.find(({ long }) => long === flag)!;
  }
}

/** `a, b and c`. */
function enumeration(items: readonly string[]): string {
  const [last, ...others] = [...items].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`;
}

/** The indent of the second column of a line, or of the text if it has one column. */
function columnIn(line: string): string {
  const [first] = /^ *(\S+( \S+)* {2,})?/.exec(line)!;
  return ' '.repeat(first.length);
}

class CliHelp extends Help {
  override commandUsage(command: Command): string {
    return wrapped(super.commandUsage(command), (this.helpWidth ?? DEFAULT_WIDTH) - 'Usage: '.length, '  ').join('\n');
  }

  /** The name only; of a group, the names of its commands too. */
  override subcommandTerm(command: Command): string {
    const names = command.commands.map(subcommand => subcommand.name()).join('|');
    return [command.name(), ...names === '' ? [] : [names]].join(' ');
  }

  override optionDescription(option: Option): string {
    const { isRequired, alternatives = [], needed } = option as Partial<CliOption>;
    const rules = [
      ...isRequired ? [alternatives.length > 0 ? `required without ${alternatives.join(' or ')}` : 'required'] : [],
      // A heading such as "With --live:" says it once for its options.
      ...(needed ?? []).filter(flag => !option.helpGroupHeading?.includes(flag)).map(flag => `requires ${flag}`),
    ];
    return [super.optionDescription(option), ...rules.map(rule => `(${rule})`)].join(' ');
  }
}
