import { mkdtempSync, readFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Annotations, App, Aspects, CfnParameter, Duration, Fn, Lazy, ScopedAws, Stack, Stage } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import * as cdk8s from 'cdk8s';
import {
  ClusterOidcProvider,
  IrsaRole,
  IrsaServiceAccount,
  IrsaServiceAccountProps,
  ServiceAccountSubject,
  TrustPolicy,
} from '../src';
import {
  ACCOUNT,
  agnosticStack,
  deferredProvider,
  ISSUER,
  ISSUER_URL,
  literalProvider,
  literalStack,
  logicalId,
  PROVIDER_ARN,
  REGION,
  SAFE_PATTERN,
  serviceAccount,
  trustPolicies,
  trustPolicy,
  warnings,
} from './support';

const ROLE_ARN = 'eks.amazonaws.com/role-arn';

test('minimal: one role that trusts exactly this service account, and its manifest', () => {
  const stack = literalStack();
  const sa = serviceAccount(stack, 'Sa');
  const { Resources, Outputs } = Template.fromStack(stack).toJSON();
  expect(Object.values<any>(Resources).map(({ Type }) => Type)).toEqual(['AWS::IAM::Role']);
  expect(Outputs).toBeUndefined();
  expect(trustPolicy(stack).Statement).toEqual([
    {
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          [`${ISSUER}:sub`]: 'system:serviceaccount:default:my-service-account',
        },
      },
      Effect: 'Allow',
      Principal: { Federated: PROVIDER_ARN },
    },
  ]);
  expect(sa.toManifest()).toEqual({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: 'my-service-account',
      namespace: 'default',
      annotations: {
        [ROLE_ARN]: `arn:aws:iam::${ACCOUNT}:role/default-my-service-account-e8b490b17d`,
        'eks.amazonaws.com/sts-regional-endpoints': 'true',
      },
    },
  });
});

