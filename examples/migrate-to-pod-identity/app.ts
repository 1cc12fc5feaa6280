import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ClusterOidcProvider, IrsaRole, IrsaServiceAccount, PodIdentityServiceAccount, TrustPolicy } from 'cdk-irsa';

const CLUSTER_NAME = 'production';
const BUCKET_NAME = 'receipts-111122223333';

const app = new App();
const stack = new Stack(app, 'Migration', { env: { account: '111122223333', region: 'eu-west-1' } });
const names = { namespace: 'payments', serviceAccountName: 'api' };

// In your app, each step is an edit and a deployment; here, use `cdk deploy --context step=…`.
const step = app.node.tryGetContext('step') ?? 'both';

const oidcProvider = ClusterOidcProvider.fromIssuerUrl(
  stack,
  'Oidc',
  'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
);
const serviceAccount = {
  // 1. Before the migration.
  'irsa': () => new IrsaServiceAccount(stack, 'Api', { oidcProvider, ...names }),
  // 2. The role trusts both, and new pods use Pod Identity. Restart the pods.
  'both': () =>
    new IrsaServiceAccount(stack, 'Api', {
      oidcProvider,
      ...names,
      podIdentity: { clusterName: CLUSTER_NAME, installAgent: true },
    }),
  // 3. Only Pod Identity. The same id, so the same role.
  'pod-identity': () =>
    new PodIdentityServiceAccount(stack, 'Api', { ...names, clusterName: CLUSTER_NAME, installAgent: true }),
}[step as string]!();

new Bucket(stack, 'Receipts', { bucketName: BUCKET_NAME }).grantRead(serviceAccount);

// A role chain: with Pod Identity, the trust policy of the next role and the permission also need sts:TagSession.
const archive = new IrsaRole(stack, 'Archive', { roleName: 'receipts-archive', trust: new TrustPolicy() });
serviceAccount.grantAssume(archive);
