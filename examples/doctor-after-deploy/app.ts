import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ClusterOidcProvider, IrsaServiceAccount, KubernetesManifests } from 'cdk-irsa';
import { ApiObject } from 'cdk8s';

const app = new App();
const stack = new Stack(app, 'Invoices', { env: { account: '111122223333', region: 'eu-west-1' } });

const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', {
  issuerUrl: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
});

const reader = new IrsaServiceAccount(stack, 'Reader', {
  oidcProvider,
  namespace: 'invoices',
  serviceAccountName: 'reader',
  createNamespace: true,
});
const writer = new IrsaServiceAccount(stack, 'Writer', {
  oidcProvider,
  namespace: 'invoices',
  serviceAccountName: 'writer',
});

const bucket = new Bucket(stack, 'Invoices', { bucketName: 'invoices-111122223333' });
bucket.grantRead(reader);
bucket.grantPut(writer);

const pod = new ApiObject(KubernetesManifests.of(stack).chart, 'Pod', {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'reader' },
  spec: {
    containers: [
      {
        name: 'reader',
        image: 'amazon/aws-cli:2.31.0',
        command: ['sh', '-c', 'aws s3 ls s3://invoices-111122223333 && sleep infinity'],
      },
    ],
  },
});
reader.applyTo(pod, { fsGroup: 1000 });
