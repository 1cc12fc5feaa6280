/**
 * What the rules of a whole trust policy look at: all of it, or only what the user has added to it.
 */
import { CfnParameter, CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IrsaRole, ServiceAccountSubject, TrustPolicy } from '../../../src';
import { trustProblems } from '../../../src/private/trust/trust-rules';
import {
  ACCOUNT,
  agnosticStack,
  deferredProvider,
  ISSUER,
  literalProvider,
  literalStack,
  PROVIDER_ARN,
  warnings,
} from '../../support';

const ONE = ServiceAccountSubject.exact('payments', 'api');
const role = (stack: Stack, subject = ONE) =>
  new IrsaRole(stack, 'Role', { trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), [subject]) });

test('an override that opens namespaces warns like a subject that does', () => {
  const stack = literalStack();
  const sub = `${ISSUER}:sub`.replace(/\./g, '\\.');
  (role(stack, ServiceAccountSubject.anyInNamespace('batch')).node.defaultChild as iam.CfnRole).addPropertyOverride(
    `AssumeRolePolicyDocument.Statement.0.Condition.StringLike.${sub}`, 'system:serviceaccount:team-*:deployer');
  expect(warnings(stack).join()).toContain('allows a pattern of namespaces, "system:serviceaccount:team-*:deployer"');
});

test('what the library writes is judged once, by the property that it comes from', () => {
  const stack = agnosticStack();
  const open = new CfnParameter(stack, 'P').valueAsString;
  const trust = new TrustPolicy()
    .addServiceAccounts(deferredProvider(stack), [ServiceAccountSubject.exact(open, 'api')]);
  new IrsaRole(stack, 'Role', { trust });
  expect(() => Template.fromStack(stack)).toThrow('`namespace (parameter Stack/P)` must have an allowedPattern');
  expect(() => Template.fromStack(stack)).not.toThrow('assumeRolePolicy (parameter');
});

test('what the library writes is judged once, also where an override has changed another statement', () => {
  const stack = literalStack();
  const open = new CfnParameter(stack, 'P').valueAsString;
  const subjects = [
    ServiceAccountSubject.exact(Lazy.string({ produce: () => 'payments' }), open),
    ServiceAccountSubject.anyInNamespace('batch'),
  ];
  const trust = new TrustPolicy().addServiceAccounts(literalProvider(stack), subjects);
  const overridden = new IrsaRole(stack, 'Role', { trust });
  const resource = overridden.node.defaultChild as iam.CfnRole;
  resource.addPropertyOverride('AssumeRolePolicyDocument.Statement.1.Sid', 'Batch');
  const problems = overridden.node.validate();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain('`serviceAccountName (parameter Stack/P)` must have an allowedPattern');
});

test('a pattern under an operator that a token spells warns as well', () => {
  const stack = literalStack();
  const operator = Lazy.string({ produce: () => 'StringLike' });
  const conditions = {
    StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
    [operator]: { [`${ISSUER}:sub`]: 'system:serviceaccount:team-*:api' },
  };
  const it = role(stack);
  it.assumeRolePolicy!.addStatements(new iam.PolicyStatement({
    actions: ['sts:AssumeRoleWithWebIdentity'], principals: [new iam.FederatedPrincipal(PROVIDER_ARN)], conditions,
  }));
  expect(it.node.validate()).toEqual([]);
  expect(JSON.stringify(it.node.defaultChild!.node.metadata)).toContain('allows a pattern of namespaces');
});

test('an override that takes the statements out leaves nothing to judge', () => {
  const stack = literalStack();
  const it = role(stack);
  (it.node.defaultChild as iam.CfnRole).addPropertyDeletionOverride('AssumeRolePolicyDocument.Statement');
  expect(it.node.validate()).toEqual([]);
});