test('maximal', () => {
  const stack = literalStack();
  const sa = serviceAccount(stack, 'Sa', {
    oidcProvider: new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL, audiences: ['vault'] }),
    audience: 'vault',
    tokenExpiration: Duration.hours(2),
    regionalStsEndpoint: false,
    labels: { 'app.kubernetes.io/name': 'api', 'empty': '' },
    annotations: { 'example.com/owner': 'payments' },
    automountServiceAccountToken: false,
    imagePullSecrets: ['registry'],
    roleName: 'api',
    path: '/workloads/',
    description: 'what for',
    managedPolicies: [
      iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Managed', 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'),
    ],
    inlinePolicies: {
      none: new iam.PolicyDocument({
        statements: [new iam.PolicyStatement({ actions: ['s3:ListAllMyBuckets'], resources: ['*'] })],
      }),
    },
    permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyArn(
      stack,
      'Boundary',
      `arn:aws:iam::${ACCOUNT}:policy/boundary`,
    ),
    maxSessionDuration: Duration.hours(2),
  });
  expect(sa.roleArn).toBe(`arn:aws:iam::${ACCOUNT}:role/workloads/api`);
  expect(sa.toManifest()).toEqual({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: 'my-service-account',
      namespace: 'default',
      labels: { 'app.kubernetes.io/name': 'api', 'empty': '' },
      annotations: {
        'example.com/owner': 'payments',
        [ROLE_ARN]: `arn:aws:iam::${ACCOUNT}:role/workloads/api`,
        'eks.amazonaws.com/audience': 'vault',
        'eks.amazonaws.com/sts-regional-endpoints': 'false',
        'eks.amazonaws.com/token-expiration': '7200',
      },
    },
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: 'registry' }],
  });
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
    RoleName: 'api',
    Path: '/workloads/',
    Description: 'what for',
    ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'],
    Policies: [{ PolicyName: 'none', PolicyDocument: Match.anyValue() }],
    PermissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/boundary`,
    MaxSessionDuration: 7200,
    AssumeRolePolicyDocument: { Statement: [{ Condition: { StringEquals: { [`${ISSUER}:aud`]: 'vault' } } }] },
  });
});

describe('the role', () => {
  // Pinned for ever: a new name would replace every role in use. The hash: printf eu-west-1/Stack/Sa | sha256sum | cut
  // -c1-10
  test.each([
    ['default', 'my-service-account', REGION, 'default-my-service-account-e8b490b17d'],
    ['default', 'my-service-account', 'us-east-1', 'default-my-service-account-06242d80c2'],
    ['a', 'b', REGION, 'a-b-e8b490b17d'],
    ['kube-system', 'aws.load-balancer.controller', REGION, 'kube-system-aws.load-balancer.controller-e8b490b17d'],
    ['n'.repeat(63), 's'.repeat(253), REGION, `${'n'.repeat(53)}-e8b490b17d`],
    ['n'.repeat(52), 's', REGION, `${'n'.repeat(52)}-e8b490b17d`],
  ])('of %s/%s in %s is named %s', (namespace, serviceAccountName, region, name) => {
    const stack = literalStack(new App(), 'Stack', { account: ACCOUNT, region });
    const sa = serviceAccount(stack, 'Sa', { namespace, serviceAccountName });
    expect(name.length).toBeLessThanOrEqual(64);
    expect(sa.roleArn).toBe(`arn:aws:iam::${ACCOUNT}:role/${name}`);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { RoleName: name });
  });

  test('is named after its path: two constructs never share a name', () => {
    const app = new App();
    const [one, two] = [literalStack(new Stage(app, 'A'), 'Stack'), literalStack(new Stage(app, 'B'), 'Stack')].map(
      stack => serviceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack, stack.node.addr) }).roleArn,
    );
    expect(one).not.toBe(two);
  });

  test.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-east-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('has a literal ARN in %s, and the same audience', (region, partition) => {
    const stack = literalStack(new App(), 'Stack', { account: ACCOUNT, region });
    const sa = serviceAccount(stack, 'Sa', { roleName: 'name' });
    expect(sa.roleArn).toBe(`arn:${partition}:iam::${ACCOUNT}:role/name`);
    expect(Object.values(trustPolicy(stack).Statement[0].Condition.StringEquals)[0]).toBe('sts.amazonaws.com');
  });

  test('has no name and no literal ARN in an environment-agnostic stack', () => {
    const stack = agnosticStack();
    const sa = serviceAccount(stack, 'Sa');
    expect(stack.resolve(sa.roleArn)).toEqual({ 'Fn::GetAtt': [logicalId(stack, sa.role as IrsaRole), 'Arn'] });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { RoleName: Match.absent() });
  });

  test('in a region CDK does not know leaves as an output', () => {
    const stack = literalStack(new App(), 'Stack', { account: ACCOUNT, region: 'xx-new-1' });
    serviceAccount(stack, 'Sa');
    expect(Object.keys(Template.fromStack(stack).toJSON().Outputs)).toEqual(['KubernetesManifests']);
  });

  test('takes grants: one policy more', () => {
    const stack = literalStack();
    const sa = serviceAccount(stack, 'Sa');
    new Bucket(stack, 'Bucket').grantRead(sa);
    sa.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: ['*'] }));
    sa.addManagedPolicy(iam.ManagedPolicy.fromManagedPolicyArn(stack, 'M', 'arn:aws:iam::aws:policy/ReadOnlyAccess'));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Policy', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'sqs:SendMessage' })]) },
    });
    template.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] });
  });

  test('can be granted from another account, thanks to its fixed name', () => {
    const app = new App();
    const sa = serviceAccount(literalStack(app), 'Sa', { roleName: 'api' });
    const elsewhere = literalStack(app, 'Elsewhere', { account: '444455556666', region: REGION });
    new Bucket(elsewhere, 'Bucket', { bucketName: 'data' }).grantRead(sa);
    Template.fromStack(elsewhere).hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${ACCOUNT}:role/api`]] } },
          }),
        ],
      },
    });
  });

  test('lets more in by trust', () => {
    const stack = literalStack();
    const sa = serviceAccount(stack, 'Sa');
    sa.trust.addPrincipal(new iam.AccountPrincipal('444455556666'));
    expect(trustPolicy(stack).Statement).toHaveLength(2);
  });

  test('customizeRoles: the first report comes without a name', () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-irsa-')) });
    iam.Role.customizeRoles(app);
    const stack = literalStack(app);
    serviceAccount(stack, 'Sa');
    app.synth();
    expect(readFileSync(join(app.outdir, 'iam-policy-report.txt'), 'utf8')).toContain(
      'system:serviceaccount:default:my-service-account',
    );
    expect(warnings(stack)).toEqual([
      expect.stringContaining(
        'name in usePrecreatedRoles ("Stack/Sa/Role"). [ack: cdk-irsa:precreated-role-without-name]',
      ),
    ]);
  });

  test('customizeRoles: the manifest has the name of the precreated role', () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-irsa-')) });
    iam.Role.customizeRoles(app, { usePrecreatedRoles: { 'Stack/Sa/Role': 'precreated' } });
    expect(serviceAccount(literalStack(app), 'Sa').annotations[ROLE_ARN]).toBe(
      `arn:aws:iam::${ACCOUNT}:role/precreated`,
    );
  });
});

