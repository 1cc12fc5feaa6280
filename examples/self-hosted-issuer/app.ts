import { readFileSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  ClusterOidcProvider,
  IrsaServiceAccount,
  IssuerHosting,
  KubernetesManifests,
  SelfHostedIssuer,
} from 'cdk-irsa';
import { ApiObject } from 'cdk8s';

const BUCKET_NAME = 'backups-111122223333';

const app = new App();
const env = { account: '111122223333', region: 'eu-west-1' };

// Deploy this stack first, and upload the documents. During a rotation, pass the new key as a second entry.
const issuer = new SelfHostedIssuer(new Stack(app, 'ClusterIssuer', { env }), 'Issuer', {
  publicKeys: [readFileSync(join(__dirname, 'sa.pub'), 'utf8')],
  hosting: IssuerHosting.publicBucket({ bucketName: 'my-cluster-issuer-111122223333' }),
});

// Deploy this stack second, because IAM calls the issuer when it creates the provider.
const workloads = new Stack(app, 'Workloads', { env });
const serviceAccount = new IrsaServiceAccount(workloads, 'Backup', {
  oidcProvider: new ClusterOidcProvider(workloads, 'Oidc', { issuerUrl: issuer.issuerUrl }),
  namespace: 'backup',
  createNamespace: true,
  serviceAccountName: 'backup',
});
new Bucket(workloads, 'Backups', { bucketName: BUCKET_NAME }).grantReadWrite(serviceAccount);

new ApiObject(KubernetesManifests.of(workloads).chart, 'Pod', {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'backup', namespace: serviceAccount.namespace },
  spec: {
    serviceAccountName: serviceAccount.serviceAccountName,
    restartPolicy: 'Never',
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
    containers: [{
      name: 'aws-cli',
      image: 'amazon/aws-cli:2.31.0',
      command: ['sh', '-c', `aws sts get-caller-identity && date | aws s3 cp - s3://${BUCKET_NAME}/last-run`],
      // Outside EKS, the webhook does not know the region.
      env: [{ name: 'HOME', value: '/tmp' }, { name: 'AWS_REGION', value: workloads.region }],
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    }],
  },
});
