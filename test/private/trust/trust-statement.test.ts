/**
 * What is wrong with one statement of a trust policy, and which patterns reach over namespaces.
 */
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IrsaRole, ServiceAccountSubject, TrustPolicy } from '../../../src';
import { wildcardNamespaces } from '../../../src/private/trust/trust-statement';
import { letsIn } from '../../judges/iam-simulator';
import { ACCOUNT, ISSUER, literalProvider, literalStack, PROVIDER_ARN, trustPolicy, warnings } from '../../support';

const SUB = 'system:serviceaccount:payments:api';
const BOTH = { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: SUB } };
const ROLE = `arn:aws:iam::${ACCOUNT}:role/x`;

/** Synthesizes a role to which the statement has been added. */
function synth(statement: any): any {
  const stack = literalStack();
  const trust = new TrustPolicy().addPrincipal(new iam.ArnPrincipal(ROLE));
  const role = new IrsaRole(stack, 'Role', { trust });
  role.assumeRolePolicy!.addStatements(iam.PolicyStatement.fromJson({ Effect: 'Allow', ...statement }));
  Template.fromStack(stack);
  return trustPolicy(stack);
}

describe('everybody', () => {
  test.each<[string, any, string]>([
    ['an action of callers beside the one of tokens',
      { Principal: { AWS: '*' }, Action: ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole'], Condition: BOTH },
      'got: {"AWS":"*"}'],
    ['all actions but one',
      { Principal: { AWS: '*' }, NotAction: 'sts:TagSession', Condition: BOTH },
      'got: {"AWS":"*"}'],
    ['a star without a kind', { Principal: '*', Action: 'sts:AssumeRole' }, 'got: "*"'],
    ['all but one', { NotPrincipal: { AWS: ROLE }, Action: 'sts:AssumeRole' },
      `got: {"NotPrincipal":{"AWS":"${ROLE}"}}`],
  ])('is refused as a caller: %s', (_, statement, got) => {
    const start = '`assumeRolePolicy` must not be everyone without a condition on the caller';
    expect(() => synth(statement)).toThrow(`${start}, ${got}`);
  });

  test('passes by a token alone, whose claims say who it is', () => {
    const trust = synth({ Principal: '*', Action: 'STS:AssumeRoleWithWebIdentity', Condition: BOTH });
    const token = { providerArn: PROVIDER_ARN, issuer: ISSUER, aud: 'sts.amazonaws.com' };
    const subs = [SUB, 'system:serviceaccount:evil:api'];
    expect(subs.map(sub => letsIn(trust, { ...token, sub }))).toEqual([true, false]);
  });
});

describe('a federated principal', () => {
  const saml = `arn:aws:iam::${ACCOUNT}:saml-provider/idp`;
  test.each<[string, any]>([
    ['a token', { Principal: { Federated: PROVIDER_ARN }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: BOTH }],
    ['SAML', { Principal: { Federated: saml }, Action: 'sts:AssumeRoleWithSAML' }],
  ])('may have sts:AssumeRole beside its own action: %s', (_, statement) => {
    expect(() => synth({ ...statement, Action: ['sts:AssumeRole', statement.Action] })).not.toThrow();
    expect(() => synth({ ...statement, Action: 'sts:AssumeRole' })).toThrow(
      '`assumeRolePolicy` must allow sts:AssumeRoleWithWebIdentity to a federated principal, got: "sts:AssumeRole"');
  });

  test('is told the actions that it can have', () => {
    expect(() => synth({ Principal: { Federated: saml }, Action: 'sts:AssumeRole' })).toThrow(
      'as the third argument of iam.FederatedPrincipal (sts:AssumeRoleWithSAML for SAML).');
  });
});

describe('patterns that reach over namespaces', () => {
  const found = (StringLike: any) => wildcardNamespaces([{ Effect: 'Allow', Condition: { StringLike } }]);
  const deferred = '<known only at deployment>';
  const all = 'system:serviceaccount:';

  test.each<[string, any, string[]]>([
    ['a pattern of namespaces', { 'x:sub': [`${all}team-*:api`] }, [`${all}team-*:api`]],
    ['a pattern of names', { 'x:sub': [`${all}payments:*`] }, []],
    ['no pattern', { 'x:sub': [SUB] }, []],
    ['another claim', { 'x:aud': [`${all}*`] }, []],
    ['twice the same', { 'x:sub': [`${all}*:a`], 'y:sub': [`${all}*:a`] }, [`${all}*:a`]],
    ['a matching namespace can may be anything', { 'x:sub': [`${all}\${anything}:api`] }, [`${all}${deferred}:api`]],
    ['a name that may be anything', { 'x:sub': [`${all}payments:\${anything}`] }, []],
    ['a deferred namespace', { 'x:sub': [`${all}⟨{"Ref":"P"}⟩:api`] }, []],
    ['a deferred namespace from a text with wildcards', { 'x:sub': [`${all}⟨"*?"⟩:api`] }, []],
    ['a pattern behind a function', { 'x:sub': [`${all}⟨{"Fn::GetAtt":"A.B"}⟩-*:api`] }, [`${all}${deferred}-*:api`]],
    ['a deferred text in what all have in common', { 'x:sub': ['system:⟨{"Ref":"P"}⟩serviceaccount:*'] }, []],
    ['a session tag', { 'aws:RequestTag/kubernetes-namespace': ['team-?'] }, ['team-?']],
    ['a session tag without a wildcard', { 'aws:RequestTag/kubernetes-namespace': ['⟨"*"⟩'] }, []],
    ['the session tag of the name', { 'aws:RequestTag/kubernetes-service-account': ['*'] }, []],
    ['a session tag that may be anything', { 'aws:RequestTag/kubernetes-namespace': ['${anything}'] }, [deferred]],
  ])('%s', (_, StringLike, expected) => {
    expect(found(StringLike)).toEqual(expected);
  });

  test('raise the warning of a role, once for each', () => {
    const stack = literalStack();
    const subjects = ['a', 'b'].map(name => ServiceAccountSubject.matching('team-*', name));
    new IrsaRole(stack, 'Role', { trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), subjects) });
    expect(warnings(stack)).toEqual(['a', 'b'].map(name => expect.stringContaining(
      `\`trust\` allows a pattern of namespaces, "system:serviceaccount:team-*:${name}"`)));
  });
});
