/**
 * Where the chart of each controller has the ServiceAccount, as its own values.yaml or README says.
 */
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, CfnParameter } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FileSystem } from 'aws-cdk-lib/aws-efs';
import { PublicHostedZone } from 'aws-cdk-lib/aws-route53';
import { parse } from 'yaml';
import { SAMPLES } from './samples';
import { Controller, IrsaServiceAccount, PodIdentityServiceAccount } from '../../src';
import { literalProvider, literalStack } from '../support';

const USUAL = 'serviceAccount';
const KEYS: [factory: string, key: string, chart: string][] = [
  ['ackController', USUAL, 'aws-controllers-k8s/cloudwatchlogs-controller helm'],
  ['adotCollector', USUAL, 'open-telemetry/opentelemetry-helm-charts charts/opentelemetry-collector'],
  ['airflow', 'workers.serviceAccount', 'apache/airflow chart; the keys of Celery and Kubernetes fall back to it'],
  ['amazonManagedPrometheusIngest', 'serviceAccounts.server', 'prometheus-community/helm-charts charts/prometheus'],
  ['argoCdImageUpdater', USUAL, 'argoproj/argo-helm charts/argocd-image-updater'],
  ['argoWorkflows', 'workflow.serviceAccount', 'argoproj/argo-helm charts/argo-workflows'],
  ['awsGatewayApiController', USUAL, 'aws/aws-application-networking-k8s helm'],
  ['awsLoadBalancerController', USUAL, 'aws/eks-charts stable/aws-load-balancer-controller'],
  ['awsLoadBalancerControllerTargetGroupBindingOnly', USUAL, 'aws/eks-charts stable/aws-load-balancer-controller'],
  ['awsNodeTerminationHandler', USUAL, 'aws/aws-node-termination-handler config/helm/aws-node-termination-handler'],
  ['awsPrivateCaIssuer', USUAL, 'cert-manager/aws-privateca-issuer charts/aws-pca-issuer'],
  ['certManager', USUAL, 'cert-manager/cert-manager deploy/charts/cert-manager'],
  ['cloudWatchExporter', USUAL, 'prometheus-community/helm-charts charts/prometheus-cloudwatch-exporter'],
  ['clusterAutoscaler', 'rbac.serviceAccount', 'kubernetes/autoscaler charts/cluster-autoscaler'],
  ['cortex', USUAL, 'cortexproject/cortex-helm-chart'],
  ['ebsCsiDriver', 'controller.serviceAccount', 'kubernetes-sigs/aws-ebs-csi-driver charts/aws-ebs-csi-driver'],
  ['efsCsiDriver', 'controller.serviceAccount', 'kubernetes-sigs/aws-efs-csi-driver charts/aws-efs-csi-driver'],
  ['efsCsiNode', 'node.serviceAccount', 'kubernetes-sigs/aws-efs-csi-driver charts/aws-efs-csi-driver'],
  ['externalDns', USUAL, 'kubernetes-sigs/external-dns charts/external-dns'],
  ['externalSecrets', USUAL, 'external-secrets/external-secrets deploy/charts/external-secrets'],
  ['fluentBit', USUAL, 'aws/eks-charts stable/aws-for-fluent-bit'],
  [
    'fluxImageReflector',
    'imageReflectionController.serviceAccount',
    'fluxcd-community/helm-charts charts/flux2, from 2 on',
  ],
  ['fluxKustomizeController', 'kustomizeController.serviceAccount', 'fluxcd-community/helm-charts charts/flux2'],
  ['fluxSourceController', 'sourceController.serviceAccount', 'fluxcd-community/helm-charts charts/flux2'],
  ['fsxLustreCsiDriver', 'controller.serviceAccount', 'kubernetes-sigs/aws-fsx-csi-driver charts/aws-fsx-csi-driver'],
  [
    'fsxOpenZfsCsiDriver',
    'controller.serviceAccount',
    'kubernetes-sigs/aws-fsx-openzfs-csi-driver charts/aws-fsx-openzfs-csi-driver',
  ],
  ['gitLabRunner', USUAL, 'gitlab-org/charts/gitlab-runner'],
  ['grafana', USUAL, 'grafana-community/helm-charts charts/grafana'],
  ['grafanaLoki', USUAL, 'grafana-community/helm-charts charts/loki'],
  ['grafanaMimir', USUAL, 'grafana/mimir operations/helm/charts/mimir-distributed'],
  ['grafanaTempo', USUAL, 'grafana-community/helm-charts charts/tempo-distributed, charts/tempo'],
  ['karpenter', USUAL, 'aws/karpenter-provider-aws charts/karpenter'],
  ['keda', 'serviceAccount.operator', 'kedacore/charts keda, from 2.12 on'],
  ['kubecost', USUAL, 'kubecost/cost-analyzer-helm-chart cost-analyzer'],
  ['kyverno', 'admissionController.rbac.serviceAccount', 'kyverno/kyverno charts/kyverno, from 3 on'],
  [
    'mountpointS3CsiDriver',
    'node.serviceAccount',
    'awslabs/mountpoint-s3-csi-driver charts/aws-mountpoint-s3-csi-driver',
  ],
  ['openCost', USUAL, 'opencost/opencost-helm-chart charts/opencost'],
  ['secretsStoreCsiProvider', USUAL, 'the chart of the pods that mount'],
  ['sparkOperator', 'spark.serviceAccount', 'kubeflow/spark-operator charts/spark-operator-chart'],
  ['thanos', 'global.serviceAccount', 'thanos-community/helm-charts charts/thanos'],
  ['velero', 'serviceAccount.server', 'vmware-tanzu/helm-charts charts/velero'],
  ['vpcCni', USUAL, 'aws/amazon-vpc-cni-k8s charts/aws-vpc-cni'],
  [
    'yetAnotherCloudWatchExporter',
    USUAL,
    'prometheus-community/helm-charts charts/prometheus-yet-another-cloudwatch-exporter',
  ],
];
/** What else a chart must be told, or the permissions do not fit; by its values.yaml. */
const NEEDED: Record<string, object> = {
  awsLoadBalancerController: { clusterName: 'blue' },
  ebsCsiDriver: { controller: { k8sTagClusterId: 'blue' } },
  externalDns: { extraArgs: ['--zone-id-filter=Z0123456789EXAMPLE'] },
  karpenter: { settings: { clusterName: 'blue', interruptionQueue: 'interruptions' } },
  vpcCni: { env: { CLUSTER_NAME: 'blue' } },
};
const WITHOUT: [factory: string, name: string, advice: string][] = [
  [
    'cloudWatchAgent',
    'cloudwatch-agent',
    'Give `roleArn` to the EKS add-on as its serviceAccountRoleArn, or use PodIdentityServiceAccount, which needs no '
      + 'annotation.',
  ],
  [
    'crossplaneAwsProvider',
    'crossplane-provider-aws',
    'Write `annotations` to the serviceAccountTemplate of its DeploymentRuntimeConfig.',
  ],
  [
    'cloudNativePg',
    'cloudnative-pg',
    'Write `annotations` to spec.serviceAccountTemplate.metadata of the Cluster.',
  ],
  ['crunchyPostgres', 'crunchy-postgres', 'Write `annotations` to spec.metadata of the PostgresCluster.'],
  ['gitHubRunners', 'gha-runner-scale-set', 'Name the ServiceAccount in `template.spec.serviceAccountName`.'],
  ['harbor', 'harbor', 'Name the ServiceAccount in `registry.serviceAccountName`.'],
  ['perconaOperators', 'percona-operators', 'Annotate the ServiceAccount of the pods that back up.'],
];

