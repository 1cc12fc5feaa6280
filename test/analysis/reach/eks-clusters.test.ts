/**
 * Whom EKS lets into clusters that the CDK makes: templates of aws-eks and aws-eks-v2 as they are.
 */
import { KubectlV33Layer } from '@aws-cdk/lambda-layer-kubectl-v33';
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as eksV2 from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AccessMap } from '../../../src/analysis/access-map';
import { withConstructPaths } from '../../../src/analysis/construct-paths';
import { accessMapOf } from '../../../src/analysis/reading/access-map-reader';
import { readAssembly } from '../../../src/analysis/reading/assembly';

const env = { account: '111122223333', region: 'eu-west-1' };
const RBAC = 'rbac.authorization.k8s.io';
const DEV = {
  apiVersion: `${RBAC}/v1`,
  kind: 'RoleBinding',
  metadata: { name: 'dev', namespace: 'payments' },
  roleRef: { kind: 'ClusterRole', name: 'edit', apiGroup: RBAC },
  subjects: [{ kind: 'Group', name: 'dev', apiGroup: RBAC }],
};

function roleIn(stack: Stack, id: string): iam.Role {
  return new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
}

function mapOf(make: (stack: Stack) => void): AccessMap {
  const app = new App();
  make(new Stack(app, 'Stack', { env }));
  return accessMapOf(readAssembly(app.synth().directory));
}

/** `access-entry role/ops: dev; AmazonEKSEditPolicy in payments` */
function principalsOf(map: AccessMap): string[] {
  const short = (text: string) =>
    withConstructPaths(text, map.constructPaths).replace(/^arn:aws:iam::111122223333:/, '');
  return map.principals.map(({ via, principal, groups, policies, doubt }) => [
    `${via} ${short(principal)}:`,
    ...groups,
    ...policies.map(({ policy, namespaces }) => policy + (namespaces ? ` in ${namespaces.join()}` : '')),
    ...doubt === undefined ? [] : [`(${doubt})`],
  ].join(' '));
}

/** `role/ops: payments/api create-pods` */
function reachesOf(map: AccessMap): string[] {
  return map.reaches.map(({ actor, namespace, serviceAccount, ways: [{ steps, confidence }], doubt }) =>
    `${withConstructPaths(actor.name, map.constructPaths).replace(/^.*:111122223333:/, '')}: `
      + `${namespace}/${serviceAccount} `
      + `${confidence} ${steps.map(({ path }) => path).join()}${doubt ? ', perhaps' : ''}`);
}


function clusterIn(stack: Stack, props: Partial<eks.ClusterProps> = {}): eks.Cluster {
  return new eks.Cluster(stack, 'Cluster', {
    version: eks.KubernetesVersion.V1_33,
    defaultCapacity: 0,
    kubectlLayer: new KubectlV33Layer(stack, 'Layer'),
    ...props,
  });
}

function clusterV2In(stack: Stack, props: Partial<eksV2.ClusterProps> = {}): eksV2.Cluster {
  return new eksV2.Cluster(stack, 'Cluster', {
    version: eksV2.KubernetesVersion.V1_33,
    defaultCapacityType: eksV2.DefaultCapacityType.NODEGROUP,
    defaultCapacity: 0,
    ...props,
  });
}

const { API, CONFIG_MAP, API_AND_CONFIG_MAP } = eks.AuthenticationMode;

const IGNORED = 'the authentication mode in the template, CONFIG_MAP, ignores the access entry, unless it was changed '
  + 'outside the template';

