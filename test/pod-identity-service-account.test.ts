import { App, CfnMapping, CfnParameter, Fn, NestedStack, Stack, Stage, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ApiObject } from 'cdk8s';
import {
  AddPodIdentityOptions, IrsaRole, IrsaServiceAccount, KubernetesManifests,
  PodIdentityServiceAccount, PodIdentityServiceAccountProps, ServiceAccountSubject, TrustPolicy,
} from '../src';
import { letsIn, letsPodIn, PodIdentityRequest, trustPolicyErrors } from './judges/iam-simulator';
import {
  ACCOUNT,
  agnosticStack,
  cluster,
  ISSUER,
  literalProvider,
  literalStack,
  logicalId,
  PROVIDER_ARN,
  REGION,
  SAFE_PATTERN,
  trustPolicy,
  warnings,
} from './support';

const CLUSTER_ARN = `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/production`;
const POD: PodIdentityRequest = {
  clusterArn: CLUSTER_ARN,
  account: ACCOUNT,
  namespace: 'payments',
  serviceAccount: 'api',
};

function podServiceAccount(
  stack: Stack,
  id = 'Sa',
  props: Partial<PodIdentityServiceAccountProps> = {},
): PodIdentityServiceAccount {
  return new PodIdentityServiceAccount(stack, id, {
    clusterName: 'production',
    namespace: 'payments',
    serviceAccountName: 'api',
    ...props,
  });
}

const association = (properties: any) => ({ Type: 'AWS::EKS::PodIdentityAssociation', Properties: properties });
const arnOf = (stack: Stack, sa: { role: iam.IRole }) => ({
  'Fn::GetAtt': [logicalId(stack, sa.role as IrsaRole), 'Arn'],
});

const NEIGHBOURS: [string, PodIdentityRequest][] = [
  ['another namespace', { ...POD, namespace: 'payment' }],
  ['another name', { ...POD, serviceAccount: 'api2' }],
  ['the names `certificate`', { ...POD, namespace: 'api', serviceAccount: 'payments' }],
  ['other case', { ...POD, serviceAccount: 'API' }],
  ['another cluster', { ...POD, clusterArn: `${CLUSTER_ARN}-2` }],
  ['a cluster of another region', { ...POD, clusterArn: CLUSTER_ARN.replace(REGION, 'us-east-1') }],
  ['a cluster in another account', { ...POD, clusterArn: CLUSTER_ARN.replace(ACCOUNT, '444455556666') }],
  ['another account', { ...POD, account: '444455556666' }],
  ['no session tags', { clusterArn: CLUSTER_ARN, account: ACCOUNT }],
  ['a namespace alone', { ...POD, serviceAccount: undefined }],
];

describe('minimal', () => {
  const stack = literalStack();
  const sa = podServiceAccount(stack);

  test('a role and an association', () => {
    const { Resources, Outputs } = Template.fromStack(stack).toJSON();
    expect(
      Object.values<any>(Resources)
        .map(({ Type }) => Type)
        .sort(),
    ).toEqual(['AWS::EKS::PodIdentityAssociation', 'AWS::IAM::Role']);
    expect(Object.values(Resources)).toContainEqual(
      association({
        ClusterName: 'production',
        Namespace: 'payments',
        ServiceAccount: 'api',
        RoleArn: arnOf(stack, sa),
      }),
    );
    expect(Outputs).toBeUndefined();
  });

  test('whose trust is valid and lets exactly this service account of this cluster in', () => {
    const trust = trustPolicy(stack);
    expect(trustPolicyErrors(trust)).toEqual([]);
    expect(letsPodIn(trust, POD)).toBe(true);
    expect(
      letsIn(trust, {
        providerArn: PROVIDER_ARN,
        issuer: ISSUER,
        sub: 'system:serviceaccount:payments:api',
        aud: 'sts.amazonaws.com',
      }),
    ).toBe(false);
  });

  test.each(NEIGHBOURS)('and refuses %s', (_, neighbour) => {
    expect(letsPodIn(trustPolicy(stack), neighbour)).toBe(false);
  });

  test('and a manifest without an annotation', () => {
    expect(sa.toManifest()).toEqual({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'api', namespace: 'payments' },
    });
    expect(sa.helmValues()).toEqual({ serviceAccount: { create: false, name: 'api', annotations: {} } });
  });

});

test('it is an IGrantable', () => {
  const stack = literalStack();
  const sa = podServiceAccount(stack);
  new Bucket(stack, 'Bucket').grantRead(sa);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    Roles: [{ Ref: logicalId(stack, sa.role as IrsaRole) }],
  });
});

