import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ClusterOidcProvider, IrsaServiceAccount, KubernetesManifests } from 'cdk-irsa';
import { ApiObject } from 'cdk8s';

/** Literals in one stack, parameters in the other. */
export interface Names {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccountName: string;
}

/** A cluster, and a workload that can describe it. */
export function addClusterAndWorkload(stack: Stack, { clusterName, namespace, serviceAccountName }: Names): void {
  const cluster = new Cluster(stack, 'Cluster', {
    clusterName,
    version: KubernetesVersion.V1_34,
    vpc: new Vpc(stack, 'Vpc', { natGateways: 1 }),
  });

  // This issuer is only known at deployment. CloudFormation itself removes `https://` and builds the trust policy,
  // without a Lambda function.
  const issuerUrl = cluster.clusterOpenIdConnectIssuerUrl;
  new CfnOutput(stack, 'OidcIssuer', { value: issuerUrl, exportName: `${clusterName}OIDCIssuer` });

  const serviceAccount = new IrsaServiceAccount(stack, 'ClusterSelfDescribe', {
    oidcProvider: new ClusterOidcProvider(stack, 'Oidc', { issuerUrl }),
    namespace,
    createNamespace: true,
    serviceAccountName,
    inlinePolicies: {
      DescribeCluster: new PolicyDocument({
        statements: [new PolicyStatement({ actions: ['eks:DescribeCluster'], resources: [cluster.clusterArn] })],
      }),
    },
  });

  new ApiObject(KubernetesManifests.of(stack).chart, 'Pod', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'describe-cluster', namespace: serviceAccount.namespace },
    spec: {
      serviceAccountName: serviceAccount.serviceAccountName,
      restartPolicy: 'Never',
      securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
      containers: [{
        name: 'aws-cli',
        image: 'amazon/aws-cli:2.31.0',
        args: ['eks', 'describe-cluster', '--name', clusterName],
        env: [{ name: 'HOME', value: '/tmp' }],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      }],
    },
  });
}
