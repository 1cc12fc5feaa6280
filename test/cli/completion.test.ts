/**
 * `cdk-irsa completion`, in the shells that are installed; bash always is.
 */
import { spawnSync } from 'child_process';
import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import { cli, directory } from './support';
import { Program } from '../../src/cli/arguments';
import { program } from '../../src/cli/program';

const SHELLS = ['bash', 'zsh', 'fish'];
const isInstalled = (shell: string) => spawnSync(shell, ['--version']).status === 0;
const folder = join(directory, 'completed');
const scriptOf = (shell: string) => join(folder, `script.${shell}`);

beforeAll(() => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'template.yaml'), '');
  for (const shell of SHELLS) writeFileSync(scriptOf(shell), cli('completion', shell).stdout);
});

function run(shell: string, code: string): string[] {
  const { stdout, stderr } = spawnSync(shell, ['-c', code], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  const words = stdout.trim().split('\n').map(line => line.split('\t')[0].replace(/^--\w+=/, ''));
  return words.filter(word => word !== '').sort();
}

/** What pressing the Tab key offers after a line. */
const COMPLETERS: [shell: string, complete: (line: string) => string[]][] = [
  ['bash', line => {
    // readline splits at = too, and completes files by itself if there is nothing else.
    const words = line.replace(/=(?=.)/g, ' = ').replace(/=$/, ' =').split(/ +/).map(word => `'${word}'`);
    return run('bash', `source '${scriptOf('bash')}'
      COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; isFiles=
      compopt() { [[ $1 == -o ]] && isFiles=1; return 0; }
      _cdk_irsa
      [[ $isFiles && \${#COMPREPLY[@]} == 0 ]] && COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
      printf '%s\\n' "\${COMPREPLY[@]}"`);
  }],
  ['fish', line => run('fish', `source '${scriptOf('fish')}'; complete -C '${line}'`)],
];

describe.each(COMPLETERS.filter(([shell]) => isInstalled(shell)))('%s', (_, complete) => {
  test.each<[string, string[]]>([
    ['', ['completion', 'doctor', 'help', 'import', 'report', 'verify', 'version', 'who-can']],
    ['ver', ['verify', 'version']],
    ['help ver', ['verify', 'version']],
    ['--v', ['--version']],
    ['import ', ['eksctl']],
    ['import eksctl --st', ['--stack-name', '--strict']],
    ['completion ', ['bash', 'fish', 'zsh']],
    ['verify --', [
      '--baseline', '--exclude', '--force', '--format', '--help', '--ignore', '--manifests', '--namespace', '--output',
      '--owner-label',
    ]],
    ['verify a.yaml --for', ['--force', '--format']],
    ['verify --format ', ['json', 'sarif', 'text']],
    ['verify --format=', ['json', 'sarif', 'text']],
    ['verify --format=j', ['json']],
    ['doctor --format ', ['json', 'text']],
    ['verify te', ['template.yaml']],
    ['verify --manifests te', ['template.yaml']],
    ['import eksctl te', ['template.yaml']],
    ['verify -n ', []],
    ['verify --namespace te', []],
    ['doctor te', []],
  ])('cdk-irsa %s', (line, expected) => {
    expect(complete(`cdk-irsa ${line}`)).toEqual(expected);
  });
});

test.each(SHELLS)('%s: every command, option and choice is in the script', shell => {
  const { code, stdout, stderr } = cli('completion', shell);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const all = (part: Program): Program[] => [part, ...(part.commands as Program[]).flatMap(all)];
  const words = all(program()).slice(1).flatMap(part => [
    part.name(),
    ...part.options.flatMap(({ long, argChoices = [] }) => [long!.slice(2), ...argChoices]),
  ]);
  expect(words.filter(word => !new RegExp(`(?<![a-z])${word}(?![a-z])`).test(stdout))).toEqual([]);
});

test.each(SHELLS.filter(isInstalled))('%s reads the script', shell => {
  const { status, stderr } = spawnSync(shell, ['-n', scriptOf(shell)], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('bash completes the command with readline', () => {
  expect(run('bash', `source '${scriptOf('bash')}'; complete -p cdk-irsa`)).toEqual([
    'complete -o default -F _cdk_irsa cdk-irsa',
  ]);
});
