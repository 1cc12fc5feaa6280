import { App, CfnParameter, Fn, Lazy, NestedStack, Resource, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as eksv2 from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { ClusterOidcProvider, IrsaRole, ServiceAccountSubject, TrustPolicy } from '../src';
import {
  ACCOUNT,
  agnosticStack,
  cluster,
  deferredProvider,
  ISSUER,
  ISSUER_URL,
  literalProvider,
  literalStack,
  logicalId,
  PROVIDER_ARN,
  REGION,
  SAFE_PATTERN,
  trustPolicies,
  trustPolicy,
  warnings,
} from './support';

const ONE = ServiceAccountSubject.exact('ns', 'one');
const TWO = ServiceAccountSubject.exact('ns', 'two');

function role(stack: Stack, trust: TrustPolicy, id = 'Role'): IrsaRole {
  return new IrsaRole(stack, id, { trust });
}

function webIdentity(condition: any, federated: any = PROVIDER_ARN): any {
  return {
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: condition,
    Effect: 'Allow',
    Principal: { Federated: federated },
  };
}

const AUD = { [`${ISSUER}:aud`]: 'sts.amazonaws.com' };
const sub = (...subs: string[]) => ({ [`${ISSUER}:sub`]: subs.length === 1 ? subs[0] : subs });

describe('with a literal issuer: an object', () => {
  test('one subject', () => {
    const stack = literalStack();
    role(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]));
    expect(trustPolicy(stack)).toEqual({
      Version: '2012-10-17',
      Statement: [webIdentity({ StringEquals: { ...AUD, ...sub('system:serviceaccount:ns:one') } })],
    });
  });

  test('subjects merge into one statement an operator, sorted, without repeats, over all calls', () => {
    const stack = literalStack();
    const provider = literalProvider(stack);
    role(
      stack,
      new TrustPolicy()
        .addServiceAccounts(provider, [TWO, ServiceAccountSubject.matching('ns', 'job-*'), ONE])
        .addServiceAccounts(literalProvider(stack, 'SameIssuer'), [
          ONE,
          ServiceAccountSubject.anyInNamespace('batch'),
          ServiceAccountSubject.exact('a', 'z'),
        ]),
    );
    expect(trustPolicy(stack).Statement).toEqual([
      webIdentity({
        StringEquals: {
          ...AUD,
          ...sub('system:serviceaccount:a:z', 'system:serviceaccount:ns:one', 'system:serviceaccount:ns:two'),
        },
      }),
      webIdentity({
        StringEquals: AUD,
        StringLike: sub('system:serviceaccount:batch:*', 'system:serviceaccount:ns:job-*'),
      }),
    ]);
  });

  test('providers and audiences keep apart, in the order they came', () => {
    const stack = literalStack();
    const green = literalProvider(stack, 'Green', 'https://oidc.eks.eu-west-1.amazonaws.com/id/AAA');
    const blue = literalProvider(stack, 'Blue');
    role(stack, new TrustPolicy()
      .addServiceAccounts(blue, [ONE])
      .addServiceAccounts(green, [ONE])
      .addServiceAccounts(blue, [TWO], { audience: 'vault' }));
    const statements = trustPolicy(stack).Statement;
    expect(statements.map((statement: any) => Object.entries(statement.Condition.StringEquals))).toEqual([
      [
        [`${ISSUER}:aud`, 'sts.amazonaws.com'],
        [`${ISSUER}:sub`, 'system:serviceaccount:ns:one'],
      ],
      [
        ['oidc.eks.eu-west-1.amazonaws.com/id/AAA:aud', 'sts.amazonaws.com'],
        ['oidc.eks.eu-west-1.amazonaws.com/id/AAA:sub', 'system:serviceaccount:ns:one'],
      ],
      [
        [`${ISSUER}:aud`, 'vault'],
        [`${ISSUER}:sub`, 'system:serviceaccount:ns:two'],
      ],
    ]);
  });

  test('deferred names stay values of the object', () => {
    const stack = literalStack();
    const name = new CfnParameter(stack, 'Name', { allowedPattern: SAFE_PATTERN }).valueAsString;
    role(
      stack,
      new TrustPolicy().addServiceAccounts(literalProvider(stack), [ServiceAccountSubject.exact('ns', name)]),
    );
    expect(trustPolicy(stack).Statement[0].Condition.StringEquals[`${ISSUER}:sub`]).toEqual({
      'Fn::Join': ['', ['system:serviceaccount:ns:', { Ref: 'Name' }]],
    });
  });

  test('an issuer in tokens that synth can resolve is literal', () => {
    const stack = literalStack();
    const arn = stack.formatArn({ service: 'iam', region: '', resource: 'oidc-provider', resourceName: ISSUER });
    expect(Token.isUnresolved(arn)).toBe(true);
    role(
      stack,
      new TrustPolicy().addServiceAccounts(
        iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Import', arn),
        [ONE],
      ),
    );
    expect(trustPolicy(stack).Statement).toEqual([
      webIdentity({ StringEquals: { ...AUD, ...sub('system:serviceaccount:ns:one') } }),
    ]);
  });
});

