import { CommanderError } from 'commander';
import { ArgumentError, Program } from './arguments';
import { Command, Output, UsageError, widthOf } from './command';
import { DOCTOR } from './doctor/doctor-command';
import { IMPORT_EKSCTL } from './import-eksctl/import-command';
import { REPORT } from './report/report-command';
import { RESULT_FILE, withResultFile } from './result-file';
import { printable, quoted } from './text';
import { VERIFY } from './verify/verify-command';
import { WHO_CAN } from './who-can/who-can-command';
import { UnusableInput } from '../analysis/reading/unusable-input';
import { helpUrl } from '../analysis/rules/help';

const UNUSABLE = 2;
const MAX_HELP_WIDTH = 100;
const ISSUES = `${helpUrl().replace(/#.*/, '')}/issues`;

const COMMANDS: Command[] = [VERIFY, REPORT, WHO_CAN, DOCTOR, IMPORT_EKSCTL];

/**
 * Runs the command line.
 *
 * @returns the exit code; later, of a command that asks others
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

/** What `bin/cdk-irsa` calls. */
export function run({ version }: { version: string }): void {
  process.stdout.on('error', error => unwritten(error, process.stderr));
  process.stderr.on('error', error => unwritten(error));
  const code = main(process.argv.slice(2), version, process);
  if (typeof code === 'number') process.exitCode = code;
  else void code.then(later => process.exitCode ||= later);
}

/** A reader that closes the pipe, such as head, is no error; a full disk is. */
function unwritten(error: NodeJS.ErrnoException, words?: Output['stderr']): void {
  if (error.code === 'EPIPE') return;
  process.exitCode = UNUSABLE;
  words?.write(`cdk-irsa: the output cannot be written: ${error.message}.\n`);
}

function dispatch(args: string[], version: string, output: Output): number | Promise<number> {
  const root = rootOf(version, output);
  let code: number | Promise<number> = 0;
  let current = root;
  const enter = (_: unknown, program: unknown) => {
    current = program as Program;
  };
  root.hook('preSubcommand', enter);
  for (const command of COMMANDS) {
    const [word, group] = command.name.split(' ').reverse();
    const parent = group === undefined ? root : groupOf(root, group).hook('preSubcommand', enter);
    const program = parent.command(word) as Program;
    command.define(program.summary(command.summary));
    program.withOptions(RESULT_FILE());
    program.helpOption('-h, --help', 'print this help').allowExcessArguments(false).action(() => {
      program.checkRequired();
      code = withResultFile(program, output, to => command.run(program, to, version));
    });
  }

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
    throw new UsageError([`${printable(wordsOf(error))} ${hintTo(current)}`]);
  }
}

function rootOf(version: string, output: Output): Program {
  const width = () => Math.min(widthOf(output), MAX_HELP_WIDTH);
  return new Program('cdk-irsa')
    .usage('<command> [options]')
    .version(version, '--version', 'print the version of cdk-irsa')
    .helpOption('-h, --help', 'print this help, or the help of a command')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: text => output.stdout.write(text),
      writeErr: text => output.stderr.write(text),
      outputError: () => undefined, // main() prints one line instead
      getOutHelpWidth: width,
      getErrHelpWidth: width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

/** The commands that share a first word. The word alone is no command. */
function groupOf(program: Program, name: string): Program {
  const group = program.command(name) as Program;
  return group.allowExcessArguments().action(() => {
    const command = [name, ...group.args].join(' ');
    throw new UsageError([`cdk-irsa has no command ${quoted(command)}. ${hintTo(program)}`]);
  });
}

function hintTo(program: Program): string {
  return `See ${program.path} --help.`;
}

/** As sentences, in one line. */
function wordsOf({ message }: CommanderError): string {
  const [, words, suggestion] = /^(?:error: )?(.*?)\.?(?:\n\(Did you mean (.*)\?\))?$/s.exec(message)!;
  const question = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.${question}`;
}

/** Never a stack trace. */
function linesOf(error: unknown): string[] {
  if (error instanceof UsageError) return error.lines;
  if (UnusableInput.is(error)) return error.message.split('\n').map(printable);
  if (error instanceof RangeError) return ['The input is nested too deep, or too large.'];
  const bug = `This is a bug in cdk-irsa; please report it at ${ISSUES}.`;
  return [printable(`Internal error: ${(error as Error).message}. ${bug}`)];
}
