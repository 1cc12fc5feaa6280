/**
 * Controllers that keep their data in S3, and their calls as upstream documents them: grafana.com/docs (Loki: Deploy on
 * AWS; Mimir: Object storage; Tempo: S3 permissions), thanos.io/tip/thanos/storage.md, cortexmetrics.io (Blocks
 * storage), argo-workflows docs (configure-artifact-repository.md), distribution docs (S3 permission scopes), Hadoop
 * docs (hadoop-aws), airflow s3_task_handler.py.
 */
import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { inStack } from './elsewhere';
import { Controller, controllers } from '../../../src';
import { Call, ControllerSample } from '../sample';

const BUCKET = 'arn:aws:s3:::data';
/** Of another account, with a key in its account and region. */
const SHARED_BUCKET = 'arn:aws:s3:::shared-data';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const SHARED_KEY = 'arn:aws:kms:us-east-1:444455556666:key/99999999-2222-3333-4444-555555555555';
const through = (service: string, region = 'eu-west-1') => ({ 'kms:ViaService': `${service}.${region}.amazonaws.com` });

/** Buckets of two accounts with keys of theirs. */
export function storage(stack: Stack): controllers.ObjectStorageOptions {
  return {
    buckets: [
      Bucket.fromBucketAttributes(stack, 'Bucket', {
        bucketName: 'data',
        encryptionKey: Key.fromKeyArn(stack, 'Key', inStack(stack, KEY)),
      }),
      Bucket.fromBucketAttributes(stack, 'Shared', {
        bucketArn: inStack(stack, SHARED_BUCKET),
        account: '444455556666',
      }),
    ],
    prefixes: ['blue/'],
    kmsKeys: [Key.fromKeyArn(stack, 'SharedKey', inStack(stack, SHARED_KEY))],
  };
}

function wholeBuckets(stack: Stack): controllers.BucketStorageOptions {
  const { prefixes, ...others } = storage(stack);
  return others;
}

const ON_OBJECTS = [
  'AbortMultipartUpload',
  'DeleteObject',
  'GetObject',
  'GetObjectTagging',
  'GetObjectVersion',
  'ListMultipartUploadParts',
  'PutObject',
  'PutObjectTagging',
];
const ON_BUCKETS = ['GetBucketLocation', 'ListBucket', 'ListBucketMultipartUploads'];
const NEVER: Call[] = [
  ...['DeleteBucket', 'PutBucketPolicy', 'PutLifecycleConfiguration', 'ListBucketVersions'].map(name => ({
    action: `s3:${name}`,
    resource: BUCKET,
  })),
  ...['PutObjectAcl', 'DeleteObjectVersion', 'BypassGovernanceRetention'].map(name => ({
    action: `s3:${name}`,
    resource: `${BUCKET}/blue/a`,
  })),
  { action: 's3:ListAllMyBuckets', resource: '*' },
  // Not by itself, nor through another service, nor for grants.
  { action: 'kms:Decrypt', resource: KEY },
  { action: 'kms:Decrypt', resource: KEY, context: through('ec2') },
  { action: 'kms:Decrypt', resource: KEY.replace('1111-2', '1111-0'), context: through('s3') },
  { action: 'kms:CreateGrant', resource: KEY, context: through('s3') },
];

/**
 * What a controller may do in the buckets of `storage`, and that it may do no more.
 *
 * @param names of objects, for one that has the whole bucket
 */
export function storageCalls(
  objects: string[], buckets: string[], keys: string[], names?: string[],
): Pick<ControllerSample, 'may' | 'mayNot'> {
  const onObjects = (actions: string[], arn: string) => actions.map(name => ({ action: `s3:${name}`, resource: arn }));
  return {
    may: [
      ...[BUCKET, SHARED_BUCKET].flatMap(bucket => [
        ...(names ?? ['blue/a/b']).flatMap(name => onObjects(objects, `${bucket}/${name}`)),
        ...onObjects(buckets, bucket),
      ]),
      ...keys.flatMap(name => [
        { action: `kms:${name}`, resource: KEY, context: through('s3') },
        { action: `kms:${name}`, resource: SHARED_KEY, context: through('s3', 'us-east-1') },
      ]),
    ],
    mayNot: [
      ...(names ? [] : onObjects(objects, `${BUCKET}/green/a`)),
      ...onObjects(objects, `${BUCKET}-of-others/blue/a`),
      ...onObjects(buckets, `${BUCKET}-of-others`),
      ...onObjects(ON_OBJECTS.filter(name => !objects.includes(name)), `${BUCKET}/blue/a`),
      ...onObjects(ON_BUCKETS.filter(name => !buckets.includes(name)), BUCKET),
      ...['Decrypt', 'GenerateDataKey'].filter(name => !keys.includes(name)).map(name => ({
        action: `kms:${name}`,
        resource: KEY,
        context: through('s3'),
      })),
      ...NEVER,
    ],
  };
}

export const SCOPED_TO_STORAGE =
  'folders of the buckets, if you set the same prefix in its configuration; the keys, through S3';

const ADD = ['AbortMultipartUpload', 'GetObject', 'ListMultipartUploadParts', 'PutObject'];
const KEEP = [...ADD, 'DeleteObject'];
const WRITING_KEYS = ['Decrypt', 'GenerateDataKey'];
const LIST = ['GetBucketLocation', 'ListBucket'];
const TAGS = ['GetObjectTagging', 'PutObjectTagging'];

