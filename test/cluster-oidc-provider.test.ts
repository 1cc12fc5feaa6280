import { App, CfnOutput, CfnParameter, Fn, Lazy, NestedStack, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ClusterOidcProvider, IrsaRole, ServiceAccountSubject, TrustPolicy } from '../src';
import {
  ACCOUNT,
  agnosticStack,
  appWith,
  cluster,
  ISSUER,
  ISSUER_URL,
  literalStack,
  PROVIDER_ARN,
  REGION,
  trustPolicy,
  warnings,
} from './support';

const PROVIDER = 'AWS::IAM::OIDCProvider';

function roleFor(stack: Stack, provider: iam.IOpenIdConnectProvider, id = 'Role'): IrsaRole {
  return new IrsaRole(stack, id, {
    trust: new TrustPolicy().addServiceAccounts(provider, [ServiceAccountSubject.exact('ns', 'sa')]),
  });
}

describe('a new provider', () => {
  test('minimal: the issuer, the default audience, no thumbprints', () => {
    const stack = literalStack();
    const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });
    const template = Template.fromStack(stack);
    template.hasResource(PROVIDER, {
      Properties: { Url: ISSUER_URL, ClientIdList: ['sts.amazonaws.com'], ThumbprintList: Match.absent() },
      DeletionPolicy: Match.absent(),
    });
    expect(Object.keys(template.toJSON().Resources)).toHaveLength(1);
    expect(provider.openIdConnectProviderIssuer).toBe(ISSUER);
    expect(provider.issuerUrl).toBe(ISSUER_URL);
    expect(provider.audiences).toEqual(['sts.amazonaws.com']);
    expect(stack.resolve(provider.oidcProviderRef.oidcProviderArn)).toEqual(
      stack.resolve(provider.openIdConnectProviderArn),
    );
  });

  test('maximal', () => {
    const stack = literalStack();
    const thumbprints = ['990f4193972f2becf12ddeda5237f9c952f20d9e'];
    const provider = new ClusterOidcProvider(stack, 'Oidc', {
      issuerUrl: ISSUER_URL,
      audiences: ['sts.amazonaws.com', 'vault'],
      thumbprints,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Template.fromStack(stack).hasResource(PROVIDER, {
      Properties: { ClientIdList: ['sts.amazonaws.com', 'vault'], ThumbprintList: thumbprints },
      DeletionPolicy: 'Retain',
    });
    provider.audiences.push('changed');
    expect(provider.audiences).toEqual(['sts.amazonaws.com', 'vault']);
  });

  test('takes an issuer that only the deployment knows', () => {
    const stack = agnosticStack();
    const { attrOpenIdConnectIssuerUrl } = cluster(stack);
    const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: attrOpenIdConnectIssuerUrl });
    Template.fromStack(stack).hasResourceProperties(PROVIDER, {
      Url: { 'Fn::GetAtt': ['Cluster', 'OpenIdConnectIssuerUrl'] },
    });
    expect(stack.resolve(provider.openIdConnectProviderIssuer)).toEqual({
      'Fn::Select': [1, { 'Fn::Split': ['//', { 'Fn::GetAtt': ['Cluster', 'OpenIdConnectIssuerUrl'] }] }],
    });
  });

  test.each([
    ['http', 'http://example.com', 'start with https://'],
    ['no scheme', 'example.com', 'start with https://'],
    ['a port', 'https://example.com:8443/x', 'have no port'],
    ['a query', 'https://example.com/x?y=z', 'have no query or fragment'],
    ['a fragment', 'https://example.com/x#y', 'have no query or fragment'],
    ['a trailing slash', 'https://example.com/x/', 'have no trailing slash'],
    ['nothing but the scheme', 'https://', 'have no trailing slash'],
    ['upper case in the host', 'https://Example.com', 'have a lower-case DNS host'],
    ['the endpoint of the API server', 'https://ABC.gr7.eu-west-1.eks.amazonaws.com', 'be the issuer of the cluster'],
    ['the host of issuers only', 'https://oidc.eks.eu-west-1.amazonaws.com', 'have a lower-case host and the path '
      + '/id/'],
    ['the discovery document', 'https://example.com/.well-known/openid-configuration', 'be the issuer, not the '
      + 'address'],
    ['credentials', 'https://me@example.com', 'have a lower-case DNS host'],
    ['an empty path segment', 'https://example.com//x', 'have a path of letters'],
    ['a wildcard', 'https://example.com/id/*', 'have a path of letters'],
    ['a quote', 'https://example.com/id/"', 'have a path of letters'],
    ['a policy variable', 'https://example.com/${aws:userid}', 'have a path of letters'],
    ['blanks', ' https://example.com', 'start with https://'],
    ['a line break', 'https://example.com/x\n', 'have a path of letters'],
    ['more than 255 characters', `https://example.com/${'x'.repeat(236)}`, 'have at most 255 characters'],
  ])('refuses an issuer URL with %s', (_, issuerUrl, rule) => {
    const stack = literalStack();
    const message = new RegExp(`^\\[Stack/Oidc\\] \`issuerUrl\` must ${rule}.*, got: "`);
    expect(() => new ClusterOidcProvider(stack, 'Oidc', { issuerUrl })).toThrow(message);
    expect(() => ClusterOidcProvider.fromIssuerUrl(literalStack(), 'Oidc', issuerUrl)).toThrow(message);
  });

  test.each([
    'https://example.com',
    'https://oidc-eks.eu-west-1.api.aws/id/ABC',
    'https://oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC',
    'https://s3.eu-west-1.amazonaws.com/my_bucket~1/a.b-c',
    `https://example.com/${'x'.repeat(235)}`,
  ])('accepts %s', issuerUrl => {
    const stack = literalStack();
    new ClusterOidcProvider(stack, 'Oidc', { issuerUrl });
    Template.fromStack(stack).hasResourceProperties(PROVIDER, { Url: issuerUrl });
  });

  test.each<[string, (stack: Stack) => string]>([
    ['a resource', stack => cluster(stack).attrEndpoint],
    ['another stack', stack => cluster(agnosticStack(stack.node.root, 'Other')).attrEndpoint],
  ])('refuses the endpoint of a cluster of %s', (_, endpoint) => {
    const stack = agnosticStack();
    ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', endpoint(stack));
    expect(() => Template.fromStack(stack)).toThrow('[Stack/Oidc] `issuerUrl` must be the issuer of the cluster, not '
      + 'the endpoint of its API server, got: "<known only at deployment>". Pass `attrOpenIdConnectIssuerUrl`');
  });

  test('names the wrong issuer in the ARN of a provider', () => {
    const arn = 'arn:aws:iam::111122223333:oidc-provider/abc.gr7.eu-west-1.eks.amazonaws.com';
    expect(() => ClusterOidcProvider.fromProviderArn(literalStack(), 'Oidc', arn)).toThrow(
      'The part after oidc-provider/ must be the issuer of the cluster, not the endpoint of its API server. Use the '
        + 'value that '
      + '`aws eks describe-cluster --name <cluster> --query cluster.identity.oidc.issuer --output text` prints.',
    );
  });

  test('a token that turns out literal is checked at synth', () => {
    const stack = literalStack();
    new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: Lazy.string({ produce: () => 'http://example.com' }) });
    expect(() => Template.fromStack(stack))
      .toThrow('[Stack/Oidc] `issuerUrl` must start with https://, got: "http://example.com"');
  });

  test.each([
    ['none', [], 'contain 1 to 100 audiences'],
    ['too many', Array.from({ length: 101 }, (_, index) => `a${index}`), 'contain 1 to 100 audiences'],
    ['an empty one', [''], 'be 1 to 255 visible ASCII characters'],
    ['one of 256 characters', ['a'.repeat(256)], 'be 1 to 255 visible ASCII characters'],
    ['a pattern', ['sts.*'], 'be 1 to 255 visible ASCII characters'],
    ['a repeat', ['a', 'a'], 'contain each audience only once'],
  ])('refuses audiences: %s', (_, audiences, rule) => {
    expect(() => new ClusterOidcProvider(literalStack(), 'Oidc', { issuerUrl: ISSUER_URL, audiences })).toThrow(
      `[Stack/Oidc] \`audiences\` must ${rule}`,
    );
  });

  test.each([
    ['none', []],
    ['a short one', ['abc']],
    ['not hexadecimal', ['z'.repeat(40)]],
    ['six', Array(6).fill('a'.repeat(40))],
    ['41 characters', ['a'.repeat(41)]],
    ['41 characters, of which the first is none of hexadecimal', [`x${'a'.repeat(40)}`]],
    ['one that is good, and one that is not', ['a'.repeat(40), 'abc']],
  ])('refuses thumbprints: %s', (_, thumbprints) => {
    expect(() => new ClusterOidcProvider(literalStack(), 'Oidc', { issuerUrl: ISSUER_URL, thumbprints }))
      .toThrow('[Stack/Oidc] `thumbprints` must be 1 to 5 SHA-1 thumbprints of 40 hexadecimal characters');
  });

  test('five thumbprints pass, also as tokens', () => {
    const thumbprints = [...['a', 'F', '0', '9'].map(digit => digit.repeat(40)), Fn.importValue('Thumbprint')];
    const stack = literalStack();
    const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL, thumbprints });
    expect((provider.node.defaultChild as iam.CfnOIDCProvider).thumbprintList).toEqual(thumbprints);
  });

  test('an audience that turns out literal is checked at synth', () => {
    const audiences = ['vault', Lazy.string({ produce: () => 'sts.*' })];
    const provider = new ClusterOidcProvider(literalStack(), 'Oidc', { issuerUrl: ISSUER_URL, audiences });
    expect(provider.node.validate()).toEqual([
      expect.stringContaining('`audiences` must be 1 to 255 visible ASCII characters'),
    ]);
  });

  test('a list of audiences that is a token passes, as an object too', () => {
    const audiences: any = Lazy.any({ produce: () => ['vault'] });
    const stack = literalStack();
    new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL, audiences });
    Template.fromStack(stack).hasResourceProperties(PROVIDER, { ClientIdList: ['vault'] });
  });

  test('lists of tokens pass', () => {
    const stack = agnosticStack();
    const list = Fn.split(',', Fn.importValue('list'));
    new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL, audiences: list, thumbprints: list });
    Template.fromStack(stack).hasResourceProperties(PROVIDER, {
      ClientIdList: { 'Fn::Split': [',', { 'Fn::ImportValue': 'list' }] },
    });
  });
});

