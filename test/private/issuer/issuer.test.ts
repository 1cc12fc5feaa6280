/**
 * What is a provider, an issuer and an audience, at the boundaries of the rules. Callers without types pass anything.
 */
import { App, CfnOutput, CfnResource, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ClusterOidcProvider, IrsaRole, ServiceAccountSubject, TrustPolicy } from '../../../src';
import { letsIn } from '../../judges/iam-simulator';
import {
  ACCOUNT, agnosticStack, ISSUER, ISSUER_URL, literalProvider, literalStack, PROVIDER_ARN, REGION, trustPolicy,
} from '../../support';

const ONE = ServiceAccountSubject.exact('payments', 'api');
const TOKEN = {
  providerArn: PROVIDER_ARN, issuer: ISSUER, sub: 'system:serviceaccount:payments:api', aud: 'sts.amazonaws.com',
};
const OTHER_ACCOUNT = '444455556666';
const trusting = (provider: any, audience?: any) =>
  new TrustPolicy().addServiceAccounts(provider, [ONE], { audience });
const synth = (stack: Stack, provider: iam.IOpenIdConnectProvider, audience?: any) => () => {
  new IrsaRole(stack, 'Role', { trust: trusting(provider, audience) });
  return Template.fromStack(stack);
};
const imported = (stack: Construct, arn: string) =>
  iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', arn);
const custom = (stack: Stack, clientIds: string[]) =>
  new iam.OpenIdConnectProvider(stack, 'Oidc', { url: ISSUER_URL, clientIds });

describe('callers without types', () => {
  test.each([[5], [[ISSUER_URL]], [{}]])('pass %j as an issuer URL: an error', url => {
    expect(() => ClusterOidcProvider.fromIssuerUrl(literalStack(), 'Oidc', url as any))
      .toThrow('[Stack/Oidc] `issuerUrl` must start with https://, got: ');
  });

  test.each([[5], [[PROVIDER_ARN]], [{}]])('pass %j as the ARN of a provider: an error', arn => {
    expect(() => ClusterOidcProvider.fromProviderArn(literalStack(), 'Oidc', arn as any))
      .toThrow('[Stack/Oidc] `providerArn` must be the ARN of an OIDC provider');
  });

  test.each([[5], [['vault']], [null], [{}]])('pass %j as an audience of a provider: an error', audience => {
    const provider = () => new ClusterOidcProvider(literalStack(), 'Oidc', {
      issuerUrl: ISSUER_URL, audiences: [audience] as any,
    });
    expect(provider).toThrow('[Stack/Oidc] `audiences` must be 1 to 255 visible ASCII characters');
  });

  test.each([[5], [['sts.amazonaws.com']], [{}]])('pass %j as the audience of a role: an error', audience => {
    expect(() => trusting(literalProvider(literalStack()), audience))
      .toThrow('[TrustPolicy.addServiceAccounts] `audience` must be 1 to 255 visible ASCII characters');
  });

  test.each<[string, any, string]>([
    ['nothing', undefined, 'be given, got: nothing'],
    ['null', null, 'be given, got: nothing'],
    ['an empty object', {}, 'be an OIDC provider, got: {}'],
    ['an ARN alone', { openIdConnectProviderArn: PROVIDER_ARN }, 'be an OIDC provider'],
    ['an issuer alone', { openIdConnectProviderIssuer: ISSUER }, 'be an OIDC provider'],
    ['an ARN of another type', { openIdConnectProviderArn: 5, openIdConnectProviderIssuer: ISSUER }, 'be an OIDC'],
    ['an issuer of another type', { openIdConnectProviderArn: 'x', openIdConnectProviderIssuer: {} }, 'be an OIDC'],
  ])('pass %s as a provider: an error', (_, provider, rule) => {
    expect(() => trusting(provider)).toThrow(`[TrustPolicy.addServiceAccounts] \`provider\` must ${rule}`);
  });
});

