import { readFileSync } from 'fs';
import { join } from 'path';
import {
  Annotations,
  App,
  Aspects,
  CfnParameter,
  Duration,
  Fn,
  IAspect,
  Lazy,
  PhysicalName,
  Stack,
  Tags,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { ClusterOidcProvider, IrsaRole, IrsaRoleProps, ServiceAccountSubject, TrustPolicy } from '../src';
import {
  ACCOUNT,
  agnosticStack,
  appWith,
  deferredProvider,
  ISSUER,
  ISSUER_URL,
  literalProvider,
  literalStack,
  logicalId,
  REGION,
  SAFE_PATTERN,
  trustPolicies,
  trustPolicy,
  warnings,
} from './support';

const SUBJECT = ServiceAccountSubject.exact('ns', 'sa');

function trusting(provider: iam.IOpenIdConnectProvider, ...subjects: ServiceAccountSubject[]): TrustPolicy {
  return new TrustPolicy().addServiceAccounts(provider, subjects.length === 0 ? [SUBJECT] : subjects);
}

function role(stack: Stack, props: Partial<IrsaRoleProps> = {}): IrsaRole {
  return new IrsaRole(stack, 'Role', { trust: props.trust ?? trusting(literalProvider(stack)), ...props });
}

/** The statements of the role's trust policy, whichever form it has. */
function statements(stack: Stack): any[] {
  const document = Object.values(trustPolicies(stack))[0];
  return (document.Statement ? document : JSON.parse(document['Fn::Sub'][0])).Statement;
}

/** The two forms of a trust policy: what holds for one holds for the other. */
const FORMS: [string, () => Stack, (stack: Stack) => iam.IOpenIdConnectProvider][] = [
  ['literal', literalStack, literalProvider],
  ['deferred', agnosticStack, deferredProvider],
];

test('minimal: one resource, nothing but the trust', () => {
  const stack = literalStack();
  role(stack);
  const { Resources } = Template.fromStack(stack).toJSON();
  expect(Object.values<any>(Resources).map(({ Type, Properties }) => [Type, Object.keys(Properties)])).toEqual([
    ['AWS::IAM::Role', ['AssumeRolePolicyDocument']],
  ]);
});

test('maximal', () => {
  const stack = literalStack();
  const statement = new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: ['*'] });
  role(stack, {
    roleName: 'name',
    path: '/workloads/',
    description: 'what for',
    managedPolicies: [
      iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Managed', 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'),
    ],
    inlinePolicies: { list: new iam.PolicyDocument({ statements: [statement] }) },
    permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyArn(
      stack,
      'Boundary',
      `arn:aws:iam::${ACCOUNT}:policy/boundary`,
    ),
    maxSessionDuration: Duration.hours(12),
  });
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
    RoleName: 'name',
    Path: '/workloads/',
    Description: 'what for',
    ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'],
    Policies: [
      {
        PolicyName: 'list',
        PolicyDocument: { Statement: [{ Action: 's3:ListBucket', Effect: 'Allow', Resource: '*' }] },
      },
    ],
    PermissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/boundary`,
    MaxSessionDuration: 43200,
  });
});

describe.each(FORMS)('is an iam.Role in every respect, %s', (form, makeStack, makeProvider) => {
  test('what is added to trust and to assumeRolePolicy after construction is in the template', () => {
    const stack = makeStack();
    const trust = new TrustPolicy();
    const it = role(stack, { trust });
    const provider = makeProvider(stack);
    it.trust.addServiceAccounts(provider, [SUBJECT]);
    it.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRole'],
        principals: [new iam.ServicePrincipal('ec2.amazonaws.com')],
      }),
    );
    trust.addServiceAccounts(provider, [ServiceAccountSubject.exact('ns', 'later')]);
    const found = statements(stack);
    expect(found.map(({ Action }) => Action)).toEqual(['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole']);
    expect(Object.values(found[0].Condition.StringEquals)[1]).toEqual([
      'system:serviceaccount:ns:later',
      'system:serviceaccount:ns:sa',
    ]);
    expect(found[1].Principal).toEqual({ Service: 'ec2.amazonaws.com' });
  });

  test('its trust policy can be read', () => {
    const stack = makeStack();
    const { assumeRolePolicy } = role(stack, { trust: trusting(makeProvider(stack)) });
    expect(assumeRolePolicy!.isEmpty).toBe(false);
    expect(assumeRolePolicy!.statementCount).toBe(1);
    expect(assumeRolePolicy!.toJSON().Statement[0].Action).toBe('sts:AssumeRoleWithWebIdentity');
  });

  test('grants', () => {
    const stack = makeStack();
    const it = role(stack, { trust: trusting(makeProvider(stack)) });
    new Bucket(stack, 'Bucket').grantRead(it);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', { Roles: [{ Ref: logicalId(stack, it) }] });
  });

  test('grantAssumeRole, both ways', () => {
    const stack = makeStack();
    const it = role(stack, { trust: trusting(makeProvider(stack)) });
    const other = new iam.Role(stack, 'Other', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
    it.grantAssumeRole(other);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          { Action: 'sts:AssumeRole', Effect: 'Allow', Resource: { 'Fn::GetAtt': [logicalId(stack, it), 'Arn'] } },
        ],
      },
    });
  });

  test('permissions boundaries and tags', () => {
    const stack = makeStack();
    role(stack, { trust: trusting(makeProvider(stack)) });
    iam.PermissionsBoundary.of(stack).apply(
      iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::aws:policy/boundary'),
    );
    Tags.of(stack).add('team', 'payments');
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      PermissionsBoundary: 'arn:aws:iam::aws:policy/boundary',
      Tags: [{ Key: 'team', Value: 'payments' }],
    });
  });

  test('aspects see its trust policy and can add to it', () => {
    const stack = makeStack();
    role(stack, { trust: trusting(makeProvider(stack)) });
    const seen: number[] = [];
    class Look implements IAspect {
      public visit(node: IConstruct) {
        if (!(node instanceof iam.Role)) return;
        seen.push(node.assumeRolePolicy!.statementCount);
        node.assumeRolePolicy!.addStatements(
          new iam.PolicyStatement({ actions: ['sts:SetSourceIdentity'], principals: [new iam.AccountRootPrincipal()] }),
        );
      }
    }
    Aspects.of(stack).add(new Look());
    expect(statements(stack)).toHaveLength(2);
    expect(seen).toEqual([1]);
  });

  test('withoutPolicyUpdates', () => {
    const stack = makeStack();
    const it = role(stack, { trust: trusting(makeProvider(stack)) });
    new Bucket(stack, 'Bucket').grantRead(it.withoutPolicyUpdates());
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });

  test('customizeRoles: no role in the template, the trust in the report', () => {
    const app = new App();
    iam.Role.customizeRoles(app, { usePrecreatedRoles: { 'Stack/Role': 'precreated' } });
    const stack = form === 'literal' ? literalStack(app) : agnosticStack(app);
    const it = role(stack, {
      trust: trusting(makeProvider(stack)),
      inlinePolicies: {
        list: new iam.PolicyDocument({
          statements: [new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: ['*'] })],
        }),
      },
    });
    expect(it.roleName).toBe('precreated');
    const assembly = app.synth();
    expect(Object.values<any>(assembly.stacks[0].template.Resources ?? {}).map(({ Type }) => Type)).not.toContain(
      'AWS::IAM::Role',
    );
    const { roles } = JSON.parse(readFileSync(join(assembly.directory, 'iam-policy-report.json'), 'utf8'));
    const [statement] = roles[0].assumeRolePolicy;
    expect(Object.values(statement.Condition.StringEquals)).toEqual([
      'sts.amazonaws.com',
      'system:serviceaccount:ns:sa',
    ]);
    expect(Object.keys(statement.Condition.StringEquals)[0]).toBe(
      form === 'literal' ? `${ISSUER}:aud` : '<issuer>:aud',
    );
  });

  test('minimized policies keep aud and sub', () => {
    const context = { '@aws-cdk/aws-iam:minimizePolicies': true };
    const stack = form === 'literal' ? literalStack(appWith(context)) : agnosticStack(appWith(context));
    role(stack, { trust: trusting(makeProvider(stack), SUBJECT, ServiceAccountSubject.anyInNamespace('batch')) });
    expect(statements(stack).map(({ Condition }) => Object.keys(Condition))).toEqual([
      ['StringEquals'],
      ['StringEquals', 'StringLike'],
    ]);
  });

  test('a web identity added by hand without aud and sub is an error at synth', () => {
    const stack = makeStack();
    const it = role(stack, { trust: trusting(makeProvider(stack)) });
    it.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRoleWithWebIdentity'],
        principals: [new iam.FederatedPrincipal(`arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`)],
      }),
    );
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `assumeRolePolicy` must have conditions on aud (StringEquals) and sub',
    );
  });

  test('an empty trust is an error at synth', () => {
    const stack = makeStack();
    role(stack, { trust: new TrustPolicy() });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `trust` must allow at least one principal, got: "an empty trust policy".',
    );
  });
});

test('a role directly below the app is named without a leading slash', () => {
  expect(() => new IrsaRole(new App(), 'Role', {} as any)).toThrow(
    '[Role] `trust` must be given, got: nothing. Pass a new TrustPolicy() and add who may assume the role.',
  );
});

test('tokens that turn out equal are one statement, also where the document is only read', () => {
  const stack = literalStack();
  const arn = `arn:aws:iam::${ACCOUNT}:role/x`;
  const trust = new TrustPolicy()
    .addPrincipal(new iam.ArnPrincipal(arn))
    .addPrincipal(new iam.ArnPrincipal(Lazy.string({ produce: () => arn })));
  const { assumeRolePolicy } = role(stack, { trust });
  expect(assumeRolePolicy!.statementCount).toBe(1);
  expect(assumeRolePolicy!.toJSON().Statement).toHaveLength(1);
  expect(trustPolicy(stack).Statement).toHaveLength(1);
});

test('a precreated role takes inline policies while it is made', () => {
  const app = new App();
  iam.Role.customizeRoles(app, { usePrecreatedRoles: { 'Stack/Role': 'precreated' } });
  const document = new iam.PolicyDocument({
    statements: [new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: ['*'] })],
  });
  const it = role(literalStack(app), { inlinePolicies: { list: document } });
  expect([it.roleName, it.node.validate()]).toEqual(['precreated', []]);
});

test('one trust policy for two roles', () => {
  const stack = literalStack();
  const trust = trusting(literalProvider(stack));
  role(stack, { trust });
  new IrsaRole(stack, 'Other', { trust });
  const [first, second] = Object.values(trustPolicies(stack));
  expect(first).toEqual(second);
  expect(first.Statement).toHaveLength(1);
});

test('in a JSON string a parameter of the user must not end the text; in an object it may be anything', () => {
  const add = (stack: Stack, provider: iam.IOpenIdConnectProvider) => {
    const it = role(stack, { trust: trusting(provider) });
    it.assumeRolePolicy!.addStatements(new iam.PolicyStatement({
      actions: ['sts:AssumeRole'],
      principals: [new iam.AccountRootPrincipal()],
      conditions: { StringEquals: { 'sts:ExternalId': new CfnParameter(stack, 'ExternalId').valueAsString } },
    }));
    return stack;
  };
  const deferred = agnosticStack();
  expect(() => Template.fromStack(add(deferred, deferredProvider(deferred)))).toThrow(
    '`assumeRolePolicy (parameter Stack/ExternalId)` must have an allowedPattern',
  );
  const literal = literalStack();
  expect(statements(add(literal, literalProvider(literal)))[1].Condition).toEqual({
    StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } },
  });
});

describe('bad input', () => {
  test.each<[string, Partial<IrsaRoleProps>, string]>([
    [
      'a role name of 65 characters',
      { roleName: 'a'.repeat(65) },
      '`roleName` must be 1 to 64 letters, digits and _+=,.@-, got: "aaa',
    ],
    ['an empty role name', { roleName: '' }, '`roleName` must be 1 to 64'],
    ['a role name with a slash', { roleName: 'a/b' }, '`roleName` must be 1 to 64'],
    ['a path without slashes', { path: 'workloads' }, '`path` must begin and end with a slash'],
    ['a path without the last slash', { path: '/workloads' }, '`path` must begin and end with a slash'],
    ['a path with a blank', { path: '/work loads/' }, '`path` must begin and end with a slash'],
    [
      'a path of 513 characters',
      { path: `/${'a'.repeat(511)}/` },
      '`path` must begin and end with a slash and have at most 512',
    ],
    [
      'a description of 1001 characters',
      { description: 'a'.repeat(1001) },
      '`description` must have at most 1000 characters',
    ],
    [
      'a session of 59 minutes',
      { maxSessionDuration: Duration.minutes(59) },
      '`maxSessionDuration` must be 3600 to 43200 whole seconds (1 to 12 hours), got: "3540 s".',
    ],
    ['a session of 13 hours', { maxSessionDuration: Duration.hours(13) }, '`maxSessionDuration` must be 3600 to 43200'],
    [
      'a session that is a token',
      { maxSessionDuration: Duration.seconds(Lazy.number({ produce: () => 3600 })) },
      '`maxSessionDuration` must be known at synth time',
    ],
    [
      'a session of half seconds',
      { maxSessionDuration: Duration.millis(3600500) },
      '`maxSessionDuration` must be 3600 to 43200',
    ],
  ])('%s', (_, props, message) => {
    expect(() => role(literalStack(), props)).toThrow(`[Stack/Role] ${message}`);
  });

  test.each<[string, Partial<IrsaRoleProps>]>([
    ['a role name of 64 characters', { roleName: 'a'.repeat(64) }],
    ['a path of 512 characters', { path: `/${'a'.repeat(510)}/` }],
    ['the root path', { path: '/' }],
    ['an hour', { maxSessionDuration: Duration.hours(1) }],
    ['a name generated when needed', { roleName: PhysicalName.GENERATE_IF_NEEDED }],
    ['tokens', { roleName: Lazy.string({ produce: () => 'a' }), path: Fn.importValue('path') }],
  ])('%s is fine', (_, props) => {
    const stack = literalStack();
    role(stack, props);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 1);
  });
});

test.each<[string, Partial<IrsaRoleProps>]>([
  ['roleName', { roleName: Lazy.string({ produce: () => 'no name!' }) }],
  ['path', { path: Lazy.string({ produce: () => 'no-path' }) }],
  ['description', { description: Lazy.string({ produce: () => 'x'.repeat(1001) }) }],
])('a %s that turns out literal is checked at synth', (property, props) => {
  const stack = literalStack();
  role(stack, props);
  expect(() => Template.fromStack(stack)).toThrow(`[Stack/Role] \`${property}\` must`);
});