describe('aws-eks', () => {
  const make = (authenticationMode?: eks.AuthenticationMode) => mapOf(stack => {
    const cluster = clusterIn(stack, { authenticationMode, defaultCapacity: 1 });
    if (authenticationMode !== API) {
      cluster.awsAuth.addRoleMapping(roleIn(stack, 'Dev'), { groups: ['dev'], username: 'dev:{{SessionName}}' });
      cluster.awsAuth.addUserMapping(iam.User.fromUserName(stack, 'Joe', 'joe'), { groups: ['dev'] });
      cluster.awsAuth.addAccount('444455556666');
    }
    new eks.CfnAccessEntry(stack, 'Entry', {
      clusterName: cluster.clusterName, principalArn: 'arn:aws:iam::111122223333:role/q', kubernetesGroups: ['dev'],
    });
    cluster.addManifest('rbac', DEV);
    cluster.addServiceAccount('Sa', { namespace: 'payments', name: 'api' });
  });

  test('aws-auth, without its nodes, and the creator, who is in no list', () => {
    const map = make(CONFIG_MAP);
    expect(principalsOf(map)).toEqual([
      `access-entry role/q: (${IGNORED})`,
      'cluster-creator role/⟨Stack/Cluster/Resource/CreationRole⟩: system:masters',
      'aws-auth role/⟨Stack/Dev⟩: dev',
      'aws-auth user/joe: dev',
      'aws-auth arn:⟨AWS::Partition⟩:iam::444455556666:*:',
    ]);
    expect(map.principals[2].user).toBe('dev:⟨{{SessionName}}⟩');
    expect(map.unknownReaches.map(({ reason }) => reason)).toContain(IGNORED);
    expect(reachesOf(map)).toEqual([
      'role/⟨Stack/Cluster/Resource/CreationRole⟩: payments/api certain create-pods',
      'role/⟨Stack/Dev⟩: payments/api certain create-pods',
      'user/joe: payments/api certain create-pods',
      'dev: payments/api certain create-pods',
    ]);
    expect(make(undefined).principals.map(({ via }) => via)).toEqual(map.principals.map(({ via }) => via));
  });

  test('access entries beside it', () => {
    expect(principalsOf(make(API_AND_CONFIG_MAP)).map(text => text.split(':')[0])).toEqual([
      'access-entry role/q', 'cluster-creator role/⟨Stack/Cluster/Resource/CreationRole⟩', 'aws-auth role/⟨Stack/Dev⟩',
      'aws-auth user/joe', 'aws-auth arn',
    ]);
  });

  test('access entries alone', () => {
    expect(principalsOf(make(API))).toEqual([
      'access-entry role/q: dev',
      'cluster-creator role/⟨Stack/Cluster/Resource/CreationRole⟩: AmazonEKSClusterAdminPolicy',
    ]);
  });

  test('a creator that is no administrator', () => {
    const map = mapOf(stack => {
      clusterIn(stack, { authenticationMode: API, bootstrapClusterCreatorAdminPermissions: false });
    });
    expect(principalsOf(map)).toEqual([]);
  });

  test('the role of kubectl of a cluster of another app', () => {
    const map = mapOf(stack => {
      const cluster = eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
        clusterName: 'production',
        kubectlRoleArn: 'arn:aws:iam::111122223333:role/kubectl',
        kubectlLayer: new KubectlV33Layer(stack, 'Layer'),
      });
      cluster.addManifest('rbac', DEV);
      cluster.addManifest('more', DEV);
    });
    expect(principalsOf(map)).toEqual([
      'kubectl-role role/kubectl: (the CDK applies manifests with this role, but its rights in the cluster are not in '
        + 'the '
        + 'templates)',
    ]);
    expect(map.unknownReaches.map(({ actor }) => actor.name)).toEqual(['arn:aws:iam::111122223333:role/kubectl']);
  });
});

describe('aws-eks-v2', () => {
  const edit = (namespaces: string[]) => eksV2.AccessPolicy.fromAccessPolicyName('AmazonEKSEditPolicy', {
    accessScopeType: eksV2.AccessScopeType.NAMESPACE, namespaces,
  });

  test('access entries, kubectl, and deployer of the stack', () => {
    const map = mapOf(stack => {
      const cluster = clusterV2In(stack, {
        kubectlProviderOptions: { kubectlLayer: new KubectlV33Layer(stack, 'Layer') },
        mastersRole: roleIn(stack, 'Admin'),
      });
      cluster.grantAccess('Ops', roleIn(stack, 'Ops').roleArn, [edit(['payments'])]);
      cluster.grantAccess('Web', roleIn(stack, 'Web').roleArn, [edit(['web-*'])]);
      cluster.addServiceAccount('Sa', { namespace: 'payments', name: 'api' });
    });
    expect(principalsOf(map)).toEqual([
      'access-entry role/⟨Stack/Cluster/KubectlProvider/Handler/ServiceRole⟩: AmazonEKSClusterAdminPolicy',
      'access-entry role/⟨Stack/Admin⟩: AmazonEKSClusterAdminPolicy',
      'access-entry role/⟨Stack/Ops⟩: AmazonEKSEditPolicy in payments',
      'access-entry role/⟨Stack/Web⟩: AmazonEKSEditPolicy in web-*',
      'cluster-creator ⟨deployer of Stack⟩: AmazonEKSClusterAdminPolicy',
    ]);
    expect(reachesOf(map)).toEqual([
      'role/⟨Stack/Cluster/KubectlProvider/Handler/ServiceRole⟩: payments/api certain create-pods',
      'role/⟨Stack/Admin⟩: payments/api certain create-pods',
      'role/⟨Stack/Ops⟩: payments/api certain create-pods',
      '⟨deployer of Stack⟩: payments/api certain create-pods',
    ]);
  });

  test('a creator that is no administrator, and one of whom only the deployment knows', () => {
    const made = (value: unknown) => mapOf(stack => {
      const { defaultChild } = clusterV2In(stack).node;
      (defaultChild as eks.CfnCluster).addPropertyOverride(
        'AccessConfig.BootstrapClusterCreatorAdminPermissions', value,
      );
      new CfnParameter(stack, 'Bootstrap');
    });
    expect(principalsOf(made(false))).toEqual([]);
    expect(principalsOf(made({ Ref: 'Bootstrap' }))).toEqual([
      'cluster-creator ⟨deployer of Stack⟩: AmazonEKSClusterAdminPolicy (whether the creator of the cluster is an '
        + 'administrator cannot be determined yet)',
    ]);
  });
});