test('maximal', () => {
  const app = new App();
  const stack = literalStack(app);
  const other = literalStack(app, 'Other', { account: '444455556666', region: REGION });
  const targetRole = new iam.Role(other, 'Target', {
    roleName: 'target',
    assumedBy: new iam.SessionTagsPrincipal(new iam.AccountPrincipal(ACCOUNT)),
  });
  const sa = podServiceAccount(stack, 'Sa', {
    targetRole,
    disableSessionTags: false,
    installAgent: true,
    labels: { app: 'api' },
    annotations: { owner: 'payments' },
    automountServiceAccountToken: false,
    roleName: 'api',
    path: '/workloads/',
  });
  const template = Template.fromStack(stack);
  const targetArn = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::444455556666:role/target']] };
  template.hasResource('AWS::EKS::PodIdentityAssociation', {
    Properties: {
      ClusterName: 'production',
      Namespace: 'payments',
      ServiceAccount: 'api',
      RoleArn: arnOf(stack, sa),
      TargetRoleArn: targetArn,
      DisableSessionTags: false,
    },
    DependsOn: [Match.stringLikeRegexp('^PodIdentityAgent')],
  });
  template.hasResourceProperties('AWS::EKS::Addon', { AddonName: 'eks-pod-identity-agent', ClusterName: 'production' });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [{ Action: ['sts:AssumeRole', 'sts:TagSession'], Effect: 'Allow', Resource: targetArn }],
    },
  });
  template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'api', Path: '/workloads/' });
  expect(sa.toManifest()).toEqual({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'api', namespace: 'payments', labels: { app: 'api' }, annotations: { owner: 'payments' } },
    automountServiceAccountToken: false,
  });
});

test('without session tags the trust holds to cluster and account, and warns', () => {
  const stack = literalStack();
  podServiceAccount(stack, 'Sa', {
    disableSessionTags: true,
    targetRole: iam.Role.fromRoleArn(stack, 'Target', 'arn:aws:iam::444455556666:role/target'),
  });
  const trust = trustPolicy(stack);
  expect(letsPodIn(trust, { clusterArn: CLUSTER_ARN, account: ACCOUNT })).toBe(true);
  expect(letsPodIn(trust, { clusterArn: `${CLUSTER_ARN}2`, account: ACCOUNT })).toBe(false);
  expect(letsPodIn(trust, { clusterArn: CLUSTER_ARN, account: '444455556666' })).toBe(false);
  Template.fromStack(stack).hasResourceProperties('AWS::EKS::PodIdentityAssociation', { DisableSessionTags: true });
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [{ Action: 'sts:AssumeRole' }] },
  });
  expect(warnings(stack)).toEqual([expect.stringContaining('[ack: cdk-irsa:pod-identity-without-session-tags]')]);
  expect(warnings(stack)[0]).toContain('every Pod Identity association of the cluster that names this role');
});

test('a cluster of the same app: everything is deferred but the trust stays an object', () => {
  const stack = agnosticStack();
  podServiceAccount(stack, 'Sa', { clusterName: cluster(stack).ref });
  const { Condition } = trustPolicy(stack).Statement[0];
  const arn = [
    'arn:',
    { Ref: 'AWS::Partition' },
    ':eks:',
    { Ref: 'AWS::Region' },
    ':',
    { Ref: 'AWS::AccountId' },
    ':cluster/',
    { Ref: 'Cluster' },
  ];
  expect(Condition).toEqual({
    ArnEquals: { 'aws:SourceArn': { 'Fn::Join': ['', arn] } },
    StringEquals: {
      'aws:RequestTag/kubernetes-namespace': 'payments',
      'aws:RequestTag/kubernetes-service-account': 'api',
      'aws:SourceAccount': { Ref: 'AWS::AccountId' },
    },
  });
  // Nothing in the manifest depends on the deployment.
  expect(Template.fromStack(stack).toJSON().Outputs).toBeUndefined();
});

test.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-east-1', 'aws-us-gov'],
  ['eusc-de-east-1', 'aws-eusc'],
])('in %s the partition is %s, the service is the same', (region, partition) => {
  const stack = literalStack(new App(), 'Stack', { account: ACCOUNT, region });
  podServiceAccount(stack);
  expect(
    letsPodIn(trustPolicy(stack), {
      ...POD,
      clusterArn: `arn:${partition}:eks:${region}:${ACCOUNT}:cluster/production`,
    }),
  ).toBe(true);
  expect(letsPodIn(trustPolicy(stack), POD)).toBe(false);
});

describe('the agent', () => {
  test('is not installed unless asked for', () => {
    const stack = literalStack();
    podServiceAccount(stack);
    Template.fromStack(stack).resourceCountIs('AWS::EKS::Addon', 0);
  });

  test('is installed once a cluster', () => {
    const stack = literalStack();
    podServiceAccount(stack, 'A', { installAgent: true });
    podServiceAccount(stack, 'B', { installAgent: true, serviceAccountName: 'b' });
    podServiceAccount(stack, 'C', { installAgent: true, serviceAccountName: 'c', clusterName: 'green' });
    expect(
      Object.values(Template.fromStack(stack).findResources('AWS::EKS::Addon'))
        .map(({ Properties }) => Properties.ClusterName)
        .sort(),
    ).toEqual(['green', 'production']);
  });

  test('of two stacks for one cluster is an error that names both', () => {
    const app = new App();
    podServiceAccount(literalStack(app, 'One'), 'A', { installAgent: true });
    podServiceAccount(literalStack(app, 'Two'), 'B', { installAgent: true, serviceAccountName: 'b' });
    expect(() => app.synth()).toThrow(
      /\[Two\/PodIdentityAgent-\w+\] `installAgent` must be set in only one stack for cluster production, got: true\. One already installs the add-on eks-pod-identity-agent, and EKS accepts it only once\. Leave `installAgent` out in Two\./,
    );
  });
});