describe('two providers for one issuer', () => {
  const twice = (first: Stack, second: Stack, url = ISSUER_URL) => {
    new ClusterOidcProvider(first, 'One', { issuerUrl: ISSUER_URL });
    new ClusterOidcProvider(second, 'Two', { issuerUrl: url });
  };

  test('in one account: an error with both paths', () => {
    const app = new App();
    twice(literalStack(app, 'Blue'), literalStack(app, 'Green', { account: ACCOUNT, region: 'us-east-1' }));
    expect(() => app.synth()).toThrow(
      /\[Green\/Two\] `issuerUrl` must be registered only once per account, got: "https:.*Blue\/One registers the same issuer.*Green\/Two/,
    );
  });

  test('in two stages of one account', () => {
    const app = new App();
    twice(literalStack(new Stage(app, 'A'), 'Stack'), literalStack(new Stage(app, 'B'), 'Stack'));
    expect(() => app.synth()).toThrow(/A\/Stack\/One registers the same issuer/);
  });

  test('in one environment-agnostic stack', () => {
    const stack = agnosticStack();
    twice(stack, stack);
    expect(() => Template.fromStack(stack)).toThrow(/Stack\/One registers the same issuer/);
  });

  test.each([
    [
      'in two accounts',
      (app: App) => twice(literalStack(app, 'A'), literalStack(app, 'B', { account: '444455556666', region: REGION })),
    ],
    [
      'in two stacks that may go to two accounts',
      (app: App) => twice(agnosticStack(app, 'A'), agnosticStack(app, 'B')),
    ],
    [
      'with different issuers',
      (app: App) => twice(literalStack(app, 'A'), literalStack(app, 'B'), 'https://example.com'),
    ],
  ])('%s: fine', (_, build) => {
    const app = new App();
    build(app);
    expect(app.synth().stacks).toHaveLength(2);
  });
});

