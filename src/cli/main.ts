import { Command, Output, UsageError } from './command';
import { DOCTOR } from './doctor/doctor-command';
import { IMPORT_EKSCTL } from './import-eksctl/import-command';
import { REPORT } from './report/report-command';
import { printable, quoted } from './text';
import { VERIFY } from './verify/verify-command';
import { UnusableInput } from '../analysis/unusable-input';

const UNUSABLE = 2;

const COMMANDS: Command[] = [VERIFY, REPORT, DOCTOR, IMPORT_EKSCTL];

const HELP = `Usage: cdk-irsa <command> [options]

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(20)}${summary}`).join('\n')}

Options:
  --help              print this; after a command, what it takes
  --version           print the version of cdk-irsa`;

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
  const command = COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word));
  const rest = args.slice(command?.name.split(' ').length ?? 0);
  if (command && !rest.some(isHelp)) return command.run(rest, output, version);

  const [first] = args;
  if (command || first === '--help' || first === '-h') output.stdout.write(`${command?.help ?? HELP}\n`);
  else if (first === '--version') output.stdout.write(`${version}\n`);
  else throw new UsageError([first === undefined ? HELP : `cdk-irsa has no command ${quoted(args.join(' '))}. See cdk-irsa --help.`]);
  return 0;
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

/** Never a stack trace. */
function linesOf(error: unknown): string[] {
  if (error instanceof UsageError) return error.lines;
  if (UnusableInput.is(error)) return error.message.split('\n').map(printable);
  if (error instanceof RangeError) return ['The input is nested too deep, or too large.'];
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('ERR_PARSE_ARGS')) return [printable(`${message.split('. ')[0]}. See cdk-irsa --help.`)];
  return [printable(`cdk-irsa failed, which is a defect of it: ${message}. Please report it.`)];
}