describe('quotas', () => {
  const subjects = (count: number, length = 30) =>
    Array.from({ length: count }, (_, index) => ServiceAccountSubject.exact('ns', `${index}-${'x'.repeat(length)}`));

  /** A trust policy of exactly so many characters, counted here by hand. */
  function trustOf(stack: Stack, characters: number): void {
    const empty = literalStack();
    role(empty, { trust: trusting(literalProvider(empty), ...subjects(2, 1)) });
    const rest = characters - JSON.stringify(trustPolicy(empty)).length;
    const names = [...subjects(2, 1)];
    let missing = rest;
    for (let index = 0; missing > 0; index++) {
      const frame = ',"system:serviceaccount:ns:"'.length;
      const length = Math.min(missing - frame, 200);
      const left = missing - frame - length;
      const name = left > 0 && left < frame + 10 ? length - 50 : length;
      names.push(ServiceAccountSubject.exact('ns', `${index}`.padEnd(name, 'y')));
      missing -= frame + name;
    }
    role(stack, { trust: trusting(literalProvider(stack), ...names) });
  }

  test.each([
    [2048, []],
    [2049, ['`trust` must fit in 2048 characters, got: "2049 characters". This exceeds IAM\'s default quota']],
    [8192, ['`trust` must fit in 2048 characters, got: "8192 characters".']],
  ])('a trust policy of %d characters', (characters, expected) => {
    const stack = literalStack();
    trustOf(stack, characters);
    expect(JSON.stringify(trustPolicy(stack))).toHaveLength(characters);
    const found = warnings(stack);
    expect(found).toHaveLength(expected.length);
    expected.forEach((message, index) => expect(found[index]).toContain(message));
    found.forEach(message => expect(message).toContain('[ack: cdk-irsa:trust-policy-quota]'));
  });

  test('a trust policy of 8193 characters is an error', () => {
    const stack = literalStack();
    trustOf(stack, 8193);
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `trust` must fit in 8192 characters, got: "8193 characters". IAM does not allow more. Split the '
        + 'subjects into several roles',
    );
  });

  test('a deferred trust policy is estimated', () => {
    const stack = agnosticStack();
    role(stack, { trust: trusting(deferredProvider(stack), ...subjects(40)) });
    const [found] = warnings(stack);
    const [, characters] = /about (\d+) characters/.exec(found)!;
    const [text] = trustPolicy(stack)['Fn::Sub'];
    const real = text
      .replace(/\$\{Issuer\}/g, ISSUER)
      .replace('${ProviderArn}', `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`);
    expect(Math.abs(Number(characters) - real.length)).toBeLessThan(20);
  });

  test('a provider made in the app counts with its literal issuer', () => {
    const stack = literalStack();
    role(stack, {
      trust: trusting(new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL }), ...subjects(40)),
    });
    const [, characters] = /about (\d+) characters/.exec(warnings(stack)[0])!;
    const real = JSON.stringify(trustPolicy(stack)).replace(
      '{"Fn::GetAtt":["Oidc70BFA75F","Arn"]}',
      `"arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}"`,
    );
    expect(Number(characters)).toBe(real.length);
  });

  test('inline policies together, grants included', () => {
    const statement = (length: number) =>
      new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [`arn:aws:s3:::${'x'.repeat(length)}`] });
    const build = (length: number) => {
      const stack = literalStack();
      const it = role(stack, { inlinePolicies: { big: new iam.PolicyDocument({ statements: [statement(length)] }) } });
      it.attachInlinePolicy(new iam.Policy(stack, 'More', { statements: [statement(4878)] }));
      return Template.fromStack(stack);
    };
    const frame =
      '{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":"arn:aws:s3:::"}],"Version":"2012-10-17"}'
        .length;
    const left = 10240 - 4878 - 2 * frame;
    build(left).resourceCountIs('AWS::IAM::Role', 1);
    expect(() => build(left + 1)).toThrow(
      '[Stack/Role] `inlinePolicies` must fit in 10240 characters together with the other inline policies of the '
        + 'role, got: "10241 '
        + 'characters".',
    );
  });

  test('inline policies are estimated where one has a part that only the deployment knows', () => {
    const statement = (...resources: string[]) => new iam.PolicyStatement({ actions: ['s3:GetObject'], resources });
    const exact = new iam.PolicyDocument({ statements: [statement(`arn:aws:s3:::${'x'.repeat(10240)}`)] });
    const deferred = new iam.PolicyDocument({ statements: [statement(Fn.importValue('Arn'))] });
    const empty = new iam.PolicyDocument();
    const it = role(literalStack(), { inlinePolicies: { exact, deferred, empty } });
    const frame =
      '{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":""}],"Version":"2012-10-17"}'.length;
    expect(it.node.validate()).toEqual([
      '`inlinePolicies` must fit in 10240 characters together with the other inline policies of the role, '
        + `got: "about ${2 * frame + 'arn:aws:s3:::'.length + 10240 + 64} characters". `
        + 'Move statements to a managed policy (iam.ManagedPolicy).',
    ]);
  });

  test.each([[10, 0], [11, 1], [25, 1]])('%d managed policies: %d warnings', (count, expected) => {
    const stack = literalStack();
    const managed = (index: number) =>
      iam.ManagedPolicy.fromManagedPolicyArn(stack, `M${index}`, `arn:aws:iam::${ACCOUNT}:policy/${index}`);
    const it = role(stack);
    for (let index = 0; index < count; index++) it.addManagedPolicy(managed(index));
    const found = warnings(stack);
    expect(found).toHaveLength(expected);
    found.forEach(message => {
      expect(message).toContain(`\`managedPolicies\` must contain at most 10 policies, got: "${count} policies".`);
      expect(message).toContain('[ack: cdk-irsa:managed-policies-quota]');
    });
  });

  test('26 managed policies are an error', () => {
    const stack = literalStack();
    role(stack, {
      managedPolicies: Array.from({ length: 26 }, (_, index) =>
        iam.ManagedPolicy.fromAwsManagedPolicyName(`P${index}`),
      ),
    });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `managedPolicies` must contain at most 25 policies, got: "26 policies".',
    );
  });
});