describe('with a deferred issuer: Fn::Sub of the JSON', () => {
  test('with readable variables', () => {
    const stack = agnosticStack();
    role(
      stack,
      new TrustPolicy().addServiceAccounts(deferredProvider(stack), [
        ONE,
        ServiceAccountSubject.anyInNamespace('batch'),
      ]),
    );
    const [text, variables] = trustPolicy(stack)['Fn::Sub'];
    expect(variables).toEqual({
      ProviderArn: { 'Fn::GetAtt': ['Oidc70BFA75F', 'Arn'] },
      Issuer: { 'Fn::Select': [1, { 'Fn::Split': ['//', { 'Fn::GetAtt': ['Cluster', 'OpenIdConnectIssuerUrl'] }] }] },
    });
    const aud = { '${Issuer}:aud': 'sts.amazonaws.com' };
    expect(JSON.parse(text)).toEqual({
      Version: '2012-10-17',
      Statement: [
        webIdentity({ StringEquals: { ...aud, '${Issuer}:sub': 'system:serviceaccount:ns:one' } }, '${ProviderArn}'),
        webIdentity(
          { StringEquals: aud, StringLike: { '${Issuer}:sub': 'system:serviceaccount:batch:*' } },
          '${ProviderArn}',
        ),
      ],
    });
  });

  test('two clusters, deferred names and audience: a variable each', () => {
    const stack = agnosticStack();
    const parameter = (id: string) => new CfnParameter(stack, id, { allowedPattern: SAFE_PATTERN }).valueAsString;
    const other = new ClusterOidcProvider(stack, 'Other', {
      issuerUrl: cluster(stack, 'Green').attrOpenIdConnectIssuerUrl,
      audiences: [Fn.importValue('Audience')],
    });
    role(
      stack,
      new TrustPolicy()
        .addServiceAccounts(deferredProvider(stack), [
          ServiceAccountSubject.exact(parameter('A'), parameter('B')),
          ServiceAccountSubject.exact(parameter('C'), 'x'),
        ])
        .addServiceAccounts(other, [ONE], { audience: Fn.importValue('Audience') }),
    );
    const [text, variables] = trustPolicy(stack)['Fn::Sub'];
    expect(Object.keys(variables).sort()).toEqual([
      'Audience',
      'Issuer',
      'Issuer2',
      'Namespace',
      'Namespace2',
      'ProviderArn',
      'ProviderArn2',
      'ServiceAccountName',
    ]);
    expect(JSON.parse(text).Statement.map((statement: any) => statement.Condition.StringEquals)).toEqual([
      {
        '${Issuer}:aud': 'sts.amazonaws.com',
        '${Issuer}:sub': [
          'system:serviceaccount:${Namespace}:${ServiceAccountName}',
          'system:serviceaccount:${Namespace2}:x',
        ],
      },
      { '${Issuer2}:aud': '${Audience}', '${Issuer2}:sub': 'system:serviceaccount:ns:one' },
    ]);
  });

  test('the cluster of Pod Identity is a variable too', () => {
    const stack = agnosticStack();
    const { attrArn } = cluster(stack, 'Pods');
    const document = new TrustPolicy()
      .addServiceAccounts(deferredProvider(stack), [ONE])
      .addPodIdentity({ clusterArn: attrArn, subjects: [TWO] })
      .toPolicyDocument();
    expect(stack.resolve(document)['Fn::Sub'][1]).toMatchObject({ ClusterArn: { 'Fn::GetAtt': ['Pods', 'Arn'] } });
  });

  test('an issuer URL that is literal in part', () => {
    const stack = agnosticStack();
    const id = new CfnParameter(stack, 'Id', { allowedPattern: '^[A-F0-9]+$' }).valueAsString;
    role(
      stack,
      new TrustPolicy().addServiceAccounts(
        ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', `https://oidc.example.com/id/${id}`),
        [ONE],
      ),
    );
    const [text, variables] = trustPolicy(stack)['Fn::Sub'];
    expect(Object.keys(JSON.parse(text).Statement[0].Condition.StringEquals)).toEqual([
      'oidc.example.com/id/${Value}:aud',
      'oidc.example.com/id/${Value}:sub',
    ]);
    expect(variables.Value).toEqual({ Ref: 'Id' });
  });

  test('what Fn::Sub would take for its own, quotes and backslashes come through', () => {
    const stack = agnosticStack();
    const it = role(stack, new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ONE]));
    it.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRole'],
        principals: [new iam.AccountRootPrincipal()],
        conditions: {
          StringLike: { 'aws:userid': ['${aws:username}', '${!x}', 'say "hi"\\', '$', '$${x}'] },
          NumericLessThan: { 'aws:MultiFactorAuthAge': 5 },
          Bool: { 'aws:SecureTransport': true },
        },
      }),
    );
    const [text] = trustPolicy(stack)['Fn::Sub'];
    const substituted = JSON.parse(text.replace(/\$\{!/g, '${'));
    expect(substituted.Statement[1].Condition).toEqual({
      StringLike: { 'aws:userid': ['${aws:username}', '${!x}', 'say "hi"\\', '$', '$${x}'] },
      NumericLessThan: { 'aws:MultiFactorAuthAge': 5 },
      Bool: { 'aws:SecureTransport': true },
    });
    expect(text).toContain('${!aws:username}');
    expect(text).toContain('${!!x}');
  });

  test('what a function brings along and JSON cannot hold is refused', () => {
    const stack = agnosticStack();
    const it = role(stack, new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ONE]));
    it.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRole'],
        principals: [new iam.AccountRootPrincipal()],
        conditions: { StringEquals: { 'aws:x': Fn.sub('a"b ${AWS::Region}') } },
      }),
    );
    expect(() => Template.fromStack(stack)).toThrow(
      '`assumeRolePolicy` must not contain quotes, backslashes or line breaks inside a function, got: "a\\"b "',
    );
  });

  test('a list from a parameter is joined, not quoted as a whole', () => {
    const stack = agnosticStack();
    const it = role(stack, new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ONE]));
    const list = new CfnParameter(stack, 'List', { type: 'CommaDelimitedList', allowedPattern: SAFE_PATTERN })
      .valueAsList;
    it.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRole'],
        principals: [new iam.AccountRootPrincipal()],
        conditions: { StringEquals: { 'aws:x': list } },
      }),
    );
    const [text, variables] = trustPolicy(stack)['Fn::Sub'];
    expect(text).toContain('"aws:x":["${Value}"]');
    expect(variables.Value).toEqual({ 'Fn::Join': ['","', { Ref: 'List' }] });
  });

  test('tokens of every kind in statements of the user', () => {
    const stack = agnosticStack();
    const it = role(stack, new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ONE]));
    it.assumeRolePolicy!.addStatements(new iam.PolicyStatement({
      actions: ['sts:AssumeRole'],
      principals: [new iam.AccountRootPrincipal()],
      conditions: {
        StringEquals: {
          list: Fn.split(',', Fn.importValue('List')),
          lazy: Lazy.any({ produce: () => ['a', 'b'] }),
          alone: Lazy.any({ produce: () => ({ Ref: 'AWS::StackName' }) }),
          nothing: Lazy.any({ produce: () => 'text' }),
        },
        NumericLessThan: { number: Token.asNumber({ Ref: 'AWS::NoSuch' }) },
      },
    }));
    const [text, variables] = trustPolicy(stack)['Fn::Sub'];
    const name = (value: any) =>
      Object.keys(variables).find(key => JSON.stringify(variables[key]) === JSON.stringify(value));
    expect(text).toContain(
      `"list":["\${${name({ 'Fn::Join': ['","', { 'Fn::Split': [',', { 'Fn::ImportValue': 'List' }] }] })}}"]`,
    );
    expect(text).toContain('"lazy":["a","b"]');
    expect(text).toContain(`"alone":"\${${name({ Ref: 'AWS::StackName' })}}"`);
    expect(text).toContain('"nothing":"text"');
    expect(text).toContain(`"number":\${${name({ Ref: 'AWS::NoSuch' })}}`);
  });
});