describe('the size of a policy', () => {
  /** Newer versions of the CDK have metadata of their own. */
  const warned = (stack: Stack) =>
    stack.node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => `${data}`);

  test.each<[number, string[], string[]]>([
    [2048, [], []],
    [2049, [], ['`trust` must fit in 2048 characters, got: "2049 characters". This exceeds IAM\'s default quota '
      + '(role trust policy length, L-C07B4B0D). Request an increase, up to 8192, or split the subjects into several '
      + 'roles. '
      + '[ack: cdk-irsa:trust-policy-quota]']],
    [8192, [], [expect.stringContaining('`trust` must fit in 2048 characters, got: "8192 characters".')]],
    [8193, ['`trust` must fit in 8192 characters, got: "8193 characters". '
      + 'IAM does not allow more. Split the subjects into several roles.'], []],
  ])('%d characters', (characters, problems, warningTexts) => {
    const stack = literalStack();
    const frame = '{"Statement":[{"Sid":""}],"Version":"2012-10-17"}'.length;
    const document = { Statement: [{ Sid: 'x'.repeat(characters - frame) }], Version: '2012-10-17' };
    expect(trustProblems(stack, document, [])).toEqual(problems);
    expect(warned(stack)).toEqual(warningTexts);
  });

  /** So many clusters with one statement of 75 characters each, and a comma between two. */
  const judge = (stack: Stack, count: number, others: any[] = []) => {
    const trusted = Array.from({ length: count }, (_, index) => (
      { Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: `p${index + 100}` } }));
    expect(JSON.stringify(trusted[0])).toHaveLength(75);
    return trustProblems(stack, { Statement: [...trusted, ...others], Version: '2012-10-17' }, trusted);
  };

  test('says how many clusters fit: exactly so many', () => {
    const [fine, many, tooMany] = [literalStack(), literalStack(), literalStack()];
    expect(judge(fine, 26)).toEqual([]);
    expect(warned(fine)).toEqual([]);
    expect(judge(many, 107)).toEqual([]);
    expect(warned(many)).toHaveLength(1);
    expect(judge(tooMany, 108)).toEqual([
      '`trust` must fit in 8192 characters, got: "8246 characters". IAM does not allow more. Split the subjects into '
        + 'several roles. It trusts 108 clusters. Of clusters like these, 26 fit in 2048 characters and 107 in 8192.',
    ]);
    judge(fine, 27);
    expect(warned(fine)).toEqual([expect.stringContaining(
      'It trusts 27 clusters. Of clusters like these, 26 fit in 2048 characters and 107 in 8192.')]);
  });

  test('counts what else is in the policy', () => {
    const other = { Sid: 'x'.repeat(4095 - '{"Sid":""}'.length) };
    const found = judge(literalStack(), 60, [other]);
    expect(found).toEqual([expect.stringContaining(
      'It trusts 60 clusters. Of clusters like these, 0 fit in 2048 characters and 53 in 8192.')]);
  });

  test('counts statements of one provider as one cluster', () => {
    const statement = (sid: string) =>
      ({ Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: 'p' }, Sid: sid });
    const trusted = [statement('x'.repeat(2000)), statement('y'.repeat(2000))];
    const stack = literalStack();
    expect(trustProblems(stack, { Statement: trusted }, trusted)).toEqual([]);
    expect(warned(stack)).toEqual([expect.stringContaining(
      'It trusts 1 cluster. Of clusters like these, 0 fit in 2048 characters and 1 in 8192.')]);
    const withPodIdentity = [...trusted, { Action: 'sts:AssumeRole', Sid: 'z'.repeat(4500) }];
    expect(trustProblems(stack, { Statement: withPodIdentity }, withPodIdentity)).toEqual([expect.stringContaining(
      'It trusts 1 cluster through web identity. Of clusters like these, 0 fit in 2048 characters and 0 in 8192.')]);
  });
});

test('the document may stand in any resource', () => {
  const stack = literalStack();
  const document = new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE])
    .addPrincipal(new iam.ArnPrincipal(`arn:aws:iam::${ACCOUNT}:role/other`)).toPolicyDocument();
  new CfnResource(stack, 'Any', { type: 'A::B::C', properties: { Trust: document } });
  expect(Template.fromStack(stack).toJSON().Resources.Any.Properties.Trust.Statement).toHaveLength(2);
});

test.each([iam.Effect.ALLOW, iam.Effect.DENY])('IAM does not know the role itself yet: %s', effect => {
  const stack = literalStack();
  const itself = role(stack);
  itself.assumeRolePolicy!.addStatements(new iam.PolicyStatement({
    effect, actions: ['sts:AssumeRole'], principals: [new iam.ArnPrincipal(itself.roleArn)],
  }));
  expect(() => Template.fromStack(stack))
    .toThrow('[Stack/Role] `assumeRolePolicy` must not name the role itself as a principal');
});
