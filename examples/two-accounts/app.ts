import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { ClusterOidcProvider, IrsaRole, IrsaServiceAccount, PodIdentityServiceAccount, TrustPolicy } from 'cdk-irsa';

const app = new App();
const workloads = new Stack(app, 'Workloads', { env: { account: '111122223333', region: 'eu-west-1' } });
const data = new Stack(app, 'Data', { env: { account: '444455556666', region: 'eu-west-1' } });

// The cluster is in the account of the workloads.
const issuerUrl = ClusterOidcProvider.lookupIssuerUrl(workloads, { clusterName: 'production' });

// Direct: the account of the data trusts the cluster itself, and the pod assumes a role there.
const reader = new IrsaServiceAccount(data, 'Reader', {
  oidcProvider: new ClusterOidcProvider(data, 'Oidc', { issuerUrl }),
  namespace: 'reports',
  serviceAccountName: 'reader',
});
new Bucket(data, 'Reports', { bucketName: 'reports-444455556666' }).grantRead(reader);

// Chained: the pod uses a role in its own account to assume a role in the account of the data.
const inbox = new IrsaRole(data, 'Inbox', { roleName: 'reports-inbox', trust: new TrustPolicy() });
new Queue(data, 'Queue', { queueName: 'reports-inbox' }).grantSendMessages(inbox);

const importer = new IrsaServiceAccount(workloads, 'Importer', {
  oidcProvider: ClusterOidcProvider.fromIssuerUrl(workloads, 'Oidc', issuerUrl),
  namespace: 'reports',
  serviceAccountName: 'importer',
});
importer.grantAssume(inbox); // adds both the permission here and the trust there

// The same with EKS Pod Identity. It passes session tags on, so permission and trust also allow sts:TagSession.
const courier = new PodIdentityServiceAccount(workloads, 'Courier', {
  clusterName: 'production',
  namespace: 'reports',
  serviceAccountName: 'courier',
});
courier.grantAssume(inbox);
