import { IFileSystem } from 'aws-cdk-lib/aws-efs';
import { allow, arn, ControllerDefinition, required } from './definition';

/**
 * Options of `Controller.efsCsiDriver`.
 */
export interface EfsCsiDriverOptions {
  /**
   * The file systems that it makes access points on; at least one.
   */
  readonly fileSystems: IFileSystem[];
}

/**
 * Options of `Controller.efsCsiNode`.
 */
export interface EfsCsiNodeOptions {
  /**
   * The file systems that it mounts; at least one.
   */
  readonly fileSystems: IFileSystem[];

  /**
   * Whether Pods only read.
   *
   * @default false
   */
  readonly readOnly?: boolean;

  /**
   * Whether root in a Pod is root on the file system. Access points with a user of their own, as the driver makes them,
   * do not need it.
   *
   * @default false
   */
  readonly rootAccess?: boolean;
}

/**
 * @see https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/docs/iam-policy-example.json
 *
 * @internal
 */
export function efsCsiDriver(options: EfsCsiDriverOptions): ControllerDefinition {
  const fileSystems = required('efsCsiDriver', 'fileSystems', 'file system', options.fileSystems).map(
    fileSystem => fileSystem.fileSystemArn,
  );
  const tagging = { 'aws:RequestTag/efs.csi.aws.com/cluster': 'true' };
  return {
    name: 'aws-efs-csi-driver',
    namespace: 'kube-system',
    serviceAccountName: 'efs-csi-controller-sa',
    helmKey: 'controller.serviceAccount',
    statements: scope => {
      const accessPoints = arn(scope, 'elasticfilesystem', 'access-point/*');
      return [
        allow({ actions: ['ec2:DescribeAvailabilityZones'], resources: ['*'] }),
        allow({
          actions: ['elasticfilesystem:DescribeFileSystems', 'elasticfilesystem:DescribeMountTargets'],
          resources: fileSystems,
        }),
        allow({ actions: ['elasticfilesystem:DescribeAccessPoints'], resources: [...fileSystems, accessPoints] }),
        allow({
          actions: ['elasticfilesystem:CreateAccessPoint'],
          resources: fileSystems,
          conditions: { StringEquals: tagging },
        }),
        allow({
          actions: ['elasticfilesystem:TagResource'],
          resources: [...fileSystems, accessPoints],
          conditions: { StringEquals: { ...tagging, 'elasticfilesystem:CreateAction': 'CreateAccessPoint' } },
        }),
        allow({
          actions: ['elasticfilesystem:DeleteAccessPoint'],
          resources: [accessPoints],
          conditions: { StringEquals: { 'aws:ResourceTag/efs.csi.aws.com/cluster': 'true' } },
        }),
      ];
    },
  };
}

/**
 * @see https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
 *
 * @internal
 */
export function efsCsiNode(options: EfsCsiNodeOptions): ControllerDefinition {
  const fileSystems = required('efsCsiNode', 'fileSystems', 'file system', options.fileSystems).map(
    fileSystem => fileSystem.fileSystemArn,
  );
  const client = [
    'elasticfilesystem:ClientMount',
    ...options.readOnly ? [] : ['elasticfilesystem:ClientWrite'],
    ...options.rootAccess ? ['elasticfilesystem:ClientRootAccess'] : [],
  ];
  return {
    name: 'aws-efs-csi-driver',
    namespace: 'kube-system',
    serviceAccountName: 'efs-csi-node-sa',
    helmKey: 'node.serviceAccount',
    statements: () => [
      allow({ actions: ['ec2:DescribeAvailabilityZones'], resources: ['*'] }),
      allow({ actions: [...client, 'elasticfilesystem:DescribeMountTargets'], resources: fileSystems }),
    ],
  };
}
