import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import * as cdk from 'aws-cdk-lib';
import { App, AppProps, CfnOutput, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnRole, ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam';
import * as cdk8s from 'cdk8s';
import { Construct } from 'constructs';
import {
  ACCOUNT,
  agnosticStack,
  deferredProvider,
  ISSUER,
  literalProvider,
  literalStack,
  logicalId,
  PROVIDER_ARN,
  serviceAccount,
} from './support';
import {
  ClusterOidcProvider,
  IrsaAssertions,
  IrsaServiceAccount,
  IrsaValidator,
  IrsaValidatorProps,
  KubernetesManifests,
} from '../src';
import { accessMapOf } from '../src/analysis/reading/access-map-reader';
import { readAssembly } from '../src/analysis/reading/assembly';
import { RULES } from '../src/analysis/rules';
import { counts, findingsOf } from '../src/analysis/rules/rule';

const folder = mkdtempSync(join(tmpdir(), 'validator-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => { process.exitCode = undefined; }); // the CDK sets it

const SUB = `${ISSUER}:sub`;
const AUD = `${ISSUER}:aud`;

interface Violation {
  readonly ruleName: string;
  readonly severity: string;
  readonly description: string;
  readonly fix: string;
  readonly violatingConstructs: { constructPath?: string; resourceLogicalId: string; templatePath: string }[];
}

interface Reported {
  readonly failed: boolean;
  readonly violations: Violation[];
  /** What people see. */
  readonly text: string;
}

/**
 * What the CDK reports of a synth, at either end of the peer range: the older one sets the exit code, the newer one
 * throws in tests.
 */
function report(app: App): Reported {
  const spies = (['log', 'error', 'warn'] as const).map(method => jest.spyOn(console, method).mockImplementation());
  let thrown = '';
  try {
    app.synth();
  } catch (error) {
    thrown = (error as Error).message;
  }
  const text = [...spies.flatMap(({ mock }) => mock.calls.map(args => args.join(' '))), thrown].join('\n');
  spies.forEach(spy => spy.mockRestore());
  const failed = process.exitCode === 1 || thrown !== '';
  process.exitCode = undefined;
  const file = join(app.outdir, 'policy-validation-report.json');
  const { pluginReports } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { pluginReports: [] };
  const violations = pluginReports
    .filter(({ summary }: any) => summary.pluginName === 'cdk-irsa')
    .flatMap((plugin: any) => plugin.violations);
  return { failed, violations, text };
}

function appWith(props: IrsaValidatorProps = {}, more: AppProps = {}): App {
  return new App({
    policyValidationBeta1: [new IrsaValidator(props)],
    postCliContext: { '@aws-cdk/core:validationReportJson': true, '@aws-cdk/core:validationReportPrettyPrint': true },
    ...more,
  });
}

function handWritten(scope: Construct, condition: any, id = 'Role'): Role {
  const role = new Role(scope, id, { assumedBy: new cdk.aws_iam.WebIdentityPrincipal(PROVIDER_ARN, condition) });
  return role;
}

const WITHOUT_AUD = { StringEquals: { [SUB]: 'system:serviceaccount:payments:api' } };

function object(stack: Stack, id: string, manifest: any): void {
  new cdk8s.ApiObject(KubernetesManifests.of(stack).chart, id, { apiVersion: 'v1', ...manifest });
}

const rules = ({ violations }: Reported) => violations.map(({ ruleName }) => ruleName);

describe('in the report of the CDK', () => {
  test('what this library makes is clean', () => {
    const app = appWith();
    serviceAccount(literalStack(app), 'Api');
    const other = agnosticStack(app, 'Agnostic');
    serviceAccount(other, 'Api', { oidcProvider: deferredProvider(other) });
    expect(report(app)).toMatchObject({ failed: false });
  });

  test('an app without stacks is clean', () => {
    expect(report(appWith())).toMatchObject({ failed: false, violations: [] });
  });

  test('a finding in a template: rule, severity, construct, fix', () => {
    const app = appWith();
    handWritten(literalStack(app), WITHOUT_AUD);
    const { failed, violations, text } = report(app);
    expect(failed).toBe(true);
    const found = violations.find(({ ruleName }) => ruleName === 'missing-aud')!;
    expect(found).toMatchObject({
      severity: 'error',
      description: expect.stringMatching(
        /Statement\[0\]: accepts tokens of .* for every audience: `aud` is not restricted by StringEquals/,
      ),
      fix: expect.stringMatching(/^Add "StringEquals": /),
      violatingConstructs: [
        {
          constructPath: 'Stack/Role/Resource',
          resourceLogicalId: 'Role1ABCC5F0',
          templatePath: expect.stringMatching(/Stack\.template\.json$/),
        },
      ],
    });
    for (const word of ['missing-aud', 'Stack/Role/Resource', 'for every audience', 'Add "StringEquals"']) {
      expect(text).toContain(word);
    }
  });

  test('a finding in a manifest: its line, at the role', () => {
    const app = appWith();
    const stack = literalStack(app);
    const { roleArn } = serviceAccount(stack, 'Api', { namespace: 'payments', serviceAccountName: 'api' });
    object(stack, 'Web', {
      kind: 'ServiceAccount',
      metadata: { namespace: 'payments', name: 'web', annotations: { 'eks.amazonaws.com/role-arn': roleArn } },
    });
    const { violations, text } = report(app);
    const found = violations.find(({ ruleName }) => ruleName === 'role-does-not-trust')!;
    expect(found.violatingConstructs).toMatchObject([{ constructPath: 'Stack/Api/Role/Resource' }]);
    expect(found.description).toMatch(
      /^ServiceAccount payments\/web: cannot assume role payments-api-\w+: `sub` differs: .*\n {4}.*Stack\.k8s\.yaml:\d+:5$/,
    );
    expect(text).toMatch(/Stack\.k8s\.yaml:\d+:5/);
  });

  test('a finding that no resource has a part in', () => {
    const app = appWith();
    const stack = literalStack(app);
    object(stack, 'Pod', {
      kind: 'Pod',
      metadata: { namespace: 'payments', name: 'x' },
      spec: { serviceAccountName: 'nobody', containers: [{ name: 'x', image: 'x' }] },
    });
    const { failed, violations, text } = report(app);
    expect(failed).toBe(true);
    expect(violations).toMatchObject([
      {
        ruleName: 'undeclared-service-account',
        severity: 'warning',
        violatingConstructs: [{ templatePath: expect.stringMatching(/Stack\.k8s\.yaml$/) }],
      },
    ]);
    expect(text).toMatch(/Pod payments\/x: uses ServiceAccount payments\/nobody[^\n]*\n[^\n]*Stack\.k8s\.yaml:\d+:3/);
  });

  test('a finding in a manifest that leaves the stack as an output', () => {
    const app = appWith();
    const stack = agnosticStack(app);
    serviceAccount(stack, 'Api', { oidcProvider: deferredProvider(stack) });
    object(stack, 'Pod', {
      kind: 'Pod',
      metadata: { namespace: 'payments', name: 'x' },
      spec: { serviceAccountName: 'nobody', containers: [{ name: 'x', image: 'x' }] },
    });
    expect(report(app).violations).toMatchObject([
      {
        ruleName: 'undeclared-service-account',
        violatingConstructs: [{ resourceLogicalId: expect.stringMatching(/^KubernetesManifests/) }],
      },
    ]);
  });

  test('notes alone do not fail, and have the severity that the CDK knows', () => {
    const app = appWith();
    serviceAccount(literalStack(app), 'Api', { createServiceAccount: false });
    const { failed, violations } = report(app);
    expect(failed).toBe(false);
    // older versions of the CDK show none of a plugin that succeeds
    expect(violations.every(({ severity }) => severity === 'info')).toBe(true);
  });

  test('twice the same', () => {
    const make = () => {
      const app = appWith();
      const stack = literalStack(app);
      for (const id of ['B', 'A', 'C']) handWritten(stack, WITHOUT_AUD, id);
      return JSON.stringify(report(app).violations).replaceAll(app.outdir, '');
    };
    expect(make()).toBe(make());
  });

  const { Validations } = cdk as any;
  (Validations ? test : test.skip)('as a plugin of newer versions, with their acknowledgements', () => {
    const app = appWith({}, { policyValidationBeta1: [] });
    Validations.of(app).addPlugins(new IrsaValidator());
    const role = handWritten(literalStack(app), WITHOUT_AUD);
    expect(rules(report(app))).toContain('missing-aud');

    const acknowledged = appWith({}, { policyValidationBeta1: [] });
    Validations.of(acknowledged).addPlugins(new IrsaValidator());
    const other = handWritten(literalStack(acknowledged), WITHOUT_AUD);
    Validations.of(other).acknowledge({ id: 'cdk-irsa::missing-aud', reason: 'moves in May' });
    expect(role.node.path).toBe(other.node.path);
    expect(report(acknowledged)).toMatchObject({ failed: false });
  });
});

describe('stages', () => {
  test('each template in the folder of its stage, nested stacks too', () => {
    const app = appWith();
    const stack = literalStack(new Stage(new Stage(app, 'Outer'), 'Prod'), 'Payments');
    handWritten(stack, WITHOUT_AUD);
    handWritten(new NestedStack(stack, 'Nested'), WITHOUT_AUD);
    const paths = report(app)
      .violations.filter(({ ruleName }) => ruleName === 'missing-aud')
      .map(({ violatingConstructs: [one] }) => one.constructPath);
    expect(paths).toEqual(['Outer/Prod/Payments/Role/Resource', 'Outer/Prod/Payments/Nested/Role/Resource']);
  });

  test('a stage that is checked alone knows the roles of the others', () => {
    const app = appWith({}, { policyValidationBeta1: [] });
    const [dev, prod] = ['Dev', 'Prod'].map(
      id => new Stage(app, id, id === 'Prod' ? { policyValidationBeta1: [new IrsaValidator()] } : {}),
    );
    const { roleArn } = serviceAccount(literalStack(dev, 'Roles'), 'Api', {
      namespace: 'payments',
      serviceAccountName: 'api',
    });
    handWritten(literalStack(dev, 'Bad'), WITHOUT_AUD);
    const stack = literalStack(prod, 'Manifests');
    object(stack, 'Api', {
      kind: 'ServiceAccount',
      metadata: { namespace: 'payments', name: 'api', annotations: { 'eks.amazonaws.com/role-arn': roleArn } },
    });
    expect(report(app)).toMatchObject({ failed: false });
    expect(roleArn).toMatch(/^arn:/);
  });

  test('in a folder that is called like one of a stage', () => {
    const outdir = join(folder, 'assembly-app');
    const app = appWith({}, { outdir });
    handWritten(literalStack(app), WITHOUT_AUD);
    expect(rules(report(app))).toContain('missing-aud');
  });
});

describe('switched off', () => {
  test('a rule, everywhere', () => {
    const app = appWith({ ignore: { 'missing-aud': 'old roles, until May' } });
    handWritten(literalStack(app), WITHOUT_AUD);
    expect(report(app)).toMatchObject({ failed: false });
    expect(new IrsaValidator({ ignore: { 'missing-aud': 'old roles' } }).ruleIds).not.toContain('missing-aud');
  });

  test('a rule, for one role', () => {
    const app = appWith();
    const stack = literalStack(app);
    const roles = ['A', 'B'].map(id => handWritten(stack, WITHOUT_AUD, id));
    IrsaValidator.suppress(roles[0], 'missing-aud', 'moves in May');
    const { violations } = report(app);
    expect(
      violations
        .filter(({ ruleName }) => ruleName === 'missing-aud')
        .map(({ violatingConstructs: [one] }) => one.constructPath),
    ).toEqual(['Stack/B/Resource']);
    const { Resources } = JSON.parse(readFileSync(join(app.outdir, 'Stack.template.json'), 'utf8'));
    expect(Resources[logicalId(stack, roles[0])].Metadata.cdk_irsa).toEqual({
      rules_to_suppress: [{ id: 'missing-aud', reason: 'moves in May' }],
    });
  });

  test('several rules, for an L1, beside metadata of one\'s own', () => {
    const stack = literalStack();
    const role = new CfnRole(stack, 'Role', { assumeRolePolicyDocument: {} });
    role.addMetadata('cdk_irsa', { note: 'mine' });
    IrsaValidator.suppress(role, 'missing-aud', 'one');
    IrsaValidator.suppress(role, 'missing-sub', 'two');
    Template.fromStack(stack).hasResource('AWS::IAM::Role', {
      Metadata: {
        cdk_irsa: {
          note: 'mine',
          rules_to_suppress: [
            { id: 'missing-aud', reason: 'one' },
            { id: 'missing-sub', reason: 'two' },
          ],
        },
      },
    });
  });

  test.each<[string, () => unknown, string]>([
    [
      'an unknown rule',
      () => new IrsaValidator({ ignore: { 'mising-aud': 'x' } }),
      '[IrsaValidator] `ignore` must be the ID of a rule, got: "mising-aud". Did you mean missing-aud?',
    ],
    [
      'no reason',
      () => new IrsaValidator({ ignore: { 'missing-aud': ' ' } }),
      '[IrsaValidator] `ignore["missing-aud"]` must be the reason why the rule does not apply, got: " ". Explain it '
        + 'to reviewers.',
    ],
    [
      'an unknown rule of one role',
      () => IrsaValidator.suppress(literalStack(), 'Missing_Aud', 'x'),
      '[Stack] `rule` must be the ID of a rule, got: "Missing_Aud". Did you mean missing-aud?',
    ],
    [
      'no reason for one role',
      () => IrsaValidator.suppress(literalStack(), 'missing-aud', ''),
      '[Stack] `reason` must be the reason why the rule does not apply, got: "". Explain it to reviewers.',
    ],
    [
      'what is no resource',
      () => IrsaValidator.suppress(literalStack(), 'missing-aud', 'x'),
      '[Stack] The construct must be a resource, or have one as its default child. Pass the role, not its parent.',
    ],
    [
      'an imported role',
      () => IrsaValidator.suppress(Role.fromRoleName(literalStack(), 'R', 'x') as Role, 'missing-aud', 'x'),
      '[Stack/R] The construct must be a resource, or have one as its default child. Pass the role, not its parent.',
    ],
    [
      'an output',
      () => IrsaValidator.suppress(new CfnOutput(literalStack(), 'O', { value: 'x' }), 'missing-aud', 'x'),
      '[Stack/O] The construct must be a resource, or have one as its default child. Pass the role, not its parent.',
    ],
  ])('%s is an error', (_, make, message) => {
    expect(make).toThrow(new Error(message));
  });
});

describe('input', () => {
  test('manifests of one\'s own, files and folders', () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    writeFileSync(
      join(own, 'pod.yaml'),
      'apiVersion: v1\nkind: Pod\nmetadata: { name: x, namespace: payments }\nspec: { serviceAccountName: nobody, '
        + 'containers: [{ name: x, image: x }] }\n',
    );
    for (const manifests of [[own], [join(own, 'pod.yaml')]]) {
      const app = appWith({ manifests });
      literalStack(app);
      expect(report(app)).toMatchObject({
        failed: true,
        violations: [{ ruleName: 'undeclared-service-account', description: expect.stringMatching(/pod\.yaml:4:9$/) }],
      });
    }
  });

  test.each<[string, string[], RegExp]>([
    [
      'a manifest that is not there',
      [join(folder, 'none')],
      /cdk-irsa.* failed: .*none: cannot be read: no such file or directory\./s,
    ],
    ['a manifest that is no YAML', [join(folder, 'broken.yaml')], /failed: .*broken\.yaml:1:\d+: is not valid YAML: /s],
  ])('%s fails', (_, manifests, message) => {
    writeFileSync(join(folder, 'broken.yaml'), 'a: [');
    const app = appWith({ manifests });
    literalStack(app);
    const { failed, text } = report(app);
    expect(failed).toBe(true);
    expect(text).toMatch(message);
  });

  test('a template of nowhere fails', () => {
    const app = new App();
    literalStack(app);
    const { directory } = app.synth();
    const validator = new IrsaValidator();
    expect(() => validator.validate({ templatePaths: [join(directory, 'Other.template.json')] } as any)).toThrow(
      `${join(directory, 'Other.template.json')}: not a template of the cloud assembly in ${directory}.`,
    );
    expect(() => validator.validate({ templatePaths: [join(folder, 'x.json')] } as any)).toThrow(
      /manifest\.json: cannot be read: no such file or directory\. Pass a cloud assembly/,
    );
  });

  test('while a look-up has yet to be made', () => {
    const app = appWith();
    const stack = literalStack(app);
    serviceAccount(stack, 'Api', {
      oidcProvider: ClusterOidcProvider.fromLookup(stack, 'Oidc', { clusterName: 'blue' }),
    });
    expect(report(app)).toMatchObject({ failed: false });
  });

  test('says who it is', () => {
    const validator = new IrsaValidator();
    expect(validator).toMatchObject({
      name: 'cdk-irsa',
      version: JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')).version,
    });
    expect(validator.ruleIds).toEqual(
      expect.arrayContaining(['missing-aud', 'missing-sub', 'admin-policy', 'role-not-found']),
    );
  });
});

test('the doors and the engine agree', () => {
  const app = appWith();
  const stack = literalStack(app);
  const oidcProvider = literalProvider(stack);
  for (const name of ['a', 'b', 'c']) {
    new IrsaServiceAccount(stack, name, { oidcProvider, namespace: 'payments', serviceAccountName: name });
  }
  const role = handWritten(stack, { StringEquals: { [SUB]: 'system:serviceaccount:payments:d', [AUD]: 'vault' } });
  (role.node.defaultChild as CfnRole).roleName = 'hand-written';
  role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess'));
  const annotate = (name: string, roleName: string) =>
    object(stack, name.toUpperCase(), {
      kind: 'ServiceAccount',
      metadata: {
        namespace: 'payments',
        name,
        annotations: { 'eks.amazonaws.com/role-arn': `arn:aws:iam::${ACCOUNT}:role/${roleName}` },
      },
    });
  annotate('d', 'hand-written');
  annotate('e', 'hand-written');
  annotate('f', 'nowhere');

  const { violations } = report(app);
  const findings = findingsOf(RULES, accessMapOf(readAssembly(app.outdir)));
  expect(violations.map(({ ruleName, severity }) => [ruleName, severity])).toEqual(
    findings.map(({ rule, severity }) => [rule, severity]),
  );
  expect(new Set(findings.filter(counts).map(({ rule }) => rule))).toEqual(
    new Set(['audience-mismatch', 'role-does-not-trust', 'role-not-found', 'admin-policy']),
  );

  const assertions = IrsaAssertions.fromAssembly({ directory: app.outdir } as any);
  for (const name of ['a', 'b', 'c']) {
    assertions.allows({ namespace: 'payments', serviceAccount: name, role: `Stack/${name}` });
  }
  assertions.denies({
    namespace: 'payments',
    serviceAccount: 'd',
    role: 'hand-written',
    audience: 'sts.amazonaws.com',
  });
  assertions.denies({ namespace: 'payments', serviceAccount: 'e', role: 'hand-written' });
  const failed = (() => {
    try {
      assertions.manifestsMatchRoles();
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  })();
  for (const { rule, message } of findings.filter(one =>
    ['audience-mismatch', 'role-does-not-trust', 'role-not-found'].includes(one.rule),
  )) {
    expect(failed).toContain(message);
    expect(failed).toContain(`(${rule})`);
  }
});
