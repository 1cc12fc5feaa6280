import { App, CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyDocument, Role } from 'aws-cdk-lib/aws-iam';
import { ClusterOidcProvider, IrsaRole, IrsaServiceAccount, ServiceAccountSubject, TrustPolicy } from 'cdk-irsa';

const app = new App();
const stack = new Stack(app, 'FromEksctl', { env: { account: '111122223333', region: 'eu-west-1' } });
Tags.of(stack).add('team', 'platform');

// The cluster's issuer, registered with IAM by eksctl.
const oidcProvider = ClusterOidcProvider.fromIssuerUrl(
  stack,
  'Oidc',
  'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
);

// payments/receipts
const paymentsReceipts = new IrsaServiceAccount(stack, 'PaymentsReceipts', {
  oidcProvider,
  namespace: 'payments',
  serviceAccountName: 'receipts',
  createNamespace: true,
  labels: { 'app.kubernetes.io/name': 'receipts' },
  annotations: { 'example.com/owner': 'payments' },
  managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonS3ReadOnlyAccess')],
  inlinePolicies: {
    attachPolicy: PolicyDocument.fromJson({
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow',
        Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
        Resource: 'arn:aws:s3:::receipts-111122223333/*',
      }],
    }),
  },
  permissionsBoundary: ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess'),
});
Tags.of(paymentsReceipts).add('cost-center', 'receipts');

// kube-system/ebs-csi-controller-sa
const kubeSystemEbsCsiControllerSa = new IrsaRole(stack, 'KubeSystemEbsCsiControllerSa', {
  trust: new TrustPolicy().addServiceAccounts(oidcProvider, [
    ServiceAccountSubject.exact('kube-system', 'ebs-csi-controller-sa'),
  ]),
  managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonEBSCSIDriverPolicy')],
});
new CfnOutput(stack, 'KubeSystemEbsCsiControllerSaRoleArn', { value: kubeSystemEbsCsiControllerSa.roleArn });

// kube-system/external-dns
const kubeSystemExternalDns = new IrsaRole(stack, 'KubeSystemExternalDns', {
  trust: new TrustPolicy().addServiceAccounts(oidcProvider, [
    ServiceAccountSubject.exact('kube-system', 'external-dns'),
  ]),
  roleName: 'external-dns',
  // Not mapped: wellKnownPolicies.externalDNS (cluster.yaml:42). eksctl allows it to change all records in all hosted
  // zones of the account. The role does not include these permissions. Import again with --hosted-zone <id> for each
  // zone that it manages, or add controller: Controller.externalDns({ hostedZones: […] }).
});
new CfnOutput(stack, 'KubeSystemExternalDnsRoleArn', { value: kubeSystemExternalDns.roleArn });

// default/reports
new IrsaServiceAccount(stack, 'DefaultReports', {
  oidcProvider,
  namespace: 'default',
  serviceAccountName: 'reports',
  role: Role.fromRoleArn(stack, 'DefaultReportsRole', 'arn:aws:iam::111122223333:role/reports'),
});
