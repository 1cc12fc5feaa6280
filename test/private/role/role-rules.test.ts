/**
 * What is wrong with a role, and which name a role gets.
 */
import { CfnCondition, Fn, Stack, Token } from 'aws-cdk-lib';
import { CfnRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  generatedRoleName, isLookupDummy, roleArnProblem, roleProblem, roleResourceProblems,
} from '../../../src/private/role/role-rules';
import { ACCOUNT, agnosticStack, literalStack } from '../../support';

describe('a name that is used twice in an account', () => {
  const twins = (conditions: (stack: Stack) => [CfnCondition | undefined, CfnCondition | undefined]) => {
    const stack = literalStack();
    const trust = new PolicyDocument();
    const chosen = conditions(stack);
    const [first] = ['A', 'B'].map((id, index) => {
      const role = new CfnRole(stack, id, { assumeRolePolicyDocument: trust, roleName: 'name' });
      role.cfnOptions.condition = chosen[index];
      return role;
    });
    return roleResourceProblems(first, trust);
  };
  const condition = (stack: Stack, id: string) => new CfnCondition(stack, id, { expression: Fn.conditionEquals(1, 1) });

  test.each<[string, (stack: Stack) => [CfnCondition | undefined, CfnCondition | undefined]]>([
    ['without conditions', () => [undefined, undefined]],
    ['with a condition on the first', stack => [condition(stack, 'X'), undefined]],
    ['with a condition on the second', stack => [undefined, condition(stack, 'X')]],
    ['with one condition', stack => {
      const one = condition(stack, 'X');
      return [one, one];
    }],
  ])('is refused %s', (_, conditions) => {
    expect(twins(conditions)).toEqual([
      '`roleName` must be used only once per account, got: "name". Stack/B creates a role with the same name in the '
        + 'same account. IAM ignores path and case, and rejects the second one. Rename one of them.',
    ]);
  });

  test('passes with two conditions, which may exclude each other', () => {
    expect(twins(stack => [condition(stack, 'X'), condition(stack, 'Y')])).toEqual([]);
  });
});

test.each<[string, any, string]>([
  ['null', null, 'null'],
  ['an ARN', 'arn:aws:iam::111122223333:role/x', '"arn:aws:iam::111122223333:role/x"'],
  ['an object without an ARN', { roleArn: 5 }, '{"roleArn":5}'],
])('%s is no role', (_, value, got) => {
  expect(roleProblem('role', value)).toBe(`\`role\` must be a role, got: ${got}. `
    + 'Use iam.Role.fromRoleArn() or iam.Role.fromRoleName() for an existing role.');
});

test.each<[any]>([[undefined], [{ roleArn: 'x' }]])('a role is optional: %j', value => {
  expect(roleProblem('role', value)).toBeUndefined();
});

test.each([
  `arn:aws:iam::${ACCOUNT}:role/x`,
  `arn:aws-cn:iam::${ACCOUNT}:role/path/Name_+=,.@-1`,
  `arn:aws:iam::${ACCOUNT}:role/DUMMY_ARN`,
  Token.asString({ Ref: 'AWS::StackName' }),
])('the webhook takes %s', arn => {
  expect(roleArnProblem('role', arn)).toBeUndefined();
});

test.each([
  'x', `arn:aws:iam::${ACCOUNT}:role/`, `arn:aws:iam::${ACCOUNT}:user/x`, `xarn:aws:iam::${ACCOUNT}:role/x`,
  `arn:aws:iam::${ACCOUNT}:role/x y`, 'arn:aws:iam::1234:role/x',
])('the webhook does not take %s', arn => {
  expect(roleArnProblem('role', arn)).toContain('`role` must be a role ARN that the pod identity webhook accepts');
  expect(isLookupDummy(arn)).toBe(false);
});

describe('a generated name', () => {
  const name = (namespace: string, serviceAccount: string, scope: Construct = literalStack()) =>
    generatedRoleName(new Construct(scope, 'Api'), namespace, serviceAccount);

  test('is the names, then a hash of region and path', () => {
    // The first 10 characters of: printf eu-west-1/Stack/Api | sha256sum
    expect(name('payments', 'api')).toBe('payments-api-0c0e8f7eb7');
    expect(name('payments', 'api', literalStack(undefined, 'Other'))).not.toBe('payments-api-0c0e8f7eb7');
    expect(name('payments', 'api', literalStack(undefined, 'Stack', { account: ACCOUNT, region: 'us-east-1' })))
      .not.toBe('payments-api-0c0e8f7eb7');
  });

  test.each<[string, string, string, string]>([
    ['a deferred namespace', Fn.importValue('x'), 'api', 'api-0c0e8f7eb7'],
    ['a deferred name', 'payments', Fn.importValue('x'), 'payments-0c0e8f7eb7'],
    ['both deferred', Fn.importValue('x'), Fn.importValue('x'), 'irsa-0c0e8f7eb7'],
    ['53 characters', 'a'.repeat(26), 'b'.repeat(26), `${'a'.repeat(26)}-${'b'.repeat(26)}-0c0e8f7eb7`],
    ['54 characters', 'a'.repeat(26), 'b'.repeat(27), `${'a'.repeat(26)}-${'b'.repeat(26)}-0c0e8f7eb7`],
    ['a separator where it is cut', 'a'.repeat(26), `${'b'.repeat(25)}-c`,
      `${'a'.repeat(26)}-${'b'.repeat(25)}-0c0e8f7eb7`],
    ['separators where it is cut', 'a'.repeat(26), `${'b'.repeat(22)}-.--c`,
      `${'a'.repeat(26)}-${'b'.repeat(22)}-0c0e8f7eb7`],
  ])('has at most 64 characters, and no two separators before the hash: %s', (_, namespace, account, expected) => {
    expect(name(namespace, account)).toBe(expected);
    expect(expected.length).toBeLessThanOrEqual(64);
  });

  test('needs a literal environment', () => {
    expect(name('payments', 'api', agnosticStack())).toBeUndefined();
    expect(name('payments', 'api', new Stack(undefined, 'Stack', { env: { account: ACCOUNT } }))).toBeUndefined();
    expect(name('payments', 'api', new Stack(undefined, 'Stack', { env: { region: 'eu-west-1' } }))).toBeUndefined();
  });
});
