import { execFileSync, spawnSync } from 'child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'fs';
import { isBuiltin } from 'module';
import { join } from 'path';
import { cli, configWith, directory, importText, ROOT } from './support';
import { IMPORT_EKSCTL } from '../../src/cli/import-eksctl/import-command';
import { run as runBin } from '../../src/cli/main';

const installed = join(directory, 'installed');
const bundle = join(installed, 'lib', 'cli.js');
const file = join(installed, 'cluster.yaml');
const text = configWith('    - metadata: { name: a }\n      wellKnownPolicies: { externalDNS: true }\n');
const makeBundle = (folder: string) =>
  execFileSync(process.execPath, [
    join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'),
    join(ROOT, 'scripts', 'bundle.ts'),
    folder,
  ]);

beforeAll(() => {
  for (const folder of ['lib', 'bin']) mkdirSync(join(installed, folder), { recursive: true });
  makeBundle(join(installed, 'lib'));
  copyFileSync(join(ROOT, 'bin', 'cdk-irsa'), join(installed, 'bin', 'cdk-irsa'));
  writeFileSync(join(installed, 'package.json'), JSON.stringify({ version: '7.8.9' }));
  writeFileSync(file, text);
});

/** Runs what npm installs, with nothing else there. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, 'bin', 'cdk-irsa'), ...args], {
    encoding: 'utf8',
    cwd: installed,
  });
  return { code: status, stdout, stderr };
}

test('it prints what the sources print: the program on stdout, words on stderr', () => {
  const expected = importText(text);
  expect(run('import', 'eksctl', 'cluster.yaml')).toEqual(expected);
  expect(expected.stdout).toMatch(/^import /);
  expect(expected.stderr).toContain('not mapped');
  expect(expected.code).toBe(0);
});

test.each<[string[], number]>([
  [['import', 'eksctl', 'cluster.yaml', '--strict'], 1],
  [['import', 'eksctl', 'none.yaml'], 2],
  [['import', 'eksctl'], 2],
  [['import', 'terraform', 'x'], 2],
  [[], 2],
])('%j exits with %i and no stack trace', (args, code) => {
  const result = run(...args);
  expect(result.code).toBe(code);
  expect(result.stderr).not.toMatch(/^ +at /m);
  if (code === 2) expect(result.stdout).toBe('');
});

test('a reader that closes the pipe is no error', () => {
  const many = join(installed, 'many.yaml');
  writeFileSync(
    many,
    configWith(Array.from({ length: 1000 }, (_, index) => `    - metadata: { name: a${index} }\n`).join('')),
  );
  const { stdout, stderr } = spawnSync(
    'sh',
    [
      '-c',
      `"${process.execPath}" "${join(installed, 'bin', 'cdk-irsa')}" import eksctl "${many}" `
        + `2>"${join(installed, 'words')}" | head -n 1`,
    ],
    { encoding: 'utf8' },
  );
  expect({ stdout, stderr }).toEqual({ stdout: "import { App, Stack } from 'aws-cdk-lib';\n", stderr: '' });
  expect(readFileSync(join(installed, 'words'), 'utf8')).not.toMatch(/EPIPE|^ +at /m);
});

test.each<[string, string, number]>([
  ['words that nobody reads', '2>&1 >/dev/null | true', 0],
  ['a program for a full disk', '2>/dev/null >/dev/full', 2],
  ['words for a full disk', '2>/dev/full >/dev/null', 2],
  ['a program that nobody reads', '2>/dev/null | true', 0],
])('%s: %s exits with %i', (_, redirections, code) => {
  spawnSync('bash', [
    '-c',
    `( sleep 0.3; "${process.execPath}" "${join(installed, 'bin', 'cdk-irsa')}" import eksctl "${file}"; echo $? `
      + `>"${join(installed, 'code')}" ) ${redirections}`,
  ]);
  expect(readFileSync(join(installed, 'code'), 'utf8')).toBe(`${code}\n`);
});

test('a full disk is said', () => {
  const { stderr } = spawnSync(
    'sh',
    ['-c', `"${process.execPath}" "${join(installed, 'bin', 'cdk-irsa')}" import eksctl "${file}" >/dev/full`],
    { encoding: 'utf8' },
  );
  expect(stderr).toContain('cdk-irsa: the output cannot be written: ENOSPC: no space left on device, write.\n');
});

test('a device without an end is refused', () => {
  expect(run('import', 'eksctl', '/dev/zero')).toEqual({
    code: 2,
    stdout: '',
    stderr: '/dev/zero: must have at most 1048576 bytes, got: more. Pass an eksctl ClusterConfig.\n',
  });
}, 20_000);

test('a pipe is read', () => {
  expect(
    spawnSync(
      'bash',
      ['-c', `"${process.execPath}" "${join(installed, 'bin', 'cdk-irsa')}" import eksctl <(cat "${file}")`],
      { encoding: 'utf8' },
    ).stdout,
  ).toMatch(/^import /);
});

test('verify reads standard input and pipes', () => {
  const template = `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: { Effect: Allow, Action: sts:AssumeRole, NotPrincipal: { AWS: 'arn:aws:iam::111122223333:root' } }
`;
  writeFileSync(join(installed, 'template.yaml'), template);
  const program = `"${process.execPath}" "${join(installed, 'bin', 'cdk-irsa')}" verify`;
  for (const command of [`cat template.yaml | ${program} -`, `${program} <(cat template.yaml)`]) {
    const { status, stdout } = spawnSync('bash', ['-c', command], { encoding: 'utf8', cwd: installed });
    expect([status, stdout]).toEqual([1, expect.stringContaining('not-principal')]);
  }
});

test('--version is the one of the package', () => {
  expect(run('--version')).toEqual({ code: 0, stdout: '7.8.9\n', stderr: '' });
});

test('--help is the same as from the sources', () => {
  const { stdout: help } = cli('--help');
  for (const word of ['--help', '-h', 'help']) expect(run(word)).toEqual({ code: 0, stdout: help, stderr: '' });
  expect(run()).toEqual({ code: 2, stdout: '', stderr: help });
  const { stdout: importHelp } = cli('import', 'eksctl', '--help');
  expect(run('help', 'import', 'eksctl')).toEqual({ code: 0, stdout: importHelp, stderr: '' });
});

test('the bin takes arguments and exit code of the process', () => {
  const { argv, exitCode } = process;
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  process.argv = ['node', 'cdk-irsa', '--version'];
  runBin({ version: '4.5.6' });
  expect(write.mock.calls).toEqual([['4.5.6\n']]);
  expect(process.exitCode).toBe(0);
  Object.assign(process, { argv, exitCode });
  write.mockRestore();
});

test.each([['EPIPE', 0, 0], ['ENOSPC', 2, 1]])('%s of the output', (code, exitCode, said) => {
  const before = process.exitCode;
  const words = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  runBin({ version: '4.5.6' });
  process.exitCode = 0;
  words.mockClear();
  for (const stream of [process.stdout, process.stderr]) {
    const listener = stream.listeners('error').pop() as (error: Error) => void;
    stream.removeListener('error', listener);
    listener(Object.assign(new Error('no'), { code }));
  }
  expect({ exitCode: process.exitCode, said: words.mock.calls.length }).toEqual({ exitCode, said });
  process.exitCode = before;
  words.mockRestore();
  out.mockRestore();
});

test('a defect is told without a stack trace', () => {
  jest.spyOn(IMPORT_EKSCTL, 'run').mockImplementationOnce(() => {
    throw new Error('boom');
  });
  expect(cli('import', 'eksctl', 'x')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'Internal error: boom. This is a bug in cdk-irsa; please report it at '
      + 'https://github.com/cdk-irsa/cdk-irsa/issues.\n',
  });
});

test('the bundle is small, has no CDK in it, and is the same each time', () => {
  const code = readFileSync(bundle, 'utf8');
  expect(statSync(bundle).size).toBeLessThan(600_000);
  expect(requiredIn(code).filter(module => !isBuiltin(module)).sort()).toEqual([
    './analysis/reading/yaml.js', './doctor.js',
  ]);
  expect(code).not.toContain(ROOT);
  makeBundle(join(directory, 'again'));
  // a diff of minified code fills screens
  expect(readFileSync(join(directory, 'again', 'cli.js'), 'utf8') === code).toBe(true);
});

function requiredIn(code: string): string[] {
  return [...new Set([...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, module]) => module))];
}

test('the doctor is a bundle of its own, which needs nothing but Node.js', () => {
  const code = readFileSync(join(installed, 'lib', 'doctor.js'), 'utf8');
  expect(requiredIn(code)).not.toEqual([]);
  // The SDK takes it where somebody has installed it.
  expect(requiredIn(code).filter(module => !isBuiltin(module))).toEqual(['@aws-sdk/signature-v4-crt']);
  expect(code).not.toContain(ROOT);
  expect(statSync(join(installed, 'lib', 'doctor.js')).size).toBeLessThan(1_000_000);
  expect(run('doctor', '--cluster', 'production')).toEqual({
    code: 2,
    stdout: '',
    stderr: '`--namespace` and `--service-account` must be given. See cdk-irsa doctor --help.\n'
      + 'Example: cdk-irsa doctor --cluster production -n payments --service-account api\n',
  });
  const env = { ...process.env, KUBECONFIG: join(installed, 'none'), AWS_CONFIG_FILE: join(installed, 'none') };
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(installed, 'bin', 'cdk-irsa'), 'doctor', '--cluster', 'a', '--namespace', 'b', '--service-account', 'c'],
    { encoding: 'utf8', env },
  );
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: 'No AWS region is set. Use --region eu-west-1, AWS_REGION, or `region` in the profile.\n',
  });
});

/** The packages that a bundle names in its notices, each with its license. */
function noticesIn(code: string): { name: string; license: string }[] {
  return [...code.matchAll(/^\/\*!\n((?:(?:@[\w.-]+\/)?[\w.-]+ \d[\w.+-]*\n)+)\n([^]*?)\n\*\//gm)]
    .flatMap(([, names, license]) => names.trim().split('\n').map(line => ({ name: line.split(' ')[0], license })));
}

test('the doctor carries the license of each package that is in it, and all are permissive', () => {
  const named = noticesIn(readFileSync(join(installed, 'lib', 'doctor.js'), 'utf8'));
  expect(named.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      '@aws-sdk/client-cloudtrail',
      '@aws-sdk/client-eks',
      '@aws-sdk/client-iam',
      '@aws-sdk/client-sts',
      '@kubernetes/client-node',
      '@smithy/core',
      'js-yaml',
      'proxy-from-env',
    ]),
  );
  for (const { name, license } of named) {
    expect(
      `${name}: ${/permission notice|Permission to use|Redistribution and use|Apache License|Apache-2\.0/i.test(license)}`,
    ).toBe(`${name}: true`);
  }
});

