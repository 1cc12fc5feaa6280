import * as fc from 'fast-check';
import { StackTemplate } from '../../../src/analysis/reading/assembly';
import { Intrinsics } from '../../../src/analysis/reading/intrinsics';
import { deployed } from '../../judges/deployment';
import { ACCOUNT, ISSUER, ISSUER_URL, PROVIDER_ARN, REGION } from '../../support';
import { stackOf } from '../support';

const PSEUDO = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'Stack',
};

function resolve(value: any, template: any = {}, stack: Partial<StackTemplate> = {}, others: StackTemplate[] = []) {
  const own = stackOf(template, stack);
  return new Intrinsics({ directory: '', stacks: [own, ...others] }).resolve(own, value);
}

describe('what synth can know', () => {
  const text = fc.stringMatching(/^[a-z:/.-]{0,8}$/);
  const leaf = fc.oneof(text, fc.constantFrom(...Object.keys(PSEUDO)).map(name => ({ Ref: name })));
  const valueOf = (depth: number): fc.Arbitrary<any> => {
    if (depth === 0) return leaf;
    const value = valueOf(depth - 1);
    return fc.oneof(
      leaf,
      fc
        .tuple(text, fc.array(value, { minLength: 1, maxLength: 3 }))
        .map(([separator, parts]) => ({ 'Fn::Join': [separator, parts] })),
      fc
        .tuple(value, fc.constantFrom(':', '/', '//', '.'))
        .map(([source, separator]) => ({ 'Fn::Select': [0, { 'Fn::Split': [separator, source] }] })),
      fc
        .tuple(text, value, text)
        .map(([before, one, after]) => ({
          'Fn::Sub': [`${before}\${Value}${after}\${AWS::Region}\${!Kept}`, { Value: one }],
        })),
    );
  };

  test('is what CloudFormation makes of it', () => {
    fc.assert(fc.property(valueOf(4), one => {
      expect(resolve(one)).toEqual({ value: deployed(one, { values: PSEUDO }), unresolved: [] });
    }), { numRuns: 2000, seed: 7 });
  });
});

const ROLE = (properties: any) => ({ Resources: { Role: { Type: 'AWS::IAM::Role', Properties: properties } } });
const GET_ARN = { 'Fn::GetAtt': ['Role', 'Arn'] };

