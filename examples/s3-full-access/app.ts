import { App, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ClusterOidcProvider, IrsaServiceAccount, KubernetesManifests } from 'cdk-irsa';
import { ApiObject } from 'cdk8s';

const BUCKET_NAME = 'my-app-files-111122223333';

const app = new App();
const stack = new Stack(app, 'S3FullAccess', { env: { account: '111122223333', region: 'eu-west-1' } });

// The cluster's issuer is not registered with IAM yet, so register it.
const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', {
  issuerUrl: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
});

const serviceAccount = new IrsaServiceAccount(stack, 'ServiceAccount', {
  oidcProvider,
  namespace: 'default',
  serviceAccountName: 'my-service-account',
});

const bucket = new Bucket(stack, 'Files', { bucketName: BUCKET_NAME });
serviceAccount.addToPrincipalPolicy(new PolicyStatement({
  actions: ['s3:*'],
  resources: [bucket.bucketArn, bucket.arnForObjects('*')],
}));

new ApiObject(KubernetesManifests.of(stack).chart, 'Pod', {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'aws-cli', namespace: serviceAccount.namespace },
  spec: {
    serviceAccountName: serviceAccount.serviceAccountName,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
    containers: [{
      name: 'aws-cli',
      image: 'amazon/aws-cli:2.31.0',
      command: ['sh', '-c', `aws sts get-caller-identity && aws s3 ls s3://${BUCKET_NAME} && sleep infinity`],
      env: [{ name: 'HOME', value: '/tmp' }],
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    }],
  },
});