function serviceAccounts(factory: string): IrsaServiceAccount[] {
  return SAMPLES.filter(sample => sample.factory === factory).map(({ make }) => {
    const stack = literalStack();
    return new IrsaServiceAccount(stack, 'Sa', {
      oidcProvider: literalProvider(stack),
      controller: make(stack),
      createServiceAccount: false,
    });
  });
}

test('every factory is listed', () => {
  expect([...KEYS, ...WITHOUT].map(([factory]) => factory).sort()).toEqual(
    [...new Set(SAMPLES.map(({ factory }) => factory))].sort(),
  );
});

test.each(KEYS)('%s: %s of %s', (factory, key) => {
  for (const sa of serviceAccounts(factory)) {
    const values = { create: true, name: sa.serviceAccountName, annotations: sa.annotations };
    const expected = key.split('.').reduceRight((inner: object, part) => ({ [part]: inner }), values);
    if (factory in NEEDED) expect(sa.helmValues()).toMatchObject(expected);
    else expect(sa.helmValues()).toEqual(expected);
    expect(sa.helmValues({ key: 'own.serviceAccount' })).toMatchObject({ own: { serviceAccount: values } });
  }
});

describe.each(Object.entries(NEEDED))('%s', (factory, needed) => {
  const [sa] = serviceAccounts(factory);

  test('has the values without which its permissions would not fit', () => {
    expect(sa.helmValues()).toMatchObject(needed);
  });

  test('has them below the name of the chart, where it is a dependency of another one', () => {
    const [, key] = KEYS.find(([name]) => name === factory)!;
    expect(sa.helmValues({ key: `chart.${key}` })).toMatchObject({ chart: needed });
  });

  test('has only the service account under a key of some other chart', () => {
    expect(Object.keys(sa.helmValues({ key: 'other' }))).toEqual(['other']);
    expect(Object.keys(sa.helmValues({ key: 'other' }).other)).toEqual(['create', 'name', 'annotations']);
  });
});

