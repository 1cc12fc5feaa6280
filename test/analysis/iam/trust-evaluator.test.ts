/**
 * IAM's rules as AWS documents them, one a line; each is what the user guide says of it, not what the evaluator does.
 */
import * as fc from 'fast-check';
import { evaluateTrust, TrustRequest } from '../../../src/analysis/iam/trust-evaluator';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/A';
const ACCOUNT = '111122223333';
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`;
const WEB_IDENTITY = 'sts:AssumeRoleWithWebIdentity';
const SUB = `${ISSUER}:sub`;
const AUD = `${ISSUER}:aud`;
const AMR = `${ISSUER}:amr`;
const subject = (names: string) => `system:serviceaccount:${names}`;

const ALLOW = { Effect: 'Allow', Principal: { Federated: PROVIDER }, Action: WEB_IDENTITY };
const TOKEN: TrustRequest = {
  action: WEB_IDENTITY,
  principal: { type: 'Federated', id: PROVIDER },
  context: {
    [SUB]: subject('shop:payment'),
    [AUD]: 'sts.amazonaws.com',
    [AMR]: ['a', 'b'],
    'aws:SecureTransport': 'true',
    'aws:SourceArn': 'arn:aws:eks:eu-west-1:1:cluster/x:y',
  },
};
const caller = (id: string): TrustRequest => ({
  action: 'sts:AssumeRole',
  principal: { type: 'AWS', id },
  context: {},
});

const document = (...statements: any[]) => ({ Version: '2012-10-17', Statement: statements });
const under = (condition: any, version = '2012-10-17') => ({
  ...document({ ...ALLOW, Condition: condition }),
  Version: version,
});
const trusting = (principal: any) => document({ Effect: 'Allow', Action: 'sts:*', Principal: principal });
const decide = (policy: any, request = TOKEN) => evaluateTrust(policy, request).decision;
const reasons = (policy: any, request = TOKEN) => evaluateTrust(policy, request).unknowns;
const texts = (policy: any, request = TOKEN) => evaluateTrust(policy, request).nearMisses.map(({ text }) => text);

describe('conditions', () => {
  const PAYMENT = subject('shop:payment');
  const none = `${ISSUER}:none`;
  const without = { ...TOKEN, absent: (key: string) => key === none };

  test.each<[string, any, string, any]>([
    ['StringEquals compares the whole text', 'StringEquals', SUB, PAYMENT],
    ['one of several values is enough', 'StringEquals', SUB, ['x', PAYMENT]],
    ['operators are known in any case', 'stringequals', SUB, PAYMENT],
    ['and so are keys', 'StringEquals', SUB.toUpperCase(), PAYMENT],
    ['StringNotEquals', 'StringNotEquals', SUB, ['x', 'y']],
    ['StringEqualsIgnoreCase', 'StringEqualsIgnoreCase', SUB, PAYMENT.toUpperCase()],
    ['StringNotEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', SUB, 'x'],
    ['StringLike with *', 'StringLike', SUB, subject('*:pay*')],
    ['* takes nothing, too', 'StringLike', SUB, `${PAYMENT}*`],
    ['StringLike with ?', 'StringLike', SUB, subject('shop:paymen?')],
    ['StringNotLike', 'StringNotLike', SUB, subject('other:*')],
    ['a missing key matches what is inverted', 'StringNotEquals', none, 'x'],
    ['and StringNotLike', 'StringNotLike', none, '*'],
    ['and ArnNotLike', 'ArnNotLike', none, '*'],
    ['and IfExists', 'StringEqualsIfExists', none, 'x'],
    ['IfExists in any case', 'stringlikeIFEXISTS', none, 'x'],
    ['ForAllValues holds without the key', 'ForAllValues:StringEquals', none, 'x'],
    ['ForAllValues: each value of the request', 'ForAllValues:StringEquals', AMR, ['a', 'b', 'c']],
    ['ForAnyValue: one value of the request', 'ForAnyValue:StringLike', AMR, ['b*', 'c']],
    ['ForAnyValue, inverted: one that is none of them', 'ForAnyValue:StringNotEquals', AMR, 'a'],
    ['set operators take single values, too', 'ForAnyValue:StringEquals', SUB, PAYMENT],
    ['Null false: the key is there', 'Null', SUB, 'false'],
    ['Null true: it is not', 'Null', none, 'true'],
    ['a Boolean without quotation marks', 'Null', none, true],
    ['Bool', 'Bool', 'aws:SecureTransport', 'true'],
    ['Bool in any case', 'Bool', 'aws:securetransport', 'True'],
    ['BoolIfExists', 'BoolIfExists', none, 'true'],
    ['ArnLike', 'ArnLike', 'aws:SourceArn', 'arn:aws:eks:*:1:cluster/*'],
    ['the last part of an ARN may hold colons', 'ArnLike', 'aws:SourceArn', 'arn:aws:eks:eu-west-1:1:cluster/*y'],
    ['ArnEquals is ArnLike', 'ArnEquals', 'aws:SourceArn', 'arn:aws:eks:eu-west-?:1:cluster/x:y'],
    ['ArnNotEquals', 'ArnNotEquals', 'aws:SourceArn', 'arn:aws:eks:eu-west-1:1:cluster/z'],
    ['ArnNotLike', 'ArnNotLike', 'aws:SourceArn', 'arn:aws:eks:us-*:1:cluster/*'],
    ['a variable', 'StringEquals', SUB, `\${${SUB}}`],
    ['a variable in a pattern', 'StringLike', SUB, `*\${${SUB}}`],
    ['a variable with a default', 'StringEquals', SUB, `\${${none}, '${PAYMENT}'}`],
    ['an inverted operator and a variable without a value', 'StringNotEquals', SUB, `\${${none}}`],
  ])('hold: %s', (_, operator, key, values) => {
    expect(evaluateTrust(under({ [operator]: { [key]: values } }), without)).toEqual({
      decision: 'allow',
      statement: 0,
      nearMisses: [],
      unknowns: [],
    });
    expect(
      decide(document(ALLOW, { ...ALLOW, Effect: 'Deny', Condition: { [operator]: { [key]: values } } }), without),
    ).toBe('deny');
  });

  test.each<[string, any, string, any]>([
    ['StringEquals minds the case', 'StringEquals', SUB, PAYMENT.toUpperCase()],
    ['StringEquals knows no wildcards', 'StringEquals', SUB, subject('shop:*')],
    ['StringEquals knows no ?', 'StringEquals', SUB, subject('shop:paymen?')],
    ['? is one character', 'StringLike', SUB, `${PAYMENT}?`],
    ['StringLike minds the case', 'StringLike', SUB, 'SYSTEM:*'],
    ['StringNotEquals with all values', 'StringNotEquals', SUB, ['x', PAYMENT]],
    ['StringNotEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', SUB, PAYMENT.toUpperCase()],
    ['StringNotLike', 'StringNotLike', SUB, ['x', subject('shop:*')]],
    ['a missing key', 'StringEquals', none, 'x'],
    ['a missing key is not like anything', 'StringLike', none, '*'],
    ['IfExists where it does', 'StringEqualsIfExists', SUB, 'x'],
    ['ForAnyValue without the key', 'ForAnyValue:StringEquals', none, 'x'],
    ['ForAnyValue, inverted, without the key', 'ForAnyValue:StringNotEquals', none, 'x'],
    ['ForAllValues: one that is none of them', 'ForAllValues:StringEquals', AMR, ['a']],
    ['ForAllValues, inverted', 'ForAllValues:StringNotLike', AMR, 'a*'],
    ['ForAnyValue', 'ForAnyValue:StringEquals', AMR, 'c'],
    ['Null', 'Null', SUB, 'true'],
    ['Null of what is missing', 'Null', none, 'false'],
    ['Bool', 'Bool', 'aws:SecureTransport', 'false'],
    ['* does not reach over a colon of an ARN', 'ArnLike', 'aws:SourceArn', 'arn:aws:*:1:cluster/x:y:*'],
    ['ArnLike minds the case', 'ArnLike', 'aws:SourceArn', 'arn:aws:EKS:*:*:*'],
    ['ArnNotEquals', 'ArnNotEquals', 'aws:SourceArn', 'arn:aws:eks:*:1:cluster/*'],
    ['a variable without a value', 'StringLike', SUB, `\${${none}}*`],
    ['${*} is a *', 'StringLike', SUB, subject('shop:${*}')],
    ['${?} is a ?', 'StringLike', SUB, subject('shop:paymen${?}')],
    ['several conditions all have to hold', 'StringEquals', AUD, 'vault'],
  ])('do not hold: %s', (_, operator, key, values) => {
    const condition = { [operator]: { [key]: values }, StringLikeIfExists: { [SUB]: '*' } };
    expect(evaluateTrust(under(condition), without)).toMatchObject({
      decision: 'deny',
      unknowns: [],
      nearMisses: [{ statement: 0, what: 'condition', key, operator }],
    });
    expect(decide(document(ALLOW, { ...ALLOW, Effect: 'Deny', Condition: condition }), without)).toBe('allow');
  });

  test.each<[string, any, RegExp]>([
    ['numbers', { NumericLessThan: { [SUB]: '1' } }, /^statement 0: the operator NumericLessThan is not supported$/],
    ['dates', { DateGreaterThan: { [SUB]: '2020-01-01' } }, /is not supported/],
    ['addresses', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, /is not supported/],
    ['no operator at all', { constructor: { [SUB]: 'x' } }, /is not supported/],
    ['a set of no operator', { 'ForSome:StringEquals': { [SUB]: 'x' } }, /is not supported/],
    ['Null with IfExists, which IAM refuses', { NullIfExists: { [SUB]: 'true' } }, /is not supported/],
    ['Null with a set', { 'ForAllValues:Null': { [SUB]: 'true' } }, /is not supported/],
    ['Null of what is no Boolean', { Null: { [SUB]: 'x' } }, /Null requires true or false/],
    ['Bool of what is no Boolean', { Bool: { [SUB]: 'true' } }, /other than true or false/],
    [
      'a key without a value',
      { StringEquals: { 'aws:SourceAccount': '1' } },
      /aws:SourceAccount is not known before the request/,
    ],
    ['a claim without a value', { StringEquals: { [`${ISSUER}:azp`]: '1' } }, /is not known before the request/],
    ['a tag with the look of an issuer', { StringEquals: { 'aws:PrincipalTag/a.b/c:d': '1' } }, /is not known before/],
    ['a list without a set operator', { StringEquals: { [AMR]: 'a' } }, /is a list, which requires/],
    ['ForAnyValue with IfExists', { 'ForAnyValue:StringEqualsIfExists': { [none]: 'x' } }, /is inconsistent/],
    ['no values', { StringNotEquals: { [SUB]: [] } }, /has no value for/],
    ['a number', { StringEquals: { [SUB]: 5 } }, /is not a string/],
    ['what is no ARN', { ArnLike: { [SUB]: 'arn:aws:iam::1:role/x' } }, /cannot be determined yet/],
    ['a pattern that is no ARN', { ArnNotLike: { 'aws:SourceArn': '*' } }, /cannot be determined yet/],
    ['a variable that nobody knows', { StringEquals: { [SUB]: '${aws:username}' } }, /cannot be determined yet/],
    ['a variable for a list', { StringEquals: { [SUB]: `\${${AMR}}` } }, /cannot be determined yet/],
    ['a variable without end', { StringEquals: { [SUB]: 'system${x' } }, /cannot be determined yet/],
    ['a condition that only the deployment knows', '⟨Stack/Condition⟩', /only known at deployment/],
    ['an operator that only the deployment knows', { StringEquals: '⟨Stack/Keys⟩' }, /only known at deployment/],
  ])('are unknown: %s', (_, condition, reason) => {
    expect(evaluateTrust(under(condition), without)).toEqual({
      decision: 'unknown',
      nearMisses: [],
      unknowns: [expect.stringMatching(reason)],
    });
    expect(decide(document(ALLOW, { ...ALLOW, Effect: 'Deny', Condition: condition }), without)).toBe('unknown');
  });

  test('variables are plain text without Version 2012-10-17', () => {
    const condition = { StringEquals: { [SUB]: `\${${SUB}}` } };
    expect(
      [under(condition), under(condition, '2008-10-17'), { Statement: under(condition).Statement }].map(one =>
        decide(one),
      ),
    ).toEqual(['allow', 'deny', 'deny']);
  });

  test('a wildcard in the value of a variable is none that anyone can rely on', () => {
    const asking = { ...TOKEN, context: { ...TOKEN.context, tag: '*' } };
    expect([
      decide(under({ StringLike: { [SUB]: '${tag}' } }), asking),
      decide(under({ StringEquals: { [SUB]: '${tag}' } }), asking),
    ]).toEqual(['unknown', 'deny']);
  });

  test('special characters are themselves', () => {
    const asking = { ...TOKEN, context: { [SUB]: 'a*?$' } };
    expect(['a*?$', 'a${*}${?}${$}'].map(value => decide(under({ StringEquals: { [SUB]: value } }), asking))).toEqual([
      'allow',
      'allow',
    ]);
    expect(
      ['a*', 'a${*}${?}$', 'a???', 'a${*}${*}$'].map(value => decide(under({ StringLike: { [SUB]: value } }), asking)),
    ).toEqual(['allow', 'allow', 'allow', 'deny']);
  });

  test('empty values', () => {
    const asking = { ...TOKEN, context: { ...TOKEN.context, [AMR]: [], [AUD]: '' } };
    expect([
      decide(under({ 'ForAllValues:StringEquals': { [AMR]: 'x' } }), asking),
      decide(under({ 'ForAnyValue:StringEquals': { [AMR]: 'x' } }), asking),
      decide(under({ StringNotEquals: { [AUD]: 'x' } }), asking),
    ]).toEqual(['allow', 'deny', 'unknown']);
    expect(texts(under({ 'ForAnyValue:StringEquals': { [AMR]: 'x' } }), asking)).toEqual([
      '`amr` differs: got nothing, trusted x',
    ]);
    expect(reasons(under({ Null: { [AMR]: 'true' } }), asking)).toEqual([expect.stringMatching(/is an empty list/)]);
    expect(reasons(under({ StringNotEquals: { [AMR]: 'x' } }), asking)).toEqual([
      expect.stringMatching(/is a list, which requires/),
    ]);
  });

  test('conditions of nothing are none', () => {
    expect([{}, { StringEquals: {} }].map(condition => decide(under(condition)))).toEqual(['allow', 'allow']);
  });
});

describe('which keys the request does not carry', () => {
  test.each([
    [`https://${SUB}`, 'deny'],
    [`oidc-provider/${SUB}`, 'deny'],
    ['accounts.google.com:sub', 'deny'],
    ['oidc.eks.eu-west-1.amazonaws.com/id/AB:sub', 'deny'],
    [`${ISSUER}:email`, 'unknown'],
    ['sts:ExternalId', 'unknown'],
  ])('of a web identity %s is %s', (key, decision) => {
    expect(decide(under({ StringEquals: { [key]: 'x' } }))).toBe(decision);
  });

  test('of others nobody knows, and of a web identity without claims neither', () => {
    const policy = document({ ...ALLOW, Principal: '*', Action: '*', Condition: { StringEquals: { [SUB]: 'x' } } });
    expect([
      decide(policy, caller(`arn:aws:iam::${ACCOUNT}:role/x`)),
      decide(policy, { ...TOKEN, context: {} }),
    ]).toEqual(['unknown', 'unknown']);
  });

  test('a key with a stand-in may be any key', () => {
    const condition = { StringNotEquals: { '⟨Cluster.Issuer⟩:sub': 'x' } };
    expect([decide(under(condition)), decide(under(condition), { ...TOKEN, absent: () => true })]).toEqual([
      'unknown',
      'unknown',
    ]);
    expect(
      decide(under({ StringEquals: { '⟨Cluster.Issuer⟩:sub': 'x' } }), {
        ...TOKEN,
        context: { '⟨Cluster.Issuer⟩:SUB': 'x' },
      }),
    ).toBe('allow');
    expect(
      decide(under({ StringEquals: { '⟨cluster.Issuer⟩:sub': 'x' } }), {
        ...TOKEN,
        context: { '⟨Cluster.Issuer⟩:sub': 'x' },
      }),
    ).toBe('unknown');
    expect(
      decide(under({ StringEquals: { 'oidc.⟨A⟩:sub': 'x' } }), { ...TOKEN, context: { 'gitlab.⟨A⟩:sub': 'x' } }),
    ).toBe('deny');
  });
});

