import { mkdirSync, writeFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';
import { cli, directory, ROOT } from './support';
import { RULES } from '../../src/analysis/rules';
import { findingsTable } from '../../src/cli/verify/findings-table';
import { sarif } from '../../src/cli/verify/sarif';
import { CASES } from '../analysis/rules/cases';
import { annotated, arnOf, Files, mapOf, role, trusting } from '../analysis/rules/support';
import { ISSUER, PROVIDER_ARN } from '../support';


/** Runs the command over files in a folder; the folder does not show in what it says. */
const ALL_READ = { unreadable: [], skipped: [] };

function verify(files: Files, ...args: string[]) {
  const { folder } = mapOf(files);
  const manifests = Object.keys(files.manifests ?? {}).flatMap(name => ['--manifests', join(folder, name)]);
  const { code, stdout, stderr } = cli('verify', join(folder, 'cdk.out'), ...manifests, ...args);
  return { code, stdout: stdout.replaceAll(`${folder}/`, ''), stderr };
}

const OPEN = {
  StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:ci-*:runner' },
  StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
};
const SOUND: Files = {
  resources: { Role: role('api', [trusting()]) },
  manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
};
const RISKY: Files = { resources: { Role: role('runners', [{ ...trusting(), Condition: OPEN }]) } };
const WRONG: Files = {
  resources: { Role: role('api', [trusting('payments:web')]) },
  manifests: { 'sa.yaml': annotated('payments/api', arnOf('api')) },
};

test('a sound set-up is clean, whatever there is to note', () => {
  const { code, stdout, stderr } = verify(SOUND);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`note  provider-not-in-app
  cdk.out/Stack.template.json (Role)
  Role api, Statement[0]: trusts
  ${PROVIDER_ARN},
  which the app neither registers nor imports.
  Fix: Check that it exists in the role's account: aws iam
       list-open-id-connect-providers.

Clean: 0 errors, 0 warnings, 1 note in 1 role (1 for workloads), 1 service
account, 0 Pod Identity associations, 0 workloads.
`);
});

test('what is wrong is told with its places and what to do', () => {
  const { code, stdout } = verify(WRONG);
  expect(code).toBe(1);
  expect(stdout).toMatch(new RegExp(`^error  role-does-not-trust
  sa\\.yaml:2:107
  cdk\\.out/Stack\\.template\\.json \\(Role\\)
  ServiceAccount payments/api: cannot assume role api: (?:.*
  )?.*trusted web.*
  Fix: .+
(?: {7}.+
)+
note  provider-not-in-app
`));
  expect(stdout).toMatch(/\n1 error, 0 warnings, 2 notes in 1 role \(1 for workloads\), 2 service accounts, /);
});

test('warnings are no less', () => {
  expect(verify(RISKY).code).toBe(1);
});

test('a rule is switched off with a reason, which is told', () => {
  const { code, stdout } = verify(
    RISKY,
    '--ignore',
    'wildcard-namespace=only the CI system makes them',
    '--ignore',
    'provider-not-in-app=another app registers it',
  );
  expect(code).toBe(0);
  expect(stdout).toContain(
    'Suppressed:\n  wildcard-namespace at cdk.out/Stack.template.json (Role)\n    only the CI system makes them\n',
  );
  expect(stdout).not.toContain('warning  wildcard-namespace');
  expect(stdout).toContain('\nClean: 0 errors, 0 warnings, 1 note in ');
});

test.each(RULES.map(({ id }) => id))('%s is seen to fire from outside, in each format', id => {
  const one = CASES.find(({ rule, expected }) => rule === id && expected.length > 0)!;
  const [{ message }] = one.expected;
  expect(verify(one).stdout).toMatch(new RegExp(`^(error|warning|note)  ${id}$`, 'm'));
  expect(JSON.parse(verify(one, '--format', 'json').stdout).findings).toContainEqual(
    expect.objectContaining({ rule: id, message }),
  );
  const { runs: [{ results, tool }] } = JSON.parse(verify(one, '--format', 'sarif').stdout);
  const [{ ruleIndex }] = results.filter(({ ruleId }: any) => ruleId === id);
  expect(tool.driver.rules[ruleIndex].id).toBe(id);
});