test('the agent of two stacks for one cluster whose name is deferred', () => {
  const app = new App();
  const one = literalStack(app, 'One');
  const clusterName = cluster(one).ref;
  podServiceAccount(one, 'A', { clusterName, installAgent: true });
  podServiceAccount(literalStack(app, 'Two'), 'B', { clusterName, installAgent: true, serviceAccountName: 'b' });
  expect(() => app.synth()).toThrow(
    '`installAgent` must be set in only one stack for cluster <known only at deployment>, got: true. One already '
      + 'installs the add-on',
  );
});

describe('an existing role', () => {
  test('is associated and left as it is', () => {
    const stack = literalStack();
    podServiceAccount(stack, 'Sa', {
      role: iam.Role.fromRoleName(stack, 'Role', 'shared'),
      targetRole: iam.Role.fromRoleArn(stack, 'Target', 'arn:aws:iam::444455556666:role/target'),
    });
    const template = Template.fromStack(stack);
    expect(Object.values<any>(template.toJSON().Resources).map(({ Type }) => Type)).toEqual([
      'AWS::EKS::PodIdentityAssociation',
    ]);
    template.hasResourceProperties('AWS::EKS::PodIdentityAssociation', {
      RoleArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${ACCOUNT}:role/shared`]] },
    });
  });

  test('that is an IrsaRole must let it in', () => {
    const sharing = (clusterArn: string, ...names: string[]) => {
      const stack = literalStack();
      const trust = new TrustPolicy().addPodIdentity({
        clusterArn,
        subjects: [ServiceAccountSubject.matching('payments', 'a*')],
      });
      const role = new IrsaRole(stack, 'Role', { trust });
      for (const serviceAccountName of names) {
        podServiceAccount(stack, serviceAccountName, { role, serviceAccountName });
      }
      return stack;
    };
    Template.fromStack(sharing(CLUSTER_ARN, 'api', 'a')).resourceCountIs('AWS::EKS::PodIdentityAssociation', 2);
    expect(() => Template.fromStack(sharing(`${CLUSTER_ARN}2`, 'api'))).toThrow(
      '[Stack/api] `role` must allow payments/api of this cluster',
    );
    expect(() => Template.fromStack(sharing(CLUSTER_ARN, 'api', 'b'))).toThrow(
      '[Stack/b] `role` must allow payments/b of this cluster, got: "Stack/Role, which does not". Add it to the '
        + 'trust policy of that role: trust.addServiceAccounts() with the same provider and audience, or '
        + 'trust.addPodIdentity().',
    );
  });
});

test('a role that is yet to be looked up is no error', () => {
  const stack = literalStack();
  const lookup = (roleName: string) => iam.Role.fromLookup(stack, roleName, { roleName });
  podServiceAccount(stack, 'Sa', { role: lookup('a'), targetRole: lookup('b') });
  new IrsaServiceAccount(stack, 'Irsa', {
    oidcProvider: literalProvider(stack),
    namespace: 'payments',
    serviceAccountName: 'irsa',
    role: lookup('c'),
  });
  expect((stack.node.root as App).synth().manifest.missing).toHaveLength(3);
});

describe('an existing IrsaRole', () => {
  const subjects = [ServiceAccountSubject.exact('payments', 'api')];
  const shared = (
    stack: Stack,
    options: Partial<AddPodIdentityOptions>,
    props: Partial<PodIdentityServiceAccountProps> = {},
  ) => {
    const role = new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addPodIdentity({ clusterArn: CLUSTER_ARN, subjects, ...options }),
    });
    podServiceAccount(stack, 'Sa', { role, ...props });
    return () => Template.fromStack(stack);
  };

  test('that asks for session tags does not let in an association without them', () => {
    expect(shared(literalStack(), {}, { disableSessionTags: true })).toThrow(
      '[Stack/Sa] `role` must allow payments/api of this cluster',
    );
  });

  test('that asks for none lets in every association of the cluster', () => {
    const open = { sessionTags: false, subjects: [ServiceAccountSubject.exact('other', 'name')] };
    expect(shared(literalStack(), open)).not.toThrow();
    expect(shared(literalStack(), open, { disableSessionTags: true })).not.toThrow();
    expect(shared(literalStack(), open, { clusterName: 'green' })).toThrow('`role` must allow');
  });

  test('may name a cluster by its attribute, a literal or its name', () => {
    const stack = agnosticStack();
    const blue = cluster(stack, 'Blue');
    const byName = (clusterName: string) =>
      stack.formatArn({ service: 'eks', region: REGION, resource: 'cluster', resourceName: clusterName });
    const cases: [string, string, boolean][] = [
      [blue.attrArn, blue.ref, true],
      [blue.attrArn, 'blue', true],
      [byName(blue.ref), blue.ref, true],
      [byName(blue.ref), cluster(stack, 'Green').ref, false],
      [byName('blue'), 'blue', true],
      [byName('blue'), 'green', false],
      [CLUSTER_ARN, 'production', true],
      [CLUSTER_ARN, 'green', false],
      [CLUSTER_ARN, blue.ref, true],
    ];
    for (const [index, [clusterArn, clusterName, fits]] of cases.entries()) {
      const nested = new NestedStack(stack, `Case${index}`);
      const role = new IrsaRole(nested, 'Role', { trust: new TrustPolicy().addPodIdentity({ clusterArn, subjects }) });
      podServiceAccount(nested, 'Sa', { role, clusterName, createServiceAccount: false, serviceAccountName: 'api' });
      const found = nested.node
        .findChild('Sa')
        .node.validate()
        .filter(message => message.includes('`role` must allow'));
      expect([index, found.length]).toEqual([index, fits ? 0 : 1]);
    }
  });
});

describe('bad input', () => {
  test.each<[string, Partial<PodIdentityServiceAccountProps>, string]>([
    [
      'a cluster name',
      { clusterName: 'no name' },
      '[Stack/Sa] `clusterName` must be the name of an EKS cluster: at most 100 letters, digits, - and _, got: "no '
        + 'name". `aws eks list-clusters` prints your clusters.',
    ],
    ['an empty cluster name', { clusterName: '' }, '`clusterName` must be the name of an EKS cluster'],
    [
      'a cluster name of 101 characters',
      { clusterName: 'c'.repeat(101) },
      '`clusterName` must be the name of an EKS cluster',
    ],
    ['a wildcard at the beginning', { clusterName: '*' }, '`clusterName` must be the name of an EKS cluster'],
    ['a wildcard', { clusterName: 'prod*' }, '`clusterName` must be the name of an EKS cluster'],
    ['a namespace', { namespace: 'Payments' }, '[Stack/Sa] `namespace` must be a DNS-1123 label'],
    ['a name', { serviceAccountName: 'a..b' }, '[Stack/Sa] `serviceAccountName` must be a DNS-1123 subdomain'],
    [
      'a role with role options',
      { role: iam.Role.fromRoleArn(literalStack(), 'R', `arn:aws:iam::${ACCOUNT}:role/r`), path: '/x/' },
      '[Stack/Sa] `role` must not be combined with options of a new role (path)',
    ],
    [
      'an IRSA annotation of another role',
      { annotations: { 'eks.amazonaws.com/role-arn': `arn:aws:iam::${ACCOUNT}:role/other` } },
      '[Stack/Sa] `annotations["eks.amazonaws.com/role-arn"]` must not contradict this construct, which uses '
        + `arn:aws:iam::${ACCOUNT}:role/payments-api-e8b490b17d, got: "arn:aws:iam::${ACCOUNT}:role/other". `
        + '' + 'Leave the annotation out. The association determines the role.',
    ],
  ])('%s', (_, props, message) => {
    expect(() => podServiceAccount(literalStack(), 'Sa', props)).toThrow(message);
  });

  test.each(['c', 'c'.repeat(100), '0-a_B'])('%s is a cluster name', clusterName => {
    expect(podServiceAccount(literalStack(), 'Sa', { clusterName }).association.clusterName).toBe(clusterName);
  });

  test('an IRSA annotation of the same role is let pass', () => {
    expect(
      podServiceAccount(literalStack(), 'Sa', {
        roleName: 'r',
        annotations: { 'eks.amazonaws.com/role-arn': `arn:aws:iam::${ACCOUNT}:role/r` },
      }).annotations,
    ).toHaveProperty(['eks.amazonaws.com/role-arn']);
  });

  test.each<[string, string | undefined, string]>([
    ['open', undefined, '`clusterName (parameter Stack/Name)` must have an allowedPattern'],
    ['with a wildcard', '^[a-z*]+$', '`clusterName (parameter Stack/Name)` must have an allowedPattern'],
  ])('a cluster name from a parameter that is %s', (_, allowedPattern, message) => {
    const stack = agnosticStack();
    podServiceAccount(stack, 'Sa', { clusterName: new CfnParameter(stack, 'Name', { allowedPattern }).valueAsString });
    expect(() => Template.fromStack(stack)).toThrow(message);
  });

  test('a cluster name from a closed parameter is fine', () => {
    const stack = agnosticStack();
    podServiceAccount(stack, 'Sa', {
      clusterName: new CfnParameter(stack, 'Name', { allowedPattern: SAFE_PATTERN }).valueAsString,
    });
    Template.fromStack(stack).hasResourceProperties('AWS::EKS::PodIdentityAssociation', {
      ClusterName: { Ref: 'Name' },
    });
  });

  test.each(['*', '/', ' ', 'é'])('a cluster name put together with %s', part => {
    const stack = agnosticStack();
    podServiceAccount(stack, 'Sa', { clusterName: `${cluster(stack).ref}${part}` });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Sa] `clusterName` must contain only valid characters around the parts that are known only '
        + `at deployment, got: "${part}".`,
    );
  });

  test('two associations of one service account', () => {
    const app = new App();
    podServiceAccount(literalStack(app, 'One'));
    podServiceAccount(literalStack(app, 'Two'));
    expect(() => app.synth()).toThrow(
      '[Two/Sa] `serviceAccountName` must be unique in a namespace of a cluster, got: "payments/api". One/Sa creates '
        + 'the same ServiceAccount',
    );
  });

  test.each<[string, string, string]>([
    [
      'account',
      'arn:aws:iam::444455556666:role/r',
      `must be in the account of the stack, ${ACCOUNT}, got: "arn:aws:iam::444455556666:role/r". ` + 'EKS Pod '
        + 'Identity requires a role in the account of the cluster. Use a role in the account of the stack, and '
        + '`targetRole` for roles in other accounts.',
    ],
    [
      'partition',
      `arn:aws-cn:iam::${ACCOUNT}:role/r`,
      `must be in the partition of the stack, aws, got: "arn:aws-cn:iam::${ACCOUNT}:role/r".`,
    ],
  ])('an existing role of another %s', (_, roleArn, message) => {
    const stack = literalStack();
    podServiceAccount(stack, 'Sa', { role: iam.Role.fromRoleArn(stack, 'Role', roleArn) });
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/Sa] \`role\` ${message}`);
  });

  test('a target role that is a pattern', () => {
    const stack = literalStack();
    const targetRole = iam.Role.fromRoleArn(stack, 'Target', 'arn:aws:iam::444455556666:role/*');
    podServiceAccount(stack, 'Sa', { targetRole });
    new IrsaServiceAccount(stack, 'Irsa', {
      oidcProvider: literalProvider(stack),
      namespace: 'payments',
      serviceAccountName: 'irsa',
      podIdentity: { clusterName: 'production', targetRole },
    });
    const rule =
      'must have the ARN of one role, without wildcards, got: "arn:aws:iam::444455556666:role/*". The role of the '
        + 'service account gets the permission to assume it.';
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/Sa] \`targetRole\` ${rule}`);
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/Irsa] \`podIdentity.targetRole\` ${rule}`);
  });

  test('two associations of one service account in a stack without an environment', () => {
    const stack = agnosticStack();
    podServiceAccount(stack, 'A', { createServiceAccount: false });
    podServiceAccount(new NestedStack(stack, 'Nested'), 'B', { createServiceAccount: false });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Nested/B] `serviceAccountName` must be unique in a namespace of a cluster, got: "payments/api". '
        + 'Stack/A creates the same ServiceAccount',
    );
  });

  test('the same names in stacks that may go to two accounts are fine', () => {
    const app = new App();
    for (const id of ['Dev', 'Prod']) {
      podServiceAccount(agnosticStack(new Stage(app, id)), 'Sa', { installAgent: true });
    }
    expect(() => app.synth()).not.toThrow();
  });

  test('the same names in another cluster, region or account are fine', () => {
    const app = new App();
    podServiceAccount(literalStack(app, 'One'));
    podServiceAccount(literalStack(app, 'Two'), 'Sa', { clusterName: 'green' });
    podServiceAccount(literalStack(app, 'Three', { account: ACCOUNT, region: 'us-east-1' }));
    podServiceAccount(literalStack(app, 'Four', { account: '444455556666', region: REGION }));
    expect(app.synth().stacks).toHaveLength(4);
  });
});

