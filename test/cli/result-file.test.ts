/**
 * `-o, --output` of every command.
 */
import { execFileSync } from 'child_process';
import {
  chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, statSync,
  symlinkSync, writeFileSync,
} from 'fs';
import { join } from 'path';
import { asking, cli, directory } from './support';
import { DOCTOR } from '../../src/cli/doctor/doctor-command';
import { mapOf, role, trusting } from '../analysis/rules/support';

const at = (name: string) => join(directory, name);
const assembly = () => join(mapOf({ resources: { Role: role('api', [trusting()]) } }).folder, 'cdk.out');

const RESULTS: [command: string[], isMarked: boolean][] = [
  ...['csv', 'html', 'mermaid', 'json', 'markdown'].map((format): [string[], boolean] => [
    ['report', '--format', format], true,
  ]),
  [['report'], false],
  ...['csv', 'json', 'markdown'].map((format): [string[], boolean] => [
    ['who-can', 's3:GetObject', '--format', format], true,
  ]),
  [['who-can', 's3:GetObject'], false],
  ...['json', 'sarif'].map((format): [string[], boolean] => [['verify', '--format', format], true]),
  [['verify'], false],
];

test.each(RESULTS)('%j writes the same as to stdout, over its own files: %j', (command, isMarked) => {
  const file = at(`${command.join('-').replace(/\W/g, '')}.out`);
  const input = assembly();
  const expected = cli(...command, input);
  for (const attempt of [1, 2]) {
    const force = attempt === 2 && !isMarked ? ['--force'] : [];
    const { code, stdout, stderr } = cli(...command, input, '-o', file, ...force);
    expect({ code, stdout }).toEqual({ code: expected.code, stdout: '' });
    expect(stderr).toBe(`${expected.stderr}${file}: written.\n`);
    expect(readFileSync(file, 'utf8')).toBe(expected.stdout);
  }
  if (isMarked) return;
  expect(cli(...command, input, '-o', file).stderr).toMatch(/exists, and cdk-irsa did not write it\. Use --force/);
});

test.each([
  ['a page of others', '<!doctype html>\n<p>mine</p>'],
  ['a package that uses cdk-irsa', '{\n  "name": "mine",\n  "dependencies": { "cdk-irsa": "1" }\n}'],
  ['JSON of others', '{ "schemaVersion": 1, "tool": { "name": "other" } }'],
  ['a script', 'npx cdk-irsa report\n'],
])('%s is kept, unless --force says otherwise', (_, text) => {
  const file = at('precious');
  writeFileSync(file, text);
  expect(cli('report', assembly(), '-o', file)).toEqual({
    code: 2,
    stdout: '',
    stderr: `${file}: exists, and cdk-irsa did not write it. Use --force to overwrite it.\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(cli('report', assembly(), '-o', file, '--force').code).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain('payments/api');
});

test('an empty file is nobody\'s, and - is stdout', () => {
  writeFileSync(at('empty'), '');
  expect(cli('report', assembly(), '-o', at('empty')).code).toBe(0);
  expect(cli('report', assembly(), '-o', '-').stdout).toContain('payments/api');
});

test('a file keeps its permissions, and a link what it is', () => {
  const file = at('private.json');
  cli('report', assembly(), '--format', 'json', '-o', file);
  chmodSync(file, 0o600);
  symlinkSync(file, at('link.json'));
  expect(cli('report', assembly(), '--format', 'json', '-o', at('link.json')).code).toBe(0);
  expect(statSync(file).mode.toString(8).slice(-3)).toBe('600');
  expect(readFileSync(at('link.json'), 'utf8')).toBe(readFileSync(file, 'utf8'));
});

test('a pipe is written to, never replaced', () => {
  const pipe = at('pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK); // eslint-disable-line no-bitwise
  expect(cli('report', assembly(), '-o', pipe, '--force').code).toBe(0);
  expect(statSync(pipe).isFIFO()).toBe(true);
  const received = Buffer.alloc(10_000);
  expect(received.toString('utf8', 0, readSync(reader, received))).toContain('payments/api');
  closeSync(reader);
});

test('what cannot be written leaves nothing behind', () => {
  mkdirSync(at('folder'));
  symlinkSync('loop', at('loop'));
  for (const [target, reason] of [
    [join(at('none'), 'page.html'), 'no such file or directory'],
    [at('folder'), 'it is a directory'],
    [at('loop'), expect.anything()],
  ] as const) {
    for (const force of [[], ['--force']]) {
      const { code, stderr, stdout } = cli('report', assembly(), '-o', target, ...force);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      if (typeof reason === 'string') expect(stderr).toContain(`${target}: cannot be written: ${reason}.\n`);
    }
  }
  expect(readdirSync(directory).filter(name => name.endsWith('.tmp'))).toEqual([]);
});

test('a command that fails writes no file, and keeps an older one', () => {
  const file = at('older.json');
  cli('report', assembly(), '--format', 'json', '-o', file);
  const before = readFileSync(file, 'utf8');
  expect(cli('report', at('nowhere'), '--format', 'json', '-o', file).code).toBe(2);
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(cli('report', at('nowhere'), '-o', at('never')).code).toBe(2);
  expect(existsSync(at('never'))).toBe(false);
});

test('of a command that asks others, too', async () => {
  const file = at('doctor.txt');
  const args = ['doctor', '--cluster', 'a', '--all', '-o'];
  jest.spyOn(DOCTOR, 'run').mockImplementation((_, { stdout }) => {
    stdout.write('healthy\n');
    return Promise.resolve(1);
  });
  expect(await asking(...args, file)).toEqual({ code: 1, stdout: '', stderr: `${file}: written.\n` });
  expect(readFileSync(file, 'utf8')).toBe('healthy\n');
  expect(await asking(...args, join(at('none'), 'a'))).toMatchObject({ code: 2, stdout: '' });
  jest.restoreAllMocks();
});