test.each<[string, any, any, any, Partial<StackTemplate>?]>([
  [
    'a named role',
    GET_ARN,
    `arn:aws:iam::${ACCOUNT}:role/workloads/api`,
    ROLE({ RoleName: 'api', Path: '/workloads/' }),
  ],
  ['a role named by CloudFormation', GET_ARN, `arn:aws:iam::${ACCOUNT}:role/⟨Stack/Role⟩`, ROLE({})],
  ['an ARN as a text', { 'Fn::GetAtt': 'Role.Arn' }, `arn:aws:iam::${ACCOUNT}:role/api`, ROLE({ RoleName: 'api' })],
  [
    'in a region of China',
    GET_ARN,
    `arn:aws-cn:iam::${ACCOUNT}:role/api`,
    ROLE({ RoleName: 'api' }),
    { region: 'cn-north-1' },
  ],
  [
    'in GovCloud',
    GET_ARN,
    `arn:aws-us-gov:iam::${ACCOUNT}:role/api`,
    ROLE({ RoleName: 'api' }),
    { region: 'us-gov-west-1' },
  ],
  [
    'in a region nobody knows yet',
    GET_ARN,
    `arn:⟨AWS::Partition⟩:iam::${ACCOUNT}:role/api`,
    ROLE({ RoleName: 'api' }),
    { region: 'xx-moon-1' },
  ],
  [
    'in any account',
    GET_ARN,
    'arn:⟨AWS::Partition⟩:iam::⟨AWS::AccountId⟩:role/api',
    ROLE({ RoleName: 'api' }),
    { account: undefined, region: undefined },
  ],
  [
    'a provider',
    { Ref: 'Oidc' },
    PROVIDER_ARN,
    { Resources: { Oidc: { Type: 'AWS::IAM::OIDCProvider', Properties: { Url: ISSUER_URL } } } },
  ],
  [
    'a provider by its attribute',
    { 'Fn::GetAtt': ['Oidc', 'Arn'] },
    PROVIDER_ARN,
    { Resources: { Oidc: { Type: 'AWS::IAM::OIDCProvider', Properties: { Url: ISSUER_URL } } } },
  ],
  [
    'a provider of the custom resource',
    { Ref: 'Oidc' },
    PROVIDER_ARN,
    { Resources: { Oidc: { Type: 'Custom::AWSCDKOpenIdConnectProvider', Properties: { Url: ISSUER_URL } } } },
  ],
  [
    'a managed policy',
    { Ref: 'Policy' },
    `arn:aws:iam::${ACCOUNT}:policy/a/b`,
    { Resources: { Policy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { Path: '/a/', ManagedPolicyName: 'b' } } } },
  ],
  [
    'a parameter, whatever its default',
    { Ref: 'Namespace' },
    '⟨Stack/Namespace⟩',
    { Parameters: { Namespace: { Type: 'String', Default: 'production' } } },
  ],
  [
    'an attribute nobody knows',
    { 'Fn::GetAtt': ['Thing', 'Id'] },
    '⟨Stack/Thing.Id⟩',
    { Resources: { Thing: { Type: 'AWS::Some::Thing' } } },
  ],
  ['an export of another app', { 'Fn::ImportValue': 'issuer' }, '⟨export issuer⟩', {}],
  [
    'a mapping',
    { 'Fn::FindInMap': ['Map', { Ref: 'AWS::Region' }, 'Name'] },
    'dublin',
    { Mappings: { Map: { [REGION]: { Name: 'dublin' } } } },
  ],
  ['JSON', { 'Fn::ToJsonString': { a: { Ref: 'AWS::AccountId' } } }, `{"a":"${ACCOUNT}"}`, {}],
  [
    'the end of a text with a stand-in for an account',
    { 'Fn::Select': [5, { 'Fn::Split': [':', GET_ARN] }] },
    'role/api',
    ROLE({ RoleName: 'api' }),
    { account: undefined },
  ],
  ['no value', { a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }, {}],
])('%s', (...[, value, expected, template, stack]) => {
  expect(resolve(value, template, stack)).toEqual({ value: expected, unresolved: [] });
});

describe('the issuer of a cluster that is made', () => {
  const template = {
    Resources: {
      Cluster: { Type: 'AWS::EKS::Cluster', Properties: {} },
      Oidc: {
        Type: 'AWS::IAM::OIDCProvider',
        Properties: { Url: { 'Fn::GetAtt': ['Cluster', 'OpenIdConnectIssuerUrl'] } },
      },
    },
  };
  const issuer = '⟨Stack/Cluster.OpenIdConnectIssuerUrl⟩';

  test.each([
    ['its URL', { 'Fn::GetAtt': ['Cluster', 'OpenIdConnectIssuerUrl'] }, `https://${issuer}`],
    [
      'without the scheme',
      { 'Fn::Select': [1, { 'Fn::Split': ['//', { 'Fn::GetAtt': ['Cluster', 'OpenIdConnectIssuerUrl'] }] }] },
      issuer,
    ],
    [
      'out of the ARN of its provider',
      { 'Fn::Select': [1, { 'Fn::Split': [':oidc-provider/', { Ref: 'Oidc' }] }] },
      issuer,
    ],
  ])('%s is one and the same', (_, value, expected) => {
    expect(resolve(value, template).value).toBe(expected);
  });

  test('a cluster of CDK\'s custom resource says it without the scheme too', () => {
    expect(
      resolve(
        { 'Fn::GetAtt': ['Cluster', 'OpenIdConnectIssuer'] },
        { Resources: { Cluster: { Type: 'Custom::AWSCDK-EKS-Cluster' } } },
      ).value,
    ).toBe(issuer);
  });
});

