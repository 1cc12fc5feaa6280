import { App, Aws, CfnParameter, CfnResource, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  AddonConflictResolution, Controller, IrsaRole, IrsaServiceAccount, ManagedAddon, ManagedAddonProps,
  PodIdentityServiceAccount, ServiceAccountSubject, TrustPolicy,
} from '../src';
import { deployed } from './judges/deployment';
import { letsIn, letsPodIn, trustPolicyErrors } from './judges/iam-simulator';
import {
  ACCOUNT, agnosticStack, cluster, deferredProvider, ISSUER, literalProvider, literalStack, PROVIDER_ARN, REGION,
  trustPolicies, trustPolicy, warnings,
} from './support';
import { accessMapOf } from '../src/analysis/reading/access-map-reader';
import { readAssembly } from '../src/analysis/reading/assembly';

const CLUSTER_ARN = `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/production`;
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/somebody-elses`;
const READ = () => new iam.PolicyStatement({ actions: ['ec2:DescribeVolumes'], resources: ['*'] });

function addon(stack: Stack, addonName: string, props: Partial<ManagedAddonProps> = {}, id = 'Addon'): ManagedAddon {
  return new ManagedAddon(stack, id, { clusterName: 'production', addonName, ...props });
}

function addonResources(stack: Stack): any[] {
  return Object.values<any>(Template.fromStack(stack).findResources('AWS::EKS::Addon'));
}

function addonProperties(stack: Stack): any {
  const [{ Properties }, ...more] = addonResources(stack);
  expect(more).toEqual([]);
  return Properties;
}

/** Which of these service accounts a role lets in, by EKS Pod Identity or by IRSA. */
function admitted(trust: any, candidates: string[], { clusterArn = CLUSTER_ARN } = {}): string[] {
  return candidates.filter(name => {
    const [namespace, serviceAccount] = name.split('/');
    const byPods = letsPodIn(trust, { clusterArn, account: ACCOUNT, namespace, serviceAccount });
    const byToken = letsIn(trust, {
      providerArn: PROVIDER_ARN,
      issuer: ISSUER,
      aud: 'sts.amazonaws.com',
      sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    });
    expect(byPods && byToken).toBe(false);
    return byPods || byToken;
  });
}

/** The service accounts of each add-on, from the guide of EKS. The first has an association, the others IRSA only. */
const GUIDE: [string, string, ...string[]][] = [
  ['vpc-cni', 'kube-system/aws-node'],
  ['aws-ebs-csi-driver', 'kube-system/ebs-csi-controller-sa'],
  ['aws-efs-csi-driver', 'kube-system/efs-csi-controller-sa', 'kube-system/efs-csi-node-sa'],
  ['aws-fsx-csi-driver', 'kube-system/fsx-csi-controller-sa'],
  ['aws-mountpoint-s3-csi-driver', 'kube-system/s3-csi-driver-sa'],
  ['amazon-cloudwatch-observability', 'amazon-cloudwatch/cloudwatch-agent'],
  [
    'aws-network-flow-monitoring-agent',
    'amazon-network-flow-monitor/aws-network-flow-monitor-agent-service-account',
  ],
  ['aws-privateca-connector-for-kubernetes', 'aws-privateca-issuer/aws-privateca-issuer'],
  ['external-dns', 'external-dns/external-dns'],
];
const NEIGHBORS = ['kube-system/default', 'default/aws-node', 'kube-system/aws-node2', 'external-dns/default'];
const CANDIDATES = [...GUIDE.flatMap(([, ...names]) => names), ...NEIGHBORS];

describe.each(GUIDE)('%s', (name, first, ...more) => {
  const [, serviceAccount] = first.split('/');

  test('has an association with EKS Pod Identity, and a role for it alone', () => {
    const stack = literalStack();
    const { role } = addon(stack, name, { policyStatements: [READ()] });
    expect(addonProperties(stack)).toEqual({
      ClusterName: 'production',
      AddonName: name,
      PodIdentityAssociations: [{ ServiceAccount: serviceAccount, RoleArn: stack.resolve(role!.roleArn) }],
    });
    const trust = trustPolicy(stack);
    expect(trustPolicyErrors(trust)).toEqual([]);
    expect(admitted(trust, CANDIDATES)).toEqual([first]);
    expect(admitted(trust, CANDIDATES, { clusterArn: `${CLUSTER_ARN}2` })).toEqual([]);
    expect(warnings(stack)).toEqual([]);
  });

  test('has the ARN of a role for IRSA, which trusts its service accounts alone', () => {
    const stack = literalStack();
    const { role } = addon(stack, name, { oidcProvider: literalProvider(stack), policyStatements: [READ()] });
    expect(addonProperties(stack)).toEqual({
      ClusterName: 'production', AddonName: name, ServiceAccountRoleArn: stack.resolve(role!.roleArn),
    });
    const trust = trustPolicy(stack);
    expect(trustPolicyErrors(trust)).toEqual([]);
    expect(admitted(trust, CANDIDATES)).toEqual([first, ...more]);
  });
});

test('minimal: an add-on without a role', () => {
  const stack = literalStack();
  const { role, serviceAccountNames, serviceAccountNamespace } = addon(stack, 'coredns');
  expect(Template.fromStack(stack).toJSON().Resources).toEqual({
    AddonF8C56F86: { Type: 'AWS::EKS::Addon', Properties: { ClusterName: 'production', AddonName: 'coredns' } },
  });
  expect([role, serviceAccountNames, serviceAccountNamespace]).toEqual([undefined, [], undefined]);
  expect(warnings(stack)).toEqual([]);
});

test('maximal', () => {
  const app = new App();
  const stack = literalStack(app);
  const sa = addon(stack, 'amazon-cloudwatch-observability', {
    addonVersion: 'v4.0.0-eksbuild.1',
    installAgent: true,
    customNamespace: 'telemetry',
    configurationValues: { agent: { config: { logs: { 'x-${y}': ['"', 1, true, null] } } } },
    resolveConflicts: AddonConflictResolution.OVERWRITE,
    preserveOnDelete: true,
    controller: Controller.cloudWatchAgent({ clusterName: 'production' }),
    roleName: 'telemetry',
    path: '/add-ons/',
    description: 'd',
  });
  sa.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AWSXrayWriteOnlyAccess'));
  sa.addToPrincipalPolicy(READ());
  new Bucket(stack, 'Bucket').grantRead(sa);
  const assembly = app.synth();
  const { Resources } = assembly.getStackByName('Stack').template;
  const [agent, own] = ['eks-pod-identity-agent', 'amazon-cloudwatch-observability'].map(name =>
    Object.entries<any>(Resources).find(([, { Properties }]) => Properties.AddonName === name)!);
  expect(own[1].Properties).toEqual({
    ClusterName: 'production',
    AddonName: 'amazon-cloudwatch-observability',
    AddonVersion: 'v4.0.0-eksbuild.1',
    ConfigurationValues: '{"agent":{"config":{"logs":{"x-${y}":["\\"",1,true,null]}}}}',
    ResolveConflicts: 'OVERWRITE',
    PreserveOnDelete: true,
    NamespaceConfig: { Namespace: 'telemetry' },
    PodIdentityAssociations: [
      { ServiceAccount: 'cloudwatch-agent', RoleArn: stack.resolve(sa.role!.roleArn) },
    ],
  });
  // the role with its policy comes first, and the agent
  const policy = Object.keys(Resources).find(id => Resources[id].Type === 'AWS::IAM::Policy')!;
  const role = Object.keys(Resources).find(id => Resources[id].Type === 'AWS::IAM::Role')!;
  expect(own[1].DependsOn.sort()).toEqual([policy, role, agent[0]].sort());
  expect(Resources[role].Properties).toMatchObject({ RoleName: 'telemetry', Path: '/add-ons/', Description: 'd' });
  expect(admitted(Resources[role].Properties.AssumeRolePolicyDocument, [
    'telemetry/cloudwatch-agent', 'amazon-cloudwatch/cloudwatch-agent', 'telemetry/default',
  ])).toEqual(['telemetry/cloudwatch-agent']);
});

describe('the analysis', () => {
  const mapOf = (app: App) => accessMapOf(readAssembly(app.synth().directory));

  test('sees the association in the custom namespace', () => {
    const app = new App();
    addon(literalStack(app), 'external-dns', { customNamespace: 'dns', policyStatements: [READ()], roleName: 'dns' });
    expect(mapOf(app).associations).toMatchObject([{
      cluster: CLUSTER_ARN,
      namespace: 'dns',
      serviceAccount: 'external-dns',
      addon: 'external-dns',
      roleArn: `arn:aws:iam::${ACCOUNT}:role/dns`,
    }]);
  });

  test('sees the service account that IRSA annotates', () => {
    const app = new App();
    const stack = literalStack(app);
    addon(stack, 'external-dns', {
      customNamespace: 'dns', oidcProvider: literalProvider(stack), policyStatements: [READ()], roleName: 'dns',
    });
    expect(mapOf(app).serviceAccounts).toMatchObject([{
      namespace: 'dns', name: 'external-dns', roleArn: `arn:aws:iam::${ACCOUNT}:role/dns`, addon: 'external-dns',
    }]);
  });
});

describe('the service accounts', () => {
  test('of adot get one role by EKS Pod Identity, if permissions are given', () => {
    const stack = literalStack();
    addon(stack, 'adot', {}, 'Without');
    addon(stack, 'adot', { clusterName: 'green', policyStatements: [READ()] }, 'With');
    const names = ['adot-col-prom-metrics', 'adot-col-otlp-ingest', 'adot-col-container-logs'];
    const [without, own] = addonResources(stack).map(({ Properties }) => Properties);
    expect(without).toEqual({ AddonName: 'adot', ClusterName: 'production' });
    expect(own.PodIdentityAssociations.map(({ ServiceAccount }: any) => ServiceAccount)).toEqual(names);
    const all = names.map(name => `opentelemetry-operator-system/${name}`);
    const arn = CLUSTER_ARN.replace('production', 'green');
    expect(admitted(trustPolicy(stack), [...all, ...CANDIDATES], { clusterArn: arn })).toEqual(all);
  });

  test('of adot are not annotated by EKS', () => {
    const stack = literalStack();
    expect(() => addon(stack, 'adot', { oidcProvider: literalProvider(stack), policyStatements: [READ()] })).toThrow(
      '[Stack/Addon] `oidcProvider` must be left out for adot, got: ',
    );
  });

  test('can be chosen', () => {
    const stack = literalStack();
    addon(stack, 'aws-efs-csi-driver', {
      serviceAccountNames: ['efs-csi-controller-sa', 'efs-csi-node-sa'], policyStatements: [READ()],
    });
    expect(admitted(trustPolicy(stack), CANDIDATES)).toEqual([
      'kube-system/efs-csi-controller-sa', 'kube-system/efs-csi-node-sa',
    ]);
  });

  test('of an unknown add-on are named', () => {
    const stack = literalStack();
    addon(stack, 'vendor_agent', {
      serviceAccountNames: ['agent'], serviceAccountNamespace: 'vendor', policyStatements: [READ()],
    });
    const { NamespaceConfig, PodIdentityAssociations } = addonProperties(stack);
    expect(NamespaceConfig).toBeUndefined();
    expect(PodIdentityAssociations).toMatchObject([{ ServiceAccount: 'agent' }]);
    expect(admitted(trustPolicy(stack), ['vendor/agent', 'vendor/default', 'default/agent'])).toEqual(['vendor/agent']);
  });

  const print = (name: string) => `\`aws eks describe-addon-configuration --addon-name ${name} --addon-version `
    + '<version> --query podIdentityConfiguration` prints its service accounts.';
  test.each<[string, Partial<ManagedAddonProps>, string]>([
    ['vendor_agent', { policyStatements: [READ()] }, '`serviceAccountNames` must be given for the add-on vendor_agent, '
      + 'got: nothing. cdk-irsa does not know the service accounts of this add-on. '
      + print('vendor_agent')],
    ['vendor_agent', { createRole: true }, '`serviceAccountNames` must be given'],
    ['vendor_agent', { serviceAccountNamespace: 'vendor' }, '`serviceAccountNames` must be given'],
    ['vendor_agent', { serviceAccountNames: ['agent'] }, '`serviceAccountNamespace` must be given'],
    ['ebs-csi-driver', { createRole: true }, 'Did you mean aws-ebs-csi-driver? '],
    ['coredns', { policyStatements: [READ()] }, `It needs no role. If yours does: ${print('coredns')}`],
  ])('of %s with %j are missing', (name, props, message) => {
    expect(() => addon(literalStack(), name, props)).toThrow(message);
  });

  test('of an unknown add-on are missing with an OIDC provider, too', () => {
    const stack = literalStack();
    const oidcProvider = literalProvider(stack);
    expect(() => addon(stack, 'vendor_agent', { oidcProvider })).toThrow('`serviceAccountNames` must be given');
    expect(() => addon(stack, 'coredns', { oidcProvider }, 'Dns')).not.toThrow();
  });
});

