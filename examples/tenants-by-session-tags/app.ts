import { App, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { IrsaRole, PodIdentityServiceAccount, PodIdentityTags, ServiceAccountSubject, TrustPolicy } from 'cdk-irsa';

const TENANTS = ['tenant-a', 'tenant-b'];

const app = new App();
const stack = new Stack(app, 'Tenants', { env: { account: '111122223333', region: 'eu-west-1' } });
const bucket = new Bucket(stack, 'Files', { bucketName: 'tenants-111122223333' });

// One role for all tenants. It trusts only their service accounts of one cluster.
const role = new IrsaRole(stack, 'TenantRole', {
  roleName: 'tenants-files',
  trust: new TrustPolicy().addPodIdentity({
    clusterArn: 'arn:aws:eks:eu-west-1:111122223333:cluster/production',
    subjects: TENANTS.map(tenant => ServiceAccountSubject.exact(tenant, 'files')),
  }),
});

// IAM replaces the variable with the session tag, which EKS sets to the namespace of the pod. Without the slash,
// tenant-a could access the files of tenant-ab.
const folder = `${PodIdentityTags.KUBERNETES_NAMESPACE_VARIABLE}/`;
role.addToPolicy(new PolicyStatement({
  actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
  resources: [bucket.arnForObjects(`${folder}*`)],
}));
role.addToPolicy(new PolicyStatement({
  actions: ['s3:ListBucket'],
  resources: [bucket.bucketArn],
  conditions: { StringLike: { 's3:prefix': `${folder}*` } },
}));

for (const tenant of TENANTS) {
  new PodIdentityServiceAccount(stack, tenant, {
    clusterName: 'production',
    namespace: tenant,
    createNamespace: true,
    serviceAccountName: 'files',
    role,
  });
}
