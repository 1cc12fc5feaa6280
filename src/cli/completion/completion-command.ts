import { bashCompletion } from './bash';
import { Completed, completedIn } from './completed';
import { fishCompletion } from './fish';
import { zshCompletion } from './zsh';
import { choiceArgument, Program } from '../arguments';
import { Command, Output } from '../command';

const SHELLS: Record<string, (commands: readonly Completed[]) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `cdk-irsa completion`. */
export const COMPLETION: Command = {
  name: 'completion',
  summary: 'print a script that completes commands and options in bash, zsh or fish',
  define: program => program
    .description('Prints a script that completes commands, options and their values. Run it again after an update.')
    .addArgument(choiceArgument('<shell>', Object.keys(SHELLS), 'the shell'))
    .withExample('bash > ~/.local/share/bash-completion/completions/cdk-irsa')
    .withExitCodes({ 0: 'the script was printed', 2: 'invalid arguments' })
    .addHelpText('after', `
Where to write it:
  bash  ~/.local/share/bash-completion/completions/cdk-irsa
  zsh   a file _cdk-irsa in a folder of $fpath
  fish  ~/.config/fish/completions/cdk-irsa.fish

Or load it in the current shell:
  bash  source <(cdk-irsa completion bash)
  zsh   source <(cdk-irsa completion zsh)
  fish  cdk-irsa completion fish | source

It completes the command cdk-irsa. If you run it with npx, define a function:
  cdk-irsa() { npx cdk-irsa "$@"; }`),
  run: printScript,
};

function printScript(program: Program, output: Output): number {
  const [shell] = program.processedArgs as [string];
  output.stdout.write(SHELLS[shell](completedIn(program.parent as Program)));
  return 0;
}