describe('stand-ins', () => {
  const asking = (sub: string): TrustRequest => ({ ...TOKEN, context: { [SUB]: sub } });

  test.each([
    ['StringEquals', '⟨S/Sub⟩', '⟨S/Sub⟩', 'allow'],
    ['StringEquals', subject('⟨S/Ns⟩:a'), subject('⟨S/Ns⟩:a'), 'allow'],
    ['StringEquals', subject('⟨S/Ns⟩:a'), subject('⟨S/Other⟩:a'), 'unknown'],
    ['StringEquals', subject('⟨S/Ns⟩:a'), subject('⟨s/ns⟩:a'), 'unknown'],
    ['StringEqualsIgnoreCase', subject('⟨S/Ns⟩:A'), subject('⟨S/Ns⟩:a'), 'allow'],
    ['StringEqualsIgnoreCase', subject('⟨S/Ns⟩:A'), subject('⟨s/ns⟩:a'), 'unknown'],
    ['StringEquals', subject('⟨S/Ns⟩:a'), subject('shop:a'), 'unknown'],
    ['StringEquals', subject('⟨S/Ns⟩:a'), subject('shop:b'), 'deny'],
    ['StringNotEquals', subject('⟨S/Ns⟩:a'), subject('shop:b'), 'allow'],
    ['StringLike', subject('⟨S/Ns⟩:*'), subject('⟨S/Ns⟩:b'), 'allow'],
    ['StringLike', subject('*:b'), subject('⟨S/Ns⟩:b'), 'allow'],
    ['StringLike', subject('?:b'), subject('⟨S/Ns⟩:b'), 'unknown'],
    ['StringLike', subject('⟨S/Ns⟩:*'), subject('shop:b'), 'unknown'],
    ['StringLike', 'x*⟨S/Ns⟩', subject('shop:b'), 'deny'],
    ['ArnLike', '⟨S/Role.Arn⟩', '⟨S/Role.Arn⟩', 'allow'],
    [
      'ArnLike',
      'arn:⟨AWS::Partition⟩:iam::⟨AWS::AccountId⟩:role/*',
      'arn:⟨AWS::Partition⟩:iam::⟨AWS::AccountId⟩:role/x',
      'allow',
    ],
    ['ArnLike', 'arn:aws:iam::*:role/x', '⟨S/Role.Arn⟩', 'unknown'],
    ['ArnLike', 'arn:aws:iam::⟨AWS::AccountId⟩:role/x', 'arn:aws:iam::1:role/y', 'deny'],
    ['ArnNotLike', 'arn:aws:iam::⟨AWS::AccountId⟩:role/x', 'arn:aws:iam::1:role/y', 'allow'],
    ['Bool', '⟨S/Parameter⟩', 'true', 'unknown'],
    ['StringEquals', 'a⟨b', 'a⟨b', 'allow'],
    ['StringEquals', 'a⟨b', 'a⟨c', 'deny'],
  ])('%s %s of %s: %s', (operator, wanted, got, decision) => {
    expect(decide(under({ [operator]: { [SUB]: wanted } }), asking(got))).toBe(decision);
  });

  test.each<[string, any, TrustRequest, string]>([
    [
      'the same provider',
      { Federated: '⟨S/Oidc.Arn⟩' },
      { ...TOKEN, action: 'sts:x', principal: { type: 'Federated', id: '⟨S/Oidc.Arn⟩' } },
      'allow',
    ],
    ['another provider', { Federated: '⟨S/Oidc.Arn⟩' }, { ...TOKEN, action: 'sts:x' }, 'unknown'],
    [
      'the same account',
      { AWS: 'arn:aws:iam::⟨AWS::AccountId⟩:root' },
      caller('arn:aws:iam::⟨AWS::AccountId⟩:role/x'),
      'allow',
    ],
    ['the account by its id', { AWS: '⟨AWS::AccountId⟩' }, caller('arn:aws:iam::⟨AWS::AccountId⟩:role/x'), 'allow'],
    [
      'an account that may be it',
      { AWS: 'arn:aws:iam::⟨AWS::AccountId⟩:root' },
      caller(`arn:aws:iam::${ACCOUNT}:role/x`),
      'unknown',
    ],
    ['an account and a whole stand-in', { AWS: `arn:aws:iam::${ACCOUNT}:root` }, caller('⟨S/Role.Arn⟩'), 'unknown'],
    ['any Principal', '⟨S/Principal⟩', caller('x'), 'unknown'],
  ])('as principals: %s', (_, principal, request, decision) => {
    expect(decide(trusting(principal), request)).toBe(decision);
  });

  test('in the Effect nobody knows it, unless the rest does not match', () => {
    expect(reasons(document({ ...ALLOW, Effect: '⟨S/Effect⟩' }))).toEqual([
      'statement 0: the Effect is only known at deployment',
    ]);
    expect(decide(document({ ...ALLOW, Effect: '⟨S/Effect⟩', Action: 'sts:AssumeRole' }))).toBe('deny');
    expect(decide(document(ALLOW, { ...ALLOW, Effect: '⟨S/Effect⟩' }))).toBe('unknown');
  });

  test('in an action', () => {
    expect(['sts:⟨S/Action⟩', 's3:⟨S/Action⟩'].map(Action => decide(document({ ...ALLOW, Action })))).toEqual([
      'unknown',
      'deny',
    ]);
  });
});

