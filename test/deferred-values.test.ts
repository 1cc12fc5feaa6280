/**
 * The literal texts around deferred values, at their boundaries, and the forms of ARNs and issuers that are deferred in
 * part. What passes means what it says: IAM's engine decides after the deployment.
 */
import { App, Aws, CfnParameter, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ApiObject } from 'cdk8s';
import { deployed } from './judges/deployment';
import { letsIn } from './judges/iam-simulator';
import {
  ACCOUNT,
  agnosticStack,
  ISSUER,
  literalProvider,
  literalStack,
  PROVIDER_ARN,
  REGION,
  SAFE_PATTERN,
  serviceAccount,
  trustPolicy,
} from './support';
import {
  ClusterOidcProvider,
  IrsaRole,
  IrsaServiceAccount,
  KubernetesManifests,
  PodIdentityServiceAccount,
  ServiceAccountSubject,
  TrustPolicy,
} from '../src';

const ONE = ServiceAccountSubject.exact('payments', 'api');
const parameter = (stack: Stack) => new CfnParameter(stack, 'P', { allowedPattern: SAFE_PATTERN }).valueAsString;
const synth = (build: (stack: Stack, value: string) => void, stack = agnosticStack()) => {
  build(stack, parameter(stack));
  return () => Template.fromStack(stack);
};
const withSubject = (subject: (value: string) => ServiceAccountSubject) => (stack: Stack, value: string) =>
  void new IrsaRole(stack, 'Role', {
    trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), [subject(value)]),
  });
const withAudience = (audience: (value: string) => string) => (stack: Stack, value: string) =>
  void new IrsaRole(stack, 'Role', {
    trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE], { audience: audience(value) }),
  });
const withArn = (arn: (value: string) => string) => (stack: Stack, value: string) =>
  void new IrsaRole(stack, 'Role', {
    trust: new TrustPolicy().addServiceAccounts(ClusterOidcProvider.fromProviderArn(stack, 'Oidc', arn(value)), [ONE]),
  });
const withCluster = (clusterArn: (value: string) => string) => (stack: Stack, value: string) =>
  void new IrsaRole(stack, 'Role', {
    trust: new TrustPolicy().addPodIdentity({ clusterArn: clusterArn(value), subjects: [ONE] }),
  });
const { exact, anyInNamespace, matching } = ServiceAccountSubject;

