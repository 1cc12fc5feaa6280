import { spawnSync } from 'child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { parse } from 'yaml';
import { cli, directory, ROOT } from './support';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Record<string, string>;
  readonly run?: string;
}

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const blocks = (file: string, language: string) =>
  [...read(file).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text);

const ACTION = parse(read('action.yml'));
const GITHUB = read('examples/ci/github.yml');
const STEPS = Object.values<{ steps: Step[] }>(parse(GITHUB).jobs).flatMap(({ steps }) => steps);
const GITLAB: { script: string[]; artifacts: { paths: string[]; reports: object } } =
  parse(read('examples/ci/gitlab.yml'))['cdk-irsa'];

/** The shell scripts in each file. */
const SCRIPTS: Record<string, string[]> = {
  'github.yml': STEPS.flatMap(step => step.run ?? []),
  'gitlab.yml': [GITLAB.script.join('\n')],
  'ci.md': blocks('docs/guides/ci.md', 'sh'),
  'README.md of the package': blocks('src/cli/README.md', 'sh'),
};

interface Call {
  readonly cwd: string;
  readonly command: string[];
}

/** Programs that scripts call, as a shell calls them; none of them runs. */
function callsIn(scripts: string[], cwd: string): Call[] {
  const stubs = ['npm', 'npx', 'cdk-irsa', 'gh', 'node'].map(name => `${name}() { call ${name} "$@"; }`);
  const prelude = `PATH=
call() { printf '%s\\0' "$PWD" "$@" $'\\n' >&3; }
head() { read -r line || true; }
helm() { printf '%s' "$manifest"; }
${stubs.join('\n')}
`;
  return scripts.flatMap(script => {
    const { output, stderr, status } = spawnSync('/bin/bash', ['-e', '-o', 'pipefail', '-c', `${prelude}${script}`], {
      encoding: 'utf8',
      cwd,
      env: { manifest: MANIFEST },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    expect({ script, stderr, status }).toEqual({ script, stderr: '', status: 0 });
    return output[3]!.split('\0\n\0').slice(0, -1).map(call => {
      const [folder, ...command] = call.split('\0');
      return { cwd: folder, command };
    });
  });
}

/** The arguments of cdk-irsa, if a command is a call of it. */
function argumentsOf([program, ...args]: string[]): string[] | undefined {
  if (program === 'cdk-irsa') return args;
  const [name, ...others] = args.filter(arg => arg !== '--yes');
  return program === 'npx' && /^cdk-irsa(-cli)?(@[\d.]+)?$/.test(name) ? others : undefined;
}

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE';
const TEMPLATE = `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          Effect: Allow
          Action: sts:AssumeRoleWithWebIdentity
          Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/${ISSUER}' }
          Condition:
            StringEquals: { '${ISSUER}:aud': sts.amazonaws.com, '${ISSUER}:sub': 'system:serviceaccount:payments:api' }
`;
const MANIFEST = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: web, namespace: payments }\n';

/** What is there after a checkout and a synth, in a folder of its own. */
function checkout(name: string, template = TEMPLATE): string {
  const folder = join(directory, name);
  for (const root of ['', 'old', 'new']) {
    for (const path of ['cdk.out', 'k8s', 'templates']) mkdirSync(join(folder, root, path), { recursive: true });
    writeFileSync(join(folder, root, 'cdk.out', 'App.template.yaml'), template);
    writeFileSync(join(folder, root, 'templates', 'App.yaml'), template);
    writeFileSync(join(folder, root, 'k8s', 'app.yaml'), MANIFEST);
    writeFileSync(join(folder, root, 'rendered.yaml'), MANIFEST);
  }
  return folder;
}

/** Runs the calls of cdk-irsa, one after the other. */
function run(calls: Call[]) {
  const before = process.cwd();
  try {
    return calls.flatMap(({ cwd, command }) => {
      const args = argumentsOf(command);
      if (args === undefined) return [];
      process.chdir(cwd);
      return [{ args, ...cli(...args) }];
    });
  } finally {
    process.chdir(before);
  }
}

test.each(Object.entries(SCRIPTS))('the command takes what %s gives it', (file, scripts) => {
  const results = run(callsIn(scripts, checkout(`${file}.checkout`)));
  expect(results.length).toBeGreaterThan(0);
  for (const { args, code, stderr } of results) {
    expect({ args, code, stderr }).toMatchObject({ args, code: 0 });
  }
});

test('an option that the command does not have is found', () => {
  const script = 'npx --yes cdk-irsa-cli@0.1 verify cdk.out --formats json';
  const [{ code, stderr }] = run(callsIn([script], checkout('wrong')));
  expect([code, stderr]).toEqual([2, expect.stringContaining('--formats')]);
});

test('GitHub: the action takes the inputs, and has the outputs', () => {
  const own = (steps: Step[]) => steps.filter(({ uses }) => uses?.startsWith('cdk-irsa/cdk-irsa@v'));
  const [step, ...others] = own(STEPS);
  const [inReadme] = own(parse(blocks('examples/ci/README.md', 'yaml').join('\n')));
  expect(others).toEqual([]);
  for (const { with: inputs = {} } of [step, inReadme]) {
    expect(Object.keys(ACTION.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)));
  }
  const used = [...GITHUB.matchAll(/steps\.(\S+?)\.outputs\.([\w-]+)/g)];
  expect(used.map(([, id]) => id)).toEqual([step.id, step.id]);
  for (const [, , output] of used) expect(Object.keys(ACTION.outputs)).toContain(output);
});

