/**
 * What the rules of a whole trust policy look at: all of it, or only what the user has added to it.
 */
import { CfnParameter, CfnResource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IrsaRole, ServiceAccountSubject, TrustPolicy } from '../../../src';
import {
  ACCOUNT,
  agnosticStack,
  deferredProvider,
  ISSUER,
  literalProvider,
  literalStack,
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
  expect(warnings(stack).join()).toContain('admits a pattern of namespaces, "system:serviceaccount:team-*:deployer"');
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