describe('an existing role', () => {
  test.each<[string, (stack: Stack) => iam.IRole, string]>([
    [
      'imported by ARN',
      stack => iam.Role.fromRoleArn(stack, 'R', `arn:aws:iam::${ACCOUNT}:role/path/existing`),
      `arn:aws:iam::${ACCOUNT}:role/path/existing`,
    ],
    [
      'imported by name',
      stack => iam.Role.fromRoleName(stack, 'R', 'existing'),
      `arn:aws:iam::${ACCOUNT}:role/existing`,
    ],
    [
      'made by CDK with a name',
      stack =>
        new iam.Role(stack, 'R', {
          roleName: 'existing',
          path: '/p/',
          assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
        }),
      `arn:aws:iam::${ACCOUNT}:role/p/existing`,
    ],
  ])('%s: its literal ARN, its trust left alone', (_, makeRole, arn) => {
    const stack = literalStack();
    const role = makeRole(stack);
    const sa = serviceAccount(stack, 'Sa', { role });
    expect(sa.role).toBe(role);
    expect(sa.annotations[ROLE_ARN]).toBe(arn);
    expect(JSON.stringify(trustPolicies(stack))).not.toContain('WebIdentity');
    const message =
      '[Stack/Sa] `trust` must belong to a role that this library creates, got: "Stack/R". cdk-irsa does not modify an '
        + 'existing role. Change';
    expect(() => sa.trust).toThrow(message);
    expect(() => sa.trustCluster(literalProvider(stack, 'Other'))).toThrow(message);
  });

  test('without a fixed name leaves as an output', () => {
    const stack = literalStack();
    serviceAccount(stack, 'Sa', {
      role: new iam.Role(stack, 'R', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
    });
    expect(JSON.stringify(Template.fromStack(stack).toJSON().Outputs.KubernetesManifests.Value)).toMatch(
      /"Fn::GetAtt":\["R[^"]*","Arn"\]/,
    );
  });

  test('of this library: its trust is there', () => {
    const stack = literalStack();
    const oidcProvider = literalProvider(stack);
    const trust = new TrustPolicy().addServiceAccounts(oidcProvider, [ServiceAccountSubject.anyInNamespace('default')]);
    const sa = serviceAccount(stack, 'Sa', {
      oidcProvider,
      role: new IrsaRole(stack, 'R', { roleName: 'shared', trust }),
    });
    expect(sa.trust).toBe(trust);
  });

  test('excludes the options of a new role', () => {
    const stack = literalStack();
    const role = iam.Role.fromRoleName(stack, 'R', 'existing');
    expect(() => serviceAccount(stack, 'Sa', { role, roleName: 'x', path: '/y/' }))
      .toThrow('[Stack/Sa] `role` must not be combined with options of a new role (roleName, path), got: "Stack/R".');
  });

  test('its audience is checked as that of a new one', () => {
    const stack = literalStack();
    const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL });
    serviceAccount(stack, 'Sa', {
      oidcProvider,
      role: iam.Role.fromRoleName(stack, 'R', 'existing'),
      audience: Lazy.string({ produce: () => 'other' }),
    });
    expect(() => Template.fromStack(stack)).toThrow(
      '`audience` must be among the audiences of the provider Stack/Oidc, ["sts.amazonaws.com"], got: "other"',
    );
  });

  test('of a name from an open parameter is an error', () => {
    const stack = agnosticStack();
    serviceAccount(stack, 'Sa', {
      role: iam.Role.fromRoleName(stack, 'R', 'existing'),
      namespace: new CfnParameter(stack, 'Ns').valueAsString,
    });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Sa] `namespace (parameter Stack/Ns)` must have an allowedPattern',
    );
  });

  test('whose ARN the webhook would not take is an error', () => {
    const stack = literalStack();
    serviceAccount(stack, 'Sa', {
      role: iam.Role.fromRoleArn(stack, 'R', `arn:aws:iam::${ACCOUNT}:role/a!b/existing`),
    });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Sa] `role` must be a role ARN that the pod identity webhook accepts',
    );
  });
});

