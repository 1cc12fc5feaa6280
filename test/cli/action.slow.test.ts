import { execFile, execFileSync } from 'child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { parse } from 'yaml';
import { NpmRegistry } from './npm-registry';
import { directory, ROOT } from './support';

interface Input {
  readonly description: string;
  readonly required: boolean;
  readonly default: string;
}

interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Record<string, Input>;
  readonly outputs: Record<string, { description: string; value: string }>;
  readonly runs: {
    readonly using: string;
    readonly steps: { id: string; shell: string; env: Record<string, string>; run: string }[];
  };
}

const ACTION: Action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'));
const INPUTS = Object.keys(ACTION.inputs);
const [STEP] = ACTION.runs.steps;
const EXPRESSION = /^\$\{\{ inputs\.([a-z-]+) \}\}$/;
const VERSION = '0.0.0';

/** The repository as GitHub checks it out for the action, at the commit of a release. */
const released = join(directory, 'action');
const cache = join(directory, 'cache');
let registry: NpmRegistry;

beforeAll(async () => {
  const tarballs = join(directory, 'tarball');
  execFileSync(process.execPath, [
    join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'),
    join(ROOT, 'scripts', 'pack-cli.ts'),
    tarballs,
  ]);
  const [tarball] = readdirSync(tarballs);
  const bin = { 'cdk-irsa': 'bin/cdk-irsa' };
  registry = new NpmRegistry(join(tarballs, tarball), { name: 'cdk-irsa-cli', version: VERSION, bin });
  await registry.start();
  checkOut(released, `# Changelog\n\n## ${VERSION} (2026-01-31)\n\nText.\n\n## 0.0.0-older (2026-01-01)\n`);
});
afterAll(() => registry.stop());

function checkOut(folder: string, changelog: string): void {
  for (const file of ['action.yml', 'scripts/action.sh', 'scripts/released-version.sh']) {
    cpSync(join(ROOT, file), join(folder, file));
  }
  writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
}

function environment(): Record<string, string> {
  const { PATH = '' } = process.env;
  return { PATH, HOME: directory, npm_config_registry: registry.url, npm_config_cache: cache };
}

interface Run {
  readonly code: number;
  readonly log: string;
  readonly outputs: Record<string, string>;
  /** The folder of the workflow's job. */
  readonly workspace: string;
  /** RUNNER_TEMP. */
  readonly temporary: string;
}

/** Runs the action as the runner of GitHub does. */
async function run(
  inputs: Record<string, string>,
  files: Record<string, string> = {},
  action: string = released,
): Promise<Run> {
  const workspace = mkdtempSync(join(directory, 'workspace-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(workspace, file, '..'), { recursive: true });
    writeFileSync(join(workspace, file), text);
  }
  const temporary = mkdtempSync(join(directory, 'runner-'));
  const [script, output] = ['script.sh', 'output'].map(name => join(temporary, name));
  writeFileSync(script, STEP.run);
  writeFileSync(output, '');
  const values = Object.entries(STEP.env).map(([name, expression]) => {
    const [, input] = EXPRESSION.exec(expression)!;
    return [name, inputs[input] ?? ACTION.inputs[input].default];
  });
  const env = {
    ...environment(),
    ...Object.fromEntries(values),
    GITHUB_ACTION_PATH: action,
    GITHUB_OUTPUT: output,
    RUNNER_TEMP: temporary,
  };
  const { code, stdout, stderr } = await execute('bash', [
    '--noprofile', '--norc', '-e', '-o', 'pipefail', script,
  ], { cwd: workspace, env });
  const lines = readFileSync(output, 'utf8').trim().split('\n').filter(line => line !== '');
  const outputs = Object.fromEntries(lines.map(line => line.split(/=(.*)/s).slice(0, 2)));
  return { code, log: `${stdout}${stderr}`, outputs, workspace, temporary };
}

function execute(file: string, args: string[], options: { cwd: string; env: Record<string, string> }) {
  return new Promise<{ code: number; stdout: string; stderr: string }>(resolve => {
    const { stdin } = execFile(file, args, options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }));
    stdin!.end();
  });
}