describe('principals', () => {
  const ROLE = `arn:aws:iam::${ACCOUNT}:role/path/caller`;

  test.each<[any, string, string]>([
    ['*', ROLE, 'allow'],
    [{ AWS: '*' }, ROLE, 'allow'],
    [{ AWS: ROLE }, ROLE, 'allow'],
    [{ AWS: ['x', ROLE], Service: 'x' }, ROLE, 'allow'],
    [{ AWS: ACCOUNT }, ROLE, 'allow'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:root` }, ROLE, 'allow'],
    [{ AWS: ACCOUNT }, `arn:aws:iam::${ACCOUNT}:root`, 'allow'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:root` }, ACCOUNT, 'allow'],
    [{ AWS: `arn:aws-cn:iam::${ACCOUNT}:root` }, ROLE, 'deny'],
    [{ AWS: '444455556666' }, ROLE, 'deny'],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/path/*` }, ROLE, 'deny'],
    [{ AWS: ROLE.toUpperCase() }, ROLE, 'deny'],
    [{ AWS: ROLE }, `arn:aws:iam::${ACCOUNT}:root`, 'deny'],
    [{ AWS: ROLE }, `arn:aws:sts::${ACCOUNT}:assumed-role/caller/me`, 'allow'],
    [{ AWS: ROLE }, `arn:aws:sts::${ACCOUNT}:assumed-role/other/me`, 'deny'],
    [{ AWS: ROLE }, 'arn:aws:sts::444455556666:assumed-role/caller/me', 'deny'],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/caller/me` }, ROLE, 'unknown'],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/other/me` }, ROLE, 'deny'],
    [{ AWS: 'AROAEXAMPLEEXAMPLE123' }, ROLE, 'unknown'],
    [{ CanonicalUser: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be' }, ROLE, 'unknown'],
    [{ Federated: ROLE, Service: ROLE }, ROLE, 'deny'],
    [{}, ROLE, 'deny'],
    [{ AWS: [] }, ROLE, 'deny'],
  ])('%j and %s: %s', (principal, id, decision) => {
    expect(decide(trusting(principal), caller(id))).toBe(decision);
  });

  test.each<[any, string]>([
    ['*', 'allow'],
    [{ AWS: '*' }, 'allow'],
    [{ Federated: [PROVIDER] }, 'allow'],
    [{ AWS: PROVIDER }, 'deny'],
    [{ Federated: '*' }, 'unknown'],
    [{ AWS: ACCOUNT }, 'unknown'],
    [{ AWS: '444455556666' }, 'deny'],
    [{ Federated: PROVIDER.replace(ACCOUNT, '444455556666') }, 'deny'],
  ])('%j and a web identity: %s', (principal, decision) => {
    expect(decide(trusting(principal), TOKEN)).toBe(decision);
  });

  test('services', () => {
    const pods: TrustRequest = {
      ...caller('pods.eks.amazonaws.com'),
      principal: { type: 'Service', id: 'pods.eks.amazonaws.com' },
    };
    expect(
      [{ Service: ['x', 'pods.eks.amazonaws.com'] }, { Service: 'eks.amazonaws.com' }, { Service: '*' }].map(one =>
        decide(trusting(one), pods),
      ),
    ).toEqual(['allow', 'deny', 'unknown']);
  });

  test('NotPrincipal is refused with a word', () => {
    const { Principal, ...rest } = ALLOW;
    expect(reasons(document({ ...rest, NotPrincipal: Principal }))).toEqual([
      'statement 0: NotPrincipal is not supported, because AWS advises against it',
    ]);
  });
});

describe('actions and statements', () => {
  const { Action, ...rest } = ALLOW;

  test.each<[any, string]>([
    [{ Action: 'STS:assumerolewithWEBidentity' }, 'allow'],
    [{ Action: ['x:y', 'sts:AssumeRole*'] }, 'allow'],
    [{ Action: '*' }, 'allow'],
    [{ Action: 'sts:AssumeRoleWith???Identity' }, 'allow'],
    [{ Action: 'sts:AssumeRole' }, 'deny'],
    [{ Action: [] }, 'deny'],
    [{ NotAction: 'sts:AssumeRole' }, 'allow'],
    [{ NotAction: ['x:y', 'sts:*'] }, 'deny'],
    [{ NotAction: [] }, 'unknown'],
    [{ Action: '*:*' }, 'unknown'],
    [{ Action: 's*' }, 'unknown'],
    [{ Action: 's3*:Get' }, 'deny'],
  ])('%j: %s', (actions, decision) => {
    expect(decide(document({ ...rest, ...actions }))).toBe(decision);
  });

  test('Deny comes first, wherever it stands', () => {
    const deny = { ...ALLOW, Effect: 'Deny' };
    expect(evaluateTrust(document(ALLOW, deny), TOKEN)).toMatchObject({ decision: 'deny', statement: 1 });
    expect(evaluateTrust(document(deny, ALLOW), TOKEN)).toMatchObject({ decision: 'deny', statement: 0 });
    expect(evaluateTrust(document(deny), TOKEN)).toMatchObject({ decision: 'deny', statement: 0, nearMisses: [] });
  });

  test('what is unknown changes nothing where something else is sure', () => {
    const unknown = { ...ALLOW, Condition: { NumericEquals: { x: '1' } } };
    expect(decide(document(unknown, ALLOW))).toBe('allow');
    expect(decide(document({ ...unknown, Effect: 'Deny' }, ALLOW))).toBe('unknown');
    expect(decide(document({ ...unknown, Effect: 'Deny' }))).toBe('deny');
    expect(decide(document({ ...unknown, Effect: 'Deny' }, { ...ALLOW, Effect: 'Deny' }, ALLOW))).toBe('deny');
    expect(decide(document({ ...unknown, Condition: { ...unknown.Condition, StringEquals: { [SUB]: 'x' } } }))).toBe(
      'deny',
    );
  });

  test('the index is that of the first statement that decides', () => {
    expect(evaluateTrust(document({ ...ALLOW, Action: 'sts:TagSession' }, ALLOW, ALLOW), TOKEN)).toMatchObject({
      decision: 'allow',
      statement: 1,
    });
    expect(evaluateTrust({ Version: '2012-10-17', Statement: ALLOW }, TOKEN)).toMatchObject({
      decision: 'allow',
      statement: 0,
    });
  });
});

describe('malformed documents', () => {
  const broken: [string, any][] = [
    ['the document is not an object', undefined],
    ['the document is not an object', null],
    ['the document is not an object', 'text'],
    ['the document is not an object', [ALLOW]],
    ['the document has no Statement', {}],
    ['the document has no Statement', { Statement: null }],
    ['the document has no Statement', { Statement: 'x' }],
    ['Version must be 2012-10-17 or 2008-10-17', { Version: '2020-01-01', Statement: [] }],
    ['statement is not an element of an IAM policy', { statement: [] }],
    ['statement 0: it is not an object', document(null)],
    ['statement 1: it is not an object', document(ALLOW, [ALLOW])],
    ['statement 0: Effect must be Allow or Deny', document({ ...ALLOW, Effect: 'allow' })],
    ['statement 0: Resource is not allowed here', document({ ...ALLOW, Resource: '*' })],
    ['statement 0: Conditions is not allowed here', document({ ...ALLOW, Conditions: {} })],
    ['statement 0: it must have either Action or NotAction', document({ ...ALLOW, NotAction: 'x' })],
    ['statement 0: it must have either Principal or NotPrincipal', document({ Effect: 'Allow', Action: '*' })],
    ['statement 0: Action must be a string or a list of strings', document({ ...ALLOW, Action: 5 })],
    ['statement 0: Action must be a string or a list of strings', document({ ...ALLOW, Action: [['x']] })],
    ['statement 0: Action must be a string or a list of strings', document({ ...ALLOW, Action: null })],
    ['statement 0: Principal must be * or a map of strings', document({ ...ALLOW, Principal: PROVIDER })],
    [
      'statement 0: Principal must be * or a map of strings',
      document({ ...ALLOW, Principal: { AWS: 111122223333 } }),
    ],
    ['statement 0: Principal must be * or a map of strings', document({ ...ALLOW, Principal: { Human: 'x' } })],
    ['statement 0: Condition must be an object', document({ ...ALLOW, Condition: [] })],
    ['statement 0: StringEquals must be an object', under({ StringEquals: 'x' })],
    [
      `statement 0: the value of ${SUB} must be a string or a list of strings`,
      under({ StringEquals: { [SUB]: { Ref: 'X' } } }),
    ],
    [
      `statement 0: the value of ${SUB} must be a string or a list of strings`,
      under({ StringEquals: { [SUB]: null } }),
    ],
    [
      `statement 0: the value of ${SUB} must be a string or a list of strings`,
      under({ StringEquals: { [SUB]: [['x']] } }),
    ],
  ];

  test.each(broken)('%s', (reason, policy) => {
    expect(evaluateTrust(policy, TOKEN)).toEqual({ decision: 'unknown', nearMisses: [], unknowns: [reason] });
  });

  test('never throw, and never let anybody in by what is broken', () => {
    const junk = fc.oneof(
      fc.constantFrom<any>(null, 5, true, 'x', '*', '⟨x⟩', [], {}, [null], { a: null }, [['x']]),
      fc.anything(),
    );
    const places: ((value: any) => any)[] = [
      value => value,
      value => ({ Statement: value }),
      value => document(value),
      value => document({ ...ALLOW, Action: value }),
      value => document({ ...ALLOW, Principal: value }),
      value => document({ ...ALLOW, Effect: value }),
      value => under(value),
      value => under({ StringEquals: value }),
      value => under({ StringEquals: { [SUB]: value } }),
      value => under({ Null: { [SUB]: value } }),
    ];
    fc.assert(fc.property(junk, fc.constantFrom(...places), (value, place) => {
      const { decision, nearMisses, unknowns } = evaluateTrust(place(value), TOKEN);
      expect(decision === 'unknown').toBe(unknowns.length > 0);
      expect(nearMisses.every(({ text }) => typeof text === 'string')).toBe(true);
    }), { numRuns: 2000, seed: 20260101 });
  });
});

describe('near misses', () => {
  const subs = (...names: string[]) => under({ StringEquals: { [SUB]: names.map(subject) } });

  test.each<[string, any, string]>([
    [
      'the service account',
      subs('shop:payments'),
      '`sub` differs: got payment, trusted payments (the service account; the namespace shop matches)',
    ],
    [
      'the namespace',
      subs('shops:payment'),
      '`sub` differs: got shop, trusted shops (the namespace; the service account payment matches)',
    ],
    ['both', subs('a:b'), '`sub` differs: got shop:payment, trusted a:b (namespace and service account)'],
    [
      'the nearest first, and no more than three',
      subs('a:b', 'shop:x', 'shop:paymenta', 'shop:pay', 'shop:paymentb', 'shop:y'),
      '`sub` differs: got payment, trusted paymenta, paymentb, pay and 2 more (the service account; the namespace '
        + 'shop matches)',
    ],
    [
      'a pattern',
      under({ StringLike: { [SUB]: subject('shops*:*') } }),
      '`sub` differs: got shop, trusted shops* (the namespace; the service account payment matches)',
    ],
    [
      'a wildcard under StringEquals',
      subs('shop:*'),
      '`sub` differs: got system:serviceaccount:shop:payment, trusted system:serviceaccount:shop:*: a wildcard with '
        + 'StringEquals never matches; use StringLike',
    ],
    [
      'the case',
      subs('shop:Payment'),
      '`sub` differs: got system:serviceaccount:shop:payment, trusted system:serviceaccount:shop:Payment: they differ '
        + 'only in case',
    ],
    [
      'white space',
      subs('shop:payment '),
      '`sub` differs: got system:serviceaccount:shop:payment, trusted system:serviceaccount:shop:payment : they '
        + 'differ only in leading or trailing whitespace',
    ],
    [
      'a variable without Version',
      { Statement: under({ StringEquals: { [SUB]: '${x}' } }).Statement },
      '`sub` differs: got system:serviceaccount:shop:payment, trusted ${x}: a variable is plain text without Version '
        + '2012-10-17',
    ],
    [
      'the audience',
      under({ StringEquals: { [AUD]: 'vault' } }),
      '`aud` differs: got sts.amazonaws.com, trusted vault',
    ],
    [
      'https:// in the key',
      under({ StringEquals: { [`https://${SUB}`]: 'x' } }),
      `the key https://${SUB} contains \`https://\`, but keys of IAM start with the host of the issuer`,
    ],
    [
      'oidc-provider/ in the key',
      under({ StringEquals: { [`oidc-provider/${SUB}`]: 'x' } }),
      `the key oidc-provider/${SUB} contains \`oidc-provider/\`, but keys of IAM start with the host of the issuer`,
    ],
    [
      'another issuer',
      under({ StringEquals: { 'gitlab.example:sub': 'x' } }),
      '`sub` of the issuer gitlab.example is not in the request',
    ],
    [
      'Null true',
      under({ Null: { [SUB]: 'true' } }),
      '`sub` must not be in the request, got: system:serviceaccount:shop:payment',
    ],
    [
      'an inverted operator',
      under({ StringNotEquals: { [AUD]: ['x', 'sts.amazonaws.com'] } }),
      '`aud` must not be sts.amazonaws.com, x (StringNotEquals), got: sts.amazonaws.com',
    ],
    ['a list', under({ 'ForAllValues:StringEquals': { [AMR]: ['a', 'c'] } }), '`amr` differs: got a, b, trusted a, c'],
    [
      'an ARN',
      under({ ArnLike: { 'aws:SourceArn': 'arn:aws:eks:*:1:cluster/z' } }),
      '`aws:SourceArn` differs: got arn:aws:eks:eu-west-1:1:cluster/x:y, trusted arn:aws:eks:*:1:cluster/z',
    ],
    [
      'the action',
      document({ ...ALLOW, Action: ['sts:TagSession', 'sts:AssumeRole'] }),
      `action differs: got ${WEB_IDENTITY}, trusted sts:AssumeRole, sts:TagSession`,
    ],
    ['no action', document({ ...ALLOW, Action: [] }), `action differs: got ${WEB_IDENTITY}, trusted nothing`],
    ['NotAction', document({ Effect: 'Allow', Principal: '*', NotAction: 'sts:*' }), 'NotAction excludes '
      + `${WEB_IDENTITY}`],
    [
      'the account of the provider',
      trusting({ Federated: PROVIDER.replace(ACCOUNT, '444455556666') }),
      `principal differs in the account: got ${ACCOUNT}, trusted 444455556666 `
        + `(${PROVIDER.replace(ACCOUNT, '444455556666')})`,
    ],
    [
      'its partition',
      trusting({ Federated: PROVIDER.replace('aws', 'aws-cn') }),
      `principal differs in the partition: got aws, trusted aws-cn (${PROVIDER.replace('aws', 'aws-cn')})`,
    ],
    ['its issuer', trusting({ Federated: `${PROVIDER}B` }), `principal differs: got ${PROVIDER}, trusted ${PROVIDER}B`],
    [
      'the kind of principal',
      trusting({ AWS: PROVIDER }),
      `principal is listed under AWS, but IAM expects it under Federated: ${PROVIDER}`,
    ],
    ['nobody', trusting({}), `principal differs: got ${PROVIDER}, trusted nothing`],
  ])('%s', (_, policy, text) => {
    expect(texts(policy)).toEqual([text]);
  });

  test('a key that is missing', () => {
    expect(texts(under({ Null: { x: 'false' }, StringEquals: { y: '1' } }), { ...TOKEN, absent: () => true })).toEqual([
      '`x` must be in the request',
      '`y` is not in the request',
    ]);
  });

  test('say all of it, nearest first', () => {
    const policy = document(
      { ...ALLOW, Sid: 'Action', Action: 'sts:AssumeRole' },
      { ...ALLOW, Sid: 'Principal', Principal: { Federated: `${PROVIDER}B` } },
      { ...ALLOW, Sid: 'Both', Condition: { StringEquals: { [SUB]: subject('shop:payments'), [AUD]: 'vault' } } },
      { ...ALLOW, Sid: 'Far', Condition: { StringEquals: { [SUB]: subject('a:b') } } },
      {
        ...ALLOW,
        Sid: 'Near',
        Condition: { StringEquals: { [SUB]: subject('shop:payments'), [AUD]: 'sts.amazonaws.com' } },
      },
      { ...ALLOW, Effect: 'Deny', Condition: { StringEquals: { [SUB]: 'x' } } },
    );
    const { nearMisses } = evaluateTrust(policy, TOKEN);
    expect(nearMisses.map(({ sid, key }) => [sid, key])).toEqual([
      ['Near', SUB],
      ['Far', SUB],
      ['Both', SUB],
      ['Both', AUD],
      ['Principal', undefined],
      ['Action', undefined],
    ]);
    expect(nearMisses[0]).toEqual({
      statement: 4,
      sid: 'Near',
      what: 'condition',
      key: SUB,
      operator: 'StringEquals',
      got: [subject('shop:payment')],
      trusted: [subject('shop:payments')],
      text: '`sub` differs: got payment, trusted payments (the service account; the namespace shop matches)',
    });
  });
});

test('hostile patterns and texts keep nobody busy', () => {
  const [pattern, text] = [`${'*a'.repeat(5000)}b`, 'a'.repeat(10000)];
  const variables = '${x'.repeat(5000);
  const started = Date.now();
  for (const operator of ['StringLike', 'StringEqualsIgnoreCase', 'ArnLike', 'ForAllValues:StringNotLike']) {
    for (const value of [pattern, variables, '⟨'.repeat(10000), `${'⟨x⟩*'.repeat(2000)}b`]) {
      evaluateTrust(under({ [operator]: { [SUB]: value } }), { ...TOKEN, context: { [SUB]: text } }).nearMisses;
    }
  }
  expect(Date.now() - started).toBeLessThan(5000);
});