describe('references', () => {
  test('to another stack become imports', () => {
    const app = new App();
    const provider = deferredProvider(agnosticStack(app, 'Cluster'));
    const stack = agnosticStack(app, 'Workload');
    role(stack, new TrustPolicy().addServiceAccounts(provider, [ONE]));
    const [, variables] = trustPolicy(stack)['Fn::Sub'];
    expect(variables.ProviderArn).toEqual({ 'Fn::ImportValue': expect.stringMatching(/^Cluster:ExportsOutput.*Arn/) });
    expect(JSON.stringify(variables.Issuer)).toContain(
      '{"Fn::ImportValue":"Cluster:ExportsOutputFnGetAttClusterOpenIdConnectIssuerUrl',
    );
  });

  test('to the parent of a nested stack become parameters', () => {
    const parent = agnosticStack();
    const provider = deferredProvider(parent);
    const nested = new NestedStack(parent, 'Nested');
    role(nested, new TrustPolicy().addServiceAccounts(provider, [ONE]));
    const [, variables] = trustPolicy(nested)['Fn::Sub'];
    expect(Object.keys(variables.ProviderArn)).toEqual(['Ref']);
    const template = Template.fromStack(nested).toJSON();
    expect(template.Parameters[variables.ProviderArn.Ref]).toEqual({ Type: 'String' });
  });

  test('into a nested stack become outputs', () => {
    const parent = agnosticStack();
    const provider = deferredProvider(new NestedStack(parent, 'Nested'));
    role(parent, new TrustPolicy().addServiceAccounts(provider, [ONE]));
    expect(JSON.stringify(trustPolicy(parent)['Fn::Sub'][1].ProviderArn)).toMatch(
      /"Fn::GetAtt":\["Nested.*","Outputs\./,
    );
  });
});

describe('takes every provider of CDK', () => {
  const documentOf = (stack: Stack, provider: iam.IOpenIdConnectProvider) => {
    const it = role(stack, new TrustPolicy().addServiceAccounts(provider, [ONE]));
    return trustPolicies(stack)[logicalId(stack, it)];
  };
  const vpcOf = (stack: Stack) => ({
    kubectlLayer: LayerVersion.fromLayerVersionArn(
      stack,
      'Kubectl',
      `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:kubectl:1`,
    ),
  });

  test('iam.OpenIdConnectProvider (custom resource)', () => {
    const stack = literalStack();
    const document = documentOf(stack, new iam.OpenIdConnectProvider(stack, 'Oidc', { url: ISSUER_URL }));
    expect(document['Fn::Sub'][1].ProviderArn).toEqual({ Ref: expect.stringMatching(/^Oidc/) });
    expect(document['Fn::Sub'][1].Issuer).toEqual({
      'Fn::Select': [1, { 'Fn::Split': [':oidc-provider/', { Ref: expect.stringMatching(/^Oidc/) }] }],
    });
  });

  test('an imported one', () => {
    const stack = literalStack();
    const document = documentOf(
      stack,
      iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', PROVIDER_ARN),
    );
    expect(document.Statement).toEqual([
      webIdentity({ StringEquals: { ...AUD, ...sub('system:serviceaccount:ns:one') } }),
    ]);
  });

  test('iam.OidcProviderNative: its literal URL makes an object', () => {
    const stack = literalStack();
    const native = new iam.OidcProviderNative(stack, 'Oidc', { url: ISSUER_URL, clientIds: ['sts.amazonaws.com'] });
    const document = documentOf(stack, native);
    expect(document.Statement).toEqual([
      webIdentity(
        { StringEquals: { ...AUD, ...sub('system:serviceaccount:ns:one') } },
        { Ref: expect.stringMatching(/^Oidc/) },
      ),
    ]);
  });

  test('the client ids of iam.OidcProviderNative are its audiences', () => {
    const stack = literalStack();
    const native = new iam.OidcProviderNative(stack, 'Oidc', { url: ISSUER_URL, clientIds: ['other'] });
    expect(() => new TrustPolicy().addServiceAccounts(native, [ONE])).toThrow(
      '`audience` must be among the audiences of the provider Stack/Oidc, ["other"], got: "sts.amazonaws.com"',
    );
  });

  test('cluster.openIdConnectProvider of aws-eks', () => {
    const stack = literalStack();
    const eksCluster = new eks.Cluster(stack, 'Eks', {
      version: eks.KubernetesVersion.V1_33,
      defaultCapacity: 0,
      ...vpcOf(stack),
    });
    const [text, variables] = documentOf(stack, eksCluster.openIdConnectProvider)['Fn::Sub'];
    expect(text).toContain('${Issuer}:aud');
    expect(JSON.stringify(variables.Issuer)).toContain('Fn::Select');
  });

  test('cluster.openIdConnectProvider of aws-eks-v2', () => {
    const stack = literalStack();
    const eksCluster = new eksv2.Cluster(stack, 'Eks', {
      version: eksv2.KubernetesVersion.V1_33,
      defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
      defaultCapacity: 0,
    });
    const [text] = documentOf(stack, eksCluster.openIdConnectProvider)['Fn::Sub'];
    expect(JSON.parse(text).Statement[0].Principal.Federated).toBe('${ProviderArn}');
  });

  test('an imported cluster', () => {
    const stack = literalStack();
    const imported = eks.Cluster.fromClusterAttributes(stack, 'Eks', {
      clusterName: 'c',
      openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', PROVIDER_ARN),
    });
    expect(documentOf(stack, imported.openIdConnectProvider).Statement).toHaveLength(1);
  });
});

describe('addPrincipal', () => {
  const statementsFor = (...principals: iam.IPrincipal[]) => {
    const stack = literalStack();
    const trust = new TrustPolicy();
    principals.forEach(principal => trust.addPrincipal(principal));
    role(stack, trust);
    return trustPolicy(stack).Statement;
  };

  test('role chaining, services, sessions: after the service accounts', () => {
    const stack = literalStack();
    role(stack, new TrustPolicy()
      .addPrincipal(new iam.ArnPrincipal(`arn:aws:iam::${ACCOUNT}:role/first`))
      .addServiceAccounts(literalProvider(stack), [ONE])
      .addPrincipal(new iam.SessionTagsPrincipal(new iam.ServicePrincipal('pods.eks.amazonaws.com'))));
    expect(trustPolicy(stack).Statement).toEqual([
      webIdentity({ StringEquals: { ...AUD, ...sub('system:serviceaccount:ns:one') } }),
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/first` } },
      {
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
      },
    ]);
  });

  test('a reference to a role stays a reference', () => {
    const stack = literalStack();
    const first = new iam.Role(stack, 'First', {
      roleName: 'first',
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    });
    role(stack, new TrustPolicy().addPrincipal(first));
    expect(Object.values(trustPolicies(stack))[1].Statement[0].Principal.AWS).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^First/), 'Arn'],
    });
  });

  test('a principal that is no more than IPrincipal', () => {
    const principal: iam.IPrincipal = {
      assumeRoleAction: 'sts:AssumeRole',
      grantPrincipal: undefined as any,
      policyFragment: new iam.PrincipalPolicyFragment({ AWS: ['arn:aws:iam::111122223333:root'] }),
      addToPrincipalPolicy: () => ({ statementAdded: false }),
    };
    expect(statementsFor(principal)).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' } },
    ]);
  });

  test('a principal that adds nothing to the document adds nothing here', () => {
    const nobody: any = { assumeRoleAction: 'sts:AssumeRole', addToAssumeRolePolicy: () => {} };
    const document = new TrustPolicy().addPrincipal(nobody).toPolicyDocument();
    expect(document.toJSON()).toEqual({ Statement: [], Version: '2012-10-17' });
  });

  test('the same principal twice is one statement', () => {
    expect(
      statementsFor(new iam.AccountPrincipal('444455556666'), new iam.AccountPrincipal('444455556666')),
    ).toHaveLength(1);
  });

  test('a web identity that carries both conditions passes', () => {
    const conditions = {
      StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
      StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:o/r:*' },
    };
    expect(
      statementsFor(
        new iam.WebIdentityPrincipal(
          `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
          conditions,
        ),
      ),
    ).toHaveLength(1);
  });

  test.each<[string, iam.IPrincipal, string]>([
    [
      'everybody, with an empty condition',
      new iam.StarPrincipal().withConditions({ StringEquals: {} }),
      'not be everyone without a condition',
    ],
    [
      'every provider',
      new iam.FederatedPrincipal('*', { StringEquals: AUD }, 'sts:AssumeRoleWithWebIdentity'),
      'have conditions on',
    ],
    [
      'a sub that is everything',
      new iam.WebIdentityPrincipal(PROVIDER_ARN, { StringEquals: AUD, StringLike: sub('*') }),
      'have conditions on',
    ],
    [
      'conditions without values',
      new iam.WebIdentityPrincipal(PROVIDER_ARN, { StringEquals: { [`${ISSUER}:aud`]: [], [`${ISSUER}:sub`]: [] } }),
      'have conditions on',
    ],
    [
      'conditions that pass when the claim is missing',
      new iam.WebIdentityPrincipal(PROVIDER_ARN, { StringEqualsIfExists: { ...AUD, ...sub('x') } }),
      'have conditions on',
    ],
    [
      'conditions for any value',
      new iam.WebIdentityPrincipal(PROVIDER_ARN, { 'ForAllValues:StringEquals': { ...AUD, ...sub('x') } }),
      'have conditions on',
    ],
    [
      'every user of Google',
      new iam.WebIdentityPrincipal('accounts.google.com'),
      'limit accounts.google.com to an application (StringEquals on accounts.google.com:aud or a similar key)',
    ],
    [
      'every authenticated user of Cognito',
      new iam.WebIdentityPrincipal('cognito-identity.amazonaws.com', {
        StringEquals: { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
      }),
      'limit cognito-identity.amazonaws.com to an application',
    ],
    ...['s*', 'sys*', '*s*', '*:*:*:*', '?ystem:serviceaccount:*:*', '*:api'].map(
      (pattern): [string, iam.IPrincipal, string] => [
        `the sub ${pattern}`,
        new iam.WebIdentityPrincipal(PROVIDER_ARN, { StringEquals: AUD, StringLike: sub(pattern) }),
        'have conditions on',
      ],
    ),
    ...[
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } },
      { StringLike: { 'aws:PrincipalArn': '*' } },
      { StringEqualsIfExists: { x: 'y' } },
      { Null: { x: 'true' } },
    ].map((conditions): [string, iam.IPrincipal, string] => [
      `everybody held to ${JSON.stringify(conditions)}`,
      new iam.AnyPrincipal().withConditions(conditions),
      'not be everyone without a condition',
    ]),
    [
      'every identity provider',
      new iam.FederatedPrincipal('*', {}, 'sts:AssumeRole'),
      'not be everyone without a condition',
    ],
  ])('refuses %s', (_, principal, rule) => {
    expect(() => new TrustPolicy().addPrincipal(principal)).toThrow(
      `[TrustPolicy.addPrincipal] \`principal\` must ${rule}`,
    );
  });

  test.each<[string, any]>([
    ['a list', Lazy.list({ produce: () => ['*'] })],
    ['an object', Lazy.any({ produce: () => ['*'] })],
  ])('a sub that turns out to be everything is refused at synth: %s', (_, subs) => {
    const stack = literalStack();
    const it = role(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]));
    it.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRoleWithWebIdentity'],
        principals: [new iam.FederatedPrincipal(PROVIDER_ARN)],
        conditions: { StringEquals: AUD, StringLike: { [`${ISSUER}:sub`]: subs } },
      }),
    );
    expect(() => Template.fromStack(stack)).toThrow('`assumeRolePolicy` must have conditions on');
  });

  test('two keys that turn out the same are refused', () => {
    const stack = literalStack();
    const it = role(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]));
    it.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRole'],
        principals: [new iam.AccountRootPrincipal()],
        conditions: { StringEquals: { 'aws:x': 'a', [Lazy.string({ produce: () => 'aws:x' })]: 'b' } },
      }),
    );
    expect(() => Template.fromStack(stack)).toThrow(
      '`assumeRolePolicy` must contain each key only once, got: ["aws:x","aws:x"]',
    );
  });

  test('a token that turns out to be everybody is refused at synth', () => {
    const stack = literalStack();
    role(stack, new TrustPolicy().addPrincipal(new iam.ArnPrincipal(Lazy.string({ produce: () => '*' }))));
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `assumeRolePolicy` must not be everyone without a condition',
    );
  });

  test('everybody by web identity, added by hand with aud alone, is refused at synth', () => {
    const stack = literalStack();
    const it = role(stack, new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]));
    it.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRoleWithWebIdentity'],
        principals: [new iam.AnyPrincipal()],
        conditions: { StringEquals: AUD },
      }),
    );
    expect(() => Template.fromStack(stack)).toThrow('`assumeRolePolicy` must have conditions on');
  });

  test('Cognito, which has no sub, passes', () => {
    const conditions = { StringEquals: { 'cognito-identity.amazonaws.com:aud': 'pool' } };
    expect(statementsFor(new iam.WebIdentityPrincipal('cognito-identity.amazonaws.com', conditions))).toHaveLength(1);
  });

  test.each<[string, iam.IPrincipal, string]>([
    ['everybody', new iam.AnyPrincipal(), 'not be everyone without a condition'],
    ['everybody, as a star', new iam.StarPrincipal(), 'not be everyone without a condition'],
    [
      'a whole cluster',
      new iam.WebIdentityPrincipal(PROVIDER_ARN),
      'have conditions on aud (StringEquals) and sub',
    ],
    [
      'a whole cluster among others',
      new iam.CompositePrincipal(
        new iam.ServicePrincipal('ec2.amazonaws.com'),
        new iam.WebIdentityPrincipal(PROVIDER_ARN),
      ),
      'have conditions on',
    ],
    [
      'a web identity without sub',
      new iam.WebIdentityPrincipal(PROVIDER_ARN, { StringEquals: AUD }),
      'have conditions on',
    ],
    [
      'a web identity without aud',
      new iam.WebIdentityPrincipal(PROVIDER_ARN, { StringEquals: sub('x') }),
      'have conditions on',
    ],
    [
      'a web identity with a pattern for aud',
      new iam.WebIdentityPrincipal(PROVIDER_ARN, { StringLike: { ...AUD, ...sub('x') } }),
      'have conditions on',
    ],
    [
      'a deferred web identity without conditions',
      new iam.FederatedPrincipal(Fn.importValue('Arn'), {}, 'sts:AssumeRole*'),
      'have conditions on',
    ],
  ])('refuses %s', (_, principal, rule) => {
    expect(() => new TrustPolicy().addPrincipal(principal)).toThrow(
      `[TrustPolicy.addPrincipal] \`principal\` must ${rule}`,
    );
  });

  test('everybody of an organization passes', () => {
    expect(
      statementsFor(new iam.AnyPrincipal().withConditions({ StringEquals: { 'aws:PrincipalOrgID': 'o-1' } })),
    ).toHaveLength(1);
  });
});