describe('TrustPolicy.addPodIdentity', () => {
  const trustOf = (...options: Parameters<TrustPolicy['addPodIdentity']>) => {
    const stack = literalStack();
    new IrsaRole(stack, 'Role', { trust: new TrustPolicy().addPodIdentity(...options) });
    return trustPolicy(stack);
  };
  const subjects = [
    ServiceAccountSubject.exact('a', 'x'),
    ServiceAccountSubject.exact('b', 'y'),
    ServiceAccountSubject.exact('a', 'z'),
  ];

  test('names of two namespaces do not mix', () => {
    const trust = trustOf({ clusterArn: CLUSTER_ARN, subjects });
    const inside = (namespace: string, serviceAccount: string) =>
      letsPodIn(trust, { ...POD, namespace, serviceAccount });
    expect(
      [
        ['a', 'x'],
        ['a', 'z'],
        ['b', 'y'],
      ].map(([namespace, name]) => inside(namespace, name)),
    ).toEqual([true, true, true]);
    expect(
      [
        ['a', 'y'],
        ['b', 'x'],
        ['b', 'z'],
        ['x', 'a'],
      ].map(([namespace, name]) => inside(namespace, name)),
    ).toEqual([false, false, false, false]);
    expect(
      trust.Statement.map(({ Condition }: any) => Condition.StringEquals['aws:RequestTag/kubernetes-service-account']),
    ).toEqual([['x', 'z'], 'y']);
  });

  test('clusters that let in the same share a statement; others do not', () => {
    const stack = literalStack();
    const green = CLUSTER_ARN.replace('production', 'green');
    const trust = new TrustPolicy()
      .addPodIdentity({ clusterArn: CLUSTER_ARN, subjects: [subjects[0]] })
      .addPodIdentity({ clusterArn: green, subjects: [subjects[0], subjects[0]] })
      .addPodIdentity({ clusterArn: green, subjects: [subjects[1]] });
    new IrsaRole(stack, 'Role', { trust });
    expect(
      trustPolicy(stack).Statement.map(({ Condition }: any) => [
        Condition.ArnEquals['aws:SourceArn'],
        Condition.StringEquals['aws:RequestTag/kubernetes-service-account'],
      ]),
    ).toEqual([
      [[green, CLUSTER_ARN], 'x'],
      [green, 'y'],
    ]);
    expect(letsPodIn(trustPolicy(stack), { ...POD, namespace: 'b', serviceAccount: 'y' })).toBe(false);
  });

  test('clusters that let in other names of the same namespace keep apart', () => {
    const stack = literalStack();
    const green = CLUSTER_ARN.replace('production', 'green');
    new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy()
        .addPodIdentity({ clusterArn: CLUSTER_ARN, subjects: [subjects[0]] })
        .addPodIdentity({ clusterArn: green, subjects: [subjects[0], subjects[2]] }),
    });
    const inside = (clusterArn: string, serviceAccount: string) =>
      letsPodIn(trustPolicy(stack), { ...POD, clusterArn, namespace: 'a', serviceAccount });
    expect([inside(CLUSTER_ARN, 'x'), inside(green, 'x'), inside(green, 'z')]).toEqual([true, true, true]);
    expect(inside(CLUSTER_ARN, 'z')).toBe(false);
  });

  test('patterns match, and those of namespaces warn', () => {
    const stack = literalStack();
    new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addPodIdentity({
        clusterArn: CLUSTER_ARN,
        subjects: [ServiceAccountSubject.anyInNamespace('batch'), ServiceAccountSubject.matching('team-*', 'deploy?r')],
      }),
    });
    const inside = (namespace: string, serviceAccount: string) =>
      letsPodIn(trustPolicy(stack), { ...POD, namespace, serviceAccount });
    expect([inside('batch', 'any'), inside('team-a', 'deployer'), inside('team-', 'deployor')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([
      inside('batch2', 'any'),
      inside('team', 'deployer'),
      inside('team-a', 'deployr'),
      letsPodIn(trustPolicy(stack), { clusterArn: CLUSTER_ARN, account: ACCOUNT }),
    ]).toEqual([false, false, false, false]);
    expect(warnings(stack)).toEqual([
      expect.stringMatching(/a pattern of namespaces, "team-\*".*\[ack: cdk-irsa:wildcard-namespace\]/),
    ]);
  });

  test('beside service accounts by web identity, literal and deferred', () => {
    const stack = literalStack();
    new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy()
        .addServiceAccounts(literalProvider(stack), [subjects[0]])
        .addPodIdentity({ clusterArn: CLUSTER_ARN, subjects: [subjects[0]] }),
    });
    const trust = trustPolicy(stack);
    expect(
      letsIn(trust, {
        providerArn: PROVIDER_ARN,
        issuer: ISSUER,
        sub: 'system:serviceaccount:a:x',
        aud: 'sts.amazonaws.com',
      }),
    ).toBe(true);
    expect(letsPodIn(trust, { ...POD, namespace: 'a', serviceAccount: 'x' })).toBe(true);
  });

  test.each<[string, Parameters<TrustPolicy['addPodIdentity']>[0], string]>([
    [
      'no subject',
      { clusterArn: CLUSTER_ARN, subjects: [] },
      '[TrustPolicy.addPodIdentity] `subjects` must name at least one service account, got: [].',
    ],
    [
      'no ARN',
      { clusterArn: 'production', subjects },
      '[TrustPolicy.addPodIdentity] `clusterArn` must be the ARN of an EKS cluster: '
        + 'arn:<partition>:eks:<region>:<account>:cluster/<name>, got: "production". `aws eks describe-cluster '
        + '--query cluster.arn` prints it.',
    ],
    [
      'a wildcard',
      { clusterArn: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/*`, subjects },
      '`clusterArn` must be the ARN of an EKS cluster',
    ],
    [
      'another resource',
      { clusterArn: `arn:aws:eks:${REGION}:${ACCOUNT}:nodegroup/a`, subjects },
      '`clusterArn` must be the ARN of an EKS cluster',
    ],
  ])('%s is an error', (_, options, message) => {
    expect(() => new TrustPolicy().addPodIdentity(options)).toThrow(message);
  });

  test.each<[string, string, string]>([
    [
      'account',
      CLUSTER_ARN.replace(ACCOUNT, '444455556666'),
      `[Stack/Role] \`clusterArn\` must be in the account of the stack, ${ACCOUNT}, got: `
        + `"arn:aws:eks:${REGION}:444455556666:cluster/production". ` + 'EKS Pod Identity requires a role in the '
        + 'account of the cluster. Create the role there, and use `targetRole` for roles in other accounts.',
    ],
    [
      'partition',
      CLUSTER_ARN.replace('arn:aws:', 'arn:aws-cn:'),
      '[Stack/Role] `clusterArn` must be in the partition of the stack, aws, got: "arn:aws-cn:eks:',
    ],
  ])('a cluster of another %s is an error', (_, clusterArn, message) => {
    expect(() => trustOf({ clusterArn, subjects })).toThrow(message);
  });

  test.each<[string, (stack: Stack) => string, string]>([
    [
      'account',
      () => `arn:aws:eks:${REGION}:444455556666:cluster/${Fn.importValue('name')}`,
      `\`clusterArn\` must be in the account of the stack, ${ACCOUNT}, got: `
        + `"arn:aws:eks:${REGION}:444455556666:cluster/<known only at deployment>"`,
    ],
    [
      'partition',
      () => `arn:aws-cn:eks:${REGION}:${ACCOUNT}:cluster/${Fn.importValue('name')}`,
      '`clusterArn` must be in the partition of the stack, aws',
    ],
    [
      'service',
      stack => stack.formatArn({ service: 'lambda', resource: 'cluster', resourceName: Fn.importValue('name') }),
      '`clusterArn` must be the ARN of an EKS cluster',
    ],
    [
      'resource',
      stack => stack.formatArn({ service: 'eks', resource: 'nodegroup', resourceName: Fn.importValue('name') }),
      '`clusterArn` must be the ARN of an EKS cluster',
    ],
  ])('an ARN that is deferred with a literal %s of something else is an error', (_, arn, message) => {
    const stack = literalStack();
    new IrsaRole(stack, 'Role', { trust: new TrustPolicy().addPodIdentity({ clusterArn: arn(stack), subjects }) });
    expect(() => Template.fromStack(stack)).toThrow(message);
  });

  test('the ARN attribute of a cluster: its account is split off at deployment', () => {
    const stack = agnosticStack();
    const eks = cluster(stack);
    new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addPodIdentity({ clusterArn: eks.attrArn, subjects: [subjects[0]] }),
    });
    const { Condition } = trustPolicy(stack).Statement[0];
    expect(Condition.ArnEquals['aws:SourceArn']).toEqual({ 'Fn::GetAtt': ['Cluster', 'Arn'] });
    expect(Condition.StringEquals['aws:SourceAccount']).toEqual({
      'Fn::Select': [4, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Cluster', 'Arn'] }] }],
    });
  });

  test.each(['FindInMap', 'Base64'])(
    'an ARN, or a part of it, from Fn::%s is an error: nobody knows that it holds no wildcard',
    name => {
      for (const prefix of ['', CLUSTER_ARN]) {
        const stack = literalStack();
        new CfnMapping(stack, 'Map', { mapping: { a: { b: '*' } } });
        const clusterArn = prefix + (name === 'Base64' ? Fn.base64('*') : Fn.findInMap('Map', 'a', 'b'));
        new IrsaRole(stack, 'Role', { trust: new TrustPolicy().addPodIdentity({ clusterArn, subjects }) });
        expect(() => Template.fromStack(stack)).toThrow(
          '[Stack/Role] `clusterArn` must contain only literals and Ref, Fn::GetAtt, Fn::ImportValue, Fn::Join, '
            + `Fn::If, Fn::Select, Fn::Split, Fn::Sub, got: "Fn::${name}"`,
        );
      }
    },
  );

  test('a colon in the name of a token is none of the ARN', () => {
    const stack = literalStack();
    const region = Token.asString({ Ref: 'AWS::Region' }, { displayHint: 'AWS::Region' });
    new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addPodIdentity({
        clusterArn: `arn:aws:eks:${region}:${ACCOUNT}:cluster/production`,
        subjects: [subjects[0]],
      }),
    });
    expect(letsPodIn(trustPolicy(stack), { ...POD, namespace: 'a', serviceAccount: 'x' })).toBe(true);
  });

  test.each(['*', 'a b', 'a.b'])('an ARN put together with %s is an error', resourceName => {
    const stack = agnosticStack();
    new IrsaRole(stack, 'Role', {
      trust: new TrustPolicy().addPodIdentity({
        clusterArn: stack.formatArn({ service: 'eks', resource: 'cluster', resourceName }),
        subjects,
      }),
    });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Role] `clusterArn` must contain only valid characters',
    );
  });
});

test('IrsaServiceAccount with podIdentity trusts both, and only this service account by either way', () => {
  const stack = literalStack();
  const sa = new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    namespace: 'payments',
    serviceAccountName: 'api',
    podIdentity: { clusterName: 'production' },
  });
  const trust = trustPolicy(stack);
  const token = {
    providerArn: PROVIDER_ARN,
    issuer: ISSUER,
    sub: 'system:serviceaccount:payments:api',
    aud: 'sts.amazonaws.com',
  };
  expect(letsIn(trust, token)).toBe(true);
  expect(letsIn(trust, { ...token, sub: 'system:serviceaccount:payments:api2' })).toBe(false);
  expect(letsPodIn(trust, POD)).toBe(true);
  for (const [, neighbour] of NEIGHBOURS) expect(letsPodIn(trust, neighbour)).toBe(false);
  expect(Object.values(Template.fromStack(stack).findResources('AWS::EKS::PodIdentityAssociation'))).toEqual([
    association({ ClusterName: 'production', Namespace: 'payments', ServiceAccount: 'api', RoleArn: arnOf(stack, sa) }),
  ]);
  expect(sa.annotations['eks.amazonaws.com/role-arn']).toBe(sa.roleArn);
});

test('the new role of an IrsaServiceAccount may assume the target role, with its session tags', () => {
  const stack = literalStack();
  const targetRole = iam.Role.fromRoleArn(stack, 'Target', 'arn:aws:iam::444455556666:role/target');
  const { role } = new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    namespace: 'payments',
    serviceAccountName: 'api',
    podIdentity: { clusterName: 'production', targetRole },
  });
  const policy = role.node.findChild('DefaultPolicy') as iam.Policy;
  expect(stack.resolve(policy.document.toJSON()).Statement).toEqual([{
    Action: ['sts:AssumeRole', 'sts:TagSession'], Effect: 'Allow', Resource: 'arn:aws:iam::444455556666:role/target',
  }]);
});

test('IrsaServiceAccount with podIdentity and an existing role leaves the role as it is', () => {
  const stack = literalStack();
  new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    namespace: 'payments',
    serviceAccountName: 'api',
    role: iam.Role.fromRoleName(stack, 'Role', 'shared'),
    podIdentity: {
      clusterName: 'production',
      targetRole: iam.Role.fromRoleArn(stack, 'Target', 'arn:aws:iam::444455556666:role/target'),
    },
  });
  expect(Object.values<any>(Template.fromStack(stack).toJSON().Resources).map(({ Type }) => Type)).toEqual([
    'AWS::EKS::PodIdentityAssociation',
  ]);
});

test('podIdentity with an existing role and a cluster name from an open parameter is an error', () => {
  const stack = agnosticStack();
  new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    namespace: 'payments',
    serviceAccountName: 'api',
    role: iam.Role.fromRoleName(stack, 'Role', 'shared'),
    podIdentity: { clusterName: new CfnParameter(stack, 'Name').valueAsString },
  });
  expect(() => Template.fromStack(stack)).toThrow(
    '[Stack/Sa] `podIdentity.clusterName (parameter Stack/Name)` must have an allowedPattern',
  );
});

describe('pods are made anew once their service account is associated, and not again', () => {
  const annotationsOf = (makeServiceAccount: (stack: Stack) => IrsaServiceAccount | PodIdentityServiceAccount) => {
    const stack = literalStack();
    const deployment = new ApiObject(KubernetesManifests.of(stack).chart, 'Deployment', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api' },
      spec: {
        selector: { matchLabels: { app: 'api' } },
        template: { metadata: { labels: { app: 'api' } }, spec: { containers: [{ name: 'api', image: 'api:1' }] } },
      },
    });
    makeServiceAccount(stack).applyTo(deployment);
    return deployment.toJson().spec.template.metadata.annotations;
  };
  const names = { namespace: 'payments', serviceAccountName: 'api' };

  test.each<[string, (stack: Stack) => IrsaServiceAccount | PodIdentityServiceAccount, any]>([
    [
      'IRSA',
      stack => new IrsaServiceAccount(stack, 'Sa', { ...names, oidcProvider: literalProvider(stack) }),
      { 'cdk-irsa/role-arn': `arn:aws:iam::${ACCOUNT}:role/payments-api-e8b490b17d` },
    ],
    [
      'both',
      stack =>
        new IrsaServiceAccount(stack, 'Sa', {
          ...names,
          oidcProvider: literalProvider(stack),
          podIdentity: { clusterName: 'production' },
        }),
      { 'cdk-irsa/pod-identity': 'true' },
    ],
    ['Pod Identity', stack => podServiceAccount(stack), { 'cdk-irsa/pod-identity': 'true' }],
  ])('%s', (_, makeServiceAccount, expected) => {
    expect(annotationsOf(makeServiceAccount)).toEqual(expected);
  });
});

test.each([
  ['no name', '[Stack/Sa] `podIdentity.clusterName` must be the name of an EKS cluster'],
])('podIdentity with the cluster name %s is an error', (clusterName, message) => {
  const stack = literalStack();
  expect(
    () =>
      new IrsaServiceAccount(stack, 'Sa', {
        oidcProvider: literalProvider(stack),
        namespace: 'a',
        serviceAccountName: 'b',
        podIdentity: { clusterName },
      }),
  ).toThrow(message);
});

test('a nested stack: the association refers to its own role', () => {
  const stack = literalStack();
  const nested = new NestedStack(stack, 'Nested');
  const sa = new PodIdentityServiceAccount(nested, 'Sa', {
    clusterName: 'production',
    namespace: 'payments',
    serviceAccountName: 'api',
  });
  Template.fromStack(nested).hasResourceProperties('AWS::EKS::PodIdentityAssociation', { RoleArn: arnOf(nested, sa) });
});