test('without a role, the node has it', () => {
  const stack = literalStack();
  const it = addon(stack, 'vpc-cni', { createRole: false });
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 0);
  for (const [property, use] of [
    ['grantPrincipal', () => it.grantPrincipal],
    ['addToPrincipalPolicy', () => it.addToPrincipalPolicy(READ())],
    ['addManagedPolicy', () => it.addManagedPolicy({} as iam.IManagedPolicy)],
  ] as const) {
    expect(use).toThrow(`[Stack/Addon] \`${property}\` must be used only if the add-on has a role, got: "vpc-cni".`);
  }
});

describe('a role without permissions', () => {
  const WARNING = 'The role of the add-on vpc-cni has no permissions, so its pods cannot call AWS.';

  test('warns', () => {
    const stack = literalStack();
    addon(stack, 'vpc-cni');
    expect(warnings(stack)).toEqual([expect.stringContaining(WARNING)]);
  });

  const nothing = () => undefined;
  test.each<[string, Partial<ManagedAddonProps>, (stack: Stack, role: iam.IRole) => void]>([
    ['a controller', { controller: Controller.vpcCni({ ipv4: true, clusterName: 'production' }) }, nothing],
    ['a managed policy', { managedPolicies: [{ managedPolicyArn: 'arn:aws:iam::aws:policy/x' } as any] }, nothing],
    ['an inline policy', { inlinePolicies: { x: new iam.PolicyDocument({ statements: [READ()] }) } }, nothing],
    ['a grant', {}, (stack, role) => new Bucket(stack, 'Bucket').grantRead(role)],
    ['a managed policy that names it', {}, (stack, role) => new iam.ManagedPolicy(stack, 'Policy', {
      statements: [READ()], roles: [role],
    })],
    ['an L1 policy that names it', {}, (stack, role) => new iam.CfnRolePolicy(stack, 'Policy', {
      policyName: 'x', roleName: role.roleName, policyDocument: { Version: '2012-10-17', Statement: [READ().toJSON()] },
    })],
  ])('does not warn with %s', (_, props, grant) => {
    const stack = literalStack();
    const { role } = addon(stack, 'vpc-cni', props);
    grant(stack, role!);
    expect(warnings(stack).filter(text => text.includes('permissions'))).toEqual([]);
  });
});

