import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as eksV2 from 'aws-cdk-lib/aws-eks-v2';
import * as cdk8s from 'cdk8s';
import { IConstruct } from 'constructs';
import { deployed } from './judges/deployment';
import { Manifest, manifestProblems } from './judges/kubernetes';
import { ACCOUNT, agnosticStack, literalStack, REGION, serviceAccount } from './support';
import { CdkTokenResolver, KubernetesManifests } from '../src';

const KUBECTL = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:kubectl`;
const DEPLOYED_ARN = `arn:aws:iam::${ACCOUNT}:role/deployed`;

/** What both modules have. */
interface Cluster {
  addManifest(id: string, ...manifest: Record<string, any>[]): IConstruct;
  addCdk8sChart(id: string, chart: any): IConstruct;
}

const CLUSTERS: [string, (stack: Stack) => Cluster][] = [
  ['aws-eks', stack => eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
    clusterName: 'blue',
    kubectlProvider: eks.KubectlProvider.fromKubectlProviderAttributes(stack, 'Kubectl', {
      functionArn: KUBECTL, kubectlRoleArn: `arn:aws:iam::${ACCOUNT}:role/kubectl`, handlerRole: undefined as any,
    }),
  })],
  ['aws-eks-v2', stack => eksV2.Cluster.fromClusterAttributes(stack, 'Cluster', {
    clusterName: 'blue',
    kubectlProvider: eksV2.KubectlProvider.fromKubectlProviderAttributes(stack, 'Kubectl', { serviceToken: KUBECTL }),
  })],
];

/** What the kubectl function applies once the stack is deployed; nothing else may be there but the role. */
function applied(stack: Stack): Manifest[] {
  const { Resources } = Template.fromStack(stack).toJSON();
  expect(
    Object.values<any>(Resources)
      .map(({ Type }) => Type)
      .sort(),
  ).toEqual(['AWS::IAM::Role', 'Custom::AWSCDK-EKS-KubernetesResource']);
  const role = Object.keys(Resources).find(id => Resources[id].Type === 'AWS::IAM::Role');
  const {
    Properties: { Manifest: manifest },
  } = Object.values<any>(Resources).find(({ Type }) => Type.startsWith('Custom::'));
  expect(JSON.stringify(manifest)).not.toContain('Token[');
  return JSON.parse(deployed(manifest, { values: { [`${role}.Arn`]: DEPLOYED_ARN } }));
}

function deployment(chart: cdk8s.Chart): cdk8s.ApiObject {
  return new cdk8s.ApiObject(chart, 'Deployment', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app' },
    spec: {
      selector: { matchLabels: { app: 'app' } },
      template: { metadata: { labels: { app: 'app' } }, spec: { containers: [{ name: 'app', image: 'image' }] } },
    },
  });
}

describe.each(CLUSTERS)('cluster of %s', (_, cluster) => {
  const FIXED_ARN = `arn:aws:iam::${ACCOUNT}:role/default-my-service-account-e8b490b17d`;

  describe.each([
    ['literal', literalStack, FIXED_ARN],
    ['deferred', agnosticStack, DEPLOYED_ARN],
  ])('%s role ARN', (__, makeStack, arn) => {
    test('addManifest(sa.toManifest())', () => {
      const stack = makeStack();
      const sa = serviceAccount(stack, 'Sa', { createServiceAccount: false });
      cluster(stack).addManifest('sa', sa.toManifest()).node.addDependency(sa);
      const [manifest] = applied(stack);
      expect(manifestProblems(manifest)).toEqual([]);
      expect(manifest.metadata).toMatchObject({
        name: 'my-service-account',
        namespace: 'default',
        annotations: { 'eks.amazonaws.com/role-arn': arn },
      });
      Template.fromStack(stack).hasResource('Custom::AWSCDK-EKS-KubernetesResource', {
        DependsOn: [Match.stringLikeRegexp('^SaRole')],
      });
    });

    test("addCdk8sChart() of the stack's own chart", () => {
      const stack = makeStack();
      const { chart } = KubernetesManifests.of(stack);
      const workload = deployment(chart);
      serviceAccount(stack, 'Sa').applyTo(workload);
      cluster(stack).addCdk8sChart('x', chart);
      const manifests = applied(stack);
      expect(manifests.flatMap(manifestProblems)).toEqual([]);
      expect(manifests.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'Deployment']);
      expect(manifests[0].metadata.annotations['eks.amazonaws.com/role-arn']).toBe(arn);
      expect(manifests[1].metadata.namespace).toBe('default');
      expect(manifests[1].spec.template.spec.serviceAccountName).toBe('my-service-account');
      expect(manifests[1].spec.template.metadata.annotations['cdk-irsa/role-arn']).toBe(arn);
    });
  });

  const ownChart = (stack: Stack) =>
    new cdk8s.Chart(new cdk8s.App({ resolvers: [new CdkTokenResolver(stack)] }), 'own');

  test('addCdk8sChart() of a chart of one\'s own', () => {
    const stack = literalStack();
    const chart = ownChart(stack);
    serviceAccount(stack, 'Sa', { chart }).applyTo(deployment(chart));
    cluster(stack).addCdk8sChart('x', chart);
    const manifests = applied(stack);
    expect(manifests.flatMap(manifestProblems)).toEqual([]);
    expect(manifests[0].metadata.annotations['eks.amazonaws.com/role-arn']).toBe(FIXED_ARN);
    expect(manifests[1].spec.template.metadata.annotations['cdk-irsa/role-arn']).toBe(FIXED_ARN);
  });

  test('a chart of one\'s own takes no deferred role ARN, and says so', () => {
    const stack = agnosticStack();
    const chart = ownChart(stack);
    const sa = serviceAccount(stack, 'Sa', { chart });
    expect(() => cluster(stack).addCdk8sChart('x', chart)).toThrow(
      /\[Stack\/Sa\] `metadata\.annotations\["eks\.amazonaws\.com\/role-arn"\] of ServiceAccount default\/my-service-account` must be known at synth time, got: \{"Fn::GetAtt":\["SaRole\w+","Arn"\]\}\. .*for account and region, set env on the stack/,
    );
    const other = ownChart(stack);
    sa.applyTo(deployment(other));
    expect(() => other.toJson()).toThrow(
      '`spec.template.metadata.annotations["cdk-irsa/role-arn"] of Deployment default/app` must be known at synth time',
    );
  });
});
