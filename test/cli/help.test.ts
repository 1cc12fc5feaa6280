import { cli, onTerminal } from './support';

const COMMANDS = ['', 'verify', 'report', 'who-can', 'doctor', 'import eksctl'];
const helpOf = (command: string) => cli(...command.split(' ').filter(word => word !== ''), '--help');

test.each(COMMANDS)('the help of cdk-irsa %s fits 80 columns', command => {
  const { code, stdout } = helpOf(command);
  expect(code).toBe(0);
  expect(stdout.split('\n').filter(line => line.length > 80)).toEqual([]);
});

test('the help is as wide as a terminal, up to 100 columns', () => {
  const widest = (columns: number) =>
    Math.max(...onTerminal(columns, 'report', '--help').split('\n').map(line => line.length));
  expect(widest(70)).toBeLessThanOrEqual(70);
  expect(widest(300)).toBeGreaterThan(80);
  expect(widest(300)).toBeLessThanOrEqual(100);
});

test.each(COMMANDS.slice(1))('%s takes -o, --output and --force', command => {
  const { stdout } = helpOf(command);
  expect(stdout).toMatch(/\n {2}-o, --output <file> +write the result to a file instead of stdout\n/);
  expect(stdout).toMatch(/\n {2}--force +overwrite a file that cdk-irsa did not write/);
});