describe('what only the deployment knows', () => {
  test('a cluster of the same app', () => {
    const stack = agnosticStack();
    const clusterName = cluster(stack).ref;
    addon(stack, 'vpc-cni', { clusterName, policyStatements: [READ()] });
    const values = {
      'Cluster': 'blue', 'AWS::Partition': 'aws', 'AWS::Region': REGION, 'AWS::AccountId': ACCOUNT,
    };
    const trust = deployed(trustPolicy(stack), { values });
    expect(admitted(trust, CANDIDATES, { clusterArn: CLUSTER_ARN.replace('production', 'blue') })).toEqual([
      'kube-system/aws-node',
    ]);
    expect(admitted(trust, CANDIDATES)).toEqual([]);
  });

  test('its issuer', () => {
    const stack = agnosticStack();
    addon(stack, 'vpc-cni', { oidcProvider: deferredProvider(stack), policyStatements: [READ()] });
    const values = {
      'Cluster.OpenIdConnectIssuerUrl': `https://${ISSUER}`,
      'Oidc70BFA75F.Arn': PROVIDER_ARN,
      'Oidc70BFA75F': PROVIDER_ARN,
      'AWS::Partition': 'aws',
      'AWS::AccountId': ACCOUNT,
    };
    const trust = deployed(trustPolicy(stack), { values });
    expect(admitted(typeof trust === 'string' ? JSON.parse(trust) : trust, CANDIDATES)).toEqual([
      'kube-system/aws-node',
    ]);
  });

  test('values of the configuration, of another stack, too', () => {
    const app = new App();
    const bucket = new Bucket(literalStack(app, 'Other'), 'Bucket');
    const stack = literalStack(app);
    const size = new CfnParameter(stack, 'Size', { type: 'Number' });
    addon(stack, 'coredns', {
      configurationValues: {
        bucket: bucket.bucketName,
        region: `in ${Aws.REGION}`,
        size: size.valueAsNumber,
        parts: Fn.split('-', bucket.bucketName),
        text: '${literal}',
      },
    });
    const { ConfigurationValues } = addonProperties(stack);
    const [name] = Object.values<any>(Template.fromStack(Stack.of(bucket)).toJSON().Outputs).map(
      ({ Export }) => Export.Name,
    );
    const text = deployed(ConfigurationValues, { values: { Size: '3' }, exports: { [name]: 'the-bucket' } });
    expect(JSON.parse(text)).toEqual({
      bucket: 'the-bucket', region: `in ${REGION}`, size: 3, parts: ['the', 'bucket'], text: '${literal}',
    });
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 0);
  });

  test('a parameter that could end the JSON text is an error', () => {
    const stack = literalStack();
    const open = new CfnParameter(stack, 'Open').valueAsString;
    addon(stack, 'coredns', { configurationValues: { text: open } });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Addon] `configurationValues (parameter Stack/Open)` must have an allowedPattern');
  });
});

