import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { IrsaRole, KubernetesManifests, PodIdentityServiceAccount, TrustPolicy } from 'cdk-irsa';
import { ApiObject } from 'cdk8s';

const BUCKET_NAME = 'invoices-444455556666';

const app = new App();
const workloads = new Stack(app, 'PodIdentity', { env: { account: '111122223333', region: 'eu-west-1' } });
const data = new Stack(app, 'PodIdentityData', { env: { account: '444455556666', region: 'eu-west-1' } });

// Only the name of the cluster is needed: no issuer, no OIDC provider.
const api = new PodIdentityServiceAccount(workloads, 'Api', {
  clusterName: 'production',
  namespace: 'invoices',
  createNamespace: true,
  serviceAccountName: 'api',
  installAgent: true,
});
new Bucket(workloads, 'Drafts', { bucketName: 'drafts-111122223333' }).grantReadWrite(api);

// A role in another account: EKS assumes the first role, then the target, and pods get the target's credentials.
const target = new IrsaRole(data, 'Archive', { roleName: 'invoices-archive', trust: new TrustPolicy() });
const archiver = new PodIdentityServiceAccount(workloads, 'Archiver', {
  clusterName: 'production',
  namespace: 'invoices',
  serviceAccountName: 'archiver',
  targetRole: target,
});
archiver.grantAssume(target); // the trust of the target, with sts:TagSession for the session tags of EKS
new Bucket(data, 'Invoices', { bucketName: BUCKET_NAME }).grantPut(target);

new ApiObject(KubernetesManifests.of(workloads).chart, 'Pod', {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'archiver', namespace: archiver.namespace },
  spec: {
    serviceAccountName: archiver.serviceAccountName,
    restartPolicy: 'Never',
    containers: [{
      name: 'aws-cli',
      image: 'amazon/aws-cli:2.31.0',
      args: ['s3', 'cp', '/etc/hostname', `s3://${BUCKET_NAME}/`],
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    }],
  },
});