describe('the literal text beside a deferred part', () => {
  test.each<[string, (stack: Stack, value: string) => void]>([
    ['a namespace with one bad character before', withSubject(value => exact(`y"${value}`, 'x'))],
    ['a namespace with one bad character behind', withSubject(value => exact(`${value}"y`, 'x'))],
    ['a namespace with a dot', withSubject(value => exact(`a.${value}`, 'x'))],
    ['a name with one bad character before', withSubject(value => exact('x', `"y${value}`))],
    ['a name with one bad character behind', withSubject(value => exact('x', `${value}y"`))],
    ['a name with a wildcard', withSubject(value => exact('x', `${value}?`))],
    ['a namespace of all, with a bad character', withSubject(value => anyInNamespace(`y"${value}`))],
    ['a namespace pattern with a bad character before', withSubject(value => matching(`"y${value}`, 'x'))],
    ['a namespace pattern with a bad character behind', withSubject(value => matching(`${value}y"`, 'x'))],
    ['a name pattern with a bad character before', withSubject(value => matching('x', `"y${value}`))],
    ['a name pattern with a bad character behind', withSubject(value => matching('x', `y"${value}`))],
    ['an audience with a quote before', withAudience(value => `x*"${value}`)],
    ['an audience with a star before', withAudience(value => `*x${value}`)],
    ['an audience with a star behind', withAudience(value => `${value}x*`)],
    ['an audience with a brace', withAudience(value => `${value}{x`)],
    ['an audience with a dollar', withAudience(value => `$x${value}`)],
    ['a cluster with a wildcard before', withCluster(value => `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/*x${value}`)],
    ['a cluster with a wildcard behind', withCluster(value => `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/${value}x*`)],
    ['a provider ARN with a wildcard', withArn(value => `arn:aws:iam::${ACCOUNT}:oidc-provider/*${value}`)],
    ['a provider ARN with a quote behind', withArn(value => `arn:aws:iam::${ACCOUNT}:oidc-provider/${value}"`)],
    ['an issuer with a quote', (stack, value) => void literalProvider(stack, 'Oidc', `https://x"${value}.example.com`)],
    [
      'a target role with a wildcard',
      (stack, value) =>
        void new PodIdentityServiceAccount(stack, 'Sa', {
          clusterName: 'production',
          namespace: 'payments',
          serviceAccountName: 'api',
          targetRole: iam.Role.fromRoleArn(stack, 'T', `arn:aws:iam::${ACCOUNT}:role/*${value}`),
        }),
    ],
    [
      'a target role with a wildcard behind',
      (stack, value) =>
        void new PodIdentityServiceAccount(stack, 'Sa', {
          clusterName: 'production',
          namespace: 'payments',
          serviceAccountName: 'api',
          targetRole: iam.Role.fromRoleArn(stack, 'T', `arn:aws:iam::${ACCOUNT}:role/${value}x*`),
        }),
    ],
    [
      'a cluster name with a star',
      (stack, value) =>
        void new PodIdentityServiceAccount(stack, 'Sa', {
          clusterName: `*x${value}`,
          namespace: 'payments',
          serviceAccountName: 'api',
        }),
    ],
    [
      'a cluster name with a star behind',
      (stack, value) =>
        void new PodIdentityServiceAccount(stack, 'Sa', {
          clusterName: `${value}x*`,
          namespace: 'payments',
          serviceAccountName: 'api',
        }),
    ],
  ])('is refused: %s', (_, build) => {
    expect(synth(build)).toThrow('must contain only valid characters');
  });

  test.each<[string, (stack: Stack, value: string) => void]>([
    ['a prefix of two characters', withSubject(value => exact(`ab${value}`, `a.b-${value}`))],
    ['a suffix of two characters', withSubject(value => exact(`${value}-2`, `${value}.x-2`))],
    ['all of a namespace', withSubject(value => anyInNamespace(`team-${value}`))],
    ['patterns of two characters', withSubject(value => matching(`y-*${value}`, `yy?.*${value}`))],
    ['an audience with a prefix', withAudience(value => `https://${value}.example.com/x`)],
    ['a cluster by name', withCluster(value => `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/a_B-${value}`)],
    [
      'a choice between two safe literals',
      withSubject(() =>
        exact(Fn.conditionIf('C', 'blue', 'green').toString(), Fn.conditionIf('C', 'a.b', 'c').toString()),
      ),
    ],
  ])('passes: %s', (_, build) => {
    expect(synth(build)).not.toThrow();
  });
});