test('GitHub: no expression is part of a script', () => {
  expect(SCRIPTS['github.yml'].filter(script => script.includes('${{'))).toEqual([]);
});

test('GitHub: the comment begins as the workflow looks for it', () => {
  const folder = checkout('comment');
  run(callsIn(SCRIPTS['github.yml'], folder));
  const [, beginning] = /startswith\("(.*?)"\)/.exec(GITHUB)!;
  expect(readFileSync(join(folder, 'access.md'), 'utf8').slice(0, beginning.length)).toBe(beginning);
});

test('GitLab: findings become a Code Quality report', () => {
  const folder = checkout('quality', TEMPLATE.replace(/'\S+:aud'.*?, /, ''));
  writeFileSync(join(folder, 'cdk.out', 'wrong.yaml'), `${MANIFEST}---\n${MANIFEST.replace('web', 'api')}`);
  const calls = callsIn(SCRIPTS['gitlab.yml'], folder);
  expect(run(calls).map(({ code }) => code)).toEqual([0, 1, 1]);
  const [, ...script] = calls.map(({ command }) => command).find(([program]) => program === 'node')!;
  const { status, stderr } = spawnSync(process.execPath, script, { encoding: 'utf8', cwd: folder });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const issues = JSON.parse(readFileSync(join(folder, 'code-quality.json'), 'utf8'));
  const { findings } = JSON.parse(readFileSync(join(folder, 'findings.json'), 'utf8'));
  expect(issues).toHaveLength(findings.length);
  // https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
  for (const issue of issues) {
    expect(issue).toEqual({
      description: expect.stringMatching(/\w/),
      check_name: expect.stringMatching(/^[a-z-]+$/),
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      severity: expect.stringMatching(/^(info|minor|major|critical|blocker)$/),
      location: { path: expect.stringMatching(/^[^./]/), lines: { begin: expect.any(Number) } },
    });
    expect(existsSync(join(folder, issue.location.path))).toBe(true);
  }
  expect(issues).toContainEqual(expect.objectContaining({ check_name: 'missing-aud', severity: 'critical' }));
  expect(new Set(issues.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).size).toBe(issues.length);
  const { paths, reports } = GITLAB.artifacts;
  for (const file of [...paths, ...Object.values(reports)]) expect(existsSync(join(folder, file))).toBe(true);
});

test('the README lists the inputs and outputs of the action', () => {
  const readme = read('examples/ci/README.md');
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \|.*\| (.*?) ?\|$/gm)].map(([, name, value]) => [name, value]);
  expect(rows.map(([name]) => name)).toEqual(Object.keys(ACTION.inputs));
  const expected = { 'path': '`cdk.out`', 'version': 'that of the action', 'fail-on': '`warning`' };
  expect(rows.filter(([, value]) => value !== '')).toEqual(
    rows.map(([name]) => name).flatMap(name =>
      (name in expected ? [[name, expected[name as keyof typeof expected]]] : [])),
  );
  for (const output of Object.keys(ACTION.outputs)) expect(readme).toContain(`\`${output}\``);
});

test('the README of the package lists the commands', () => {
  const [, list] = /^Commands:\n([^]*?)\n\n/m.exec(cli('--help').stdout)!;
  const commands = [...list.matchAll(/^ {2}(\S+(?: \S+)?) {2,}\S/gm)].map(([, name]) => name);
  const rows = [...read('src/cli/README.md').matchAll(/^\| `cdk-irsa (.*?)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(commands);
});
