import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { CfnAccessEntry, CfnCluster } from 'aws-cdk-lib/aws-eks';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  ClusterOidcProvider, GuardMode, IrsaServiceAccount, IWorkloadIdentity, KubernetesManifests, KubernetesSubject,
  PodIdentityServiceAccount, WorkloadIdentityGuard,
} from 'cdk-irsa';
import { ApiObject } from 'cdk8s';

const ACCOUNT = '111122223333';

const app = new App();
const stack = new Stack(app, 'Production', { env: { account: ACCOUNT, region: 'eu-west-1' } });
const { chart } = KubernetesManifests.of(stack);

// One cluster. Only access entries grant access, and its creator is not an administrator.
const cluster = new CfnCluster(stack, 'Cluster', {
  name: 'two-teams',
  roleArn: new Role(stack, 'ClusterRole', {
    assumedBy: new ServicePrincipal('eks.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonEKSClusterPolicy')],
  }).roleArn,
  resourcesVpcConfig: { subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'] },
  accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
});

// Two teams, each with its own workload and data.
const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: cluster.attrOpenIdConnectIssuerUrl });
const payments = new IrsaServiceAccount(stack, 'PaymentsApi', {
  oidcProvider,
  namespace: 'payments',
  createNamespace: true,
  serviceAccountName: 'api',
});
new Table(stack, 'Payments', {
  tableName: 'payments',
  partitionKey: { name: 'id', type: AttributeType.STRING },
}).grantReadWriteData(payments);

const shop = new PodIdentityServiceAccount(stack, 'ShopWeb', {
  clusterName: cluster.name!,
  namespace: 'shop',
  createNamespace: true,
  serviceAccountName: 'web',
});
shop.node.addDependency(cluster);
new Bucket(stack, 'Pictures', { bucketName: `shop-pictures-${ACCOUNT}` }).grantRead(shop);

for (const workload of [payments, shop]) addDeployment(workload);

// The IAM roles of the users. An access entry maps a role to Kubernetes groups, or associates an EKS access policy.
interface Access {
  readonly group?: string;
  /** An access policy and its namespaces. Without namespaces, it applies to the whole cluster. */
  readonly policy?: string;
  readonly namespaces?: string[];
}
const accessEntries: Record<string, Access> = {
  'payments-developers': { group: 'payments-developers' },
  'shop-developers': { policy: 'AmazonEKSEditPolicy', namespaces: ['shop'] },
  'on-call': { group: 'on-call' },
  'deployers': { group: 'deployers' },
  'platform-admins': { policy: 'AmazonEKSClusterAdminPolicy' },
};
for (const [name, { group, policy, namespaces }] of Object.entries(accessEntries)) {
  new CfnAccessEntry(stack, name, {
    clusterName: cluster.ref,
    principalArn: Role.fromRoleName(stack, `role-${name}`, name).roleArn,
    kubernetesGroups: group === undefined ? undefined : [group],
    accessPolicies: policy === undefined ? undefined : [{
      policyArn: `arn:aws:eks::aws:cluster-access-policy/${policy}`,
      accessScope: { type: namespaces === undefined ? 'cluster' : 'namespace', namespaces },
    }],
  });
}
bind('payments-developers', 'payments', { kind: 'ClusterRole', name: 'edit' });
for (const namespace of ['payments', 'shop']) {
  bind('deployers', namespace, { kind: 'ClusterRole', name: 'edit' });
  new ApiObject(chart, `${namespace}-exec`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'exec', namespace },
    rules: [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
    ],
  });
  bind('on-call', namespace, { kind: 'Role', name: 'exec' });
}

// Use `npx cdk synth -c guard=off` to see the cluster without the guard.
if (app.node.tryGetContext('guard') !== 'off') {
  new WorkloadIdentityGuard(stack, 'Guard', {
    appName: 'two-teams',
    mode: GuardMode.DENY,
    deployers: [KubernetesSubject.group('deployers')],
    exec: { exceptions: [KubernetesSubject.group('on-call')] },
  });
}

function addDeployment({ namespace, serviceAccountName }: IWorkloadIdentity): void {
  const labels = { app: serviceAccountName };
  new ApiObject(chart, `${namespace}-deployment`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: serviceAccountName, namespace, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { serviceAccountName, containers: [{ name: 'main', image: `registry.example.com/${namespace}:1` }] },
      },
    },
  });
}

function bind(group: string, namespace: string, role: { readonly kind: string; readonly name: string }): void {
  new ApiObject(chart, `${namespace}-${group}`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: group, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  });
}
