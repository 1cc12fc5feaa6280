/**
 * The command line as commander describes it: what `main` parses, `completion` completes and the documentation lists.
 */
import { Program } from './arguments';
import { Command } from './command';
import { COMPLETION } from './completion/completion-command';
import { DOCTOR } from './doctor/doctor-command';
import { IMPORT_EKSCTL } from './import-eksctl/import-command';
import { REPORT } from './report/report-command';
import { RESULT_FILE, withFormatAsOutput } from './result-file';
import { VERIFY } from './verify/verify-command';
import { WHO_CAN } from './who-can/who-can-command';

const COMMANDS: Command[] = [VERIFY, REPORT, WHO_CAN, DOCTOR, IMPORT_EKSCTL, COMPLETION];

/** What is common to the commands of a group, by its name. */
const GROUPS: Record<string, { readonly summary: string; readonly example: string }> = {
  import: {
    summary: 'print a CDK app that creates the service accounts of an eksctl ClusterConfig',
    example: 'eksctl cluster.yaml -o app.ts',
  },
};

const EXIT_CODES = {
  0: 'no problem was found',
  1: 'a problem was found; the help of each command says which problems count',
  2: 'invalid arguments, or input that cannot be read',
};

/**
 * The program with all commands. Building it has no side effects.
 *
 * @param run called when commander has parsed the arguments of a command
 */
export function program(version = '', run: (command: Command, program: Program) => void = () => undefined): Program {
  const root = new Program('cdk-irsa')
    .usage('<command> [options]')
    .description('Checks who can assume the IAM roles of Kubernetes workloads.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help; cdk-irsa help <command> prints the help of a command')
    .helpCommand(false)
    .enablePositionalOptions()
    .withExample('verify cdk.out')
    .withExitCodes(EXIT_CODES);
  for (const command of COMMANDS) {
    const [word, group] = command.name.split(' ').reverse();
    const leaf = (group === undefined ? root : groupIn(root, group)).command(word) as Program;
    command.define(leaf.summary(command.summary));
    withFormatAsOutput(leaf.withOptions(RESULT_FILE()))
      .helpOption('-h, --help', 'print this help')
      .allowExcessArguments(false)
      .action(() => run(command, leaf));
  }
  return root;
}

function groupIn(root: Program, name: string): Program {
  const existing = root.commands.find(command => command.name() === name);
  if (existing) return existing as Program;
  const { summary, example } = GROUPS[name];
  return (root.command(name) as Program)
    .usage('<command> [options]')
    .summary(summary)
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .withExample(example)
    .withExitCodes(EXIT_CODES);
}