describe('an issuer', () => {
  test.each([
    'https://example.com/..',
    'https://example.com/a/../b',
    'https://example.com/.',
    'https://example.com/./a',
    'https://example.com//a',
    'https://-a.example.com',
    'https://a-.example.com',
    'https://a..b',
    'https://a.-b',
    'https://a.b-',
    'https://.a',
    'https://a.',
    'https://A.example.com',
    'https://',
    'https://a/b c',
    'https://a/ü',
    'xhttps://a',
    'https://a/%41',
  ])('%s is refused', url => {
    expect(() => literalProvider(literalStack(), 'Oidc', url)).toThrow('[Stack/Oidc] `issuerUrl` must');
  });

  test.each([
    'https://a',
    'https://a/..b',
    'https://a/...',
    'https://a.b-c.d/e_f~g.h/1',
    'https://1.2/.well',
    'https://a1-2.example.com',
  ])('%s passes', url => {
    const stack = literalStack();
    new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addServiceAccounts(literalProvider(stack, 'Oidc', url), [ONE]),
    });
    const issuer = url.slice('https://'.length);
    expect(
      letsIn(trustPolicy(stack), {
        providerArn: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`,
        issuer,
        sub: 'system:serviceaccount:payments:api',
        aud: 'sts.amazonaws.com',
      }),
    ).toBe(true);
  });

  test('a URL of 255 characters passes, one of 256 does not', () => {
    const url = (length: number) => `https://example.com/${'a'.repeat(length - 'https://example.com/'.length)}`;
    expect(() => literalProvider(literalStack(), 'Oidc', url(255))).not.toThrow();
    expect(() => literalProvider(literalStack(), 'Oidc', url(256))).toThrow('have at most 255 characters');
  });
});

describe('a provider ARN', () => {
  test.each([
    `x${PROVIDER_ARN}`,
    ` ${PROVIDER_ARN}`,
    PROVIDER_ARN.replace(ACCOUNT, '1111'),
    PROVIDER_ARN.replace(ACCOUNT, `${ACCOUNT}1`),
    PROVIDER_ARN.replace('arn:aws:', 'arn:xaws:'),
    PROVIDER_ARN.replace('iam', 'sts'),
    PROVIDER_ARN.replace('oidc-provider', 'saml-provider'),
    `arn:aws:iam::${ACCOUNT}:oidc-provider/`,
  ])('%s is refused', arn => {
    expect(() => ClusterOidcProvider.fromProviderArn(literalStack(), 'Oidc', arn)).toThrow(
      '[Stack/Oidc] `providerArn` must be the ARN of an OIDC provider',
    );
  });

  test.each<[string, (stack: Stack) => string]>([
    ['a literal, in a stack without an account', () => PROVIDER_ARN],
    ['a deferred account', () => `arn:aws:iam::${Aws.ACCOUNT_ID}:oidc-provider/${ISSUER}`],
    ['a deferred partition', () => `arn:${Aws.PARTITION}:iam::${ACCOUNT}:oidc-provider/${ISSUER}`],
    ['a deferred resource', stack => `arn:aws:iam::${ACCOUNT}:${Fn.join('/', ['oidc-provider', parameter(stack)])}`],
  ])('passes: %s', (_, arn) => {
    const stack = agnosticStack();
    new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addServiceAccounts(ClusterOidcProvider.fromProviderArn(stack, 'Oidc', arn(stack)), [
        ONE,
      ]),
    });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test.each<[string, () => string]>([
    ['of another service', () => `arn:aws:sts::${Aws.ACCOUNT_ID}:oidc-provider/${ISSUER}`],
    ['of another kind', () => `arn:aws:iam::${Aws.ACCOUNT_ID}:saml-provider/${ISSUER}`],
  ])('deferred in part, is refused: %s', (_, arn) => {
    expect(() => ClusterOidcProvider.fromProviderArn(agnosticStack(), 'Oidc', arn())).toThrow(
      '`providerArn` must be the ARN of an OIDC provider',
    );
  });

  test('deferred in part, of another account or partition, is refused', () => {
    const lazy = Lazy.string({ produce: () => ISSUER });
    const stack = literalStack();
    expect(() =>
      ClusterOidcProvider.fromProviderArn(stack, 'A', `arn:aws:iam::444455556666:oidc-provider/${lazy}`),
    ).toThrow(`must be in the account of the stack, ${ACCOUNT}`);
    expect(() =>
      ClusterOidcProvider.fromProviderArn(stack, 'B', `arn:aws-cn:iam::${ACCOUNT}:oidc-provider/${lazy}`),
    ).toThrow('must be in the partition of the stack, aws');
  });
});

describe('audiences of a provider', () => {
  const provider = (audiences: any) =>
    new ClusterOidcProvider(literalStack(), 'Oidc', { issuerUrl: `https://${ISSUER}`, audiences });

  test.each<[string, any, string]>([
    ['the second is bad', ['vault', 'no*'], 'be 1 to 255 visible ASCII characters'],
    ['the first is bad', ['no*', 'vault'], 'be 1 to 255 visible ASCII characters'],
    ['none', [], 'contain 1 to 100 audiences'],
    ['101', Array.from({ length: 101 }, (_, index) => `a${index}`), 'contain 1 to 100 audiences'],
    ['twice the same', ['a', 'b', 'a'], 'contain each audience only once'],
  ])('%s: refused', (_, audiences, rule) => {
    expect(() => provider(audiences)).toThrow(`[Stack/Oidc] \`audiences\` must ${rule}`);
  });

  test('100, and one of 255 characters, pass', () => {
    expect(() => provider(Array.from({ length: 100 }, (_, index) => `a${index}`))).not.toThrow();
    expect(() => provider(['a'.repeat(255)])).not.toThrow();
    expect(() => provider(['a'.repeat(256)])).toThrow('be 1 to 255');
  });
});

describe('public identity providers', () => {
  test.each(['aud', 'oaud', 'azp', 'app_id', 'sub'])('Google is held to an application by %s', claim => {
    const principal = (key: string) =>
      new iam.WebIdentityPrincipal('accounts.google.com', { StringEquals: { [key]: 'x' } });
    expect(() => new TrustPolicy().addPrincipal(principal(`accounts.google.com:${claim}`))).not.toThrow();
    expect(() => new TrustPolicy().addPrincipal(principal(`accounts.google.com:x${claim}`))).toThrow(
      'limit accounts.google.com to an application',
    );
    expect(() => new TrustPolicy().addPrincipal(principal(`www.amazon.com:${claim}`))).toThrow(
      'limit accounts.google.com to an application',
    );
  });

  test('the second of two is judged, too', () => {
    const stack = literalStack();
    const role = new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addServiceAccounts(literalProvider(stack), [ONE]),
    });
    role.assumeRolePolicy!.addStatements(
      iam.PolicyStatement.fromJson({
        Effect: 'Allow',
        Principal: { Federated: ['accounts.google.com', 'www.amazon.com'] },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'accounts.google.com:aud': 'x' } },
      }),
    );
    expect(() => Template.fromStack(stack)).toThrow('limit www.amazon.com to an application');
  });
});

