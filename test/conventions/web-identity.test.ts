/**
 * What a statement says of web identities and of callers, by tables of statements as a template holds them.
 */
import { App, Aws } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IrsaRole, ServiceAccountSubject, TrustPolicy } from '../../src';
import {
  conditionKeys, equalKeys, federatedOf, hasAction, headOf, holdsAudience, holdsSubject, isEverybody, isPublicProvider,
  isWebIdentity, limitsCallers, matchesAction, reachesOverNamespaces, subsOf,
} from '../../src/conventions/web-identity';
import { deployed } from '../judges/deployment';
import { letsIn, letsPrincipalIn } from '../judges/iam-simulator';
import { ACCOUNT, agnosticStack, ISSUER, literalProvider, literalStack, PROVIDER_ARN, trustPolicy } from '../support';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/x`;
const OTHER_ACCOUNT = '999999999999';
const SUB = 'system:serviceaccount:payments:api';
const WEB_IDENTITY = 'sts:AssumeRoleWithWebIdentity';

describe('who everybody is', () => {
  test.each<[string, any, boolean]>([
    ['a statement without a principal', { Action: 'sts:AssumeRole' }, false],
    ['no kind of principal', { Principal: {} }, false],
    ['a role', { Principal: { AWS: ROLE } }, false],
    ['a service', { Principal: { Service: 'ec2.amazonaws.com' } }, false],
    ['another text than a star', { Principal: ROLE }, false],
    ['a principal that is no text', { Principal: { AWS: 1 } }, false],
    ['a star alone', { Principal: '*' }, true],
    ['a star', { Principal: { AWS: '*' } }, true],
    ['any provider', { Principal: { Federated: ['x', '*'] } }, true],
    ['any user of CloudFront', { Principal: { CanonicalUser: '*' } }, true],
    ['who is not excluded', { NotPrincipal: { AWS: ROLE } }, true],
  ])('%s', (_, statement, expected) => {
    expect(isEverybody(statement)).toBe(expected);
  });

  test('a statement without a principal names no provider, and is about no web identity', () => {
    expect(federatedOf({ Action: WEB_IDENTITY })).toEqual([]);
    expect(isWebIdentity({ Action: WEB_IDENTITY })).toBe(false);
    expect(isWebIdentity({ Action: WEB_IDENTITY, Principal: { AWS: ROLE } })).toBe(false);
    expect(isWebIdentity({ Action: WEB_IDENTITY, Principal: '*' })).toBe(true);
    expect(isWebIdentity({ Action: WEB_IDENTITY, Principal: { Federated: PROVIDER_ARN } })).toBe(true);
    expect(isWebIdentity({ Action: 'sts:AssumeRole', Principal: { Federated: PROVIDER_ARN } })).toBe(false);
  });
});

test.each<[unknown, boolean]>([
  ['accounts.google.com', true],
  ['cognito-identity.amazonaws.com', true],
  [PROVIDER_ARN, false],
  ['accounts.google.com/x', false],
  ['x/accounts.google.com', false],
  ['', false],
  [42, false],
  [['accounts.google.com'], false],
  [undefined, false],
])('the provider %j: whether it goes by its domain name', (provider, expected) => {
  expect(isPublicProvider(provider)).toBe(expected);
});

test.each<[string, any, string, boolean]>([
  ['no Action', {}, 'sts:AssumeRole', true],
  ['another one', { Action: 'sts:TagSession' }, 'sts:AssumeRole', false],
  ['the second of two', { Action: ['sts:TagSession', 'sts:AssumeRole'] }, 'sts:AssumeRole', true],
  ['in other letters', { Action: 'STS:assumerole' }, 'sts:AssumeRole', true],
  ['a pattern', { Action: 'sts:Assume*' }, 'sts:AssumeRole', true],
  ['a longer one', { Action: 'sts:AssumeRoleWithSAML' }, 'sts:AssumeRole', false],
  ['a deferred one', { Action: '⟨deferred⟩' }, 'sts:AssumeRole', true],
  ['a function', { Action: { Ref: 'P' } }, 'sts:AssumeRole', true],
  ['none of a list', { Action: [] }, 'sts:AssumeRole', false],
])('an action of a statement: %s', (_, statement, action, expected) => {
  expect(hasAction(statement, action)).toBe(expected);
});

test('upper and lower case are one in actions, on both sides', () => {
  expect(matchesAction('sts:assume*', 'STS:ASSUMEROLE')).toBe(true);
  expect(matchesAction('STS:ASSUME?ole', 'sts:assumerole')).toBe(true);
});

describe('what a condition on claims holds', () => {
  test('nothing without a condition', () => {
    expect(subsOf(undefined)).toEqual([]);
    expect(equalKeys(undefined)).toEqual([]);
    expect(conditionKeys(undefined)).toEqual([]);
    expect(holdsSubject(undefined)).toBe(false);
    expect(holdsAudience(undefined)).toBe(false);
    expect(limitsCallers(undefined)).toBe(false);
  });

  test.each<[string, any, boolean]>([
    ['one value', { 'x:aud': 'vault' }, true],
    ['two values', { 'x:aud': ['vault', 'sts.amazonaws.com'] }, true],
    ['another claim', { 'x:sub': 'vault' }, false],
    ['a claim that only ends alike', { 'x:oaud': 'vault' }, false],
    ['no value', { 'x:aud': [] }, false],
    ['a star behind a value', { 'x:aud': ['vault', '*'] }, false],
    ['a variable behind a value', { 'x:aud': ['vault', '${x:aud}'] }, false],
    ['two stars, which are a text to StringEquals', { 'x:aud': '**' }, true],
  ])('an audience: %s', (_, StringEquals, expected) => {
    expect(holdsAudience({ StringEquals })).toBe(expected);
    expect(holdsAudience({ StringLike: StringEquals })).toBe(false);
    expect(holdsAudience({ StringEqualsIfExists: StringEquals })).toBe(false);
  });

  test.each<[string, any, boolean]>([
    ['a name', { StringEquals: { 'x:sub': SUB } }, true],
    ['a pattern', { StringLike: { 'x:sub': 'system:serviceaccount:payments:*' } }, true],
    ['all service accounts, which the next check names', { StringLike: { 'x:sub': 'system:serviceaccount:*' } }, true],
    ['no value', { StringEquals: { 'x:sub': [] } }, false],
    ['a start of what all have in common', { StringLike: { 'x:sub': 'system:*' } }, false],
    ['one character', { StringLike: { 'x:sub': '?ystem:serviceaccount:payments:api' } }, false],
    ['something else', { StringLike: { 'x:sub': 'repo:*' } }, true],
    ['a pattern without a wildcard', { StringLike: { 'x:sub': 'system:' } }, true],
    ['a variable', { StringEquals: { 'x:sub': '${x:sub}' } }, false],
    ['a value that is no text', { StringEquals: { 'x:sub': { Ref: 'P' } } }, false],
    ['a star behind a name', { StringLike: { 'x:sub': [SUB, '*'] } }, false],
    ['another claim', { StringEquals: { 'x:aud': SUB } }, false],
  ])('a subject: %s', (_, condition, expected) => {
    expect(holdsSubject(condition)).toBe(expected);
  });

  test('a pattern has a head, a name has none', () => {
    const condition = { StringEquals: { 'x:sub': ['a*'] }, StringLike: { 'x:sub': ['b*c', 'd?', 'e', 7] } };
    expect(subsOf(condition)).toEqual([
      { sub: 'a*' }, { sub: 'b*c', head: 'b' }, { sub: 'd?', head: 'd' }, { sub: 'e', head: undefined },
      { sub: 7, head: undefined },
    ]);
    expect(headOf('*')).toBe('');
  });

  test.each<[string, boolean]>([
    ['system:serviceaccount:', true],
    ['system:serviceaccount:team-', true],
    ['system:serviceaccount:payments:', false],
    ['system:', false],
    ['xsystem:serviceaccount:', false],
  ])('a pattern that begins with %s: whether it reaches over namespaces', (head, expected) => {
    expect(reachesOverNamespaces(head)).toBe(expected);
  });

  test.each<[string, any, string[]]>([
    ['two keys', { StringEquals: { a: 'x' }, IpAddress: { b: '10.0.0.0/8' } }, ['a', 'b']],
    ['Null', { Null: { a: 'false' }, null: { b: 'false' } }, []],
    ['ForAllValues', { 'ForAllValues:StringEquals': { a: 'x' } }, []],
    ['IfExists', { StringLikeIfExists: { a: 'x' } }, []],
    ['a star behind a value', { StringEquals: { a: ['x', '*'] } }, []],
    ['a star in a value', { StringEquals: { a: 'x*' } }, ['a']],
    ['two stars of a pattern', { StringLike: { a: '**' }, StringNotLike: { b: '**' } }, []],
    ['two stars of an ARN', { 'ArnEquals': { a: '**' }, 'ForAnyValue:ArnLike': { b: '**' } }, []],
    ['two stars that are a text', { 'ForAnyValue:StringEquals': { a: '**' } }, ['a']],
    ['a star in a pattern', { StringLike: { a: '*x', b: 'x*' } }, ['a', 'b']],
    ['a value that is no text', { Bool: { a: true } }, ['a']],
    ['no keys', { StringEquals: undefined }, []],
  ])('the keys that are compared: %s', (_, condition, expected) => {
    expect(conditionKeys(condition)).toEqual(expected);
  });
});

describe('a condition on who calls', () => {
  const arn = 'aws:PrincipalArn';
  test.each<[string, any, boolean]>([
    ['a role', { ArnLike: { [arn]: ROLE } }, true],
    ['roles of an account', { StringLike: { [arn]: `arn:aws:iam::${ACCOUNT}:*` } }, true],
    ['no account', { ArnLike: { [arn]: 'arn:aws:iam:::role/x' } }, false],
    ['too few parts', { ArnLike: { [arn]: `arn:aws:iam::${ACCOUNT}` } }, false],
    ['no ARN', { StringLike: { [arn]: `*:aws:iam::${ACCOUNT}:role/x` } }, false],
    ['no ARN, and too few parts', { StringLike: { [arn]: '*' } }, false],
    ['an empty account', { StringEquals: { 'aws:PrincipalAccount': '' } }, false],
    ['the account of the role', { StringEquals: { 'aws:PrincipalAccount': '${aws:ResourceAccount}' } }, true],
    ['an account from the organization', { StringEquals: { 'aws:PrincipalAccount': '${aws:ResourceOrgID}' } }, false],
    ['an organization from the account', { StringEquals: { 'aws:PrincipalOrgID': '${aws:ResourceAccount}' } }, false],
    ['the organization of the role', { StringEquals: { 'aws:PrincipalOrgID': '${aws:ResourceOrgID}' } }, true],
    ['a path of an organization', { StringLike: { 'aws:PrincipalOrgPaths': 'o-1/r-*' } }, true],
    ['a path of some organization', { StringLike: { 'aws:PrincipalOrgPaths': 'o-*/r-1' } }, false],
    ['a deferred account', { StringEquals: { 'aws:PrincipalAccount': '⟨{"Ref":"P"}⟩' } }, true],
    ['a deferred ARN', { ArnEquals: { [arn]: '⟨{"Ref":"P"}⟩' } }, true],
    ['an ARN in a deferred account', { ArnLike: { [arn]: 'arn:aws:iam::⟨{"Ref":"AWS::AccountId"}⟩:role/x' } }, true],
    ['deferred at the end alone', { ArnLike: { [arn]: '*⟨{"Ref":"P"}⟩' } }, false],
    ['deferred at the start alone', { ArnLike: { [arn]: '⟨{"Ref":"P"}⟩*' } }, false],
    ['colons inside of what is deferred', { ArnLike: { [arn]: 'arn:⟨{"Ref":"AWS::Partition"}⟩:*' } }, false],
    ['a value that is no text', { StringEquals: { 'aws:PrincipalAccount': { Ref: 'P' } } }, false],
    ['one good value of two', { StringEquals: { 'aws:PrincipalAccount': [ACCOUNT, '*'] } }, false],
    ['no value', { StringEquals: { 'aws:PrincipalAccount': [] } }, false],
    ['regardless of case', { StringEqualsIgnoreCase: { 'aws:principalaccount': ACCOUNT } }, true],
    ['any of several', { 'ForAnyValue:StringEquals': { 'aws:PrincipalOrgPaths': 'o-1/r-1/' } }, true],
    ['an operator that IAM does not know', { XStringEquals: { 'aws:PrincipalAccount': ACCOUNT } }, false],
    ['another that IAM does not know', { StringEqualsX: { 'aws:PrincipalAccount': ACCOUNT } }, false],
    ['who it is not', { ArnNotEquals: { [arn]: ROLE } }, false],
    ['another key', { StringEquals: { 'aws:PrincipalTag/x': ACCOUNT } }, false],
    ['a key by the name of what every object has', { StringEquals: { constructor: ACCOUNT } }, false],
  ])('%s', (_, condition, expected) => {
    expect(limitsCallers(condition)).toBe(expected);
  });

  test('names the account of the deployment, and excludes others', () => {
    const stack = literalStack();
    const ArnLike = { [arn]: `arn:aws:iam::${Aws.ACCOUNT_ID}:*` };
    const principal = new iam.AnyPrincipal().withConditions({ ArnLike });
    new IrsaRole(stack, 'Role', { trust: new TrustPolicy().addPrincipal(principal) });
    const trust = deployed(trustPolicy(stack), { values: { 'AWS::AccountId': ACCOUNT } });
    const asks = (caller: string) => letsPrincipalIn(trust, caller, { [arn]: caller });
    expect([ROLE, ROLE.replace(ACCOUNT, OTHER_ACCOUNT)].map(asks)).toEqual([true, false]);
  });

  test('does not count when the account is a wildcard behind a deferred partition', () => {
    const stack = agnosticStack(new App());
    const subjects = [ServiceAccountSubject.exact('payments', 'api')];
    const trust = new TrustPolicy().addServiceAccounts(literalProvider(stack), subjects);
    const role = new IrsaRole(stack, 'Role', { trust });
    role.assumeRolePolicy!.addStatements(new iam.PolicyStatement({
      actions: ['sts:AssumeRole'],
      principals: [new iam.AnyPrincipal()],
      conditions: { ArnLike: { [arn]: `arn:${Aws.PARTITION}:*` } },
    }));
    expect(() => Template.fromStack(stack)).toThrow('must not be everyone without a condition on the caller');
  });
});

test('a variable behind a good audience lets every audience in, and is refused', () => {
  const StringEquals = { [`${ISSUER}:aud`]: ['vault', `\${${ISSUER}:aud}`], [`${ISSUER}:sub`]: SUB };
  const statement = { Effect: 'Allow', Principal: { Federated: PROVIDER_ARN }, Action: WEB_IDENTITY };
  const trust = { Version: '2012-10-17', Statement: [{ ...statement, Condition: { StringEquals } }] };
  const token = { providerArn: PROVIDER_ARN, issuer: ISSUER, sub: SUB, aud: 'evil' };
  expect(letsIn(trust, token)).toBe(true);
  expect(() => new TrustPolicy().addPrincipal(new iam.WebIdentityPrincipal(PROVIDER_ARN, { StringEquals })))
    .toThrow('must have conditions on');
});