describe('an existing role', () => {
  const existing = (stack: Stack) => iam.Role.fromRoleArn(stack, 'Role', ROLE_ARN);

  test.each([['Pod Identity', false], ['IRSA', true]])('is left as it is, with %s', (_, irsa) => {
    const stack = literalStack();
    addon(stack, 'vpc-cni', { role: existing(stack), ...irsa && { oidcProvider: literalProvider(stack) } });
    expect(addonProperties(stack)).toMatchObject(
      irsa ? { ServiceAccountRoleArn: ROLE_ARN }
        : { PodIdentityAssociations: [{ RoleArn: ROLE_ARN, ServiceAccount: 'aws-node' }] },
    );
    expect(trustPolicies(stack)).toEqual({});
  });

  test('that is an IrsaRole must admit all of its service accounts', () => {
    const stack = literalStack();
    const trust = new TrustPolicy().addPodIdentity({
      clusterArn: CLUSTER_ARN, subjects: [ServiceAccountSubject.exact('kube-system', 'efs-csi-controller-sa')],
    });
    const role = new IrsaRole(stack, 'Role', { trust });
    addon(stack, 'aws-efs-csi-driver', {
      role, serviceAccountNames: ['efs-csi-controller-sa', 'efs-csi-node-sa'],
    });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Addon] `role` must allow kube-system/efs-csi-controller-sa, kube-system/efs-csi-node-sa of this cluster',
    );
    trust.addPodIdentity({
      clusterArn: CLUSTER_ARN, subjects: [ServiceAccountSubject.exact('kube-system', 'efs-csi-node-sa')],
    });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test.each<[string, Partial<ManagedAddonProps>, string]>([
    ['options of a new role', { roleName: 'x', policyStatements: [READ()] },
      '`role` must not be combined with options of a new role (roleName, policyStatements), got: "Stack/Role"'],
  ])('cannot be combined with %s', (_, props, message) => {
    const stack = literalStack();
    expect(() => addon(stack, 'vpc-cni', { role: existing(stack), ...props })).toThrow(message);
  });

  test.each([['Pod Identity', false], ['IRSA', true]])('of another account is refused, with %s', (_, irsa) => {
    const stack = literalStack();
    const role = iam.Role.fromRoleArn(stack, 'Role', ROLE_ARN.replace(ACCOUNT, '444455556666'));
    addon(stack, 'vpc-cni', { role, ...irsa && { oidcProvider: literalProvider(stack) } });
    expect(() => Template.fromStack(stack)).toThrow(/\[Stack\/Addon\] `role` must be in the account of the /);
  });
});