describe('what nobody can take apart is not guessed', () => {
  const parameters = { Parameters: { Arn: { Type: 'String' }, List: { Type: 'CommaDelimitedList' } } };

  test('a part of a parameter', () => {
    const part = (index: number, of = 'Arn') =>
      resolve({ 'Fn::Select': [index, { 'Fn::Split': [':', { Ref: of }] }] }, parameters).value;
    expect(part(1)).toMatch(/^⟨Stack\/Fn::Select [0-9a-f]{8}⟩$/);
    expect(part(1)).toBe(part(1));
    expect(part(1)).not.toBe(part(2));
    expect(part(1)).not.toBe(part(1, 'List'));
  });

  test.each(['Fn::Cidr', 'Fn::GetAZs', 'Fn::Base64', 'Fn::Transform', 'Fn::Unheard'])('%s', name => {
    const one = resolve({ [name]: ['a', { Ref: 'AWS::Region' }] }).value;
    expect(one).toMatch(new RegExp(`^⟨Stack/${name} [0-9a-f]{8}⟩$`));
    expect(one).toBe(resolve({ [name]: ['a', REGION] }).value);
    expect(one).not.toBe(resolve({ [name]: ['b', REGION] }).value);
  });

  test.each([
    ['a name that is not there', { Ref: 'Nothing' }, 'Stack: Ref refers to Nothing, which is not in the template'],
    [
      'an attribute of nothing',
      { 'Fn::GetAtt': ['Nothing', 'Arn'] },
      'Stack: Fn::GetAtt refers to Nothing, which is not in the template',
    ],
  ])('%s is said', (_, value, said) => {
    expect(resolve(value)).toEqual({ value: '⟨Stack/unresolved⟩', unresolved: [said] });
  });

  test.each([
    [
      'malformed functions',
      { 'Fn::Join': 'x' },
      { 'Fn::Select': [] },
      { 'Fn::Split': {} },
      { 'Fn::Sub': [{}] },
      { 'Fn::If': [] },
      { 'Fn::FindInMap': [] },
      { 'Fn::GetAtt': {} },
    ],
  ])('%s do no harm', (_, ...values) => {
    for (const value of values) expect(resolve(value).value).toMatch(/^⟨Stack\//);
  });

  test('a circle is said, not followed for ever', () => {
    const left = stackOf(
      { Outputs: { A: { Value: { 'Fn::ImportValue': 'b' }, Export: { Name: 'a' } } } },
      { path: 'Left' },
    );
    const right = stackOf(
      { Outputs: { B: { Value: { 'Fn::ImportValue': 'a' }, Export: { Name: 'b' } } } },
      { path: 'Right' },
    );
    const { value, unresolved } = new Intrinsics({ directory: '', stacks: [left, right] }).resolve(left, {
      'Fn::ImportValue': 'a',
    });
    expect(value).toMatch(/unresolved⟩$/);
    expect(unresolved).toEqual([expect.stringContaining('stacks refer to each other in a cycle')]);
  });

  test('nor is depth', () => {
    let value: any = 'x';
    for (let depth = 0; depth < 5000; depth++) value = { 'Fn::Join': ['', [value]] };
    expect(resolve(value).unresolved).toEqual(['Stack: functions are nested too deeply or refer to each other in a '
      + 'cycle']);
  });
});

describe('conditions', () => {
  const template = {
    Parameters: { Stage: { Type: 'String' } },
    Conditions: {
      Ireland: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, REGION] },
      Elsewhere: { 'Fn::Not': [{ Condition: 'Ireland' }] },
      Production: { 'Fn::Equals': [{ Ref: 'Stage' }, 'production'] },
      Both: { 'Fn::And': [{ Condition: 'Production' }, { Condition: 'Ireland' }] },
      Never: { 'Fn::And': [{ Condition: 'Production' }, { Condition: 'Elsewhere' }] },
      Always: { 'Fn::Or': [{ Condition: 'Production' }, { Condition: 'Ireland' }] },
      Circle: { 'Fn::Not': [{ Condition: 'Circle' }] },
    },
  };
  test.each([
    ['Ireland', 'yes'],
    ['Elsewhere', 'no'],
    ['Never', 'no'],
    ['Always', 'yes'],
    ['Production', undefined],
    ['Both', undefined],
    ['Circle', undefined],
    ['Missing', undefined],
  ])('%s: %s', (name, expected) => {
    const { value } = resolve({ 'Fn::If': [name, 'yes', 'no'] }, template);
    expect(value).toEqual(expected ?? expect.stringMatching(/^⟨Stack\/Fn::If /));
    const own = stackOf(template);
    expect(new Intrinsics({ directory: '', stacks: [own] }).mayExist(own, { Condition: name })).toBe(expected !== 'no');
  });

  test('both ways the same: no matter', () => {
    expect(resolve({ 'Fn::If': ['Production', { Ref: 'AWS::Region' }, REGION] }, template).value).toBe(REGION);
  });
});

