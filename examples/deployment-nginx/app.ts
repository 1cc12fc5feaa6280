import { App, Stack } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { ClusterOidcProvider, IrsaServiceAccount } from 'cdk-irsa';
import { ApiObject, App as KubernetesApp, Chart } from 'cdk8s';

const BUCKET_NAME = 'private-site-111122223333';

const app = new App();
const stack = new Stack(app, 'DeploymentNginx', { env: { account: '111122223333', region: 'eu-west-1' } });

// Your own cdk8s app with your own charts. It writes to dist/.
const kubernetesApp = new KubernetesApp();
const chart = new Chart(kubernetesApp, 'nginx');

const serviceAccount = new IrsaServiceAccount(stack, 'TestAwsIam', {
  oidcProvider: ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc',
    'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE'),
  namespace: 'default',
  serviceAccountName: 'test-aws-iam',
  chart,
});

const bucket = new Bucket(stack, 'PrivateSite', {
  bucketName: BUCKET_NAME,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
});
bucket.grantRead(serviceAccount);

const labels = { app: 'nginx' };
const resources = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } };
new ApiObject(chart, 'Deployment', {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'deployment-nginx', namespace: serviceAccount.namespace, labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: serviceAccount.serviceAccountName,
        securityContext: { runAsNonRoot: true, runAsUser: 101, fsGroup: 101 },
        initContainers: [{
          name: 'fetch-site',
          image: 'amazon/aws-cli:2.31.0',
          args: ['s3', 'sync', `s3://${BUCKET_NAME}`, '/site'],
          env: [{ name: 'HOME', value: '/tmp' }],
          volumeMounts: [{ name: 'site', mountPath: '/site' }],
          resources,
        }],
        containers: [{
          name: 'nginx',
          image: 'nginxinc/nginx-unprivileged:1.29',
          ports: [{ containerPort: 8080 }],
          volumeMounts: [{ name: 'site', mountPath: '/usr/share/nginx/html', readOnly: true }],
          resources,
        }],
        volumes: [{ name: 'site', emptyDir: {} }],
      },
    },
  },
});

// Synthesize the AWS side first: it validates what the Kubernetes side writes.
app.synth();
kubernetesApp.synth();