describe('trustCluster', () => {
  test('blue and green', () => {
    const stack = literalStack();
    const sa = serviceAccount(stack, 'Sa', { audience: 'vault' });
    sa.trustCluster(literalProvider(stack, 'Green', 'https://green.example.com'));
    expect(trustPolicy(stack).Statement.map(({ Condition }: any) => Condition.StringEquals)).toEqual([
      { [`${ISSUER}:aud`]: 'vault', [`${ISSUER}:sub`]: 'system:serviceaccount:default:my-service-account' },
      { 'green.example.com:aud': 'vault', 'green.example.com:sub': 'system:serviceaccount:default:my-service-account' },
    ]);
  });
});

test('trustCluster needs a provider', () => {
  const sa = serviceAccount(literalStack(), 'Sa');
  expect(() => sa.trustCluster(undefined as any)).toThrow('[Stack/Sa] `provider` must be given, got: nothing.');
});

describe('for Helm and friends', () => {
  test('helmValues: the chart makes the ServiceAccount exactly when this construct does not', () => {
    const stack = literalStack();
    const ours = serviceAccount(stack, 'Ours', { serviceAccountName: 'ours' });
    const theirs = serviceAccount(stack, 'Theirs', { serviceAccountName: 'theirs', createServiceAccount: false });
    expect(ours.helmValues()).toEqual({
      serviceAccount: { create: false, name: 'ours', annotations: ours.annotations },
    });
    expect(theirs.helmValues()).toEqual({
      serviceAccount: { create: true, name: 'theirs', annotations: theirs.annotations },
    });
    expect(theirs.annotations[ROLE_ARN]).toBe(theirs.roleArn);
  });

  test('what is done to the props afterwards changes nothing', () => {
    const annotations: Record<string, string> = { a: 'b' };
    const labels: Record<string, string> = { c: 'd' };
    const sa = serviceAccount(literalStack(), 'Sa', { annotations, labels });
    annotations['eks.amazonaws.com/audience'] = 'evil';
    labels.c = 'no label!';
    expect(sa.annotations).not.toHaveProperty(['eks.amazonaws.com/audience']);
    expect(sa.toManifest().metadata.labels).toEqual({ c: 'd' });
  });

  test('annotations, labels and manifests are copies', () => {
    const sa = serviceAccount(literalStack(), 'Sa', { labels: { a: 'b' } });
    sa.annotations.changed = 'x';
    sa.toManifest().metadata.labels.changed = 'x';
    expect(sa.annotations).not.toHaveProperty('changed');
    expect(sa.toManifest().metadata.labels).toEqual({ a: 'b' });
  });
});

describe('in a chart of the user', () => {
  test('the ServiceAccount and its Namespace, once', () => {
    const stack = literalStack();
    const chart = new cdk8s.Chart(new cdk8s.App(), 'mine', { labels: { team: 'payments' } });
    serviceAccount(stack, 'A', { chart, serviceAccountName: 'a', createNamespace: true });
    serviceAccount(stack, 'B', { chart, serviceAccountName: 'b', createNamespace: true });
    const objects = chart.toJson();
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace default',
      'ServiceAccount a',
      'ServiceAccount b',
    ]);
    expect(objects[1].metadata.labels).toEqual({ team: 'payments' });
    expect(objects[1].metadata.annotations[ROLE_ARN]).toMatch(/^arn:aws:iam::\d{12}:role\/default-a-/);
  });

  test('a Namespace of the user stays the only one', () => {
    const chart = new cdk8s.Chart(new cdk8s.App(), 'mine');
    new cdk8s.ApiObject(chart, 'Ns', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'default', labels: { mine: 'yes' } },
    });
    serviceAccount(literalStack(), 'Sa', { chart, createNamespace: true });
    expect(chart.toJson().map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount']);
  });

  test('tokens that synth can resolve are resolved', () => {
    const stack = literalStack();
    const chart = new cdk8s.Chart(new cdk8s.App(), 'mine');
    serviceAccount(stack, 'Sa', {
      chart,
      labels: { account: stack.account, lazy: Lazy.string({ produce: () => 'late' }), partition: stack.partition },
      tokenExpiration: Duration.seconds(Lazy.number({ produce: () => 1200 })),
    });
    const [object] = chart.toJson();
    expect(object.metadata.labels).toEqual({ account: ACCOUNT, lazy: 'late', partition: 'aws' });
    expect(object.metadata.annotations['eks.amazonaws.com/token-expiration']).toBe('1200');
  });

  test('a value that only the deployment knows is refused, object and field named', () => {
    const stack = agnosticStack();
    const chart = new cdk8s.Chart(new cdk8s.App(), 'mine');
    serviceAccount(stack, 'Sa', { chart });
    expect(() => chart.toJson()).toThrow(
      '[Stack/Sa] `metadata.annotations["eks.amazonaws.com/role-arn"] of ServiceAccount default/my-service-account` '
        + 'must be known at synth time, got: {"Fn::GetAtt":["SaRole',
    );
  });
});