test.each<[string, Partial<controllers.AwsLoadBalancerControllerOptions>, object]>([
  ['certificates', { certificates: { domainNames: ['a.b'], hostedZones: [{} as any] } }, {
    EnableCertificateManagement: true,
  }],
  ['accelerators', { globalAccelerator: true }, { EnableRGTAPI: true, GlobalAcceleratorController: true }],
  ['the tagging API', { taggingApi: true }, { EnableRGTAPI: true }],
])('the AWS Load Balancer Controller with %s has the feature gates', (_, options, featureGates) => {
  const vpc = { env: {} } as any;
  const controller = Controller.awsLoadBalancerController({ clusterName: 'blue', vpc, ...options });
  const { helmValues, helmKey } = controller._definition;
  expect(chartValues('serviceAccount', {}, { helmValues, helmKey })).toMatchObject({
    controllerConfig: { featureGates },
  });
});

test('the Cluster Autoscaler of one cluster is told its name', () => {
  const controller = Controller.clusterAutoscaler({ clusterNames: ['blue'] });
  const sa = new PodIdentityServiceAccount(literalStack(), 'Sa', { clusterName: 'blue', controller });
  expect(sa.helmValues().autoDiscovery).toEqual({ clusterName: 'blue' });
});

test('values that only the deployment knows are left out', () => {
  const stack = literalStack();
  const clusterName = new CfnParameter(stack, 'Name', { allowedPattern: '^[A-Za-z0-9_-]+$' }).valueAsString;
  const zone = new PublicHostedZone(stack, 'Zone', { zoneName: 'example.com' });
  const controllers = [Controller.ebsCsiDriver({ clusterName }), Controller.externalDns({ hostedZones: [zone] })];
  const [ebs, dns] = controllers.map(controller => new PodIdentityServiceAccount(stack, controller.controllerName, {
    clusterName: 'blue',
    controller,
  }).helmValues());
  expect(Object.keys(ebs.controller)).toEqual(['serviceAccount']);
  expect(Object.keys(dns)).toEqual(['serviceAccount']);
});

test.each(WITHOUT)('%s has no chart that takes annotations', (factory, name, advice) => {
  for (const sa of serviceAccounts(factory)) {
    const message = `[Stack/Sa] \`key\` must be given for ${name}: no chart of its own takes annotations of the `
      + `ServiceAccount, got: nothing. ${advice}`;
    expect(() => sa.helmValues()).toThrow(message);
    expect(() => sa.writeHelmValues('values.yaml')).toThrow(message);
    expect(sa.helmValues({ key: 'own' })).toEqual({
      own: { create: true, name: sa.serviceAccountName, annotations: sa.annotations },
    });
  }
});

test('the two service accounts of one chart share a file', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'helm-values-'));
  const app = new App({ outdir });
  const stack = literalStack(app);
  const fileSystems = [
    FileSystem.fromFileSystemAttributes(stack, 'Files', {
      fileSystemId: 'fs-1',
      securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1'),
    }),
  ];
  const oidcProvider = literalProvider(stack);
  for (const controller of [Controller.efsCsiDriver({ fileSystems }), Controller.efsCsiNode({ fileSystems })]) {
    new IrsaServiceAccount(stack, controller.serviceAccountName, {
      oidcProvider,
      controller,
      createServiceAccount: false,
    }).writeHelmValues('efs.values.yaml');
  }
  app.synth();
  const { controller, node } = parse(readFileSync(join(outdir, 'efs.values.yaml'), 'utf8'));
  rmSync(outdir, { recursive: true });
  expect([controller, node].map(({ serviceAccount }) => serviceAccount.name)).toEqual([
    'efs-csi-controller-sa',
    'efs-csi-node-sa',
  ]);
});

test('by Pod Identity it is the same key', () => {
  const sa = new PodIdentityServiceAccount(literalStack(), 'Sa', {
    clusterName: 'blue',
    controller: Controller.ebsCsiDriver({ clusterName: 'blue' }),
  });
  expect(sa.helmValues()).toEqual({
    controller: {
      serviceAccount: { create: false, name: 'ebs-csi-controller-sa', annotations: {} },
      k8sTagClusterId: 'blue',
    },
  });
});
