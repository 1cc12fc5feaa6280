import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ClusterOidcProvider, IrsaServiceAccount } from 'cdk-irsa';

const app = new App();
const stack = new Stack(app, 'Payments', { env: { account: '111122223333', region: 'eu-west-1' } });

// The cluster's issuer: aws eks describe-cluster --name my-cluster --query cluster.identity.oidc.issuer
const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', {
  issuerUrl: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
});

const api = new IrsaServiceAccount(stack, 'Api', { oidcProvider, namespace: 'payments', serviceAccountName: 'api' });
new Bucket(stack, 'Receipts').grantReadWrite(api);