describe('what a cluster takes once', () => {
  const TWICE = (path: string, name: string) => `\`addonName\` must be declared only once per cluster, got: "${name}". `
    + `${path} already installs it in production, and EKS accepts it only once. Remove one of them.`;
  const AGENT = 'eks-pod-identity-agent';
  const l1 = (stack: Stack, addonName: string, clusterName = 'production') =>
    new eks.CfnAddon(stack, 'L1', { clusterName, addonName });
  const association = (stack: Stack, serviceAccount: string, clusterName = 'production') =>
    new eks.CfnPodIdentityAssociation(stack, 'L1', {
      clusterName, namespace: 'kube-system', serviceAccount, roleArn: ROLE_ARN,
    });
  const withAgent = (stack: Stack, clusterName = 'production') => new PodIdentityServiceAccount(stack, 'Sa', {
    clusterName, namespace: 'payments', serviceAccountName: 'api', installAgent: true,
  });
  const INSTALLED = (path: string) => '`installAgent` must be set in only one stack for cluster production, got: true. '
    + `${path} already installs the add-on ${AGENT}, and EKS accepts it only once. Leave \`installAgent\` out in `
    + 'Stack.';

  test('an add-on', () => {
    const app = new App();
    addon(literalStack(app, 'One'), 'coredns');
    addon(literalStack(app, 'Two'), 'coredns');
    expect(() => app.synth()).toThrow(`[Two/Addon] ${TWICE('One/Addon/Resource', 'coredns')}`);
  });

  test.each<[string, (stack: Stack) => void]>([
    ['an L1', stack => l1(stack, 'coredns')],
    ['an L1 of no class', stack => new CfnResource(stack, 'L1', {
      type: 'AWS::EKS::Addon', properties: { ClusterName: 'production', AddonName: 'coredns' },
    })],
  ])('an add-on beside %s', (_, make) => {
    const stack = literalStack();
    make(stack);
    addon(stack, 'coredns');
    expect(() => Template.fromStack(stack)).toThrow(`[Stack/Addon] ${TWICE('Stack/L1', 'coredns')}`);
  });

  test('the agent of installAgent beside a ManagedAddon', () => {
    const stack = literalStack();
    addon(stack, AGENT, {}, 'Agent');
    withAgent(stack);
    expect(() => Template.fromStack(stack)).toThrow(INSTALLED('Stack/Agent/Resource'));
  });

  test('the agent of installAgent before a ManagedAddon', () => {
    const stack = literalStack();
    withAgent(stack);
    addon(stack, AGENT, {}, 'Agent');
    expect(() => Template.fromStack(stack)).toThrow(/\[Stack\/Agent\] `addonName` must be declared only once/);
  });

  test.each<[string, (stack: Stack) => string]>([
    ['production', stack => l1(stack, AGENT).clusterName],
    ['a reference to a cluster of this name', stack => {
      const { ref } = new eks.CfnCluster(stack, 'Cluster', {
        name: 'production', roleArn: ROLE_ARN, resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
      });
      return l1(stack, AGENT, ref).clusterName;
    }],
  ])('the agent of installAgent beside an L1 for %s', (_, make) => {
    const stack = literalStack();
    make(stack);
    withAgent(stack);
    expect(() => Template.fromStack(stack)).toThrow(INSTALLED('Stack/L1'));
  });

  test.each<[string, (stack: Stack) => void]>([
    ['an association', stack => association(stack, 'aws-node')],
    ['an add-on of another construct', stack => new eks.CfnAddon(stack, 'L1', {
      clusterName: 'production',
      addonName: 'vpc-cni-beta',
      namespaceConfig: { namespace: 'kube-system' },
      podIdentityAssociations: [{ serviceAccount: 'aws-node', roleArn: ROLE_ARN }],
    })],
  ])('the service account of an add-on that has %s already', (_, make) => {
    const stack = literalStack();
    make(stack);
    addon(stack, 'vpc-cni', { policyStatements: [READ()] });
    expect(() => Template.fromStack(stack)).toThrow('[Stack/Addon] `serviceAccountNames` must be associated only once '
      + 'per cluster, got: "kube-system/aws-node". Stack/L1 already associates it, and EKS rejects a second '
      + 'association. '
      + 'Remove one of them.');
  });

  test('the service account of PodIdentityServiceAccount that an L1 add-on associates already', () => {
    const stack = literalStack();
    new eks.CfnAddon(stack, 'L1', {
      clusterName: 'production',
      addonName: 'vpc-cni',
      podIdentityAssociations: [{ serviceAccount: 'aws-node', roleArn: ROLE_ARN }],
    });
    new PodIdentityServiceAccount(stack, 'Sa', {
      clusterName: 'production', namespace: 'kube-system', serviceAccountName: 'aws-node',
    });
    expect(() => Template.fromStack(stack)).toThrow('[Stack/Sa] `serviceAccountName` must be associated only once');
  });

  test('the service account of IrsaServiceAccount with podIdentity that aws-eks associates already', () => {
    const stack = literalStack();
    const imported = eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
      clusterName: 'production',
      kubectlProvider: eks.KubectlProvider.fromKubectlProviderAttributes(stack, 'Kubectl', {
        functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:kubectl`,
        kubectlRoleArn: ROLE_ARN,
        handlerRole: undefined as any,
      }),
    });
    new eks.ServiceAccount(stack, 'Eks', {
      cluster: imported, name: 'api', namespace: 'payments', identityType: eks.IdentityType.POD_IDENTITY,
    });
    new IrsaServiceAccount(stack, 'Sa', {
      oidcProvider: literalProvider(stack),
      namespace: 'payments',
      serviceAccountName: 'api',
      podIdentity: { clusterName: 'production' },
    });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Sa] `serviceAccountName` must be associated only once per cluster, got: "payments/api". Stack/Eks/',
    );
  });

  test.each<[string, (stack: Stack) => void]>([
    ['by EKS Pod Identity', stack => addon(stack, 'vpc-cni', { policyStatements: [READ()] })],
    ['by IRSA', stack => addon(stack, 'vpc-cni', {
      oidcProvider: literalProvider(stack, 'Other'), policyStatements: [READ()],
    })],
  ])('the service account of an add-on that has a role %s already', (way, make) => {
    const stack = literalStack();
    if (way === 'by IRSA') {
      new IrsaServiceAccount(stack, 'Sa', {
        oidcProvider: literalProvider(stack),
        namespace: 'kube-system',
        serviceAccountName: 'aws-node',
        createServiceAccount: false,
      });
    } else {
      new PodIdentityServiceAccount(stack, 'Sa', {
        clusterName: 'production',
        namespace: 'kube-system',
        serviceAccountName: 'aws-node',
        createServiceAccount: false,
      });
    }
    make(stack);
    expect(() => Template.fromStack(stack)).toThrow('[Stack/Addon] `serviceAccountNames` must have one role only, got: '
      + '["kube-system/aws-node"]. Stack/Sa gives one of them a role already: remove one of the two.');
  });

  test('the same in another cluster, account or region, and another add-on, are fine', () => {
    const app = new App();
    const stack = literalStack(app);
    addon(stack, 'coredns');
    addon(stack, 'coredns', { clusterName: 'green' }, 'Green');
    addon(stack, 'kube-proxy', {}, 'Proxy');
    l1(stack, 'coredns', 'blue');
    addon(literalStack(app, 'Region', { account: ACCOUNT, region: 'us-east-1' }), 'coredns');
    addon(literalStack(app, 'Account', { account: '444455556666', region: REGION }), 'coredns');
    const other = literalStack(app, 'Other');
    association(other, 'aws-node', 'green');
    new eks.CfnAddon(other, 'Unknown', {
      clusterName: 'production',
      addonName: 'vendor_agent',
      podIdentityAssociations: [{ serviceAccount: 'aws-node', roleArn: ROLE_ARN }],
    });
    addon(other, 'vpc-cni', { policyStatements: [READ()] });
    addon(new NestedStack(other, 'Nested'), 'kube-proxy', { clusterName: 'green' });
    expect(() => app.synth()).not.toThrow();
  });
});

describe('bad input', () => {
  test.each<[string, any, string]>([
    ['no properties', undefined, '`props` must be given'],
    ['no cluster', { clusterName: undefined }, '`clusterName` must be the name of an EKS cluster'],
    ['a bad cluster', { clusterName: 'a b' }, '`clusterName` must be the name of an EKS cluster'],
    ['no add-on', { addonName: undefined }, '`addonName` must be a literal name, got: nothing'],
    ['an empty add-on', { addonName: '' }, '`addonName` must be a literal name'],
    ['a deferred add-on', { addonName: Fn.importValue('Name') }, '`addonName` must be a literal name'],
    ['a bad provider', { oidcProvider: {} }, '`oidcProvider` must be an OIDC provider'],
    ['a bad role', { role: {} }, '`role` must be a role'],
    ['a bad namespace', { customNamespace: 'A' }, '`customNamespace` must be a DNS-1123 label'],
    ['another bad namespace', { serviceAccountNamespace: 'A' }, '`serviceAccountNamespace` must be a DNS-1123 label'],
    ['no names', { serviceAccountNames: [] }, '`serviceAccountNames` must contain at least one name, known at synth '
      + 'time'],
    ['deferred names', { serviceAccountNames: Fn.split(',', Fn.importValue('Names')) }, 'must contain at least one '
      + 'name'],
    ['a bad name, last', { serviceAccountNames: ['a', 'B'] }, '`serviceAccountNames` must be a DNS-1123 subdomain'],
    ['a text', { configurationValues: '{}' }, '`configurationValues` must be an object, got: "{}"'],
    ['a list', { configurationValues: [] }, '`configurationValues` must be an object, got: []'],
    ['null', { configurationValues: null }, '`configurationValues` must be an object'],
    ['options without a role', { createRole: false, roleName: 'x' }, '`createRole` must be true, or left out, if '
      + 'roleName is set, got: false'],
  ])('%s', (_, props, message) => {
    const given = props && { clusterName: 'production', addonName: 'vpc-cni', ...props };
    expect(() => new ManagedAddon(literalStack(), 'Addon', given)).toThrow(`[Stack/Addon] ${message}`.replace(
      '[Stack/Addon] must', 'must'));
  });

  test('the agent without Pod Identity', () => {
    const stack = literalStack();
    expect(() => addon(stack, 'vpc-cni', { oidcProvider: literalProvider(stack), installAgent: true })).toThrow(
      '[Stack/Addon] `installAgent` must be left out with `oidcProvider`, got: true. The agent is for EKS Pod ',
    );
  });

  test('a cluster name from an open parameter', () => {
    const stack = literalStack();
    addon(stack, 'coredns', { clusterName: new CfnParameter(stack, 'Open').valueAsString });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Stack/Addon] `clusterName (parameter Stack/Open)` must have an allowedPattern');
  });
});

test('an add-on without permissions leaves the policies of other roles as they are', () => {
  const app = new App();
  const clusterName = cluster(literalStack(app, 'Clusters')).ref;
  const stack = literalStack(app);
  const nodes = iam.Role.fromRoleArn(stack, 'Nodes', ROLE_ARN);
  new IrsaRole(stack, 'Karpenter', {
    controller: Controller.karpenter({ clusterName, nodeRoles: [nodes] }),
    trust: new TrustPolicy()
      .addServiceAccounts(literalProvider(stack), [ServiceAccountSubject.exact('karpenter', 'karpenter')]),
  });
  addon(stack, 'aws-ebs-csi-driver', { serviceAccountNames: ['ebs'], serviceAccountNamespace: 'kube-system' });
  const policies = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
  expect(policies).toContain('{"Fn::ImportValue":"Clusters:ExportsOutputRefCluster');
  expect(policies).not.toContain('Fn::GetAtt');
});
