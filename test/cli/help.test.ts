/**
 * `--help` and `help` of every command.
 */
import { cli, onTerminal } from './support';
import { CliOption, Program } from '../../src/cli/arguments';
import { program } from '../../src/cli/program';

const all = (part: Program): Program[] => [part, ...(part.commands as Program[]).flatMap(all)];
const PROGRAMS = all(program('1.2.3')).map(part => [part.path, part] as const);
const LEAVES = PROGRAMS.filter(([, { commands }]) => commands.length === 0);
const wordsOf = (path: string) => path.split(' ').slice(1);

test('there are as many commands as the root lists', () => {
  expect(LEAVES.map(([path]) => path)).toEqual([
    'cdk-irsa verify',
    'cdk-irsa report',
    'cdk-irsa who-can',
    'cdk-irsa doctor',
    'cdk-irsa import eksctl',
    'cdk-irsa completion',
  ]);
});

describe.each(PROGRAMS)('%s --help', (path, part) => {
  const words = wordsOf(path);
  const { code, stdout, stderr } = cli(...words, '--help');

  test('fits 80 columns', () => {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').filter(line => line.length > 80)).toEqual([]);
  });

  test('has one example and the exit codes', () => {
    expect(stdout.match(/^Example:$/gm)).toHaveLength(1);
    expect(stdout).toContain(`\nExample:\n  ${path} ${part.example}\n`);
    expect(Object.keys(part.exitCodes).filter(exitCode => !['0', '1', '2'].includes(exitCode))).toEqual([]);
    for (const exitCode of [0, 2]) expect(stdout).toMatch(new RegExp(`\nExit codes:\n[^]*^  ${exitCode}  \\S`, 'm'));
  });

  test('describes every argument, option and command', () => {
    const described = [
      ...part.registeredArguments.map(argument => [argument.name(), argument.description]),
      ...part.createHelp().visibleOptions(part).map(({ flags, description }) => [flags, description]),
      ...part.commands.map(command => [command.name(), command.summary()]),
    ];
    for (const [term, description] of described) {
      expect([term, description]).toEqual([term, expect.stringMatching(/^\w.*[^.]$/)]);
      expect(stdout.split('\n').map(line => line.trimStart())).toContainEqual(expect.stringMatching(
        new RegExp(`^${term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}( \\w+)?(  |$)`),
      ));
    }
  });

  test('is what help prints', () => {
    expect(cli('help', ...words)).toEqual({ code: 0, stdout, stderr: '' });
  });
});

test.each(LEAVES)('the example of %s can be run', (path, { example = '' }) => {
  const ran: string[] = [];
  const root = program('', ({ name }, leaf) => {
    leaf.checkRequired();
    ran.push(name);
  });
  const [args] = example.split(' > ');
  root.parse([...wordsOf(path), ...args.split(' ')], { from: 'user' });
  expect(ran).toEqual([wordsOf(path).join(' ')]);
});

test('the help is as wide as a terminal, up to 100 columns', () => {
  const widest = (columns: number) =>
    Math.max(...onTerminal(columns, 'report', '--help').split('\n').map(line => line.length));
  expect(widest(70)).toBeLessThanOrEqual(70);
  expect(widest(300)).toBeGreaterThan(80);
  expect(widest(300)).toBeLessThanOrEqual(100);
});

describe('options with the same meaning', () => {
  const optionsOf = (part: Program) => part.options as CliOption[];

  test.each(LEAVES)('%s takes -o, --output and --force', (_, part) => {
    expect(optionsOf(part).map(({ flags }) => flags)).toEqual(
      expect.arrayContaining(['-o, --output <file>', '--force']),
    );
  });

  test('--namespace is -n, and formats begin with text and include json', () => {
    const options = LEAVES.flatMap(([, part]) => optionsOf(part));
    const flags = options.filter(({ long }) => long === '--namespace').map(option => option.flags);
    expect(flags).toEqual(Array(4).fill('-n, --namespace <name>'));
    const formats = options.filter(({ long }) => long === '--format').map(({ argChoices }) => argChoices);
    expect(formats).toHaveLength(4);
    for (const choices of formats) expect([choices![0], choices]).toEqual(['text', expect.arrayContaining(['json'])]);
  });

  test('a placeholder has one meaning', () => {
    const options = LEAVES.flatMap(([, part]) => optionsOf(part)).filter(({ long }) => long !== '--format');
    for (const short of new Set(options.flatMap(option => option.short ?? []))) {
      expect(new Set(options.filter(option => option.short === short).map(({ long }) => long)).size).toBe(1);
    }
  });
});
