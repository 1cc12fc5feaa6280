/**
 * What is wrong with an association of EKS Pod Identity, and which add-on it needs.
 */
import { App, CfnParameter, Fn, NestedStack, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { PodIdentityServiceAccount, PodIdentityServiceAccountProps } from '../../../src';
import { associationProblems } from '../../../src/private/role/pod-identity-association';
import { ACCOUNT, agnosticStack, literalStack, REGION, warnings } from '../../support';

const account = (scope: Construct, id: string, props: Partial<PodIdentityServiceAccountProps> = {}) =>
  new PodIdentityServiceAccount(scope, id, {
    clusterName: 'blue', namespace: 'payments', serviceAccountName: 'api', ...props,
  });

/** The problems of an association that has this role, whatever kind of role it is. */
function problems(stack: Stack, roleArn: string, targetRoleArn?: string): string[] {
  const owner = Object.assign(new Construct(stack, 'Owner'), {
    namespace: 'payments',
    serviceAccountName: 'api',
    role: { roleArn } as iam.IRole,
    roleArn,
    grantPrincipal: new iam.ArnPrincipal(roleArn),
  });
  const targetRole = targetRoleArn === undefined ? undefined : { roleArn: targetRoleArn } as iam.IRole;
  return associationProblems(owner, { clusterName: 'blue', targetRole });
}

const ROLE = `arn:aws:iam::${ACCOUNT}:role/x`;

describe('the role', () => {
  test.each<[string, string]>([
    ['of the account', ROLE],
    ['that is only looked up later', 'arn:aws:iam::444455556666:role/DUMMY_ARN'],
    ['that only the deployment knows', Fn.importValue('Arn')],
  ])('passes: %s', (_, arn) => {
    expect(problems(literalStack(), arn)).toEqual([]);
  });

  const advice = 'EKS Pod Identity requires a role in the account of the cluster. '
    + 'Use a role in the account of the stack, and `targetRole` for roles in other accounts.';
  test.each<[string, string, string]>([
    ['account', 'arn:aws:iam::444455556666:role/x', `be in the account of the stack, ${ACCOUNT}`],
    ['partition', `arn:aws-cn:iam::${ACCOUNT}:role/x`, 'be in the partition of the stack, aws'],
  ])('is refused in another %s', (_, arn, rule) => {
    expect(problems(literalStack(), arn)).toEqual([`\`role\` must ${rule}, got: "${arn}". ${advice}`]);
  });
});

describe('the target role', () => {
  const safe = (stack: Stack) => new CfnParameter(stack, 'Safe', { allowedPattern: '^[a-z]+$' }).valueAsString;

  test.each<[string, (stack: Stack) => string]>([
    ['literal', () => 'arn:aws:iam::444455556666:role/path/Name_+=,.@-1'],
    ['only looked up later', () => 'arn:aws:iam::444455556666:role/DUMMY_ARN'],
    ['deferred', () => Fn.importValue('Arn')],
    ['with a deferred end', stack => `arn:aws:iam::444455556666:role/path/Name_+=,.@-1${safe(stack)}`],
    ['with a deferred account', () => `arn:aws:iam::${Token.asString({ Ref: 'AWS::AccountId' })}:role/x`],
  ])('passes without a warning: %s', (_, arn) => {
    const stack = agnosticStack();
    expect(problems(stack, ROLE, arn(stack))).toEqual([]);
    expect(warnings(stack)).toEqual([]);
  });

  test.each<[string, (stack: Stack) => string, string]>([
    ['a wildcard', () => 'arn:aws:iam::444455556666:role/*', 'have the ARN of one role, without wildcards'],
    ['a user', () => 'arn:aws:iam::444455556666:user/x', 'have the ARN of one role, without wildcards'],
    ['a wildcard before a parameter', stack => `arn:aws:iam::444455556666:role/*${safe(stack)}`,
      'contain only valid characters'],
    ['a wildcard behind a parameter', stack => `arn:aws:iam::444455556666:role/${safe(stack)}?`,
      'contain only valid characters'],
    ['a space', stack => `arn:aws:iam::444455556666:role/a b${safe(stack)}`, 'contain only valid characters'],
  ])('is refused: %s', (_, arn, rule) => {
    const stack = agnosticStack();
    expect(problems(stack, ROLE, arn(stack))).toEqual([expect.stringContaining(`\`targetRole\` must ${rule}`)]);
  });
});

describe('the same service account of the same cluster', () => {
  const twice = (first: Stack, second: Stack) => {
    account(first, 'A');
    return account(second, 'B').node.validate();
  };

  test.each<[string, (app: App) => [Stack, Stack]]>([
    ['one environment', app => [literalStack(app, 'One'), literalStack(app, 'Two')]],
    ['one stack that can go anywhere', app => {
      const stack = agnosticStack(app);
      return [stack, stack];
    }],
    ['a nested stack', app => {
      const stack = agnosticStack(app);
      return [stack, new NestedStack(stack, 'Nested')];
    }],
  ])('is refused twice in %s', (_, stacks) => {
    const [first, second] = stacks(new App());
    expect(twice(first, second).join()).toContain('creates the same ServiceAccount');
  });

  test.each<[string, any, any]>([
    ['accounts', { account: ACCOUNT, region: REGION }, { account: '444455556666', region: REGION }],
    ['regions', { account: ACCOUNT, region: REGION }, { account: ACCOUNT, region: 'us-east-1' }],
    ['stacks without an environment', {}, {}],
    ['stacks without a region', { account: ACCOUNT }, { account: ACCOUNT }],
    ['stacks without an account', { region: REGION }, { region: REGION }],
  ])('is fine in two %s', (_, first, second) => {
    const app = new App();
    expect(twice(new Stack(app, 'One', { env: first }), new Stack(app, 'Two', { env: second }))).toEqual([]);
  });
});

test('the agent is one add-on for each cluster of a stack, under a short name', () => {
  const stack = literalStack();
  account(stack, 'A', { installAgent: true });
  account(stack, 'B', { installAgent: true, serviceAccountName: 'other' });
  account(stack, 'C', { installAgent: true, clusterName: 'green' });
  const ids = stack.node.children.map(({ node }) => node.id).filter(id => id.startsWith('PodIdentityAgent'));
  expect(ids).toEqual([expect.stringMatching(/^PodIdentityAgent-[0-9a-f]{10}$/), expect.any(String)]);
});
