import { join } from 'path';
import { ArnFormat, Stack, Stage, StageProps } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ClusterOidcProvider, IrsaServiceAccount, KubernetesManifests, ManifestFilesOptions } from 'cdk-irsa';
import { Construct } from 'constructs';
import { ServiceAccount } from './inventory';
import { stackOf } from './spread';

/** Chosen once, with room to grow: 16 stacks fit 3,000 service accounts with a role and a policy each. */
const STACKS = 16;

export interface ClusterStageProps extends StageProps {
  readonly clusterName: string;
  readonly issuerUrl: string;
  /** The service accounts of all clusters. */
  readonly serviceAccounts: ServiceAccount[];
}

/** A cluster: its provider, and its service accounts spread over a fixed number of stacks. */
export class ClusterStage extends Stage {
  constructor(scope: Construct, id: string, { clusterName, issuerUrl, serviceAccounts, ...props }: ClusterStageProps) {
    super(scope, id, props);
    const provider = new Stack(this, 'Provider');
    new ClusterOidcProvider(provider, 'Oidc', { issuerUrl });

    const stacks = Array.from({ length: STACKS }, (_, index) => {
      const stack = new Stack(this, `Workloads${String(index).padStart(2, '0')}`);
      stack.node.addDependency(provider); // no export, which could not change while 16 stacks import it
      KubernetesManifests.of(stack).writeTo(manifestsOf(clusterName));
      return { stack, oidcProvider: ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', issuerUrl) };
    });

    for (const { namespace, name } of serviceAccounts.filter(
      serviceAccount => serviceAccount.clusterName === clusterName,
    )) {
      const { stack, oidcProvider } = stacks[stackOf(namespace, name, STACKS)];
      const serviceAccount = new IrsaServiceAccount(stack, `${namespace}.${name}`, {
        oidcProvider,
        namespace,
        serviceAccountName: name,
      });
      serviceAccount.addToPrincipalPolicy(
        new PolicyStatement({
          actions: ['secretsmanager:GetSecretValue'],
          resources: [
            stack.formatArn({
              service: 'secretsmanager',
              resource: 'secret',
              resourceName: `${namespace}/${name}/*`,
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          ],
        }),
      );
    }
  }
}

/** The folder of a cluster in the GitOps repository; in a real project, in a checkout of another repository. */
export function manifestsOf(clusterName: string): ManifestFilesOptions {
  return { directory: join(process.env.GITOPS_DIR ?? '.', 'clusters', clusterName), kustomization: true };
}
