/**
 * Chains of roles, as deployed: whoever has the first role can assume the next, and nobody else.
 */
import { App, Lazy, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { IrsaRole, IrsaServiceAccount, IWorkloadIdentity, PodIdentityServiceAccount, TrustPolicy } from '../../../src';
import { deployed } from '../../judges/deployment';
import { canAssume, ChainedRole, trustPolicyErrors } from '../../judges/iam-simulator';
import { ACCOUNT, agnosticStack, literalProvider, literalStack, REGION } from '../../support';

const NAMES = { namespace: 'reports', serviceAccountName: 'importer' };
const TAGS = { 'kubernetes-namespace': 'reports', 'kubernetes-service-account': 'importer' };
const DATA_ACCOUNT = '444455556666';

type Make = (scope: Construct, id?: string) => IWorkloadIdentity;

const byIrsa: Make = (scope, id = 'Importer') =>
  new IrsaServiceAccount(scope, id, { ...NAMES, oidcProvider: literalProvider(scope, `${id}Oidc`) });
const byBoth: Make = (scope, id = 'Importer') =>
  new IrsaServiceAccount(scope, id, {
    ...NAMES, oidcProvider: literalProvider(scope, `${id}Oidc`), podIdentity: { clusterName: 'production' },
  });
const byPodIdentity: Make = (scope, id = 'Importer') =>
  new PodIdentityServiceAccount(scope, id, { ...NAMES, clusterName: 'production' });
const withoutTags: Make = (scope, id = 'Importer') =>
  new PodIdentityServiceAccount(scope, id, { ...NAMES, clusterName: 'production', disableSessionTags: true });

/** Each kind of identity, and the tags of its sessions. */
const KINDS: [string, Make, Record<string, string> | undefined][] = [
  ['IRSA', byIrsa, undefined],
  ['both', byBoth, TAGS],
  ['Pod Identity', byPodIdentity, TAGS],
  ['Pod Identity without session tags', withoutTags, undefined],
];

/** What CloudFormation makes of an app: stacks in the order of their dependencies; a circle among them throws. */
class Deployed {
  private readonly exports: Record<string, string> = {};
  private readonly roles: Record<string, ChainedRole> = {};

  constructor(root: App | Stage) {
    const { stacks } = root.synth();
    for (const stack of stacks.sort((one, other) => depth(one) - depth(other))) {
      this.add(stack.template, /\d{12}/.exec(stack.environment.name)?.[0] ?? ACCOUNT, stack.stackName);
    }
  }

  /** A role by the beginning of its logical ID. */
  public role(start: string): ChainedRole {
    const [found, ...others] = Object.entries(this.roles).filter(([id]) => id.startsWith(start));
    expect(others).toEqual([]);
    return found[1];
  }

  private add({ Resources = {}, Outputs = {} }: any, accountId: string, stackName: string): void {
    const values: Record<string, string> = {
      'AWS::AccountId': accountId, 'AWS::Partition': 'aws', 'AWS::Region': REGION, 'AWS::StackName': stackName,
    };
    const evaluate = (value: any) => deployed(value, { values, exports: this.exports });
    const ofType = (type: string) => Object.entries<any>(Resources).filter(([, { Type }]) => Type === type);
    const roles = ofType('AWS::IAM::Role');
    for (const [id, { Properties: { Path = '/', RoleName = `${stackName}-${id}` } }] of roles) {
      values[id] = RoleName;
      values[`${id}.Arn`] = `arn:aws:iam::${accountId}:role${Path}${RoleName}`;
    }
    for (const [id, { Properties }] of roles) {
      const trust = evaluate(Properties.AssumeRolePolicyDocument);
      expect(trustPolicyErrors(trust)).toEqual([]);
      this.roles[id] = { arn: values[`${id}.Arn`], trust, policies: [] };
    }
    for (const [, { Properties }] of ofType('AWS::IAM::Policy')) {
      for (const name of evaluate(Properties.Roles)) {
        const attached = Object.values(this.roles).find(({ arn }) => arn.endsWith(`/${name}`))!;
        attached.policies.push(evaluate(Properties.PolicyDocument));
      }
    }
    for (const { Value, Export } of Object.values<any>(Outputs)) {
      if (Export) this.exports[Export.Name] = evaluate(Value);
    }
  }
}

function depth(stack: { dependencies: any[] }): number {
  return 1 + Math.max(0, ...stack.dependencies.filter(other => 'template' in other).map(depth));
}

/** Where both roles are. */
const PLACES: [string, (app: App) => [Construct, Construct], string | undefined][] = [
  ['one stack', app => { const stack = literalStack(app); return [stack, stack]; }, undefined],
  ['two stacks', app => [literalStack(app, 'Own'), literalStack(app, 'Data')], undefined],
  ['two stacks, with a name', app => [literalStack(app, 'Own'), literalStack(app, 'Data')], 'inbox'],
  ['two stacks of any account', app => [agnosticStack(app, 'Own'), agnosticStack(app, 'Data')], undefined],
  ['two stacks of any account, with a name', app => [agnosticStack(app, 'Own'), agnosticStack(app, 'Data')], 'inbox'],
  ['two accounts', app => [
    literalStack(app, 'Own'), literalStack(app, 'Data', { account: DATA_ACCOUNT, region: REGION }),
  ], 'inbox'],
];

/** The kinds of roles that an app makes. */
const ROLES: [string, (scope: Construct, roleName?: string) => iam.Role][] = [
  ['an IrsaRole', (scope, roleName) => new IrsaRole(scope, 'Inbox', { trust: new TrustPolicy(), roleName })],
  ['an iam.Role', (scope, roleName) =>
    new iam.Role(scope, 'Inbox', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'), roleName })],
];

describe.each(KINDS)('grantAssume by %s', (_, make, tags) => {
  describe.each(PLACES)('in %s', (__, places, roleName) => {
    test.each(ROLES)('to %s', (___, makeRole) => {
      const app = new App();
      const [own, data] = places(app);
      const next = makeRole(data, roleName);
      const importer = make(own);
      const grant = importer.grantAssume(next);
      expect(grant.success).toBe(true);
      new IrsaServiceAccount(own, 'Other', {
        oidcProvider: literalProvider(own, 'OtherOidc'), namespace: 'reports', serviceAccountName: 'other',
      });
      const account = new Deployed(app);
      const [caller, inbox] = [account.role('Importer'), account.role('Inbox')];
      expect(canAssume(caller, inbox, { tags })).toBe(true);
      expect(canAssume(account.role('Other'), inbox, { tags })).toBe(false);
      expect(canAssume(inbox, inbox, { tags })).toBe(false);
      // The permission too, which IAM asks for across accounts only.
      const elsewhere = { ...inbox, arn: inbox.arn.replace(ACCOUNT, DATA_ACCOUNT) };
      const permitted = caller.policies.map(policy =>
        JSON.parse(JSON.stringify(policy).replaceAll(inbox.arn, elsewhere.arn)));
      expect(canAssume({ ...caller, policies: permitted }, elsewhere, { tags })).toBe(true);
      expect(JSON.stringify([inbox.trust, caller.policies]).includes('sts:TagSession')).toBe(tags !== undefined);
      expect(JSON.stringify(inbox.trust)).not.toContain('*');
      expect(JSON.stringify(caller.policies)).not.toContain('*');
    });
  });
});

test('the next role of another account is deployed after the first', () => {
  const app = new App();
  const [own, data] = [literalStack(app, 'Own'), literalStack(app, 'Data', { account: DATA_ACCOUNT, region: REGION })];
  byIrsa(own).grantAssume(new IrsaRole(data, 'Inbox', { roleName: 'inbox', trust: new TrustPolicy() }));
  const stacks = Object.fromEntries(app.synth().stacks.map(stack => [
    stack.stackName, stack.dependencies.map(({ id }) => id).filter(id => !id.endsWith('.assets')),
  ]));
  expect(stacks).toEqual({ Own: [], Data: ['Own'] });
});

test('nested stacks, either way round', () => {
  for (const isCallerNested of [true, false]) {
    const app = new App();
    const stack = literalStack(app);
    const nested = new NestedStack(stack, 'Nested');
    const [own, data] = isCallerNested ? [nested, stack] : [stack, nested];
    byPodIdentity(own).grantAssume(new IrsaRole(data, 'Inbox', { trust: new TrustPolicy() }));
    expect(() => app.synth()).not.toThrow();
    const [callerPolicy, beside] = [own, data].map(scope => Stack.of(scope).node.findAll()
      .filter(child => child instanceof iam.CfnPolicy && Stack.of(child) === scope).length);
    expect([callerPolicy, beside]).toEqual([0, 1]);
  }
});

test('stages of one account: the ARNs are literal', () => {
  const app = new App();
  const env = { account: ACCOUNT, region: REGION };
  const [own, data] = ['One', 'Two'].map(id => new Stack(new Stage(app, id), 'Stack', { env }));
  const importer = byPodIdentity(own);
  importer.grantAssume(new IrsaRole(data, 'Inbox', { roleName: 'inbox', trust: new TrustPolicy() }));
  const resources = (stage: string, type: string) => Object.values<any>(
    app.synth().getNestedAssembly(`assembly-${stage}`).stacks[0].template.Resources,
  ).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
  expect(resources('One', 'AWS::IAM::Policy')[0].PolicyDocument.Statement).toEqual([{
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Effect: 'Allow',
    Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${ACCOUNT}:role/inbox`]] },
  }]);
  expect(resources('Two', 'AWS::IAM::Role')[0].AssumeRolePolicyDocument.Statement).toEqual([{
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Effect: 'Allow',
    Principal: { AWS: importer.roleArn },
  }]);
  expect(importer.roleArn).toMatch(/^arn:aws:iam::111122223333:role\/reports-importer-\w{10}$/);
});

test('a role that an aspect renames is permitted under its new name', () => {
  const app = new App();
  const [own, data] = [literalStack(app, 'Own'), literalStack(app, 'Data')];
  const next = new IrsaRole(data, 'Inbox', { roleName: 'inbox', trust: new TrustPolicy() });
  byPodIdentity(own).grantAssume(next);
  (next.node.defaultChild as iam.CfnRole).roleName = 'renamed';
  const account = new Deployed(app);
  expect(account.role('Inbox').arn).toMatch(/renamed$/);
  expect(JSON.stringify(account.role('Importer').policies)).toContain(`arn:aws:iam::${ACCOUNT}:role/renamed`);
});

test('twice, or beside addPrincipal, is once', () => {
  const app = new App();
  const stack = literalStack(app);
  const importer = byPodIdentity(stack);
  const next = new IrsaRole(stack, 'Inbox', { trust: new TrustPolicy().addPrincipal(importer) });
  for (let times = 0; times < 2; times++) importer.grantAssume(next);
  const account = new Deployed(app);
  expect(account.role('Inbox').trust.Statement).toHaveLength(1);
  expect(account.role('Importer').policies[0].Statement).toHaveLength(1);
});

describe('a role that the app does not own', () => {
  const infos = (stack: Stack) => Annotations.fromStack(stack)
    .findInfo('*', Match.stringLikeRegexp('chained-role')).map(({ entry }) => `${entry.data}`);
  const json = (text: string) => JSON.parse(/\{.*\}/.exec(text)![0]);
  const target = `arn:aws:iam::${DATA_ACCOUNT}:role/inbox`;

  test.each(KINDS)('by %s: the trust half is printed, and is what the chain needs', (_, make, tags) => {
    const app = new App();
    const stack = literalStack(app);
    make(stack).grantAssume(iam.Role.fromRoleArn(stack, 'Next', target));
    const caller = new Deployed(app).role('Importer');
    const [info, ...others] = infos(stack);
    expect(others).toEqual([]);
    expect(info).toContain(`The trust policy of Stack/Next (${target}) must contain`);
    const trust = json(info);
    expect(trustPolicyErrors(trust)).toEqual([]);
    expect(canAssume(caller, { arn: target, trust, policies: [] }, { tags })).toBe(true);
    expect(canAssume({ ...caller, arn: `${caller.arn}x` }, { arn: target, trust, policies: [] }, { tags })).toBe(false);
  });

  test('one whose policies are left as they are: the permission is printed', () => {
    const stack = literalStack();
    const role = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/shared`, { mutable: false });
    const importer = new PodIdentityServiceAccount(stack, 'Importer', { ...NAMES, clusterName: 'production', role });
    importer.grantAssume(new IrsaRole(stack, 'Next', { trust: new TrustPolicy(), roleName: 'next' }));
    const [info, ...others] = infos(stack);
    expect(others).toEqual([]);
    expect(info).toContain(`The policies of Stack/Role (arn:aws:iam::${ACCOUNT}:role/shared) must contain`);
    expect(json(info).Statement).toEqual([{
      Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: expect.any(String),
    }]);
  });

  test('an imported role whose policies CDK writes: no permission is printed', () => {
    const stack = literalStack();
    const role = iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/shared`);
    const importer = new PodIdentityServiceAccount(stack, 'Importer', { ...NAMES, clusterName: 'production', role });
    importer.grantAssume(new IrsaRole(stack, 'Next', { trust: new TrustPolicy() }));
    expect(infos(stack)).toEqual([]);
  });

  test.each<[string, boolean, any]>([
    ['with session tags', false, { Action: ['sts:AssumeRole', 'sts:TagSession'] }],
    ['without', true, {
      Action: ['sts:AssumeRole'],
      Condition: { StringEquals: { 'sts:ExternalId': `${REGION}/${ACCOUNT}/production/reports/importer` } },
    }],
  ])('as a target role %s: the trust half is printed', (_, disableSessionTags, expected) => {
    const stack = literalStack();
    const importer = new PodIdentityServiceAccount(stack, 'Importer', {
      ...NAMES, clusterName: 'production', disableSessionTags, targetRole: iam.Role.fromRoleArn(stack, 'Next', target),
    });
    expect(infos(stack).map(json)).toEqual([{
      Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: importer.roleArn }, ...expected }],
    }]);
  });
});

test.each<[string, any, string]>([
  ['nothing', undefined, '[Stack/Importer] `role` must be given, got: nothing. Pass the role to assume.'],
  ['an ARN', 'arn:aws:iam::444455556666:role/x',
    '[Stack/Importer] `role` must be a role, got: "arn:aws:iam::444455556666:role/x". '
    + 'Use iam.Role.fromRoleArn() or iam.Role.fromRoleName() for an existing role.'],
])('%s instead of a role is an error', (_, role, message) => {
  expect(() => byIrsa(literalStack()).grantAssume(role)).toThrow(message);
});

test('a name that only the deployment knows, in two stacks', () => {
  const app = new App();
  const [own, data] = [literalStack(app, 'Own'), literalStack(app, 'Data')];
  const roleName = Lazy.string({ produce: () => 'late' });
  byPodIdentity(own).grantAssume(new IrsaRole(data, 'Inbox', { trust: new TrustPolicy(), roleName }));
  expect(() => app.synth()).not.toThrow();
});
