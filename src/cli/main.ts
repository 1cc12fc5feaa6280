import { CommanderError } from 'commander';
import { ArgumentError, Program } from './arguments';
import { Output, UsageError, widthOf } from './command';
import { program } from './program';
import { withResultFile } from './result-file';
import { didYouMean } from './suggestion';
import { printable } from './text';
import { UnusableInput } from '../analysis/reading/unusable-input';

const UNUSABLE = 2;
const MAX_HELP_WIDTH = 100;
const ISSUES = 'https://github.com/cdk-irsa/cdk-irsa/issues';

/**
 * Runs the command line.
 *
 * @returns the exit code; a promise if the command sends requests
 */
export function main(args: string[], version: string, output: Output): number | Promise<number> {
  const unusable = (error: unknown) => {
    output.stderr.write(`${linesOf(error).map(line => `${line}\n`).join('')}`);
    return UNUSABLE;
  };
  try {
    const code = dispatch(args, version, output);
    return typeof code === 'number' ? code : code.catch(unusable);
  } catch (error) {
    return unusable(error);
  }
}

/** The entry point of `bin/cdk-irsa`. */
export function run({ version }: { version: string }): void {
  process.stdout.on('error', error => unwritten(error, process.stderr));
  process.stderr.on('error', error => unwritten(error));
  const code = main(process.argv.slice(2), version, process);
  if (typeof code === 'number') process.exitCode = code;
  else void code.then(later => process.exitCode ||= later);
}

/** A reader that closes the pipe, such as head, is not an error; a full disk is. */
function unwritten(error: NodeJS.ErrnoException, words?: Output['stderr']): void {
  if (error.code === 'EPIPE') return;
  process.exitCode = UNUSABLE;
  words?.write(`cdk-irsa: the output cannot be written: ${error.message}.\n`);
}

function dispatch(given: string[], version: string, output: Output): number | Promise<number> {
  let code: number | Promise<number> = 0;
  const root = program(version, (command, leaf) => {
    leaf.checkRequired();
    code = withResultFile(leaf, output, to => command.run(leaf, to, version));
  });
  for (const every of programsIn(root)) writeTo(every, output);
  const args = withoutSynonyms(given);
  const current = programNamedBy(args, root);

  try {
    root.parse(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof ArgumentError) {
      const { message, example } = error;
      throw new UsageError([`${message} ${hintTo(current)}`, ...example === undefined ? [] : [`Example: ${example}`]]);
    }
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return UNUSABLE; // commander has printed it
    throw new UsageError([`${printable(wordsOf(error, current))} ${hintTo(current)}`]);
  }
}

function writeTo(part: Program, output: Output): void {
  const width = () => Math.min(widthOf(output), MAX_HELP_WIDTH);
  part.exitOverride().configureOutput({
    writeOut: text => output.stdout.write(text),
    writeErr: text => output.stderr.write(text),
    outputError: () => undefined, // main() prints one line instead
    getOutHelpWidth: width,
    getErrHelpWidth: width,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
}

function programsIn(part: Program): Program[] {
  return [part, ...(part.commands as Program[]).flatMap(programsIn)];
}

/** `help verify` is `verify --help`, and so on. */
function withoutSynonyms(args: string[]): string[] {
  const [first, ...others] = args;
  if (first === 'help') return [...others, '--help'];
  return first === 'version' || first === '-V' ? ['--version'] : args;
}

/**
 * The command that the first words name. commander prints the help of the root for `verfy --help` and `--hlep`.
 *
 * @throws UsageError if they name none
 */
function programNamedBy([word, ...others]: readonly string[], part: Program): Program {
  if (word === undefined || part.commands.length === 0) return part;
  const named = part.commands.find(command => command.name() === word);
  if (named) return programNamedBy(others, named as Program);
  const isOption = word.startsWith('-');
  const known = isOption ? part.createHelp().visibleOptions(part).flatMap(({ short, long }) => [short!, long!])
    : part.commands.map(command => command.name());
  if (known.includes(word)) return part;
  const what = `${isOption ? 'option' : 'command'} '${printable(word)}'`;
  throw new UsageError([`Unknown ${what}.${didYouMean(word, known)} ${hintTo(part)}`]);
}

function hintTo(part: Program): string {
  return `See ${part.path} --help.`;
}

/** commander's message as sentences, in one line. */
function wordsOf({ code, message }: CommanderError, current: Program): string {
  const [, words, similar] = /^(?:error: )?(.*?)\.?(?:\n\(Did you mean (.*)\?\))?$/s.exec(message)!;
  const suggestion = similar ?? (code === 'commander.unknownOption' ? formatNamedBy(words, current) : undefined);
  const question = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.${question}`;
}

/** `--json` is `--format json`. */
function formatNamedBy(words: string, { options }: Program): string | undefined {
  const formats = options.find(({ long }) => long === '--format')?.argChoices ?? [];
  const format = formats.find(name => words.endsWith(`'--${name}'`));
  return format === undefined ? undefined : `--format ${format}`;
}

/** Never a stack trace. */
function linesOf(error: unknown): string[] {
  if (error instanceof UsageError) return error.lines;
  if (UnusableInput.is(error)) return error.message.split('\n').map(printable);
  if (error instanceof RangeError) return ['The input is nested too deep, or too large.'];
  const cause = (error as Error).message.replace(/\.?$/, '.');
  return [printable(`Internal error: ${cause} This is a bug in cdk-irsa; please report it at ${ISSUES}.`)];
}