describe('for machines', () => {
  test('JSON', () => {
    const { code, stdout } = verify(WRONG, '--format', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      tool: { name: 'cdk-irsa', version: '1.2.3' },
      clean: false,
      counts: {
        clusters: 1,
        roles: 1,
        workloadRoles: 1,
        serviceAccounts: 2,
        serviceAccountPatterns: 0,
        podIdentityAssociations: 0,
        workloads: 0,
      },
      inBaseline: 0,
      findings: [
        expect.objectContaining({
          rule: 'role-does-not-trust',
          severity: 'error',
          place: { file: 'sa.yaml', line: 2, column: 107 },
        }),
        expect.objectContaining({
          rule: 'provider-not-in-app',
          severity: 'note',
          place: { file: 'cdk.out/Stack.template.json', stack: 'Stack', logicalId: 'Role' },
        }),
        expect.objectContaining({ rule: 'role-without-service-account', severity: 'note' }),
      ],
      unreadable: [],
      skipped: [],
    });
  });

  test('SARIF as its types have it, with and without findings', () => {
    const logs = [SOUND, WRONG, RISKY].map(files => verify(files, '--format', 'sarif').stdout);
    logs.push(verify(SOUND, '--format', 'sarif', '--manifests', join(directory, 'missing.yaml')).stdout);
    const suppressed = verify(RISKY, '--format', 'sarif', '--ignore', 'wildcard-namespace=known').stdout;
    const program = [...logs, suppressed].map((log, index) => `export const log${index}: Log = ${log};`).join('\n');
    expect(typeErrors(`import { Log } from 'sarif';\n${program}`)).toEqual([]);
    expect(
      typeErrors(`import { Log } from 'sarif';\nexport const log: Log = ${logs[0].replace('"runs"', '"runners"')};`),
    ).not.toEqual([]);
    expect(JSON.parse(suppressed).runs[0].results[0].suppressions).toEqual([
      { kind: 'external', justification: 'known' },
    ]);
  });

  test('SARIF says what was not checked', () => {
    const invocation = (...args: string[]) => JSON.parse(verify(SOUND, '--format', 'sarif', ...args).stdout)
      .runs[0].invocations[0];
    expect(invocation()).toEqual({ executionSuccessful: true, toolExecutionNotifications: [] });
    const folder = join(directory, 'not-checked');
    mkdirSync(join(folder, 'chart'), { recursive: true });
    writeFileSync(join(folder, 'chart', 'Chart.yaml'), 'name: chart\n');
    writeFileSync(join(folder, 'cut-off.yaml'), 'kind: [\n');
    expect(invocation('--manifests', folder)).toEqual({
      executionSuccessful: false,
      toolExecutionNotifications: [
        { level: 'error', message: { text: expect.stringContaining('cut-off.yaml:2:1: is not valid YAML: ') } },
        { level: 'warning', message: { text: expect.stringContaining('chart: is a Helm chart. ') } },
      ],
    });
  });

  test('SARIF says where, relative to the working directory', () => {
    const {
      runs: [
        {
          results: [
            {
              locations: [location],
              relatedLocations,
            },
          ],
        },
      ],
    } = JSON.parse(verify(WRONG, '--format', 'sarif').stdout);
    expect(location.physicalLocation).toEqual({
      artifactLocation: { uri: expect.stringMatching(/^file:\/\/.*sa\.yaml$/) },
      region: { startLine: 2, startColumn: 107 },
    });
    expect(relatedLocations[0].logicalLocations).toEqual([
      { fullyQualifiedName: 'Role', name: 'Role', kind: 'resource' },
    ]);
    const { cwd } = process;
    process.cwd = () => '/somewhere/my repository';
    const file = '/somewhere/my repository/k8s/a#b.yaml';
    expect(
      sarif({
        version: '1.2.3',
        map: mapOf(SOUND).map,
        findings: [
          { rule: 'missing-sub', severity: 'error', message: 'm', fix: 'f', place: { file, line: 3, column: 2 } },
        ],
        ...ALL_READ,
      }),
    ).toMatchObject({
      runs: [
        {
          results: [
            {
              locations: [
                { physicalLocation: { artifactLocation: { uri: 'k8s/a%23b.yaml' }, region: { startLine: 3 } } },
              ],
            },
          ],
        },
      ],
    });
    process.cwd = cwd;
  });
});