describe('an existing provider', () => {
  test('by issuer URL: its ARN in the account of the stack', () => {
    const stack = literalStack();
    const provider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', ISSUER_URL);
    expect(provider.openIdConnectProviderArn).toBe(PROVIDER_ARN);
    expect(provider.openIdConnectProviderIssuer).toBe(ISSUER);
    expect(provider.oidcProviderRef).toEqual({ oidcProviderArn: PROVIDER_ARN });
    expect(Template.fromStack(stack).toJSON().Resources).toBeUndefined();
  });

  test.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('in %s: partition %s', (region, partition) => {
    const stack = literalStack(new App(), 'Stack', { account: ACCOUNT, region });
    expect(ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', ISSUER_URL).openIdConnectProviderArn).toBe(
      `arn:${partition}:iam::${ACCOUNT}:oidc-provider/${ISSUER}`,
    );
  });

  test('by a deferred issuer URL', () => {
    const stack = agnosticStack();
    const provider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', Fn.importValue('Issuer'));
    expect(stack.resolve(provider.openIdConnectProviderArn)).toEqual({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':oidc-provider/',
        { 'Fn::Select': [1, { 'Fn::Split': ['//', { 'Fn::ImportValue': 'Issuer' }] }] }]],
    });
  });

  test('by ARN', () => {
    const provider = ClusterOidcProvider.fromProviderArn(literalStack(), 'Oidc', PROVIDER_ARN);
    expect(provider.openIdConnectProviderArn).toBe(PROVIDER_ARN);
    expect(provider.openIdConnectProviderIssuer).toBe(ISSUER);
  });

  test('by an ARN that is literal but for its partition and account', () => {
    const stack = agnosticStack();
    const provider = ClusterOidcProvider.fromProviderArn(
      stack,
      'Oidc',
      stack.formatArn({ service: 'iam', region: '', resource: 'oidc-provider', resourceName: ISSUER }),
    );
    expect(provider.openIdConnectProviderIssuer).toBe(ISSUER);
  });

  test('by a deferred ARN', () => {
    const stack = agnosticStack();
    const provider = ClusterOidcProvider.fromProviderArn(stack, 'Oidc', Fn.importValue('Arn'));
    expect(stack.resolve(provider.openIdConnectProviderIssuer)).toEqual({
      'Fn::Select': [1, { 'Fn::Split': [':oidc-provider/', { 'Fn::ImportValue': 'Arn' }] }],
    });
  });

  test.each([
    ['a role', `arn:aws:iam::${ACCOUNT}:role/x`, 'be the ARN of an OIDC provider'],
    ['no ARN', ISSUER, 'be the ARN of an OIDC provider'],
    ['no issuer', `arn:aws:iam::${ACCOUNT}:oidc-provider/`, 'be the ARN of an OIDC provider'],
    ['a scheme in the issuer', `arn:aws:iam::${ACCOUNT}:oidc-provider/https://x.com`, 'be the ARN of an OIDC provider'],
    ['a short account', 'arn:aws:iam::1234:oidc-provider/x.com', 'be the ARN of an OIDC provider'],
    ['another account', 'arn:aws:iam::444455556666:oidc-provider/x.com', `be in the account of the stack, ${ACCOUNT}`],
    ['another partition', `arn:aws-cn:iam::${ACCOUNT}:oidc-provider/x.com`, 'be in the partition of the stack, aws'],
  ])('refuses the ARN of %s', (_, arn, rule) => {
    expect(() => ClusterOidcProvider.fromProviderArn(literalStack(), 'Oidc', arn)).toThrow(
      `[Stack/Oidc] \`providerArn\` must ${rule}`,
    );
  });

  test('a deferred ARN that turns out literal is checked at synth', () => {
    const stack = literalStack();
    ClusterOidcProvider.fromProviderArn(
      stack,
      'Oidc',
      Lazy.string({ produce: () => `arn:aws:iam::${ACCOUNT}:role/x` }),
    );
    expect(() => Template.fromStack(stack)).toThrow('be the ARN of an OIDC provider');
  });
});