describe('the same ServiceAccount twice', () => {
  const MESSAGE =
    /\[\w+\/Two\] `serviceAccountName` must be unique in a namespace of a cluster, got: "(?:default|<known only at deployment>)\/my-service-account"\. \w+\/One creates the same ServiceAccount.*\/Two/;

  test.each<[string, (app: App) => void]>([
    ['with one provider', app => {
      const stack = literalStack(app);
      const oidcProvider = literalProvider(stack);
      serviceAccount(stack, 'One', { oidcProvider });
      serviceAccount(stack, 'Two', { oidcProvider });
    }],
    ['with two providers of one issuer, in two stacks', app => {
      serviceAccount(literalStack(app, 'A'), 'One');
      serviceAccount(literalStack(app, 'B'), 'Two');
    }],
    ['with a deferred issuer, in two stacks', app => {
      const oidcProvider = deferredProvider(agnosticStack(app, 'A'));
      serviceAccount(agnosticStack(app, 'B'), 'One', { oidcProvider });
      serviceAccount(agnosticStack(app, 'C'), 'Two', { oidcProvider });
    }],
    ['with a pseudo parameter that stands for the same', app => {
      const stack = literalStack(app);
      serviceAccount(stack, 'One', { namespace: REGION, createServiceAccount: false });
      serviceAccount(stack, 'Two', { namespace: new ScopedAws(stack).region, createServiceAccount: false });
    }],
    ['by trustCluster', app => {
      const stack = literalStack(app);
      serviceAccount(stack, 'One');
      serviceAccount(stack, 'Two', {
        oidcProvider: literalProvider(stack, 'Green', 'https://green.example.com'),
      }).trustCluster(literalProvider(stack, 'Blue'));
    }],
  ])('%s is an error that names both', (_, build) => {
    const app = new App();
    build(app);
    expect(() => app.synth()).toThrow(MESSAGE);
  });

  test.each<[string, (app: App) => void]>([
    ['in two clusters', app => {
      const stack = literalStack(app);
      serviceAccount(stack, 'One');
      serviceAccount(stack, 'Two', {
        oidcProvider: literalProvider(stack, 'Green', 'https://green.example.com'),
        createServiceAccount: false,
      });
    }],
    ['in two clusters whose issuers are deferred', app => {
      for (const id of ['A', 'B']) {
        const stack = agnosticStack(app, id);
        serviceAccount(stack, 'Sa', { oidcProvider: deferredProvider(stack) });
      }
    }],
    ['in two namespaces', app => {
      const stack = literalStack(app);
      serviceAccount(stack, 'One');
      serviceAccount(stack, 'Two', { namespace: 'other' });
    }],
  ])('%s is fine', (_, build) => {
    const app = new App();
    build(app);
    expect(() => app.synth()).not.toThrow();
  });
});