describe('across stacks', () => {
  const export_ = (name: any, value: any) => ({ Outputs: { Out: { Value: value, Export: { Name: name } } } });

  test('an export is followed, in the words of the stack that makes it', () => {
    const template = {
      ...export_({ 'Fn::Sub': '${AWS::Region}-issuer' }, { 'Fn::GetAtt': ['Cluster', 'Arn'] }),
      Resources: { Cluster: { Type: 'AWS::EKS::Cluster', Properties: { Name: 'blue' } } },
    };
    const other = stackOf(template, { path: 'Clusters' });
    expect(resolve({ 'Fn::ImportValue': `${REGION}-issuer` }, {}, {}, [other]).value).toBe(
      `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/blue`,
    );
  });

  test('an export of the same name elsewhere is another one', () => {
    const here = stackOf(export_('issuer', 'here'), { path: 'Here' });
    const there = stackOf(export_('issuer', 'there'), { path: 'There', account: '444455556666' });
    expect(resolve({ 'Fn::ImportValue': 'issuer' }, {}, {}, [there, here]).value).toBe('here');
    expect(resolve({ 'Fn::ImportValue': 'issuer' }, {}, {}, [there]).value).toBe('⟨export issuer⟩');
    expect(
      resolve({ 'Fn::ImportValue': 'issuer' }, {}, {}, [here, stackOf(export_('issuer', 'again'), { path: 'Again' })])
        .value,
    ).toBe('⟨export issuer⟩');
  });

  test('an output of a stack by its name', () => {
    const other = stackOf({ Outputs: { Issuer: { Value: ISSUER } } }, { path: 'Clusters', stackName: 'clusters' });
    expect(
      resolve({ 'Fn::GetStackOutput': { StackName: 'clusters', OutputName: 'Issuer' } }, {}, {}, [other]).value,
    ).toBe(ISSUER);
    expect(
      resolve({ 'Fn::GetStackOutput': { StackName: 'other', OutputName: 'Issuer' } }, {}, {}, [other]).value,
    ).toMatch(/^⟨output /);
  });

  test('what goes to another region by a custom resource', () => {
    const writer = stackOf(
      {
        Resources: {
          Writer: {
            Type: 'Custom::CrossRegionExportWriter',
            Properties: { WriterProps: { exports: { '/cdk/exports/a': { Ref: 'AWS::Region' } } } },
          },
        },
      },
      { path: 'Writer', region: 'us-east-1' },
    );
    const reader = { Resources: { Reader: { Type: 'Custom::CrossRegionExportReader' } } };
    expect(resolve({ 'Fn::GetAtt': ['Reader', '/cdk/exports/a'] }, reader, {}, [writer]).value).toBe('us-east-1');
    expect(resolve({ 'Fn::GetAtt': ['Reader', '/cdk/exports/b'] }, reader, {}, [writer]).value).toBe(
      '⟨Stack/Reader./cdk/exports/b⟩',
    );
  });

  test('a nested stack gets its parameters, and gives its outputs', () => {
    const outer = stackOf({
      Resources: { Inner: { Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: { Url: ISSUER_URL } } } },
    });
    const inner = stackOf(
      { Parameters: { Url: {}, Other: {} }, Outputs: { Issuer: { Value: { Ref: 'Url' } } } },
      { path: 'Stack/Inner', parent: { stack: outer, logicalId: 'Inner' } },
    );
    const intrinsics = new Intrinsics({ directory: '', stacks: [outer, inner] });
    expect(intrinsics.resolve(inner, { Ref: 'Url' }).value).toBe(ISSUER_URL);
    expect(intrinsics.resolve(inner, { Ref: 'Other' }).value).toBe('⟨Stack/Inner/Other⟩');
    expect(intrinsics.resolve(outer, { 'Fn::GetAtt': ['Inner', 'Outputs.Issuer'] }).value).toBe(ISSUER_URL);
  });

  test('CfnJson gives back what it is given, where it is JSON', () => {
    const json = (value: any) =>
      resolve(
        { StringEquals: { 'Fn::GetAtt': ['Json', 'Value'] } },
        { Resources: { Json: { Type: 'Custom::AWSCDKCfnJson', Properties: { Value: value } } } },
      ).value;
    expect(json({ 'Fn::Join': ['', ['{"', ISSUER, ':aud":"sts.amazonaws.com"}']] })).toEqual({
      StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
    });
    expect(json('{"cut')).toEqual({ StringEquals: '⟨Stack/Json.Value⟩' });
  });
});