describe('a look-up', () => {
  const KEY =
    `cc-api-provider:account=${ACCOUNT}:exactIdentifier=my-cluster:propertiesToReturn.0=OpenIdConnectIssuerUrl:`
    + `region=${REGION}:typeName=AWS$:$:EKS$:$:Cluster`;

  test('asks the CDK CLI and lets the first synth through', () => {
    const app = new App();
    const stack = literalStack(app);
    const provider = ClusterOidcProvider.fromLookup(stack, 'Oidc', { clusterName: 'my-cluster' });
    roleFor(stack, provider);
    const [missing] = app.synth().manifest.missing ?? [];
    expect(missing).toMatchObject({
      key: KEY,
      provider: 'cc-api-provider',
      props: {
        typeName: 'AWS::EKS::Cluster',
        exactIdentifier: 'my-cluster',
        propertiesToReturn: ['OpenIdConnectIssuerUrl'],
      },
    });
  });

  test('takes the answer from the context: a literal issuer', () => {
    const stack = literalStack(appWith({ [KEY]: [{ OpenIdConnectIssuerUrl: ISSUER_URL, Identifier: 'my-cluster' }] }));
    expect(ClusterOidcProvider.fromLookup(stack, 'Oidc', { clusterName: 'my-cluster' }).openIdConnectProviderArn).toBe(
      PROVIDER_ARN,
    );
    expect(ClusterOidcProvider.lookupIssuerUrl(stack, { clusterName: 'my-cluster' })).toBe(ISSUER_URL);
  });

  test('two clusters are two issuers in the first synth too', () => {
    const stack = literalStack();
    for (const clusterName of ['blue', 'green']) {
      new ClusterOidcProvider(stack, clusterName, {
        issuerUrl: ClusterOidcProvider.lookupIssuerUrl(stack, { clusterName }),
      });
    }
    Template.fromStack(stack).resourceCountIs(PROVIDER, 2);
  });

  test.each([
    [
      'an environment-agnostic stack',
      agnosticStack,
      'my-cluster',
      'be looked up in a stack with a literal account and region',
    ],
    ['a deferred name', literalStack, Fn.importValue('x'), 'be the literal name of an EKS cluster'],
    ['no name', literalStack, '', 'be the literal name of an EKS cluster'],
    ['a name with a slash', literalStack, 'a/b', 'be the literal name of an EKS cluster'],
    ['a name of 101 characters', literalStack, 'a'.repeat(101), 'be the literal name of an EKS cluster'],
  ])('refuses %s', (_, makeStack, clusterName, rule) => {
    expect(() => ClusterOidcProvider.fromLookup(makeStack(), 'Oidc', { clusterName })).toThrow(
      `[Stack/Oidc] \`clusterName\` must ${rule}`,
    );
    expect(() => ClusterOidcProvider.lookupIssuerUrl(makeStack(), { clusterName })).toThrow(
      `[Stack] \`clusterName\` must ${rule}`,
    );
  });

  test.each([[[{}]], [[]]])('refuses a cluster without an issuer: %j', answer => {
    const stack = literalStack(appWith({ [KEY]: answer }));
    expect(() => ClusterOidcProvider.fromLookup(stack, 'Oidc', { clusterName: 'my-cluster' })).toThrow(
      '[Stack/Oidc] `clusterName` must be a cluster with an OIDC issuer, got: "my-cluster". If you re-created the '
        + 'cluster, clear',
    );
  });
});