test.each([
  ['cli.js', ['commander', 'zod']],
  ['analysis/reading/yaml.js', ['js-yaml', 'yaml']],
])('%s has no code of others than of %j, under a permissive license, and carries its text', (name, own) => {
  const code = readFileSync(join(installed, 'lib', name), 'utf8');
  const packages = noticesIn(code).map(({ name: found }) => found);
  const licenses = packages.map(
    found => JSON.parse(readFileSync(join(ROOT, 'node_modules', found, 'package.json'), 'utf8')).license,
  );
  expect(packages.sort()).toEqual(own);
  expect(
    licenses.filter(license => !['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'].includes(license)),
  ).toEqual([]);
  for (const found of packages) {
    expect(code).toContain(readFileSync(join(ROOT, 'node_modules', found, 'LICENSE'), 'utf8').trim());
  }
});

test('what runs in the browser is all ours', () => {
  const sources = readdirSync(join(ROOT, 'src', 'cli', 'report', 'page'), { recursive: true, encoding: 'utf8' }).filter(
    source => /\.tsx?$/.test(source),
  );
  const imported = sources.flatMap(source =>
    [...readFileSync(join(ROOT, 'src', 'cli', 'report', 'page', source), 'utf8').matchAll(/ from '([^']+)'/g)].map(
      ([, module]) => module,
    ),
  );
  expect(sources).not.toEqual([]);
  expect(imported.filter(module => !module.startsWith('.'))).toEqual([]);
});
