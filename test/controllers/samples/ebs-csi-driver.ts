import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { elsewhere } from './elsewhere';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const VOLUME = 'arn:aws:ec2:eu-west-1:111122223333:volume/vol-0123456789abcdef0';
const SNAPSHOT = 'arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0';
const INSTANCE = 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const OTHER_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/99999999-2222-3333-4444-555555555555';

const kmsKeys = (stack: Stack) => [
  Key.fromKeyArn(
    stack,
    'Key',
    stack.formatArn({ service: 'kms', resource: 'key', resourceName: '11111111-2222-3333-4444-555555555555' }),
  ),
];
const common = { factory: 'ebsCsiDriver', namespace: 'kube-system', serviceAccountName: 'ebs-csi-controller-sa' };
const throughEc2 = { 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' };
const keyCalls = {
  may: [
    { action: 'kms:CreateGrant', resource: KEY, context: { ...throughEc2, 'kms:GrantIsForAWSResource': 'true' } },
    ...[
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ].map(action => ({ action, resource: KEY, context: throughEc2 })),
  ],
  mayNot: [
    { action: 'kms:CreateGrant', resource: KEY, context: throughEc2 },
    { action: 'kms:CreateGrant', resource: KEY, context: { 'kms:GrantIsForAWSResource': 'true' } },
    { action: 'kms:CreateGrant', resource: OTHER_KEY, context: { ...throughEc2, 'kms:GrantIsForAWSResource': 'true' } },
    { action: 'kms:Decrypt', resource: KEY },
    { action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
    { action: 'kms:Decrypt', resource: OTHER_KEY, context: throughEc2 },
  ],
};

/** With the tag that says whose volumes they are, and with somebody else's. */
function volumeCalls(tag: string, value: string, other: string) {
  const calls = (tagValue: string) => {
    const tagged = { [`aws:ResourceTag/${tag}`]: tagValue };
    const requested = { [`aws:RequestTag/${tag}`]: tagValue };
    return [
      { action: 'ec2:CreateVolume', resource: VOLUME, context: requested },
      { action: 'ec2:CopyVolumes', resource: VOLUME, context: requested },
      { action: 'ec2:CopyVolumes', resource: VOLUME, context: tagged },
      { action: 'ec2:CreateVolume', resource: SNAPSHOT, context: tagged },
      { action: 'ec2:CreateSnapshot', resource: SNAPSHOT, context: requested },
      ...['ec2:CreateSnapshot', 'ec2:AttachVolume', 'ec2:DetachVolume', 'ec2:ModifyVolume', 'ec2:DeleteVolume'].map(
        action => ({ action, resource: VOLUME, context: tagged }),
      ),
      ...['ec2:DeleteSnapshot', 'ec2:EnableFastSnapshotRestores', 'ec2:LockSnapshot'].map(action => ({
        action,
        resource: SNAPSHOT,
        context: tagged,
      })),
      ...['ec2:CreateTags', 'ec2:DeleteTags'].map(action => ({
        action,
        resource: VOLUME,
        context: { ...tagged, 'aws:TagKeys': 'team' },
      })),
    ];
  };
  return {
    may: [
      ...calls(value),
      { action: 'ec2:DescribeVolumes', resource: '*' },
      { action: 'ec2:CreateTags', resource: VOLUME, context: { 'ec2:CreateAction': 'CreateVolume' } },
      { action: 'ec2:CreateTags', resource: SNAPSHOT, context: { 'ec2:CreateAction': 'CreateSnapshot' } },
    ],
    mayNot: [
      ...calls(other),
      { action: 'ec2:CreateVolume', resource: VOLUME },
      { action: 'ec2:DeleteVolume', resource: VOLUME },
      { action: 'ec2:DeleteSnapshot', resource: SNAPSHOT },
      {
        action: 'ec2:DeleteVolume',
        resource: VOLUME.replace('eu-west-1', 'us-east-1'),
        context: { [`aws:ResourceTag/${tag}`]: value },
      },
      { action: 'ec2:CreateTags', resource: VOLUME, context: { 'ec2:CreateAction': 'RunInstances' } },
      ...['ebs.csi.aws.com/cluster', 'ebs.csi.aws.com/cluster-name', 'kubernetes.io/created-for/pvc/name'].map(key => ({
        action: 'ec2:DeleteTags',
        resource: VOLUME,
        context: { [`aws:ResourceTag/${tag}`]: value, 'aws:TagKeys': key },
      })),
      { action: 'ec2:DeleteTags', resource: VOLUME, context: { [`aws:ResourceTag/${tag}`]: value } },
      {
        action: 'ec2:DeleteTags',
        resource: SNAPSHOT,
        context: { [`aws:ResourceTag/${tag}`]: value, 'aws:TagKeys': 'team' },
      },
      { action: 'ec2:ModifySnapshotAttribute', resource: SNAPSHOT, context: { [`aws:ResourceTag/${tag}`]: value } },
    ],
  };
}

/** Volumes from before the driver, by the tag that Kubernetes gave them. */
const migrated = ['AttachVolume', 'CopyVolumes', 'CreateSnapshot', 'DeleteVolume', 'DetachVolume', 'ModifyVolume'].map(
  name => ({
    action: `ec2:${name}`,
    resource: VOLUME,
    context: { 'aws:ResourceTag/kubernetes.io/created-for/pvc/name': 'data-mysql-0' },
  }),
);

const ofCluster = volumeCalls('ebs.csi.aws.com/cluster-name', 'blue', 'green');
const ofDriver = volumeCalls('ebs.csi.aws.com/cluster', 'true', 'false');

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    make: stack => Controller.ebsCsiDriver({ clusterName: 'blue', kmsKeys: kmsKeys(stack) }),
    may: [
      ...ofCluster.may,
      ...keyCalls.may,
      {
        action: 'ec2:AttachVolume',
        resource: INSTANCE,
        context: { 'aws:ResourceTag/kubernetes.io/cluster/blue': 'owned' },
      },
      {
        action: 'ec2:DetachVolume',
        resource: INSTANCE,
        context: { 'aws:ResourceTag/kubernetes.io/cluster/blue': 'owned' },
      },
    ],
    mayNot: [
      ...ofCluster.mayNot,
      ...migrated,
      ...elsewhere(ofCluster.may),
      {
        action: 'ec2:AttachVolume',
        resource: INSTANCE.replace('eu-west-1', 'us-east-1'),
        context: { 'aws:ResourceTag/kubernetes.io/cluster/blue': 'owned' },
      },
      ...keyCalls.mayNot,
      { action: 'ec2:DeleteVolume', resource: VOLUME, context: { 'aws:ResourceTag/ebs.csi.aws.com/cluster': 'true' } },
      { action: 'ec2:AttachVolume', resource: INSTANCE },
      {
        action: 'ec2:AttachVolume',
        resource: INSTANCE,
        context: { 'aws:ResourceTag/kubernetes.io/cluster/green': 'owned' },
      },
    ],
    scopedTo: 'volumes, snapshots and nodes of the cluster, by tags; the keys, through EC2',
  },
  {
    ...common,
    variant: 'all clusters',
    make: () => Controller.ebsCsiDriver(),
    may: [...ofDriver.may, ...migrated, { action: 'ec2:AttachVolume', resource: INSTANCE }],
    mayNot: [
      ...ofDriver.mayNot,
      ...elsewhere([...ofDriver.may, ...migrated, { action: 'ec2:AttachVolume', resource: INSTANCE }]),
      { action: 'kms:CreateGrant', resource: KEY, context: { ...throughEc2, 'kms:GrantIsForAWSResource': 'true' } },
    ],
    unscoped: true,
    scopedTo: 'volumes and snapshots that a driver created, by tags',
  },
  {
    ...common,
    variant: 'AWS-managed policy',
    make: stack => Controller.ebsCsiDriver({ useManagedPolicy: true, kmsKeys: kmsKeys(stack) }),
    may: keyCalls.may,
    mayNot: [
      ...keyCalls.mayNot,
      { action: 'ec2:DeleteVolume', resource: VOLUME, context: { 'aws:ResourceTag/ebs.csi.aws.com/cluster': 'true' } },
    ],
    unscoped: true,
    managedPolicyNames: ['AmazonEBSCSIDriverPolicyV2'],
    scopedTo: 'volumes and snapshots that a driver created, by tags; the keys, through EC2',
  },
];