describe('an ARN', () => {
  test.each([
    `${PROVIDER_ARN}\n`, `${PROVIDER_ARN}\nx`, PROVIDER_ARN.replace('arn:aws:', 'arn:aw:'), `${PROVIDER_ARN}/`,
    PROVIDER_ARN.replace('arn:aws:', 'arn:awsX:'), PROVIDER_ARN.replace('::', ':eu-west-1:'), `${PROVIDER_ARN}?x`,
  ])('%j is none of a provider', arn => {
    expect(() => ClusterOidcProvider.fromProviderArn(literalStack(), 'Oidc', arn))
      .toThrow('[Stack/Oidc] `providerArn` must be the ARN of an OIDC provider');
    expect(synth(literalStack(), imported(literalStack(), arn))).toThrow('`oidcProvider (Stack/Oidc)` must ');
  });

  test('of one character counts', () => {
    expect(() => ClusterOidcProvider.fromProviderArn(literalStack(), 'Oidc', `arn:aws:iam::${ACCOUNT}:oidc-provider/a`))
      .not.toThrow();
  });

  test.each<[string, (rest: string) => string]>([
    ['a deferred service', rest => `arn:aws:${Fn.importValue('Service')}::${ACCOUNT}:oidc-provider/${rest}`],
    ['a deferred kind', rest => `arn:aws:iam::${ACCOUNT}:${Fn.importValue('Kind')}/${rest}`],
    ['everything deferred', () => Fn.importValue('Arn')],
  ])('with %s is not refused before the deployment', (_, arn) => {
    expect(synth(literalStack(), imported(literalStack(), arn(ISSUER)))).not.toThrow();
  });

  test('without a partition or an account is left to IAM, as far as it is deferred', () => {
    const arn = (head: string) => () =>
      ClusterOidcProvider.fromProviderArn(literalStack(), 'Oidc', `${head}:oidc-provider/${Fn.importValue('Issuer')}`);
    expect(arn(`arn::iam::${ACCOUNT}`)).not.toThrow();
    expect(arn('arn:aws:iam::')).not.toThrow();
  });
});

