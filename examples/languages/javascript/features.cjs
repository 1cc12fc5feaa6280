const { App, Duration, RemovalPolicy, Stack } = require('aws-cdk-lib');
const { PolicyStatement } = require('aws-cdk-lib/aws-iam');
const { HostedZone } = require('aws-cdk-lib/aws-route53');
const {
  ClusterOidcProvider,
  Controller,
  IrsaRole,
  IrsaServiceAccount,
  ManagedAddon,
  PodIdentityServiceAccount,
  PodIdentityTags,
  ServiceAccountSubject,
  TrustPolicy,
} = require('cdk-irsa');

const app = new App();
const stack = new Stack(app, 'Teams', { env: { account: '111122223333', region: 'eu-west-1' } });

const oidcProvider = new ClusterOidcProvider(stack, 'Oidc', {
  issuerUrl: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
  removalPolicy: RemovalPolicy.RETAIN,
});

const reader = new IrsaServiceAccount(stack, 'Reader', {
  oidcProvider,
  namespace: 'reports',
  serviceAccountName: 'reader',
  createNamespace: true,
  tokenExpiration: Duration.hours(1),
  labels: { 'app.kubernetes.io/name': 'reader', 'team': 'data' },
  imagePullSecrets: ['registry'],
});
reader.addToPrincipalPolicy(new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] }));

// One role for the runners of all teams and one service account of operations.
const runners = new IrsaRole(stack, 'Runners', {
  trust: new TrustPolicy().addServiceAccounts(oidcProvider, [
    ServiceAccountSubject.matching('team-*', 'runner'),
    ServiceAccountSubject.exact('operations', 'runner'),
  ]),
  maxSessionDuration: Duration.hours(2),
});

// A controller whose chart creates the service account.
const zone = HostedZone.fromHostedZoneId(stack, 'Zone', 'Z0123456789EXAMPLE');
const dns = new IrsaServiceAccount(stack, 'Dns', {
  oidcProvider,
  controller: Controller.externalDns({ hostedZones: [zone] }),
  createServiceAccount: false,
});
dns.writeHelmValues('external-dns.values.yaml');

// EKS Pod Identity: a managed add-on with a role, and a pod that assumes a second role.
new ManagedAddon(stack, 'EbsCsi', {
  clusterName: 'blue',
  addonName: 'aws-ebs-csi-driver',
  controller: Controller.ebsCsiDriver({ clusterName: 'blue' }),
});
const worker = new PodIdentityServiceAccount(stack, 'Worker', {
  clusterName: 'blue',
  namespace: 'jobs',
  serviceAccountName: 'worker',
});
worker.addToPrincipalPolicy(new PolicyStatement({
  actions: ['s3:GetObject'],
  resources: [`arn:aws:s3:::jobs/${PodIdentityTags.KUBERNETES_NAMESPACE_VARIABLE}/*`],
}));
worker.grantAssume(runners);