describe('bad input', () => {
  const provider = () => new ClusterOidcProvider(literalStack(), 'Oidc', { issuerUrl: ISSUER_URL });

  test('no subjects', () => {
    expect(() => new TrustPolicy().addServiceAccounts(provider(), [])).toThrow(
      '[TrustPolicy.addServiceAccounts] `subjects` must name at least one service account, got: [].',
    );
  });

  test.each([
    ['empty', '', 'be 1 to 255 visible ASCII characters'],
    ['too long', 'a'.repeat(256), 'be 1 to 255 visible ASCII characters'],
    ['a pattern', '*', 'be 1 to 255 visible ASCII characters'],
    ['a policy variable', '${aws:userid}', 'be 1 to 255 visible ASCII characters'],
    ['with a line break', 'sts.amazonaws.com\n', 'be 1 to 255 visible ASCII characters'],
    ['not the provider\'s', 'other', 'be among the audiences of the provider Stack/Oidc, ["sts.amazonaws.com"]'],
  ])('an audience: %s', (_, audience, rule) => {
    expect(() => new TrustPolicy().addServiceAccounts(provider(), [ONE], { audience })).toThrow(
      `[TrustPolicy.addServiceAccounts] \`audience\` must ${rule}`,
    );
  });

  test('an audience that turns out literal is checked at synth', () => {
    const stack = literalStack();
    const own = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });
    role(
      stack,
      new TrustPolicy().addServiceAccounts(own, [ONE], { audience: Lazy.string({ produce: () => 'other' }) }),
    );
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `audience` must be among the audiences of the provider Stack/Oidc',
    );
  });

  test.each([
    ['ARN', 'openIdConnectProviderArn'],
    ['issuer', 'openIdConnectProviderIssuer'],
  ])("an open parameter in the %s of a provider of the user's own", (_, part) => {
    const stack = literalStack();
    class Own extends Resource implements iam.IOpenIdConnectProvider {
      public readonly openIdConnectProviderArn: string = PROVIDER_ARN;
      public readonly openIdConnectProviderIssuer: string = ISSUER;
      public readonly oidcProviderRef = { oidcProviderArn: PROVIDER_ARN };
    }
    const own = Object.assign(new Own(stack, 'Own'), { [part]: new CfnParameter(stack, 'Open').valueAsString });
    role(stack, new TrustPolicy().addServiceAccounts(own, [ONE]));
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `oidcProvider (parameter Stack/Open)` must have an allowedPattern',
    );
  });

  test('an audience from an open parameter', () => {
    const stack = literalStack();
    role(
      stack,
      new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE], {
        audience: new CfnParameter(stack, 'Aud').valueAsString,
      }),
    );
    expect(() => Template.fromStack(stack)).toThrow('`audience (parameter Stack/Aud)` must have an allowedPattern');
  });

  test.each([
    [
      'another account',
      'arn:aws:iam::444455556666:oidc-provider/example.com',
      `be in the account of the stack, ${ACCOUNT}`,
    ],
    [
      'another partition',
      `arn:aws-cn:iam::${ACCOUNT}:oidc-provider/example.com`,
      'be in the partition of the stack, aws',
    ],
    ['a bad issuer', `arn:aws:iam::${ACCOUNT}:oidc-provider/example.com/`, 'have no trailing slash'],
  ])('a provider that CDK imported, of %s', (_, arn, rule) => {
    const stack = literalStack();
    const imported = iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', arn);
    role(stack, new TrustPolicy().addServiceAccounts(imported, [ONE]));
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/Role] \`oidcProvider (Stack/Oidc)\` must ${rule}`);
  });
});

