import { App, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ClusterOidcProvider, IrsaRole, IrsaServiceAccount, KubernetesManifests, TrustPolicy } from 'cdk-irsa';
import { Capability, DeploymentType, StackSet, StackSetStack, StackSetTarget, StackSetTemplate } from 'cdk-stacksets';
import { ClusterStage, manifestsOf } from './cluster-stage';
import { CLUSTERS, SERVICE_ACCOUNTS } from './inventory';

const app = new App();
for (const { id, account, region, ...cluster } of CLUSTERS) {
  new ClusterStage(app, id, { env: { account, region }, ...cluster, serviceAccounts: SERVICE_ACCOUNTS });
}

// One service account that reads the costs of every account in the organization.
const [{ clusterName, account, region, issuerUrl }] = CLUSTERS;
const everywhere = new Stack(app, 'Everywhere', { env: { account, region } });
KubernetesManifests.of(everywhere).writeTo(manifestsOf(clusterName));
const collector = new IrsaServiceAccount(everywhere, 'Collector', {
  oidcProvider: ClusterOidcProvider.fromIssuerUrl(everywhere, 'Oidc', issuerUrl),
  namespace: 'finops',
  serviceAccountName: 'cost-collector',
});
collector.addToPrincipalPolicy(
  new PolicyStatement({ actions: ['sts:AssumeRole'], resources: ['arn:aws:iam::*:role/cost-reader'] }),
);

// The same role in every account, including accounts that join later. It trusts a role, not an issuer, because an
// account can have only 100 OIDC providers.
const inEachAccount = new StackSetStack(everywhere, 'InEachAccount');
new IrsaRole(inEachAccount, 'CostReader', {
  roleName: 'cost-reader',
  trust: new TrustPolicy().addPrincipal(collector),
  managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AWSBillingReadOnlyAccess')],
});
const stackSet = new StackSet(everywhere, 'StackSet', {
  stackSetName: 'cost-reader',
  template: StackSetTemplate.fromStackSetStack(inEachAccount),
  // one region: IAM is global
  target: StackSetTarget.fromOrganizationalUnits({ organizationalUnits: ['ou-exam-11112222'], regions: ['us-east-1'] }),
  deploymentType: DeploymentType.serviceManaged({ delegatedAdmin: true }),
  capabilities: [Capability.NAMED_IAM],
});
stackSet.node.addDependency(collector); // IAM rejects a principal that does not exist yet
