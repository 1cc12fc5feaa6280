/**
 * Prints how many Lambda functions a template has before and after the migration, for each kind of cluster.
 */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as eksv2 from 'aws-cdk-lib/aws-eks-v2';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { ClusterOidcProvider, IrsaServiceAccount } from 'cdk-irsa';

const NAMES = { namespace: 'payments', name: 'api' };
const LAYER = 'arn:aws:lambda:eu-west-1:111122223333:layer:kubectl:1';
const ISSUER_URL = 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';

const kubectlLayer = (stack: Stack) => LayerVersion.fromLayerVersionArn(stack, 'Kubectl', LAYER);

/** Lambda functions of a stack and its nested stacks. */
function lambdas(build: (stack: Stack) => void): number {
  const app = new App({ analyticsReporting: false });
  build(new Stack(app, 'Migration', { env: { account: '111122223333', region: 'eu-west-1' } }));
  const { directory } = app.synth();
  return readdirSync(directory)
    .filter(name => name.endsWith('.template.json'))
    .flatMap(name => Object.values<{ Type: string }>(
      JSON.parse(readFileSync(join(directory, name), 'utf8')).Resources ?? {},
    ))
    .filter(({ Type }) => Type === 'AWS::Lambda::Function').length;
}

const KINDS: Record<string, (stack: Stack) => eks.ICluster | eksv2.ICluster> = {
  'imported, aws-eks': stack => eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
    clusterName: 'production',
    kubectlRoleArn: 'arn:aws:iam::111122223333:role/production-admin',
    kubectlLayer: kubectlLayer(stack),
    openIdConnectProvider: ClusterOidcProvider.fromIssuerUrl(stack, 'Imported', ISSUER_URL),
  }),
  '`Cluster` of aws-eks': stack => new eks.Cluster(stack, 'Cluster', {
    version: eks.KubernetesVersion.V1_33,
    kubectlLayer: kubectlLayer(stack),
  }),
  '`Cluster` of aws-eks-v2, with kubectl': stack => new eksv2.Cluster(stack, 'Cluster', {
    version: eksv2.KubernetesVersion.V1_33,
    kubectlProviderOptions: { kubectlLayer: kubectlLayer(stack) },
  }),
  '`Cluster` of aws-eks-v2, without kubectl': stack => new eksv2.Cluster(stack, 'Cluster', {
    version: eksv2.KubernetesVersion.V1_33,
  }),
};

const STEPS: ((cluster: eks.ICluster | eksv2.ICluster, stack: Stack) => void)[] = [
  cluster => cluster.addServiceAccount('Api', NAMES),
  (cluster, stack) => new IrsaServiceAccount(stack, 'Api', {
    oidcProvider: cluster.openIdConnectProvider,
    namespace: NAMES.namespace,
    serviceAccountName: NAMES.name,
  }),
  (cluster, stack) => new IrsaServiceAccount(stack, 'Api', {
    oidcProvider: cluster instanceof eks.Cluster || cluster instanceof eksv2.Cluster
      ? new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: cluster.clusterOpenIdConnectIssuerUrl })
      : cluster.openIdConnectProvider,
    namespace: NAMES.namespace,
    serviceAccountName: NAMES.name,
  }),
];

console.log('| cluster | `addServiceAccount` | `IrsaServiceAccount` | with `ClusterOidcProvider` |\n|---|---|---|---|');
for (const [kind, clusterIn] of Object.entries(KINDS)) {
  const counts = STEPS.map(addTo => {
    try {
      return lambdas(stack => addTo(clusterIn(stack), stack));
    } catch {
      return 'impossible';
    }
  });
  console.log(`| ${kind} | ${counts.join(' | ')} |`);
}