/** What the runner would obey in a log. */
function commandsIn(log: string): string[] {
  let stopped: string | undefined;
  return log.split('\n').map(line => line.trimStart()).filter(line => {
    if (stopped !== undefined) {
      if (line === `::${stopped}::`) stopped = undefined;
      return false;
    }
    stopped = /^::stop-commands::(.+)$/.exec(line)?.[1];
    return stopped === undefined && line.startsWith('::');
  });
}

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE';
const trusting = (conditions: Record<string, string>, managedPolicies: string[] = []) =>
  JSON.stringify({
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          ManagedPolicyArns: managedPolicies.map(name => `arn:aws:iam::aws:policy/${name}`),
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{
              Effect: 'Allow',
              Action: 'sts:AssumeRoleWithWebIdentity',
              Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${ISSUER}` },
              Condition: { StringEquals: conditions },
            }],
          },
        },
      },
    },
  });
const SUB = { [`${ISSUER}:sub`]: 'system:serviceaccount:payments:api' };
const AUD = { [`${ISSUER}:aud`]: 'sts.amazonaws.com' };
const CLEAN = trusting({ ...SUB, ...AUD });
const WARNING = trusting({ ...SUB, ...AUD }, ['AdministratorAccess']);
const ERROR = trusting(SUB);
/** No such role can be. */
const MANIFEST = `apiVersion: v1
kind: ServiceAccount
metadata: { name: a, namespace: b, annotations: { eks.amazonaws.com/role-arn: none } }
`;
const UNREADABLE = '{ "Resources":';

describe('action.yml', () => {
  test('has what GitHub requires, and what its Marketplace does', () => {
    expect(ACTION).toMatchObject({ name: expect.stringMatching(/\w/), runs: { using: 'composite' } });
    expect(ACTION.description.length).toBeLessThanOrEqual(125 + 15);
    for (const input of Object.values(ACTION.inputs)) {
      expect(input).toEqual({ description: expect.stringMatching(/\.$/), required: false, default: expect.any(String) });
    }
    for (const [name, { value }] of Object.entries(ACTION.outputs)) {
      expect(value).toBe(`\${{ steps.${STEP.id}.outputs.${name} }}`);
    }
  });

  test('each input is an environment variable, and none is part of a script', () => {
    expect(ACTION.runs.steps).toEqual([{ ...STEP, id: 'verify', shell: 'bash' }]);
    expect(STEP.run).not.toContain('${{');
    const variableOf = (input: string) => `INPUT_${input.toUpperCase().replaceAll('-', '_')}`;
    expect(STEP.env).toEqual(Object.fromEntries(INPUTS.map(name => [variableOf(name), `\${{ inputs.${name} }}`])));
  });
});

describe('verify', () => {
  test('cdk.out, unless paths are given', async () => {
    const { code, log, outputs } = await run({}, { 'cdk.out/a.template.json': CLEAN });
    expect(log).toContain('Clean: ');
    expect({ code, outputs }).toEqual({ code: 0, outputs: { 'exit-code': '0' } });
  });

  test('each line of an input is an argument', async () => {
    const { code, log } = await run({
      path: 'a b/one.json\r\n\n  \ntwo.json\n',
      manifests: 'k8s\n',
      exclude: 'k8s/left-out.*\nk8s/left out*',
    }, {
      'a b/one.json': CLEAN,
      'two.json': CLEAN,
      'k8s/one.yaml': MANIFEST,
      'k8s/left-out.yaml': ': }',
      'k8s/left out too.yaml': ': }',
    });
    expect(log).toContain(' in 2 roles ');
    expect(log).toContain('k8s/one.yaml');
    expect(log).not.toContain('left');
    expect(code).toBe(1);
  });

  test('findings fail the step', async () => {
    const inputs = { 'path': 'a.json', 'sarif-file': 'a.sarif' };
    const { code, log, outputs, workspace } = await run(inputs, { 'a.json': ERROR });
    expect(log).toContain('missing-aud');
    expect({ code, outputs }).toEqual({ code: 1, outputs: { 'exit-code': '1', 'sarif-file': 'a.sarif' } });
    const { runs: [{ results, tool }] } = JSON.parse(readFileSync(join(workspace, 'a.sarif'), 'utf8'));
    expect(results.map(({ ruleId }: { ruleId: string }) => ruleId)).toContain('missing-aud');
    expect(tool.driver.semanticVersion).toBe(VERSION);
  });

  test('but not those that are disabled or known', async () => {
    const ignored = await run({ path: 'a.json', ignore: 'missing-aud=a reason\n' }, { 'a.json': ERROR });
    expect([ignored.code, ignored.log]).toEqual([0, expect.stringContaining('a reason')]);
    const bin = join(ignored.temporary, 'cdk-irsa-cli/node_modules/cdk-irsa-cli/bin/cdk-irsa');
    const { stdout } = await execute('node', [bin, 'verify', 'a.json', '--format', 'json'], {
      cwd: ignored.workspace,
      env: environment(),
    });
    expect((await run({ path: 'a.json', baseline: 'old.json' }, { 'a.json': ERROR, 'old.json': stdout })).code).toBe(0);
  });

  test.each([
    ['warning', WARNING, 1],
    ['error', WARNING, 0],
    ['error', ERROR, 1],
    ['never', ERROR, 0],
  ])('fail-on: %s', async (level, template, expected) => {
    const { code, outputs } = await run({ 'path': 'a.json', 'fail-on': level }, { 'a.json': template });
    expect(code).toBe(expected);
    expect(outputs).toEqual({ 'exit-code': '1' });
  });

  test.each([
    ['warning', CLEAN, 2],
    ['error', WARNING, 2],
    ['error', ERROR, 1],
    ['never', CLEAN, 2],
    ['never', ERROR, 2],
  ])('fail-on: %s, and a file cannot be read', async (level, template, expected) => {
    const files = { 'a.json': template, 'b.json': UNREADABLE };
    const { code, log } = await run({ 'path': 'a.json\nb.json', 'fail-on': level }, files);
    expect([code, log]).toEqual([expected, expect.stringContaining('b.json')]);
  });
});

describe('inputs that mean harm', () => {
  const HARM = [
    '$(touch harm) `touch harm` ; touch harm && touch harm | touch harm # a[$(touch harm)]',
    '"; touch harm; "',
    "'; touch harm; '",
  ];

  test.each(INPUTS)('%s is never run', async input => {
    const isList = ['path', 'manifests', 'exclude', 'ignore'].includes(input);
    for (const value of isList ? [HARM.join('\n')] : HARM) {
      const { workspace, log } = await run({ [input]: value }, { 'cdk.out/a.template.json': CLEAN });
      expect(existsSync(join(workspace, 'harm'))).toBe(false);
      expect(log).not.toMatch(/command not found|syntax error|unbound variable/);
    }
  });

  test.each(['path', 'manifests', 'baseline', 'version'])('%s is no option', async input => {
    const { code, log } = await run({ [input]: '--help' }, { 'cdk.out/a.template.json': CLEAN });
    expect(log).not.toContain('Usage:');
    expect(code).toBe(2);
  });

  test('no file can give commands to the runner', async () => {
    const name = '::error::harm';
    const { log, code } = await run({ path: '.' }, { [`${name}.json`]: UNREADABLE, 'b/a.json': CLEAN });
    expect([code, log]).toEqual([2, expect.stringContaining(name)]);
    expect(commandsIn(log)).toEqual([]);
    expect(commandsIn(`::stop-commands::a\n  ::b::\n::a::\n ${name}`)).toEqual([name]);
  });

  test('an .npmrc and packages of the checkout have no say', async () => {
    const { code } = await run({}, {
      'cdk.out/a.template.json': CLEAN,
      '.npmrc': 'registry=http://127.0.0.1:1\n',
      'package.json': '{ "name": "x", "overrides": { "cdk-irsa-cli": "file:./harm" } }',
      'node_modules/cdk-irsa-cli/package.json': `{ "name": "cdk-irsa-cli", "version": "${VERSION}" }`,
    });
    expect(code).toBe(0);
  });

  test.each([
    [{ 'sarif-file': 'a\nexit-code=0' }, 'The input sarif-file must be one path.'],
    [{ 'sarif-file': 'none/a.sarif' }, 'The file of the input sarif-file cannot be written.'],
    [{ 'fail-on': 'info' }, 'The input fail-on must be warning, error or never.'],
    [{ version: 'file:harm' }, 'The input version must be a version of cdk-irsa-cli, such as 0.1.0, or latest.'],
    [{ version: '9.9.9' }, 'npm could not install cdk-irsa-cli@9.9.9.'],
  ])('%j is refused', async (inputs, message) => {
    const { code, log } = await run(inputs, { 'cdk.out/a.template.json': CLEAN });
    expect({ code, commands: commandsIn(log) }).toEqual({ code: 2, commands: [`::error title=cdk-irsa::${message}`] });
  });
});

describe('the version', () => {
  test('is the newest in CHANGELOG.md of the commit', async () => {
    registry.requests.length = 0;
    expect((await run({}, { 'cdk.out/a.template.json': CLEAN })).code).toBe(0);
    const older = join(directory, 'older');
    checkOut(older, '# Changelog\n\n## Unreleased\n\n- A change.\n\n## 7.7.7 (2026-01-31)\n\n## 7.7.6 (2026-01-01)\n');
    const { code, log } = await run({}, { 'cdk.out/a.template.json': CLEAN }, older);
    expect([code, log]).toEqual([2, expect.stringContaining('npm could not install cdk-irsa-cli@7.7.7.')]);
  });

  test('must be given where nothing has been released', async () => {
    const unreleased = join(directory, 'unreleased');
    checkOut(unreleased, '# Changelog\n\n## Unreleased\n\nThe first release.\n');
    const files = { 'cdk.out/a.template.json': CLEAN };
    const { code, log } = await run({}, files, unreleased);
    expect([code, log]).toEqual([2, expect.stringContaining('has no released version. Set the input version.')]);
    expect((await run({ version: VERSION }, files, unreleased)).code).toBe(0);
    expect((await run({ version: 'latest' }, files, unreleased)).code).toBe(0);
  });

  test('a release begins CHANGELOG.md with its version', async () => {
    const check = (version: string) =>
      execute('bash', [join(released, 'scripts', 'released-version.sh'), version], {
        cwd: directory,
        env: environment(),
      });
    expect(await check(VERSION)).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
    const message = 'CHANGELOG.md must begin with the heading "## 1.0.0 (<date>)", got: "0.0.0".\n';
    expect(await check('1.0.0')).toEqual({ code: 1, stdout: '', stderr: message });
  });
});

test('npx runs the package without an installation', async () => {
  const folder = mkdtempSync(join(directory, 'npx-'));
  writeFileSync(join(folder, 'a.json'), ERROR);
  const { code, stdout } = await execute('npx', ['--yes', `cdk-irsa-cli@${VERSION}`, 'verify', 'a.json'], {
    cwd: folder,
    env: environment(),
  });
  expect([code, stdout]).toEqual([1, expect.stringContaining('missing-aud')]);
  expect(existsSync(join(folder, 'node_modules'))).toBe(false);
});
