import { App, Duration, Stack } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { CdkTokenResolver, ClusterOidcProvider, IrsaServiceAccount } from 'cdk-irsa';
import { ApiObject, App as KubernetesApp, Chart } from 'cdk8s';
import { Deployment, EnvValue } from 'cdk8s-plus-33';

const app = new App();
const stack = new Stack(app, 'PodSettings', { env: { account: '111122223333', region: 'eu-west-1' } });

const bucket = new Bucket(stack, 'Reports', {
  bucketName: 'reports-111122223333',
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
});

// Your own cdk8s app. It can contain values of the CDK app; the resolver writes what is known at synth time.
const kubernetesApp = new KubernetesApp({ resolvers: [new CdkTokenResolver(stack)] });
const chart = new Chart(kubernetesApp, 'reports', { namespace: 'reports' });

const serviceAccount = new IrsaServiceAccount(stack, 'ReportsAccount', {
  oidcProvider: ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc',
    'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE'),
  namespace: 'reports',
  serviceAccountName: 'reports',
  chart,
});
bucket.grantReadWrite(serviceAccount);

const registry = `${stack.account}.dkr.ecr.${stack.region}.${stack.urlSuffix}`;
const image = `${registry}/reports:1.0.0`;

// cdk8s-plus: the proxy does not need AWS credentials.
const api = new Deployment(chart, 'Api', {
  metadata: { name: 'reports-api' },
  replicas: 1,
  containers: [
    { name: 'api', image, portNumber: 8080, envVariables: { BUCKET: EnvValue.fromValue(bucket.bucketName) } },
    { name: 'proxy', image: `${registry}/proxy:1.0.0`, portNumber: 8443 },
  ],
});
serviceAccount.applyTo(api, { skipContainers: ['proxy'] });

// Plain cdk8s: a short job with a short-lived token.
const nightly = new ApiObject(chart, 'Nightly', {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'nightly-report' },
  spec: {
    schedule: '0 3 * * *',
    concurrencyPolicy: 'Forbid',
    jobTemplate: {
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            securityContext: { runAsNonRoot: true, runAsUser: 1000 },
            containers: [{
              name: 'report',
              image,
              args: ['nightly', `s3://${bucket.bucketName}/nightly`],
              resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
            }],
          },
        },
      },
    },
  },
});
serviceAccount.applyTo(nightly, { tokenExpiration: Duration.minutes(15) });

// Synthesize the AWS side first: it validates what the Kubernetes side writes.
app.synth();
kubernetesApp.synth();
