/**
 * Names and ARNs of EKS clusters.
 */
import { CfnParameter, Fn, Lazy, Stack } from 'aws-cdk-lib';
import {
  accountOfArn, clusterArnProblem, clusterArnProblems, clusterNameProblem, clusterNameProblems,
} from '../../../src/private/issuer/cluster-names';
import { ACCOUNT, agnosticStack, literalStack, warnings } from '../../support';

const ARN = `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/blue`;
const lazy = (text: string) => Lazy.string({ produce: () => text });
const safe = (stack: Stack) => new CfnParameter(stack, 'Safe', { allowedPattern: '^[a-z]+$' }).valueAsString;

describe('the name of a cluster', () => {
  test.each(['a', 'A', '0', 'a-b_C', 'x'.repeat(100)])('is valid: %s', name => {
    expect(clusterNameProblem('clusterName', name)).toBeUndefined();
  });

  test.each<[any]>([[''], ['-a'], ['_a'], ['a.b'], ['a\n'], ['x'.repeat(101)], [5], [undefined], [['a']]])(
    'is not valid: %j', name => {
      expect(clusterNameProblem('clusterName', name)).toContain('`clusterName` must be the name of an EKS cluster');
    });

  test.each<[string, (stack: Stack) => string]>([
    ['several characters before it', stack => `blue-1_A${safe(stack)}`],
    ['several characters behind it', stack => `${safe(stack)}-blue`],
    ['an import, which nobody can check', () => Fn.importValue('Name')],
  ])('may be deferred, without a warning: %s', (_, name) => {
    const stack = agnosticStack();
    expect(clusterNameProblems(stack, 'clusterName', name(stack))).toEqual([]);
    expect(warnings(stack)).toEqual([]);
  });

  test.each([':', '*', '/'])('has valid characters around what is deferred, unlike %s', character => {
    const stack = agnosticStack();
    expect(clusterNameProblems(stack, 'clusterName', `a${character}b${safe(stack)}`)).toEqual([
      '`clusterName` must contain only valid characters around the parts that are known only '
        + `at deployment, got: "a${character}b". Correct this part of it.`,
    ]);
  });
});

describe('the ARN of a cluster', () => {
  test.each([
    ARN,
    'arn:aws-us-gov:eks:us-gov-west-1:111122223333:cluster/A_b-1',
    `arn:aws:eks:eu-west-1:111122223333:cluster/${'x'.repeat(100)}`,
  ])('is valid: %s', arn => {
    expect(clusterArnProblem('clusterArn', arn)).toBeUndefined();
  });

  test.each<[any]>([
    [` ${ARN}`],
    [`x${ARN}`],
    [`${ARN} `],
    [`${ARN}/x`],
    [`${ARN}\n`],
    [`${ARN}*`],
    [`arn:aws:eks:eu-west-1:111122223333:cluster/${'x'.repeat(101)}`],
    ['arn:aws:eks:eu-west-1:11112222333:cluster/blue'],
    ['arn:aws:eks::111122223333:cluster/blue'],
    ['arn:aws:iam::111122223333:role/blue'],
    ['blue'],
    [[ARN]],
    [undefined],
  ])('is not valid: %j', arn => {
    expect(clusterArnProblem('clusterArn', arn)).toContain('`clusterArn` must be the ARN of an EKS cluster');
  });

  test.each<[string, string]>([
    ['itself', ARN],
    ['as a token', lazy(ARN)],
    ['with a deferred name', `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/${Fn.importValue('Name')}`],
    ['with a deferred name behind text', `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/x-${Fn.ref('AWS::StackName')}`],
    ['with a deferred account', `arn:aws:eks:eu-west-1:${Fn.ref('AWS::AccountId')}:cluster/blue`],
    ['deferred as a whole', Fn.importValue('Arn')],
  ])('can be trusted by roles of its account: %s', (_, arn) => {
    expect(clusterArnProblems(literalStack(), 'clusterArn', arn)).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['another account', 'arn:aws:eks:eu-west-1:444455556666:cluster/blue',
      `be in the account of the stack, ${ACCOUNT}`],
    ['another partition', `arn:aws-cn:eks:eu-west-1:${ACCOUNT}:cluster/blue`, 'be in the partition of the stack, aws'],
    ['another account, of a deferred name', `arn:aws:eks:eu-west-1:444455556666:cluster/${Fn.importValue('Name')}`,
      `be in the account of the stack, ${ACCOUNT}`],
    ['another partition, of a deferred name', `arn:aws-cn:eks:eu-west-1:${ACCOUNT}:cluster/${Fn.importValue('Name')}`,
      'be in the partition of the stack, aws'],
    ['another service', `arn:aws:iam:eu-west-1:${ACCOUNT}:cluster/${Fn.importValue('Name')}`,
      'be the ARN of an EKS cluster'],
    ['another resource', `arn:aws:eks:eu-west-1:${ACCOUNT}:nodegroup/${Fn.importValue('Name')}`,
      'be the ARN of an EKS cluster'],
    ['a token that turns out to be of another account', lazy('arn:aws:eks:eu-west-1:444455556666:cluster/blue'),
      `be in the account of the stack, ${ACCOUNT}`],
    ['a token that turns out to be of another '
      + 'partition', lazy(`arn:aws-cn:eks:eu-west-1:${ACCOUNT}:cluster/blue`),
    'be in the partition of the stack, aws'],
    ['a token that turns out to be a name', lazy('blue'), 'be the ARN of an EKS cluster'],
    ['a wildcard beside a deferred name', `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/*${Fn.importValue('Name')}`,
      'contain only valid characters'],
  ])('is refused for one reason: %s', (_, arn, rule) => {
    const found = clusterArnProblems(literalStack(), 'clusterArn', arn);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`\`clusterArn\` must ${rule}`);
  });
});

describe('the account in an ARN', () => {
  test.each<[string, string, any]>([
    ['literal', ARN, ACCOUNT],
    ['a token', `arn:aws:eks:eu-west-1:${Fn.ref('Account')}:cluster/blue`, { Ref: 'Account' }],
    ['in a deferred ARN', Fn.importValue('Arn'),
      { 'Fn::Select': [4, { 'Fn::Split': [':', { 'Fn::ImportValue': 'Arn' }] }] }],
    ['in a token with the rest of the ARN', `arn:aws:eks:eu-west-1:${Fn.importValue('Rest')}`,
      {
        'Fn::Select': [4, {
          'Fn::Split': [':', { 'Fn::Join': ['', ['arn:aws:eks:eu-west-1:', { 'Fn::ImportValue': 'Rest' }]] }],
        }],
      }],
  ])('is found: %s', (_, arn, account) => {
    expect(agnosticStack().resolve(accountOfArn(arn))).toEqual(account);
  });
});
