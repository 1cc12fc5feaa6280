/**
 * Arguments and help of the commands: commander, with the rules that it lacks.
 */
import { AddHelpTextContext, AddHelpTextPosition, Command, Help, Option } from 'commander';
import { quoted } from './text';
import { wrapped } from './text-table';

const DEFAULT_WIDTH = 80;
type HelpText = string | ((context: AddHelpTextContext) => string);

/** Arguments that cannot be used. What prints the message adds a hint to --help. */
export class ArgumentError extends Error {
  /** @param example a command line that can be used */
  constructor(message: string, public readonly example?: string) {
    super(message);
  }
}

/** An option of a command, a row in its table of options. */
export class CliOption extends Option {
  /** Other options without which this one means nothing. */
  public readonly needed: string[] = [];
  /** Whether the command needs this option. */
  public isRequired = false;
  /** Options each of which makes this one optional. */
  public readonly alternatives: string[] = [];

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

  /** Makes another option required beside this one. */
  public requires(other: string): this {
    this.needed.push(other);
    return this;
  }

  /** Lets the option be given several times; its value is a list. */
  public repeatable(): this {
    return this.argParser((text, previous: string[] = []) => [...previous, this.checkValue(text)]);
  }

  /** Checks each value. */
  public matching(pattern: { test(text: string): boolean }, rule: string): this {
    const { parseArg } = this;
    return this.argParser<unknown>((text, previous) => {
      if (!pattern.test(text)) throw new ArgumentError(`\`${this.long}\` must ${rule}, got: ${quoted(text)}.`);
      return parseArg!(text, previous);
    });
  }

  /** With `--output --force`, commander takes the second option for the value of the first. */
  private checkValue(text: string): string {
    if (!/^-./.test(text)) return text;
    throw new ArgumentError(`\`${this.long}\` must have a value that does not begin with -, got: ${quoted(text)}.`);
  }
}

/** The whole command line, or one of its commands. */
export class Program extends Command {
  private example?: string;

  override createCommand(name?: string): Program {
    return new Program(name);
  }

  override createHelp(): Help {
    return Object.assign(new CliHelp(), this.configureHelp());
  }

  /** The command as the user types it. */
  public get path(): string {
    return this.parent === null ? this.name() : `${(this.parent as Program).path} ${this.name()}`;
  }

  /** Wraps the text: what begins in a column stays in it. */
  override addHelpText(position: AddHelpTextPosition, text: HelpText): this {
    return super.addHelpText(position, context => {
      const width = this.configureOutput().getOutHelpWidth?.() ?? DEFAULT_WIDTH;
      const lines = (typeof text === 'string' ? text : text(context)).split('\n');
      return lines.flatMap(line => wrapped(line, width, columnIn(line))).join('\n');
    });
  }

  /** Adds a table of options. */
  public withOptions(options: CliOption[]): this {
    for (const option of options) this.addOption(option);
    return this;
  }

  /** Sets the arguments that errors about missing options show as an example. */
  public withExample(args: string): this {
    this.example = args;
    return this;
  }

  /**
   * Checks what commander does not, and reports everything that is missing at once.
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

/** The space before the second column of a line, or before the text if it has one column. */
function columnIn(line: string): string {
  const [first] = /^ *(\S+( \S+)* {2,})?/.exec(line)!;
  return ' '.repeat(first.length);
}

class CliHelp extends Help {
  override commandUsage(command: Command): string {
    return wrapped(super.commandUsage(command), (this.helpWidth ?? DEFAULT_WIDTH) - 'Usage: '.length, '  ').join('\n');
  }

  /** Groups have no help of their own: the list names their commands. */
  override visibleCommands(command: Command): Command[] {
    return command.commands.flatMap(subcommand =>
      (subcommand.commands.length > 0 ? this.visibleCommands(subcommand) : [subcommand]));
  }

  override subcommandTerm(command: Command): string {
    return (command as Program).path.replace(/^\S+ /, '');
  }

  override optionDescription(option: Option): string {
    const { isRequired, alternatives = [], needed } = option as Partial<CliOption>;
    const rules = [
      ...isRequired ? [alternatives.length > 0 ? `required without ${alternatives.join(' or ')}` : 'required'] : [],
      ...needed?.length ? [`requires ${needed.join(', ')}`] : [],
    ];
    return [super.optionDescription(option), ...rules.map(rule => `(${rule})`)].join(' ');
  }
}