describe('bad input', () => {
  test.each<[string, Partial<IrsaServiceAccountProps>, string]>([
    ['a namespace', { namespace: 'Default' }, '`namespace` must be a DNS-1123 label'],
    ['a namespace of 64 characters', { namespace: 'a'.repeat(64) }, '`namespace` must be a DNS-1123 label'],
    ['a name', { serviceAccountName: 'a..b' }, '`serviceAccountName` must be a DNS-1123 subdomain'],
    ['a wildcard', { serviceAccountName: '*' }, '`serviceAccountName` must be a DNS-1123 subdomain'],
    ['an empty audience', { audience: '' }, '`audience` must be 1 to 255 visible ASCII characters'],
    [
      'a token of 599 seconds',
      { tokenExpiration: Duration.seconds(599) },
      '`tokenExpiration` must be 600 to 86400 whole seconds (10 minutes to 24 hours), got: "599 s".',
    ],
    [
      'a token of 86401 seconds',
      { tokenExpiration: Duration.seconds(86401) },
      '`tokenExpiration` must be 600 to 86400',
    ],
    ['a token of half seconds', { tokenExpiration: Duration.millis(600500) }, '`tokenExpiration` must be 600 to 86400'],
    ['a label value', { labels: { a: 'b c' } }, '`labels["a"]` must be a label value'],
    ['a label value of 64 characters', { labels: { a: 'b'.repeat(64) } }, '`labels["a"]` must be a label value'],
    ['a label key', { labels: { 'a b': 'c' } }, '`labels` must have keys of the form [DNS subdomain/]name'],
    ['a label prefix', { labels: { 'A/b': 'c' } }, '`labels` must have keys of the form'],
    [
      'a label key that is a token',
      { labels: { [Fn.ref('x')]: 'c' } },
      '`labels` must have keys known at synth time, got: "<known only at deployment>"',
    ],
    ['an annotation key', { annotations: { 'a/b/c': 'd' } }, '`annotations` must have keys of the form'],
    [
      'an annotation value',
      { annotations: { a: 5 as any } },
      '`annotations["a"]` must be a string, as every annotation value, got: 5.',
    ],
    [
      'a list of secrets that is a token',
      { imagePullSecrets: Fn.split(',', Fn.importValue('a')) },
      '`imagePullSecrets` must be a list that is known at synth time',
    ],
    ['a secret name', { imagePullSecrets: ['A'] }, '`imagePullSecrets` must be a DNS-1123 subdomain'],
    ['a role name', { roleName: 'a b' }, '`roleName` must be 1 to 64'],
  ])('%s', (_, props, message) => {
    expect(() => serviceAccount(literalStack(), 'Sa', props)).toThrow(message);
    expect(() => serviceAccount(literalStack(), 'Sa', props)).toThrow(/^\[Stack\/Sa(\/Role)?\] /);
  });

  test('an audience that is not the provider\'s', () => {
    const stack = literalStack();
    const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: ISSUER_URL, audiences: ['vault'] });
    expect(() => serviceAccount(stack, 'Sa', { oidcProvider })).toThrow(
      '[Stack/Sa] `audience` must be among the audiences of the provider Stack/Oidc, ["vault"], got: '
        + '"sts.amazonaws.com".',
    );
  });

  test.each([
    [ROLE_ARN, 'arn:aws:iam::111122223333:role/other', 'Set `role` to use an existing role'],
    ['eks.amazonaws.com/audience', 'other', 'Set `audience` instead.'],
    ['eks.amazonaws.com/sts-regional-endpoints', 'false', 'Set `regionalStsEndpoint` instead.'],
    ['eks.amazonaws.com/token-expiration', '600', 'Set `tokenExpiration` instead.'],
  ])('an annotation that contradicts ours: %s', (key, value, advice) => {
    for (const stack of [literalStack(), agnosticStack()]) {
      expect(() => serviceAccount(stack, 'Sa', { annotations: { [key]: value } })).toThrow(
        new RegExp(
          `^\\[Stack/Sa\\] \`annotations\\["${key}"\\]\` must not contradict this construct, which uses .*, got: `
            + `"${value}"\\. ${advice}`,
        ),
      );
    }
  });

  test('an annotation for an expiration that is not set', () => {
    const annotations = { 'eks.amazonaws.com/token-expiration': '600' };
    expect(() => serviceAccount(literalStack(), 'Sa', { annotations })).toThrow(
      '[Stack/Sa] `annotations["eks.amazonaws.com/token-expiration"]` must not contradict this construct, which uses '
        + 'nothing, got: "600".',
    );
  });

  test('an annotation that says the same is fine', () => {
    const sa = serviceAccount(literalStack(), 'Sa', {
      annotations: {
        'eks.amazonaws.com/audience': 'sts.amazonaws.com',
        'eks.amazonaws.com/sts-regional-endpoints': 'true',
      },
    });
    expect(sa.annotations).toMatchObject({ 'eks.amazonaws.com/audience': 'sts.amazonaws.com' });
  });

  test('deferred names that turn out literal are checked at synth', () => {
    const stack = literalStack();
    serviceAccount(stack, 'Sa', {
      namespace: Lazy.string({ produce: () => 'No' }),
      serviceAccountName: Lazy.string({ produce: () => '-' }),
    });
    expect(() => Template.fromStack(stack)).toThrow(
      /\[Stack\/Sa\/Role\] `namespace` must be a DNS-1123 label.*\n +\[Stack\/Sa\/Role\] `serviceAccountName` must be/,
    );
  });

  test('a pattern of namespaces warns through trust, and is acknowledged on the service account', () => {
    const stack = literalStack();
    const oidcProvider = literalProvider(stack);
    const sa = serviceAccount(stack, 'Sa', { oidcProvider });
    sa.trust.addServiceAccounts(oidcProvider, [ServiceAccountSubject.matching('*', 'x')]);
    Annotations.of(sa).acknowledgeWarning('cdk-irsa:wildcard-namespace', 'reviewed');
    expect(warnings(stack)).toEqual([]);
  });
});