describe('its ARN, seen from', () => {
  const federated = (stack: Stack) => trustPolicy(stack).Statement[0].Principal.Federated;
  const provider = (stack: Stack) => new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });

  test('its own stack: a reference, so that the provider comes first', () => {
    const stack = literalStack();
    roleFor(stack, provider(stack));
    expect(federated(stack)).toEqual({ 'Fn::GetAtt': ['Oidc70BFA75F', 'Arn'] });
  });

  test('another stack of the environment: an import', () => {
    const app = new App();
    const user = literalStack(app, 'User');
    roleFor(user, provider(literalStack(app, 'Owner')));
    expect(federated(user)).toEqual({ 'Fn::ImportValue': expect.stringContaining('Owner:ExportsOutput') });
    expect(user.dependencies.map(({ node }) => node.id)).toEqual(['Owner']);
  });

  test('another region: the ARN itself, no custom resource', () => {
    const app = new App();
    const user = new Stack(app, 'User', {
      env: { account: ACCOUNT, region: 'us-east-1' },
      crossRegionReferences: true,
    });
    roleFor(user, provider(literalStack(app, 'Owner')));
    expect(federated(user)).toBe(PROVIDER_ARN);
    const types = app
      .synth()
      .stacks.flatMap(({ template }) => Object.values<any>(template.Resources).map(({ Type }) => Type));
    expect(types.sort()).toEqual(['AWS::IAM::OIDCProvider', 'AWS::IAM::Role']);
  });

  test('another region, with an issuer that only the deployment knows: a reference', () => {
    const app = new App();
    const owner = literalStack(app, 'Owner');
    const user = new Stack(app, 'User', { env: { account: ACCOUNT, region: 'us-east-1' } });
    const deferred = new ClusterOidcProvider(owner, 'Oidc', { issuerUrl: cluster(owner).attrOpenIdConnectIssuerUrl });
    expect(user.resolve(deferred.openIdConnectProviderArn)).toEqual({ 'Fn::GetAtt': ['Oidc70BFA75F', 'Arn'] });
  });

  test('the same role: the attribute of the resource and the ARN are one principal', () => {
    const stack = literalStack();
    const own = provider(stack);
    const conditions = { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: 'x' } };
    const { attrArn } = own.node.defaultChild as iam.CfnOIDCProvider;
    const trust = new TrustPolicy()
      .addPrincipal(new iam.WebIdentityPrincipal(own.openIdConnectProviderArn, conditions))
      .addPrincipal(new iam.WebIdentityPrincipal(attrArn, conditions));
    expect(new IrsaRole(stack, 'Role', { trust }).assumeRolePolicy!.statementCount).toBe(1);
  });

  test('a nested stack: a parameter', () => {
    const stack = literalStack();
    const nested = new NestedStack(stack, 'Nested');
    roleFor(nested as Stack, provider(stack));
    expect(federated(nested)).toEqual({ Ref: expect.stringMatching(/^referencetoStackOidc.*Arn$/) });
  });

  test('an export', () => {
    const stack = literalStack();
    expect(stack.resolve(stack.exportValue(provider(stack).openIdConnectProviderArn))).toEqual({
      'Fn::ImportValue': 'Stack:ExportsOutputFnGetAttOidc70BFA75FArn48A99DE6',
    });
  });

  test('a role in another account: an error', () => {
    const app = new App();
    const user = literalStack(app, 'User', { account: '444455556666', region: REGION });
    roleFor(user, provider(literalStack(app, 'Owner')));
    expect(() => app.synth()).toThrow(
      '[User/Role] `oidcProvider (Owner/Oidc)` must be in the account of the stack, 444455556666',
    );
  });
});

