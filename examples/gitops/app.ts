import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { ClusterOidcProvider, IrsaServiceAccount, KubernetesManifests, ManifestFilesOptions } from 'cdk-irsa';
import { ApiObject } from 'cdk8s';

const ISSUER_URL = 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
const BUCKET_NAME = 'receipts-111122223333';
const HOSTED_ZONE = 'arn:aws:route53:::hostedzone/Z0123456789EXAMPLE';

const app = new App();
const env = { account: '111122223333', region: 'eu-west-1' };

// The folder that the GitOps tool syncs; in a real project, in a checkout of another repository.
const blue: ManifestFilesOptions = {
  directory: join(process.env.GITOPS_DIR ?? '.', 'clusters/blue'),
  filePerResource: true,
  kustomization: true,
};

// A workload with all its objects in the folder.
const payments = new Stack(app, 'Payments', { env });
KubernetesManifests.of(payments).writeTo(blue);

const receipts = new IrsaServiceAccount(payments, 'Receipts', {
  oidcProvider: ClusterOidcProvider.fromIssuerUrl(payments, 'Oidc', ISSUER_URL),
  namespace: 'payments',
  createNamespace: true,
  serviceAccountName: 'receipts',
});
new Bucket(payments, 'Bucket', { bucketName: BUCKET_NAME, blockPublicAccess: BlockPublicAccess.BLOCK_ALL }).grantPut(
  receipts,
);

const labels = { app: 'receipts' };
new ApiObject(KubernetesManifests.of(payments).chart, 'Deployment', {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'receipts', namespace: receipts.namespace, labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: receipts.serviceAccountName,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
        containers: [{
          name: 'receipts',
          image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/receipts:1.0.0',
          env: [{ name: 'BUCKET', value: BUCKET_NAME }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        }],
      },
    },
  },
});

// A workload from a Helm chart, which also creates its ServiceAccount. The folder has the values for the chart.
const addons = new Stack(app, 'Addons', { env });
KubernetesManifests.of(addons).writeTo(blue);

const dns = new IrsaServiceAccount(addons, 'ExternalDns', {
  oidcProvider: ClusterOidcProvider.fromIssuerUrl(addons, 'Oidc', ISSUER_URL),
  namespace: 'external-dns',
  serviceAccountName: 'external-dns',
  createServiceAccount: false,
});
dns.writeHelmValues('external-dns.values.yaml');
dns.addToPrincipalPolicy(
  new PolicyStatement({
    actions: ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets'],
    resources: [HOSTED_ZONE],
  }),
);
dns.addToPrincipalPolicy(new PolicyStatement({ actions: ['route53:ListHostedZones'], resources: ['*'] }));