describe('a token that turns out literal is checked at synth', () => {
  test('and is fine: an expiration of one hour', () => {
    const tokenExpiration = Duration.seconds(Lazy.number({ produce: () => 3600 }));
    expect(serviceAccount(literalStack(), 'Sa', { tokenExpiration }).node.validate()).toStrictEqual([]);
  });

  test.each<[string, Partial<IrsaServiceAccountProps>, string]>([
    ['a label', { labels: { a: Lazy.string({ produce: () => 'no label!' }) } }, '`labels["a"]` must be a label value'],
    [
      'a secret',
      { imagePullSecrets: [Lazy.string({ produce: () => 'No' })] },
      '`imagePullSecrets` must be a DNS-1123 subdomain',
    ],
    [
      'an expiration',
      { tokenExpiration: Duration.seconds(Lazy.number({ produce: () => 5 })) },
      '`tokenExpiration` must be 600 to 86400 whole seconds',
    ],
  ])('%s', (_, props, message) => {
    const stack = literalStack();
    serviceAccount(stack, 'Sa', props);
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/Sa] ${message}`);
  });
});

describe('a role that is renamed behind the manifest is an error', () => {
  test.each<[string, (role: iam.CfnRole) => void, string]>([
    ['by an aspect', role => Aspects.of(role).add({ visit: () => { role.roleName = 'corp-x'; } }), 'role/corp-x'],
    ['by an override', role => role.addPropertyOverride('RoleName', 'other'), 'role/other'],
    ['by taking its name away', role => role.addPropertyDeletionOverride('RoleName'), ''],
    ['by its path', role => { role.path = '/corp/'; }, 'role/corp/default-my-service-account-e8b490b17d'],
  ])('%s', (_, rename, arn) => {
    const stack = literalStack();
    rename(serviceAccount(stack, 'Sa').role.node.defaultChild as iam.CfnRole);
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Sa] `roleName` must stay the name in the manifest, '
        + `arn:aws:iam::${ACCOUNT}:role/default-my-service-account-e8b490b17d, got: `
        + `${arn === '' ? '' : `"arn:aws:iam::${ACCOUNT}:${arn}".`}`,
    );
  });
});

describe('names from parameters', () => {
  test('in a literal environment: a fixed role name, the manifest as an output', () => {
    const stack = literalStack();
    const parameter = (id: string) => new CfnParameter(stack, id, { allowedPattern: SAFE_PATTERN }).valueAsString;
    const sa = serviceAccount(stack, 'Sa', { namespace: parameter('Ns'), serviceAccountName: parameter('Name') });
    expect(sa.roleArn).toBe(`arn:aws:iam::${ACCOUNT}:role/irsa-e8b490b17d`);
    expect(Template.fromStack(stack).toJSON().Outputs.KubernetesManifests.Value['Fn::Join'][1]).toEqual(
      expect.arrayContaining([{ Ref: 'Ns' }, { Ref: 'Name' }]),
    );
  });

  test('an open one is an error, once', () => {
    const stack = literalStack();
    serviceAccount(stack, 'Sa', { namespace: new CfnParameter(stack, 'Ns').valueAsString });
    expect(() => Template.fromStack(stack)).toThrow(
      /^(?=[\s\S]*\[Stack\/Sa\/Role\] `namespace \(parameter Stack\/Ns\)` must have an allowedPattern)/,
    );
  });
});

test('an IrsaServiceAccount is an IGrantable', () => {
  const sa: iam.IGrantable = serviceAccount(literalStack(), 'Sa');
  expect(sa.grantPrincipal).toBe((sa as IrsaServiceAccount).role);
});
