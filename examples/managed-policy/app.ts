import { App, Stack } from 'aws-cdk-lib';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { ClusterOidcProvider, IrsaServiceAccount, KubernetesManifests } from 'cdk-irsa';
import { ApiObject } from 'cdk8s';

const app = new App();
const stack = new Stack(app, 'ManagedPolicy', { env: { account: '111122223333', region: 'eu-west-1' } });

// Already registered with IAM by eksctl or another stack, so nothing is created for it.
const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc',
  'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE');

const serviceAccount = new IrsaServiceAccount(stack, 'S3Reader', {
  oidcProvider,
  namespace: 'reports',
  createNamespace: true,
  serviceAccountName: 's3-reader',
  managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonS3ReadOnlyAccess')],
});

new ApiObject(KubernetesManifests.of(stack).chart, 'Pod', {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 's3-reader', namespace: serviceAccount.namespace },
  spec: {
    serviceAccountName: serviceAccount.serviceAccountName,
    restartPolicy: 'Never',
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
    containers: [{
      name: 'aws-cli',
      image: 'amazon/aws-cli:2.31.0',
      args: ['s3', 'ls'],
      env: [{ name: 'HOME', value: '/tmp' }],
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    }],
  },
});