describe('a stack with a region and without an account', () => {
  const half = () => new Stack(new App(), 'Stack', { env: { region: REGION } });

  test('its roles get their names from CloudFormation', () => {
    const stack = half();
    serviceAccount(stack, 'Sa');
    const [role] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
    expect(role.Properties.RoleName).toBeUndefined();
  });

  test('so do those of a stack with an account alone', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT } });
    serviceAccount(stack, 'Sa');
    const [role] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
    expect(role.Properties.RoleName).toBeUndefined();
  });

  test('nothing can be looked up in it', () => {
    expect(() => ClusterOidcProvider.fromLookup(half(), 'Oidc', { clusterName: 'production' })).toThrow(
      'must be looked up in a stack with a literal account and region',
    );
    expect(() =>
      ClusterOidcProvider.fromLookup(new Stack(new App(), 'Stack', { env: { account: ACCOUNT } }), 'Oidc', {
        clusterName: 'production',
      }),
    ).toThrow('must be looked up in a stack with a literal account and region');
  });
});

describe('a manifest', () => {
  test('does not hold an object of which one value is deferred', () => {
    const stack = literalStack();
    new ApiObject(KubernetesManifests.of(stack).chart, 'Config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'b' },
      data: Token.asAny({
        resolve: () => ({ literal: 'x', deferred: { Ref: 'AWS::StackId' } }),
        creationStack: [],
      }) as any,
    });
    expect(() => Template.fromStack(stack)).toThrow('must be known at synth time');
  });

  test.each([
    `x${'arn:aws:iam::111122223333:role/a'}`,
    'arn:aws:iam::111122223333:role/a b',
    'arn:aws:iam::11112222333:role/a',
    'arn:aws:iam::111122223333:user/a',
  ])('does not hold %s as the ARN of a role', arn => {
    const stack = literalStack();
    const role = Object.defineProperty(
      iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/a'),
      'roleArn',
      { value: arn },
    );
    expect(() => {
      new IrsaServiceAccount(stack, 'Sa', {
        oidcProvider: literalProvider(stack),
        namespace: 'payments',
        serviceAccountName: 'api',
        role,
      });
      Template.fromStack(stack);
    }).toThrow('`role` must');
  });
});

test('deployed, a trust policy of deferred parts admits the service account alone', () => {
  const stack = agnosticStack();
  withSubject(value => exact(`team-${value}`, `${value}.x`))(stack, parameter(stack));
  const trust = deployed(trustPolicy(stack), {
    values: { 'P': 'blue', 'AWS::AccountId': ACCOUNT, 'AWS::Partition': 'aws', 'AWS::Region': REGION },
  });
  const asks = (sub: string) =>
    letsIn(trust, {
      providerArn: PROVIDER_ARN,
      issuer: ISSUER,
      sub: `system:serviceaccount:${sub}`,
      aud: 'sts.amazonaws.com',
    });
  expect(['team-blue:blue.x', 'team-blue:x', 'team-:blue.x', 'blue:blue.x'].map(asks)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('a token that resolves to nothing adds nothing to a text beside a deferred key', () => {
  const stack = agnosticStack();
  const nothing = Lazy.string({ produce: () => undefined });
  const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', Fn.importValue('Issuer'));
  new IrsaRole(stack, 'Role', {
    trust: new TrustPolicy().addServiceAccounts(oidcProvider, [exact(`pay${nothing}ments`, parameter(stack))]),
  });
  expect(trustPolicy(stack)['Fn::Sub'][0]).toContain(':payments:${ServiceAccountName}"');
});