describe('an issuer that is deferred in part', () => {
  const host = (stack: Stack) => new CfnParameter(stack, 'Host', { allowedPattern: '^[a-z.]+$' }).valueAsString;

  test.each<[string, (stack: Stack) => string, string]>([
    ['http', stack => `http://${host(stack)}/id`, 'start with https://, got: "http://<known only at deployment>/id"'],
    [
      'a port',
      stack => `https://${host(stack)}:8080/id`,
      'contain only valid characters around the parts that are known only at deployment, got: ":8080/id"',
    ],
    ['a query', stack => `https://${host(stack)}/id?x`, 'contain only valid characters'],
    ['a trailing slash', stack => `https://${host(stack)}/id/`, 'have no trailing slash'],
  ])('is refused with %s', (_, issuerUrl, rule) => {
    const made = agnosticStack();
    new ClusterOidcProvider(made, 'Oidc', { issuerUrl: issuerUrl(made) });
    expect(() => Template.fromStack(made)).toThrow(`[Stack/Oidc] \`issuerUrl\` must ${rule}`);
    const imported = agnosticStack();
    ClusterOidcProvider.fromIssuerUrl(imported, 'Oidc', issuerUrl(imported));
    expect(() => Template.fromStack(imported)).toThrow(`[Stack/Oidc] \`issuerUrl\` must ${rule}`);
  });

  test.each(['http://x.y', 'x.y', 'https://x.y//z', '{{resolve:ssm:/issuer}}'])(
    'is refused when it turns out to be %s',
    url => {
      const stack = literalStack();
      ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', Lazy.string({ produce: () => url }));
      expect(() => Template.fromStack(stack)).toThrow('[Stack/Oidc] `issuerUrl` must');
    },
  );
});