describe('a wildcard namespace', () => {
  const WARNING =
    'allows a pattern of namespaces, "system:serviceaccount:team-*:sa": anyone who can create a matching namespace '
      + 'can assume this role. [ack: cdk-irsa:wildcard-namespace]';
  const build = (stack: Stack) =>
    role(stack, { trust: trusting(literalProvider(stack), ServiceAccountSubject.matching('team-*', 'sa')) });

  test('warns', () => {
    const stack = literalStack();
    build(stack);
    expect(warnings(stack)).toEqual([expect.stringContaining(WARNING)]);
  });

  test('is acknowledged on the role or above it', () => {
    for (const acknowledge of [(it: IrsaRole) => Annotations.of(it), (it: IrsaRole) => Annotations.of(it.stack)]) {
      const stack = literalStack();
      acknowledge(build(stack)).acknowledgeWarning(
        'cdk-irsa:wildcard-namespace',
        'namespaces are made by the platform team only',
      );
      expect(warnings(stack)).toEqual([]);
    }
  });

  test.each<[string, (stack: Stack) => ServiceAccountSubject, string]>([
    [
      'a token that turns out to be one',
      () => ServiceAccountSubject.matching(Lazy.string({ produce: () => '*' }), 'sa'),
      '"system:serviceaccount:*:sa"',
    ],
    [
      'one in Fn::Sub',
      () => ServiceAccountSubject.matching(Fn.sub('*-${AWS::StackName}'), 'sa'),
      '"system:serviceaccount:*-<known only at deployment>:sa"',
    ],
    [
      'one beside a parameter',
      stack =>
        ServiceAccountSubject.matching(
          `*-${new CfnParameter(stack, 'P', { allowedPattern: SAFE_PATTERN }).valueAsString}`,
          'sa',
        ),
      '"system:serviceaccount:*-<known only at deployment>:sa"',
    ],
  ])('warns for %s', (_, subject, shown) => {
    const stack = literalStack();
    role(stack, { trust: trusting(literalProvider(stack), subject(stack)) });
    expect(warnings(stack)).toEqual([expect.stringContaining(`allows a pattern of namespaces, ${shown}: anyone`)]);
  });

  test('warns for one written by hand', () => {
    const stack = literalStack();
    const conditions = {
      StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
      StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:*:*' },
    };
    role(stack, {
      trust: new TrustPolicy().addPrincipal(
        new iam.WebIdentityPrincipal(`arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`, conditions),
      ),
    });
    expect(warnings(stack)).toEqual([
      expect.stringContaining('allows a pattern of namespaces, "system:serviceaccount:*:*"'),
    ]);
  });

  test('other patterns do not warn', () => {
    const stack = literalStack();
    role(stack, {
      trust: trusting(
        literalProvider(stack),
        ServiceAccountSubject.matching('ns', '*'),
        ServiceAccountSubject.anyInNamespace('batch'),
      ),
    });
    expect(warnings(stack)).toEqual([]);
  });
});

test('a role in another account than its provider is an error', () => {
  const stack = literalStack(new App(), 'Stack', { account: '444455556666', region: REGION });
  const elsewhere = iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(
    stack,
    'Oidc',
    `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`,
  );
  role(stack, { trust: trusting(elsewhere) });
  expect(() => Template.fromStack(stack)).toThrow(
    "account. Register the cluster's issuer also in account 444455556666 (ClusterOidcProvider).",
  );
});