describe('what cannot be used', () => {
  const see = 'See cdk-irsa verify --help.';
  test.each<[string, string[], string]>([
    [
      'no assembly',
      ['verify', join(directory, 'none')],
      `${directory}/none: cannot be read: no such file or directory. Pass a cloud assembly (the folder that `
        + '`cdk synth` writes, cdk.out), templates or manifests.',
    ],
    [
      'another format',
      ['verify', '--format', 'xml'],
      `\`--format\` must be one of text, json, sarif, got: "xml". ${see}`,
    ],
    [
      'the name of a method',
      ['verify', '--format', 'toString'],
      `\`--format\` must be one of text, json, sarif, got: "toString". ${see}`,
    ],
    [
      'a rule without a reason',
      ['verify', '--ignore', 'missing-aud'],
      `\`--ignore\` must be a rule and a reason, <rule>=<reason>, got: "missing-aud". ${see}`,
    ],
    [
      'an empty reason',
      ['verify', '--ignore', 'missing-aud= '],
      `\`--ignore\` must be a rule and a reason, <rule>=<reason>, got: "missing-aud= ". ${see}`,
    ],
    [
      'no rule',
      ['verify', '--ignore', 'missing-audience=x'],
      '`--ignore` must name a rule, got: "missing-audience" (rules: https://cdk-irsa.github.io/cdk-irsa/reference/rules#missing-aud). '
        + `Did you mean missing-aud? ${see}`,
    ],
    ['an unknown option', ['verify', '--strict'], `Unknown option '--strict'. ${see}`],
  ])('%s: exit 2, and nothing on stdout', (_, args, message) => {
    const { code, stdout, stderr } = cli(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a manifest that is wrong, with line and column', () => {
    const file = join(directory, 'wrong.yaml');
    writeFileSync(file, 'kind: Pod\nmetadata: [\n');
    const { code, stdout, stderr } = verify(SOUND, '--manifests', file);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toMatch(/\nCannot be read:\n.*wrong\.yaml:3:1: is not valid YAML: [^]*\n\nInconclusive: 0 errors, /);
    expect(stdout).not.toContain('Clean');
    const json = verify(SOUND, '--manifests', file, '--format', 'json');
    expect(json).toMatchObject({ code: 2, stderr: expect.stringMatching(/wrong\.yaml:3:1: is not valid YAML: /) });
    expect(JSON.parse(json.stdout)).toMatchObject({
      clean: false, unreadable: [expect.stringContaining('wrong.yaml:3:1')], skipped: [],
    });
  });
});

test('names of others cannot leave their line, nor colour it', () => {
  const { stdout } = verify({
    resources: { Role: role('runners\u001b[31m\nerror  forged', [{ ...trusting(), Condition: OPEN }]) },
  });
  expect(stdout).toContain('\\u001b[31m\\u000aerror  forged');
  expect(stdout.split('\n').filter(line => line.startsWith('error'))).toEqual([]);
});

test('colour on a terminal that wants it, alone', () => {
  const map = mapOf(RISKY).map;
  const findings = [
    { rule: 'missing-sub', severity: 'error' as const, message: 'm', fix: 'f', place: { file: 'a.yaml' } },
  ];
  expect(findingsTable({ version: '', map, findings, ...ALL_READ }, true)).toContain(
    '\u001b[1m\u001b[31merror\u001b[39m\u001b[22m',
  );
  expect(findingsTable({ version: '', map, findings, ...ALL_READ }, false)).not.toContain('\u001b');
});

/** What tsc says of a text. */
function typeErrors(text: string): string[] {
  const file = join(ROOT, 'test', 'cli', 'sarif-log.ts'); // nowhere but in memory
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    moduleResolution: ts.ModuleResolutionKind.Node10,
    ignoreDeprecations: '6.0',
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, rest[0]) : getSourceFile.call(host, name, ...rest);
  const { fileExists, readFile } = host;
  host.fileExists = name => name === file || fileExists.call(host, name);
  host.readFile = name => (name === file ? text : readFile.call(host, name));
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