describe('toPolicyDocument, in a plain CfnRole', () => {
  const plainRole = (stack: Stack, trust: TrustPolicy) => {
    const document = trust.toPolicyDocument();
    new iam.CfnRole(stack, 'Plain', { assumeRolePolicyDocument: document });
    return document;
  };

  test('renders as an object, and what is added later is in it', () => {
    const stack = literalStack();
    const trust = new TrustPolicy();
    const document = plainRole(stack, trust);
    trust.addServiceAccounts(literalProvider(stack), [ONE]);
    document.addStatements(
      new iam.PolicyStatement({ actions: ['sts:AssumeRole'], principals: [new iam.AccountRootPrincipal()] }),
    );
    expect(trustPolicy(stack).Statement).toHaveLength(2);
    expect(document.statementCount).toBe(2);
    expect(document.toJSON().Statement[0]).toEqual(
      webIdentity({ StringEquals: { ...AUD, ...sub('system:serviceaccount:ns:one') } }),
    );
  });

  test('renders as Fn::Sub, and keeps references to another stack', () => {
    const app = new App();
    const provider = deferredProvider(agnosticStack(app, 'Cluster'));
    const stack = agnosticStack(app, 'Workload');
    plainRole(stack, new TrustPolicy().addServiceAccounts(provider, [ONE]));
    expect(trustPolicy(stack)['Fn::Sub'][1].ProviderArn).toHaveProperty(['Fn::ImportValue']);
  });

  test('an empty one is an error at synth', () => {
    const stack = literalStack();
    plainRole(stack, new TrustPolicy());
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Plain] `trust` must allow at least one principal, got: "an empty trust policy". Call '
        + 'trust.addServiceAccounts()',
    );
  });

  test.each<[string, (stack: Stack, trust: TrustPolicy, document: iam.PolicyDocument) => void, string]>([
    [
      'a web identity added by hand',
      (_stack, _trust, document) =>
        document.addStatements(
          new iam.PolicyStatement({
            actions: ['sts:AssumeRoleWithWebIdentity'],
            principals: [new iam.FederatedPrincipal(PROVIDER_ARN)],
          }),
        ),
      '`assumeRolePolicy` must have conditions on',
    ],
    [
      'a parameter in another principal',
      (stack, trust) => trust.addPrincipal(new iam.ArnPrincipal(new CfnParameter(stack, 'Arn').valueAsString)),
      '`assumeRolePolicy (parameter Stack/Arn)` must have an allowedPattern',
    ],
    [
      'too many subjects',
      (_stack, trust) =>
        trust.addServiceAccounts(
          literalProvider(_stack, 'Other'),
          Array.from({ length: 200 }, (_, index) => ServiceAccountSubject.exact('ns', `a-rather-long-name-${index}`)),
        ),
      '`trust` must fit in 8192 characters',
    ],
  ])('the rules of a role hold: %s', (_, spoil, message) => {
    const stack = agnosticStack();
    const trust = new TrustPolicy().addServiceAccounts(deferredProvider(stack), [ONE]);
    spoil(stack, trust, plainRole(stack, trust));
    expect(() => Template.fromStack(stack)).toThrow(message);
  });

  test('warnings come too', () => {
    const stack = literalStack();
    plainRole(
      stack,
      new TrustPolicy().addServiceAccounts(literalProvider(stack), [ServiceAccountSubject.matching('*', 'x')]),
    );
    expect(warnings(stack)).toEqual([expect.stringContaining('cdk-irsa:wildcard-namespace')]);
  });

  test('the same rules hold', () => {
    const stack = literalStack();
    plainRole(
      stack,
      new TrustPolicy().addServiceAccounts(literalProvider(stack), [
        ServiceAccountSubject.exact('ns', new CfnParameter(stack, 'Name').valueAsString),
      ]),
    );
    expect(() => Template.fromStack(stack)).toThrow(
      '`serviceAccountName (parameter Stack/Name)` must have an allowedPattern',
    );
  });
});
