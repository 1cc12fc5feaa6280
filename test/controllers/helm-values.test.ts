/**
 * Where the chart of each controller has the ServiceAccount, as its own values.yaml or README says.
 */
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FileSystem } from 'aws-cdk-lib/aws-efs';
import { PublicHostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
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
  ['gitLabRunner', USUAL, 'gitlab-org/charts/gitlab-runner 0.86.0'],
  ['grafana', USUAL, 'grafana-community/helm-charts charts/grafana'],
  ['grafanaLoki', USUAL, 'grafana-community/helm-charts charts/loki'],
  ['grafanaMimir', USUAL, 'grafana/mimir operations/helm/charts/mimir-distributed'],
  ['grafanaTempo', USUAL, 'grafana-community/helm-charts charts/tempo-distributed, charts/tempo'],
  ['karpenter', USUAL, 'aws/karpenter-provider-aws charts/karpenter'],
  ['keda', 'serviceAccount.operator', 'kedacore/charts keda, from 2.12 on'],
  ['kubecost', USUAL, 'kubecost/kubecost kubecost, from 3 on'],
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
/** Charts that take the name of a ServiceAccount only. */
const NAMES_ONLY: [factory: string, key: string, chart: string][] = [
  [
    'gitHubRunners',
    'template.spec.serviceAccountName',
    'actions/actions-runner-controller charts/gha-runner-scale-set',
  ],
  ['harbor', 'registry.serviceAccountName', 'goharbor/harbor-helm'],
];
/** What else a chart must be told, or the permissions do not fit; by its values.yaml. */
const NEEDED: Record<string, object> = {
  argoWorkflows: { controller: { workflowDefaults: { spec: { serviceAccountName: 'argo-workflow' } } } },
  awsLoadBalancerController: { clusterName: 'blue' },
  ebsCsiDriver: { controller: { k8sTagClusterId: 'blue' } },
  grafana: { 'grafana.ini': { auth: { sigv4_auth_enabled: true } } },
  grafanaLoki: { loki: { storage: { s3: { region: 'eu-west-1' } }, analytics: { reporting_enabled: false } } },
  grafanaMimir: {
    minio: { enabled: false },
    mimir: {
      structuredConfig: {
        common: { storage: { backend: 's3', s3: { region: 'eu-west-1', endpoint: 's3.eu-west-1.amazonaws.com' } } },
      },
    },
  },
  openCost: { opencost: { cloudCost: { enabled: true } } },
  kubecost: { cloudCost: { cloudIntegrationJSON: expect.stringContaining('AWSServiceAccount') } },
  sparkOperator: { spark: { jobNamespaces: ['default'] } },
  externalDns: { extraArgs: ['--zone-id-filter=Z0123456789EXAMPLE'] },
  karpenter: { settings: { clusterName: 'blue', interruptionQueue: 'interruptions' } },
  vpcCni: { env: { CLUSTER_NAME: 'blue' } },
};
const WITHOUT: [factory: string, name: string, advice: string][] = [
  [
    'cloudWatchAgent',
    'cloudwatch-agent',
    'Pass `roleArn` to the EKS add-on as its serviceAccountRoleArn, or use PodIdentityServiceAccount, which needs no '
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
  ['perconaOperators', 'percona-operators', 'Annotate the ServiceAccount of the pods that create backups.'],
];

/** What charts are told of one bucket is in STORAGE. */
function serviceAccounts(factory: string): IrsaServiceAccount[] {
  const samples = SAMPLES.filter(sample => sample.factory === factory && sample.variant !== 'one bucket');
  return samples.map(({ make }) => {
    const stack = literalStack();
    return new IrsaServiceAccount(stack, 'Sa', {
      oidcProvider: literalProvider(stack),
      controller: make(stack),
      createServiceAccount: false,
    });
  });
}

test('every factory is listed', () => {
  expect([...KEYS, ...NAMES_ONLY, ...WITHOUT].map(([factory]) => factory).sort()).toEqual(
    [...new Set(SAMPLES.map(({ factory }) => factory))].sort(),
  );
});

/** Whether the chart is told more than its service account. */
function hasMore(factory: string): boolean {
  return factory in NEEDED || STORAGE.some(([name]) => name === factory);
}

test.each(KEYS)('%s: %s of %s', (factory, key) => {
  for (const sa of serviceAccounts(factory)) {
    const values = { create: true, name: sa.serviceAccountName, annotations: sa.annotations };
    const expected = key.split('.').reduceRight((inner: object, part) => ({ [part]: inner }), values);
    if (hasMore(factory)) expect(sa.helmValues()).toMatchObject(expected);
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

test.each([
  ['with certificates', { EnableCertificateManagement: true }],
  ['with Global Accelerator', { EnableRGTAPI: true, GlobalAcceleratorController: true }],
  ['with the tagging API', { EnableRGTAPI: true }],
])('the AWS Load Balancer Controller %s has the feature gates', (name, featureGates) => {
  const { make } = SAMPLES.find(({ factory, variant }) => factory === 'awsLoadBalancerController' && variant === name)!;
  const stack = literalStack();
  const sa = new PodIdentityServiceAccount(stack, 'Sa', { clusterName: 'blue', controller: make(stack) });
  expect(sa.helmValues().controllerConfig).toEqual({ featureGates });
});

test.each(NAMES_ONLY)('%s takes the name at %s', (factory, key) => {
  for (const sa of serviceAccounts(factory)) {
    const under = (path: string) =>
      path.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), sa.serviceAccountName);
    if (hasMore(factory)) expect(sa.helmValues()).toMatchObject(under(key) as object);
    else expect(sa.helmValues()).toEqual(under(key));
    expect(sa.helmValues({ key: `chart.${key}` })).toMatchObject(under(`chart.${key}`) as object);
    expect(sa.helmValues({ key: 'own' })).toEqual({
      own: { create: true, name: sa.serviceAccountName, annotations: sa.annotations },
    });
  }
});

/** One bucket with one folder, as charts spell it in their values.yaml and templates. */
const STORAGE: [factory: string, values: object, source: string][] = [
  [
    'airflow',
    { config: { logging: { remote_logging: 'True', remote_base_log_folder: 's3://data/blue' } } },
    'apache/airflow chart/values.yaml config.logging, written to airflow.cfg',
  ],
  [
    'argoWorkflows',
    {
      artifactRepository: {
        s3: {
          bucket: 'data',
          region: 'eu-west-1',
          endpoint: 's3.eu-west-1.amazonaws.com',
          useSDKCreds: true,
          keyFormat: 'blue/{{workflow.name}}/{{pod.name}}',
        },
      },
    },
    'argo-helm charts/argo-workflows/templates/controller/workflow-controller-config-map.yaml',
  ],
  [
    'cortex',
    {
      config: {
        blocks_storage: {
          backend: 's3',
          s3: { bucket_name: 'data', region: 'eu-west-1', endpoint: 's3.eu-west-1.amazonaws.com' },
        },
      },
    },
    'cortex-helm-chart values.yaml config.blocks_storage, written to cortex.yaml',
  ],
  [
    'grafanaLoki',
    {
      loki: {
        storage: {
          bucketNames: { chunks: 'data', ruler: 'data' },
          s3: { region: 'eu-west-1' },
          use_thanos_objstore: true,
          object_store: {
            type: 's3',
            storage_prefix: 'blue',
            s3: { region: 'eu-west-1', endpoint: 's3.eu-west-1.amazonaws.com' },
          },
        },
      },
    },
    'grafana-community charts/loki/values.yaml loki.storage, templates/_helpers.tpl loki.thanosStorageConfig',
  ],
  [
    'grafanaTempo',
    {
      storage: {
        trace: {
          backend: 's3',
          s3: { bucket: 'data', region: 'eu-west-1', endpoint: 's3.eu-west-1.amazonaws.com', prefix: 'blue' },
        },
      },
    },
    'grafana-community charts/tempo-distributed/values.yaml storage.trace, written to tempo.yaml',
  ],
  [
    'harbor',
    {
      persistence: {
        imageChartStorage: { type: 's3', s3: { bucket: 'data', region: 'eu-west-1', rootdirectory: 'blue' } },
      },
    },
    'goharbor/harbor-helm values.yaml persistence.imageChartStorage, templates/registry/registry-cm.yaml',
  ],
  [
    'thanos',
    {
      global: {
        objstore: {
          createSecret: true,
          config: [
            'type: S3',
            'config:',
            '  bucket: data',
            '  region: eu-west-1',
            '  endpoint: s3.eu-west-1.amazonaws.com',
            'prefix: blue',
            '',
          ].join('\n'),
        },
      },
    },
    'thanos-community charts/thanos/values.yaml global.objstore',
  ],
];

function storedIn(factory: string, stack: Stack, bucket: IBucket, prefixes?: string[]): Record<string, any> {
  const controller: Controller = (Controller as any)[factory]({ buckets: [bucket], prefixes });
  return new PodIdentityServiceAccount(stack, 'Sa', { clusterName: 'blue', controller }).helmValues();
}

describe.each(STORAGE)('%s in one bucket', (factory, values) => {
  const folders = factory === 'cortex' ? undefined : ['blue/'];

  test('is told the bucket, its region and the folder', () => {
    const stack = literalStack();
    const bucket = new Bucket(stack, 'Bucket', { bucketName: 'data' });
    expect(storedIn(factory, stack, bucket, folders)).toMatchObject(values);
  });

  test('is told no folder where there is none', () => {
    const stack = literalStack();
    const text = JSON.stringify(storedIn(factory, stack, Bucket.fromBucketName(stack, 'Bucket', 'data')));
    expect(text).toContain('data');
    expect(text).not.toMatch(/prefix|rootdirectory|keyFormat|data\/|undefined/);
  });

  test('is told nothing about a bucket whose name CloudFormation makes up', () => {
    const stack = literalStack();
    const text = JSON.stringify(storedIn(factory, stack, new Bucket(stack, 'Bucket'), folders));
    expect(text).not.toMatch(/Token|"bucket|createSecret|remote_logging|useSDKCreds|"type":"s3","s3":\{"region/);
  });
});

test('endpoints of China have its suffix', () => {
  const stack = literalStack(new App(), 'Stack', { account: '111122223333', region: 'cn-north-1' });
  const { storage } = storedIn('grafanaTempo', stack, Bucket.fromBucketName(stack, 'Bucket', 'data'));
  expect(storage.trace.s3.endpoint).toBe('s3.cn-north-1.amazonaws.com.cn');
});

test.each([
  ['openCost', (values: any) => values.opencost.cloudIntegrationJSON, 'opencost charts/opencost/values.yaml'],
  ['kubecost', (values: any) => values.cloudCost.cloudIntegrationJSON, 'kubecost/kubecost kubecost/values.yaml'],
])('%s is told the report, and to use the ServiceAccount', (factory, read) => {
  const stack = literalStack();
  const costReport = {
    database: 'billing',
    table: 'cur',
    reportBucket: Bucket.fromBucketName(stack, 'Report', 'reports'),
    resultBucket: Bucket.fromBucketName(stack, 'Result', 'results'),
  };
  const controller: Controller = (Controller as any)[factory]({ costReport });
  const sa = new PodIdentityServiceAccount(stack, 'Sa', { clusterName: 'blue', controller });
  expect(JSON.parse(read(sa.helmValues()))).toEqual({
    aws: {
      athena: [
        {
          bucket: 's3://results',
          region: 'eu-west-1',
          database: 'billing',
          table: 'cur',
          workgroup: 'primary',
          account: '111122223333',
          authorizer: { authorizerType: 'AWSServiceAccount' },
        },
      ],
    },
  });
});

test('charts are told the names that the user has chosen', () => {
  const stack = literalStack();
  const options = { buckets: [Bucket.fromBucketName(stack, 'Bucket', 'data')] };
  const names = { clusterName: 'blue', namespace: 'jobs', serviceAccountName: 'etl' };
  const [spark, argo] = [Controller.sparkOperator(options), Controller.argoWorkflows(options)].map(controller =>
    new PodIdentityServiceAccount(stack, controller.controllerName, { ...names, controller }).helmValues());
  expect(spark.spark.jobNamespaces).toEqual(['jobs']);
  expect(argo.controller.workflowDefaults.spec.serviceAccountName).toBe('etl');
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
    const message = `[Stack/Sa] \`key\` must be given for ${name}, whose own charts do not support annotations of the `
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