test.each([
  ['another partition', 'arn:aws-cn:iam::111122223333:oidc-provider/', 'be in the partition of the stack, aws'],
  ['another account', 'arn:aws:iam::444455556666:oidc-provider/', `be in the account of the stack, ${ACCOUNT}`],
  ['a role', 'arn:aws:iam::111122223333:role/', 'be the ARN of an OIDC provider'],
  ['another service', 'arn:aws:sts::111122223333:oidc-provider/', 'be the ARN of an OIDC provider'],
])('an ARN that is deferred in part is refused for the rest of it: %s', (_, prefix, rule) => {
  expect(() =>
    ClusterOidcProvider.fromProviderArn(literalStack(), 'Oidc', `${prefix}${Fn.importValue('Issuer')}`),
  ).toThrow(`[Stack/Oidc] \`providerArn\` must ${rule}`);
});

test('an imported provider is checked by its ARN, whatever hangs below it', () => {
  const stack = literalStack();
  const elsewhere = iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(
    stack,
    'Oidc',
    'arn:aws:iam::444455556666:oidc-provider/example.com',
  );
  new CfnOutput(elsewhere, 'Child', { value: 'x' });
  roleFor(stack, elsewhere);
  expect(() => Template.fromStack(stack)).toThrow('must be in the account of the stack');
});

test('a provider made in another partition is refused', () => {
  const app = new App();
  const china = new ClusterOidcProvider(
    literalStack(app, 'China', { account: ACCOUNT, region: 'cn-north-1' }),
    'Oidc',
    { issuerUrl: ISSUER_URL },
  );
  roleFor(literalStack(app, 'User'), china);
  expect(() => app.synth()).toThrow(
    '[User/Role] `oidcProvider (China/Oidc)` must be in the partition of the stack, aws',
  );
});

test('a parameter as issuer needs a pattern that keeps the policy whole', () => {
  const stack = agnosticStack();
  new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: new CfnParameter(stack, 'Issuer').valueAsString });
  expect(() => Template.fromStack(stack)).toThrow(
    '[Stack/Oidc] `issuerUrl (parameter Stack/Issuer)` must have an allowedPattern',
  );

  const safe = agnosticStack();
  new ClusterOidcProvider(safe, 'Oidc', {
    issuerUrl: new CfnParameter(safe, 'Issuer', { allowedPattern: '^https://[A-Za-z0-9./_-]+$' }).valueAsString,
  });
  Template.fromStack(safe).hasResourceProperties(PROVIDER, { Url: { Ref: 'Issuer' } });
});

test('CDK itself can use the provider', () => {
  const stack = literalStack();
  const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });
  new CfnOutput(stack, 'Out', { value: new iam.OpenIdConnectPrincipal(provider).federated });
  expect(Template.fromStack(stack).toJSON().Outputs.Out.Value).toEqual({ 'Fn::GetAtt': ['Oidc70BFA75F', 'Arn'] });
  expect(warnings(stack)).toEqual([]);
});
