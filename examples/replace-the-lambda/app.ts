import { App, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { ClusterOidcProvider, IrsaServiceAccount } from 'cdk-irsa';
import { addClusterAndWorkload } from './cluster';

const KUBERNETES_NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

const app = new App();
const env = { account: '111122223333', region: 'eu-west-1' };

// 1. Account, region and names are known, so the manifest is a file next to the template.
const cluster = new Stack(app, 'Cluster', { env });
addClusterAndWorkload(cluster, { clusterName: 'test', namespace: 'test', serviceAccountName: 'test-service-account' });

// 2. Another stack in the account, in this app or another one, finds the issuer by the name of the export.
const worker = new Stack(app, 'Worker', { env });
worker.node.addDependency(cluster);
const serviceAccount = new IrsaServiceAccount(worker, 'ServiceAccount', {
  oidcProvider: ClusterOidcProvider.fromIssuerUrl(worker, 'Oidc', Fn.importValue('testOIDCIssuer')),
  namespace: 'worker',
  createNamespace: true,
  serviceAccountName: 'worker',
});
new Queue(worker, 'Jobs').grantConsumeMessages(serviceAccount);

// 3. One template for all accounts, regions and names, so the manifest is a stack output. The parameters become part of
// a policy and need these patterns; without them, synth fails.
const anyCluster = new Stack(app, 'ClusterWithParameters');
const parameter = (id: string, allowedPattern: string) =>
  new CfnParameter(anyCluster, id, { allowedPattern }).valueAsString;
addClusterAndWorkload(anyCluster, {
  clusterName: parameter('ClusterName', '^[0-9A-Za-z][0-9A-Za-z_-]*$'),
  namespace: parameter('Namespace', KUBERNETES_NAME),
  serviceAccountName: parameter('ServiceAccountName', KUBERNETES_NAME),
});
