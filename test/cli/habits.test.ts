/**
 * What people type, and mistype.
 */
import { mkdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { cli, directory } from './support';
import { mapOf, role, trusting } from '../analysis/rules/support';

const folder = join(directory, 'elsewhere');
const before = process.cwd();
beforeAll(() => {
  mkdirSync(folder);
  process.chdir(folder);
});
afterAll(() => process.chdir(before));

test.each(['version', '-v', '-V', '--version'])('%s', word => {
  expect(cli(word)).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
});

test.each([[[]], [['import']]])('%j prints the help as an error', words => {
  expect(cli(...words)).toEqual({ code: 2, stdout: '', stderr: cli(...words, '--help').stdout });
});

const ROOT = 'See cdk-irsa --help.';
const VERIFY = 'See cdk-irsa verify --help.';
const RULES = 'https://cdk-irsa.github.io/cdk-irsa/reference/rules';

test.each<[string, string]>([
  ['verfy', `Unknown command 'verfy'. Did you mean verify? ${ROOT}`],
  ['verfy --help', `Unknown command 'verfy'. Did you mean verify? ${ROOT}`],
  ['help verfy', `Unknown command 'verfy'. Did you mean verify? ${ROOT}`],
  ['reprot cdk.out', `Unknown command 'reprot'. Did you mean report? ${ROOT}`],
  ['whocan', `Unknown command 'whocan'. Did you mean who-can? ${ROOT}`],
  ['import eksclt', "Unknown command 'eksclt'. Did you mean eksctl? See cdk-irsa import --help."],
  ['frobnicate', `Unknown command 'frobnicate'. ${ROOT}`],
  ['--hlep', `Unknown option '--hlep'. Did you mean --help? ${ROOT}`],
  ['--verison', `Unknown option '--verison'. Did you mean --version? ${ROOT}`],
  ['import --hlep', "Unknown option '--hlep'. Did you mean --help? See cdk-irsa import --help."],
  ['verify --hlep', `Unknown option '--hlep'. Did you mean --help? ${VERIFY}`],
  ['verify --fromat json', `Unknown option '--fromat'. Did you mean --format? ${VERIFY}`],
  ['verify --json', `Unknown option '--json'. Did you mean --format json? ${VERIFY}`],
  ['verify --format jsno', `\`--format\` must be one of text, json, sarif, got: "jsno". Did you mean json? ${VERIFY}`],
  ['verify --format tabel', `\`--format\` must be one of text, json, sarif, got: "tabel". ${VERIFY}`],
  [
    'verify --ignore foo=bar',
    `\`--ignore\` must name a rule, got: "foo" (rules: ${RULES}). ${VERIFY}`,
  ],
  [
    'verify --ignore mising-sub=bar',
    `\`--ignore\` must name a rule, got: "mising-sub" (rules: ${RULES}#missing-sub). `
      + `Did you mean missing-sub? ${VERIFY}`,
  ],
  [
    'completion bsh',
    '`<shell>` must be one of bash, zsh, fish, got: "bsh". Did you mean bash? See cdk-irsa completion --help.',
  ],
  ['who-can', "Missing required argument 'action'. See cdk-irsa who-can --help."],
  ['import eksctl', "Missing required argument 'cluster.yaml'. See cdk-irsa import eksctl --help."],
  ['verify -n', `Option '-n, --namespace <name>' argument missing. ${VERIFY}`],
])('cdk-irsa %s', (line, message) => {
  expect(cli(...line.split(' '))).toEqual({ code: 2, stdout: '', stderr: `${message}\n` });
});

test.each([
  'verify',
  'verify cdk.out',
  'verify ./cdk.out/',
  'verify --format json',
  'report',
  'report cdk.out',
  'who-can s3:GetObject',
  'who-can s3:GetObject arn:aws:s3:::a',
  'who-can s3:GetObject cdk.out',
])('cdk-irsa %s in the wrong folder', line => {
  expect(cli(...line.split(' '))).toEqual({
    code: 2,
    stdout: '',
    stderr: 'No cloud assembly in ./cdk.out. Run `npx cdk synth` first, or pass a path to an assembly, templates or '
      + 'manifests.\n',
  });
});

describe('-o', () => {
  const sound = () => join(mapOf({ resources: { Role: role('api', [trusting()]) } }).folder, 'cdk.out');

  test.each(['verify', 'report', 'who-can s3:GetObject'])('json is --format json: %s', command => {
    const words = [...command.split(' '), sound()];
    const expected = cli(...words, '--format', 'json');
    expect(JSON.parse(expected.stdout)).toMatchObject({ schemaVersion: expect.any(Number) });
    expect(cli(...words, '-o', 'json')).toEqual(expected);
    expect(cli(...words, '--output', 'json')).toEqual(expected);
  });

  test('a format and a file, in any order', () => {
    for (const [index, args] of [['-o', 'json', '-o', 'a'], ['-o', 'b', '-o', 'json']].entries()) {
      const { stdout, stderr } = cli('verify', sound(), ...args);
      expect({ stdout, stderr }).toEqual({ stdout: '', stderr: `${'ab'[index]}: written.\n` });
      expect(JSON.parse(readFileSync('ab'[index], 'utf8'))).toMatchObject({ clean: true });
    }
  });

  test('a file with the name of a format, by its path', () => {
    expect(cli('verify', sound(), '-o', './json').stderr).toBe('./json: written.\n');
    expect(readFileSync('json', 'utf8')).toContain('Clean: ');
  });

  test('--force requires a file', () => {
    expect(cli('verify', '-o', 'json', '--force').stderr).toBe(`\`--force\` requires \`--output\`. ${VERIFY}\n`);
  });
});

test('-n is --namespace', () => {
  const input = mapOf({
    resources: { Role: role('api', [trusting()]) },
    manifests: { 'sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: api }\n' },
  }).folder;
  const serviceAccounts = (...args: string[]) => JSON.parse(
    cli('report', join(input, 'cdk.out'), join(input, 'sa.yaml'), '--format', 'json', ...args).stdout,
  );
  expect(serviceAccounts('-n', 'payments')).toEqual(serviceAccounts('--namespace', 'payments'));
  expect(serviceAccounts('-n', 'payments')).not.toEqual(serviceAccounts('-n', 'other'));
});