type Factory =
  'airflow' | 'argoWorkflows' | 'cortex' | 'grafanaLoki' | 'grafanaMimir' | 'grafanaTempo' | 'harbor' | 'sparkOperator'
    | 'thanos';

/** What the charts have no values for, or more than one way. */
const NEEDS: { [factory in Factory]: string } = {
  airflow: 'trust in the other components that read or write logs',
  argoWorkflows: 'trust in `<release>-server`',
  cortex: '`config.ruler_storage` and `config.alertmanager_storage`',
  grafanaLoki: '`object_store: s3` in the schema',
  grafanaMimir: 'the buckets and `storage_prefix` in `mimir.structuredConfig`',
  grafanaTempo: 'nothing else; for the chart `tempo` the same below `tempo`',
  harbor: 'the ServiceAccount: the chart creates none',
  sparkOperator: '`spec.driver.serviceAccount`, `spec.executor.serviceAccount` and `fs.s3a.aws.credentials.provider`',
  thanos: "trust in Prometheus' ServiceAccount, for the sidecar",
};

function sample(
  factory: Factory, namespace: string, serviceAccountName: string, objects: string[] = KEEP, buckets: string[] = LIST,
): ControllerSample {
  return {
    factory,
    make: stack => Controller[factory](storage(stack)),
    namespace,
    serviceAccountName,
    ...storageCalls(objects, buckets, WRITING_KEYS),
    scopedTo: SCOPED_TO_STORAGE,
    needs: NEEDS[factory],
  };
}

/** One bucket with one folder, which the chart can be told. */
function inOneBucket(own: ControllerSample): ControllerSample {
  return {
    ...own,
    variant: 'one bucket',
    make: stack => {
      const { buckets, ...others } = own.factory === 'cortex' ? wholeBuckets(stack) : storage(stack);
      return Controller[own.factory as Factory]({ ...others, buckets: buckets.slice(0, 1) });
    },
    may: own.may.filter(({ resource }) => !resource.startsWith(SHARED_BUCKET)),
    mayNot: own.may.filter(({ resource }) => resource.startsWith(SHARED_BUCKET)),
  };
}

const EACH: ControllerSample[] = [
  sample('airflow', 'airflow', 'airflow-worker', ADD),
  sample('argoWorkflows', 'argo', 'argo-workflow'),
  {
    ...sample('cortex', 'cortex', 'cortex'),
    make: stack => Controller.cortex(wholeBuckets(stack)),
    // Tenants have their folders in the root: pkg/util/users/scanner.go.
    ...storageCalls(KEEP, LIST, WRITING_KEYS, ['tenant/01ABC/index', '__markers__/tenant/a', 'user-index.json.gz']),
    scopedTo: 'the buckets, which it must not share; the keys, through S3',
  },
  sample('grafanaLoki', 'loki', 'loki'),
  {
    ...sample('grafanaLoki', 'loki', 'loki'),
    variant: 'whole buckets',
    make: stack => Controller.grafanaLoki({ buckets: [Bucket.fromBucketName(stack, 'Bucket', 'data')] }),
    may: [
      ...KEEP.map(name => ({ action: `s3:${name}`, resource: `${BUCKET}/index/a` })),
      ...LIST.map(name => ({ action: `s3:${name}`, resource: BUCKET })),
    ],
    mayNot: [
      ...KEEP.map(name => ({ action: `s3:${name}`, resource: `${SHARED_BUCKET}/index/a` })),
      ...LIST.map(name => ({ action: `s3:${name}`, resource: SHARED_BUCKET })),
      { action: 'kms:Decrypt', resource: KEY, context: through('s3') },
    ],
  },
  sample('grafanaMimir', 'mimir', 'mimir'),
  sample('grafanaTempo', 'tempo', 'tempo', [...KEEP, ...TAGS]),
  sample('harbor', 'harbor', 'harbor-registry', KEEP, ON_BUCKETS),
  sample('sparkOperator', 'default', 'spark-operator-spark', KEEP, ON_BUCKETS),
  {
    ...sample('sparkOperator', 'default', 'spark-operator-spark'),
    variant: 'a folder in a folder',
    make: stack => Controller.sparkOperator({ ...storage(stack), prefixes: ['blue/tables/'] }),
    // MkdirOperation.java of S3A: whether a directory above is a file.
    may: ['blue', 'blue/tables', 'blue/tables/', 'blue/tables/a'].map(name => ({
      action: 's3:GetObject',
      resource: `${BUCKET}/${name}`,
    })),
    mayNot: [
      ...['blue/', 'blue/a', 'blue/tables-of-others', 'b'].map(name => ({
        action: 's3:GetObject',
        resource: `${BUCKET}/${name}`,
      })),
      ...['PutObject', 'DeleteObject'].map(name => ({ action: `s3:${name}`, resource: `${BUCKET}/blue` })),
    ],
  },
  sample('thanos', 'thanos', 'thanos-thanos'),
];

export const SAMPLES: ControllerSample[] = [
  ...EACH,
  ...EACH.filter(({ variant }) => !variant).map(inOneBucket),
];
