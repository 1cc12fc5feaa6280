import { App, PhysicalName, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Cluster } from 'aws-cdk-lib/aws-eks';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ClusterOidcProvider, IrsaServiceAccount } from 'cdk-irsa';

const app = new App();
const stack = new Stack(app, 'FromAwsEks', { env: { account: '111122223333', region: 'eu-west-1' } });

// In your app, each step is an edit and a deployment; here, use `cdk deploy --context step=…`.
const step = app.node.tryGetContext('step') ?? 'cdk-irsa';

const oidcProvider = ClusterOidcProvider.fromIssuerUrl(
  stack,
  'Oidc',
  'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
);
const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', {
  clusterName: 'production',
  kubectlRoleArn: 'arn:aws:iam::111122223333:role/production-admin',
  kubectlLayer: LayerVersion.fromLayerVersionArn(
    stack,
    'Kubectl',
    'arn:aws:lambda:eu-west-1:111122223333:layer:kubectl:1',
  ),
  openIdConnectProvider: oidcProvider,
});

const theirs = { name: 'api', namespace: 'payments' };
const serviceAccount = {
  // 1. Before the migration: a role, custom resources for the trust policy and the ServiceAccount, and their Lambda
  // functions.
  'aws-eks': () => cluster.addServiceAccount('Api', theirs),
  // 2. Nothing is deleted with the construct, in particular not the ServiceAccount, which running pods need.
  'retain': () => cluster.addServiceAccount('Api', { ...theirs, removalPolicy: RemovalPolicy.RETAIN }),
  // 3. The same scope and id, so the same role. It keeps the name that CloudFormation gave it, and the manifest is an
  // output of the stack.
  'cdk-irsa': () => new IrsaServiceAccount(cluster, 'Api', {
    oidcProvider,
    namespace: 'payments',
    serviceAccountName: 'api',
    roleName: PhysicalName.GENERATE_IF_NEEDED,
  }),
}[step as string]!();

new Bucket(stack, 'Receipts', { bucketName: 'receipts-111122223333' }).grantRead(serviceAccount);