describe('templates of others', () => {
  const NO_TEXT = { toString: null };
  const odd = [
    null,
    5,
    'x',
    [],
    {},
    NO_TEXT,
    [NO_TEXT, NO_TEXT, NO_TEXT],
    { Ref: 'AWS::NoValue' },
    [{ Ref: 'AWS::NoValue' }, ['a'], 'b'],
    ['${a}', null],
    ['constructor', 'prototype', 'toString'],
    '__proto__',
    'constructor',
    'Odd.constructor',
    ['Odd', '__proto__'],
    { StackName: NO_TEXT },
  ];
  const names = [
    'Ref',
    'Fn::GetAtt',
    'Fn::ImportValue',
    'Fn::GetStackOutput',
    'Fn::Join',
    'Fn::Split',
    'Fn::Select',
    'Fn::Sub',
    'Fn::If',
    'Fn::FindInMap',
    'Fn::ToJsonString',
    'Fn::Cidr',
  ];

  test.each(names)('%s of anything makes nothing fail, and holds nothing of JavaScript', name => {
    for (const argument of odd) {
      const one = { [name]: argument };
      const template = {
        Conditions: { One: { 'Fn::Equals': [one, one] }, Not: { 'Fn::Not': one }, Itself: one },
        Resources: { Odd: { Type: 'constructor' }, Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: one } } },
        Mappings: {},
      };
      const values = [
        one,
        { 'Fn::If': ['One', one, 1] },
        { 'Fn::If': ['Not', one, 1] },
        { 'Fn::If': ['Itself', one, 1] },
        { Ref: 'Role' },
        { Ref: 'Odd' },
      ];
      const { value } = resolve(values, template);
      expect(JSON.stringify(value)).not.toMatch(/\[native code\]|\[object/);
      expect((value as unknown[]).filter(each => typeof each === 'function')).toEqual([]);
    }
  });

  test.each([[{}], [5], ['x'], [[]], [null]])('the condition %j may be true', condition => {
    const stack = stackOf({ Conditions: { C: condition } });
    expect(new Intrinsics({ directory: '', stacks: [stack] }).mayExist(stack, { Condition: 'C' })).toBe(true);
  });

  test('conditions that are named twice each are evaluated once', () => {
    const Conditions = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [
        `C${i}`,
        { 'Fn::And': [{ Condition: `C${i + 1}` }, { Condition: `C${i + 1}` }] },
      ]),
    );
    const stack = stackOf({
      Conditions: { ...Conditions, C60: { 'Fn::Equals': [{ Ref: 'P' }, 'x'] } },
      Parameters: { P: {} },
    });
    expect(new Intrinsics({ directory: '', stacks: [stack] }).mayExist(stack, { Condition: 'C0' })).toBe(true);
  });

  test('exports that are imported twice each come to an end', () => {
    const Outputs = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [
        `O${i}`,
        {
          Export: { Name: `e${i}` },
          Value: { 'Fn::Join': ['', [{ 'Fn::ImportValue': `e${i + 1}` }, { 'Fn::ImportValue': `e${i + 1}` }]] },
        },
      ]),
    );
    expect(resolve({ 'Fn::ImportValue': 'e0' }, { Outputs }).unresolved).toEqual([
      'Stack: functions are nested too deeply or refer to each other in a cycle',
    ]);
  });
});