describe('an issuer URL', () => {
  test('that turns out to be nothing is an error with a path', () => {
    const stack = literalStack();
    ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', Lazy.string({ produce: () => undefined }));
    expect(() => Template.fromStack(stack)).toThrow('[Stack/Oidc] `issuerUrl` must be given, got: nothing');
  });

  test.each<[string, string]>([
    ['a slash is its end', `https://${Fn.importValue('Host')}/`],
    ['its beginning is http', `http://${Fn.importValue('Host')}`],
  ])('that is deferred in part is refused where %s', (_, url) => {
    const stack = agnosticStack();
    ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', url);
    const refused = /\[Stack\/Oidc\] `issuerUrl` must (have no trailing slash|start with)/;
    expect(() => Template.fromStack(stack)).toThrow(refused);
  });

  test.each([
    `https://${Fn.importValue('Host')}/id/x`, `https://x.${Fn.importValue('Host')}`, Fn.importValue('Url'),
    `${Fn.importValue('Scheme')}//x.example.com`,
  ])('that is deferred in part passes: %s', url => {
    const stack = agnosticStack();
    ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', url);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('a provider of another stack', () => {
  const elsewhere = (app: App) => literalStack(app, 'Other', { account: OTHER_ACCOUNT, region: REGION });

  test('counts by its ARN where it is imported, whichever account imports it', () => {
    const app = new App();
    const provider = imported(elsewhere(app), PROVIDER_ARN);
    const stack = literalStack(app);
    expect(synth(stack, provider)).not.toThrow();
    const policy = trustPolicy(stack);
    expect([letsIn(policy, TOKEN), letsIn(policy, { ...TOKEN, sub: 'x' })]).toEqual([true, false]);
  });

  test('counts by its account where it is made, and by its ARN where that is literal', () => {
    const app = new App();
    const made = new ClusterOidcProvider(elsewhere(app), 'Oidc', { issuerUrl: ISSUER_URL });
    expect(synth(literalStack(app), made))
      .toThrow(`must be in the account of the stack, ${ACCOUNT}, got: "a provider of account ${OTHER_ACCOUNT}"`);
    const stack = literalStack();
    const wrong = imported(stack, `arn:aws:iam::${ACCOUNT}:oidc-provider/x_y`);
    new CfnOutput(wrong, 'Child', { value: 'x' });
    expect(synth(stack, wrong)).toThrow('[Stack/Role] `oidcProvider (Stack/Oidc)` must ');
  });

  test('counts by its ARN where that is deferred in part, whatever hangs below it', () => {
    const stack = literalStack();
    const provider = imported(stack, `arn:aws:iam::${OTHER_ACCOUNT}:oidc-provider/${Fn.importValue('Issuer')}`);
    new CfnOutput(provider, 'Child', { value: 'x' });
    expect(synth(stack, provider)).toThrow(`must be in the account of the stack, ${ACCOUNT}`);
  });

  test('counts by the partition in which it is made', () => {
    const app = new App();
    const china = literalStack(app, 'China', { account: ACCOUNT, region: 'cn-north-1' });
    expect(synth(literalStack(app), new ClusterOidcProvider(china, 'Oidc', { issuerUrl: ISSUER_URL })))
      .toThrow('must be in the partition of the stack, aws, got: "a provider of partition aws-cn"');
  });

  test('may stand in a stack without a region', () => {
    const app = new App();
    const half = new Stack(app, 'Half', { env: { account: ACCOUNT } });
    expect(synth(new Stack(app, 'Stack', { env: { account: ACCOUNT } }), new ClusterOidcProvider(half, 'Oidc', {
      issuerUrl: ISSUER_URL,
    }))).not.toThrow();
  });
});

describe('the audiences of a provider', () => {
  test.each<[string, (stack: Stack) => iam.IOpenIdConnectProvider]>([
    ['the second is', stack => custom(stack, ['vault', Fn.importValue('Audience')])],
    ['the first is', stack => custom(stack, [Fn.importValue('Audience'), 'vault'])],
    ['all are', stack => custom(stack, Fn.split(',', Fn.importValue('Audiences')))],
    ['the only one is', stack => new ClusterOidcProvider(stack, 'Oidc', {
      issuerUrl: ISSUER_URL, audiences: [Fn.importValue('Audience')],
    })],
    ['the second of a native one is', stack => new ClusterOidcProvider(stack, 'Oidc', {
      issuerUrl: ISSUER_URL, audiences: ['vault', Fn.importValue('Audience')],
    })],
  ])('may hold the one of a role where %s deferred', (_, provider) => {
    const stack = literalStack();
    expect(synth(stack, provider(stack))).not.toThrow();
  });

  test('of CDK\'s custom resource are known', () => {
    const stack = literalStack();
    expect(() => trusting(custom(stack, ['vault', 'x']))).toThrow(
      '`audience` must be among the audiences of the provider Stack/Oidc, ["vault","x"], got: "sts.amazonaws.com"');
    expect(synth(stack, stack.node.findChild('Oidc') as iam.OpenIdConnectProvider, 'x')).not.toThrow();
  });

  test('are not asked for an audience that only the deployment knows', () => {
    const stack = literalStack();
    expect(() => trusting(custom(stack, ['vault']), Fn.importValue('Audience'))).not.toThrow();
  });
});

describe('what hangs below a provider', () => {
  const wrapped = (stack: Stack, fill: (parent: Construct) => void): any => {
    const parent = Object.assign(new Construct(stack, 'Oidc'), {
      openIdConnectProviderArn: PROVIDER_ARN, openIdConnectProviderIssuer: ISSUER,
    });
    fill(parent);
    return parent;
  };

  test('is its resource, however deep', () => {
    const stack = literalStack();
    const provider = wrapped(stack, parent => new ClusterOidcProvider(parent, 'Default', {
      issuerUrl: ISSUER_URL, audiences: ['vault'],
    }));
    expect(() => trusting(provider)).toThrow('among the audiences of the provider Stack/Oidc, ["vault"]');
  });

  test('may be nothing, or something else', () => {
    const other = literalStack();
    const properties = { Url: 'https://x', ClientIdList: ['vault'], ClientIDList: ['vault'] };
    expect(synth(other, wrapped(other, parent => new CfnResource(parent, 'Default', { type: 'A::B::C', properties }))))
      .not.toThrow();
    const empty = literalStack();
    expect(synth(empty, wrapped(empty, parent => new Construct(parent, 'Default')))).not.toThrow();
  });

  test('may get its URL after a role has asked, lazily', () => {
    const stack = literalStack();
    let url = 'https://not.known.yet.example.com';
    const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: Lazy.uncachedString({ produce: () => url }) });
    const template = synth(stack, provider);
    new IrsaRole(stack, 'Other', { trust: trusting(provider) });
    url = ISSUER_URL;
    expect(template).not.toThrow();
  });

  test('may have lost its client IDs', () => {
    const stack = literalStack();
    const provider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });
    (provider.node.defaultChild as iam.CfnOIDCProvider).addPropertyDeletionOverride('ClientIdList');
    expect(() => trusting(provider, 'vault')).not.toThrow();
  });

  test('may have lost its URL before a role asks', () => {
    const stack = literalStack();
    const provider = new iam.OidcProviderNative(stack, 'Oidc', { url: ISSUER_URL, thumbprints: ['a'.repeat(40)] });
    (provider.node.defaultChild as iam.CfnOIDCProvider).addPropertyDeletionOverride('Url');
    expect(() => trusting(provider, 'vault')).not.toThrow();
  });
});
