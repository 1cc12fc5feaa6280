import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { ControllerDefinition } from './controllers/definition';
import { ebsCsiDriver, EbsCsiDriverOptions } from './controllers/ebs-csi-driver';
import { efsCsiDriver, EfsCsiDriverOptions, efsCsiNode, EfsCsiNodeOptions } from './controllers/efs-csi-driver';
import { externalDns, ExternalDnsOptions } from './controllers/external-dns';
import { fsxLustreCsiDriver, FsxLustreCsiDriverOptions, fsxOpenZfsCsiDriver, FsxOpenZfsCsiDriverOptions } from './controllers/fsx-csi-drivers';
import { mountpointS3CsiDriver, MountpointS3CsiDriverOptions } from './controllers/mountpoint-s3-csi-driver';
import { velero, VeleroOptions } from './controllers/velero';
import { vpcCni, VpcCniOptions } from './controllers/vpc-cni';
import { controllerDocument } from './private/controller-policy';

/**
 * A controller that many clusters run, with its least privilege: what it may do on AWS, on the resources that you name, and the namespace and
 * ServiceAccount that its chart or manifest uses.
 *
 * For `IrsaServiceAccount`, `PodIdentityServiceAccount` and `IrsaRole`, by their property `controller`, and alone by `policyDocument`. Resources that could be named
 * must be: nothing becomes `*` silently. What a controller cannot be held to raises the warning `cdk-irsa:controller-unscoped`.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { IOpenIdConnectProvider } from 'aws-cdk-lib/aws-iam';
 * import { IHostedZone } from 'aws-cdk-lib/aws-route53';
 * import { Controller, IrsaServiceAccount } from 'cdk-irsa';
 *
 * declare const stack: Stack;
 * declare const oidcProvider: IOpenIdConnectProvider;
 * declare const zone: IHostedZone;
 *
 * new IrsaServiceAccount(stack, 'ExternalDns', {
 *   oidcProvider,
 *   controller: Controller.externalDns({ hostedZones: [zone] }),
 * });
 */
export abstract class Controller {
  /**
   * The EBS CSI driver (its controller): makes, attaches, grows, snapshots and deletes EBS volumes.
   *
   * Held to the account and region, to volumes and snapshots that a driver has tagged as its own, and with `clusterName` to those of one cluster and to its nodes. Keys
   * can be used through EC2 only. Without `clusterName` it raises the warning `cdk-irsa:controller-unscoped`.
   *
   * @throws when `clusterName` is set with `useManagedPolicy`
   * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver
   */
  public static ebsCsiDriver(options: EbsCsiDriverOptions = {}): Controller {
    return new DefinedController(ebsCsiDriver(options));
  }

  /**
   * The controller of the EFS CSI driver: makes and deletes access points, one for each volume.
   *
   * Makes them on the file systems that you name only. Which file system an access point is of is no condition in IAM: it deletes those in the account and region that
   * have the tag of a driver (`efs.csi.aws.com/cluster`), which it can set at creation only. For the DaemonSet see `efsCsiNode`.
   *
   * @throws when no file system is named
   * @see https://github.com/kubernetes-sigs/aws-efs-csi-driver
   */
  public static efsCsiDriver(options: EfsCsiDriverOptions): Controller {
    return new DefinedController(efsCsiDriver(options));
  }

  /**
   * The DaemonSet of the EFS CSI driver: mounts file systems on nodes. It needs a role for volumes with the mount option `iam`, and where mount targets cannot be found by DNS.
   *
   * Held to the file systems that you name.
   *
   * @throws when no file system is named
   * @see https://github.com/kubernetes-sigs/aws-efs-csi-driver
   */
  public static efsCsiNode(options: EfsCsiNodeOptions): Controller {
    return new DefinedController(efsCsiNode(options));
  }

  /**
   * external-dns for Route 53: keeps the records of the zones in step with Services and Ingresses.
   *
   * @throws when no zone is named
   * @see https://github.com/kubernetes-sigs/external-dns
   */
  public static externalDns(options: ExternalDnsOptions): Controller {
    return new DefinedController(externalDns(options));
  }

  /**
   * The FSx for Lustre CSI driver (its controller): makes, grows and deletes file systems.
   *
   * Held to the account and region, and to file systems with the tag that every driver sets (`CSIVolumeName`); buckets and keys are those that you name. Raises the
   * warning `cdk-irsa:controller-unscoped`: FSx has no condition that keeps it from setting that tag on file systems of others, nor one that tells clusters apart.
   *
   * @see https://github.com/kubernetes-sigs/aws-fsx-csi-driver
   */
  public static fsxLustreCsiDriver(options: FsxLustreCsiDriverOptions = {}): Controller {
    return new DefinedController(fsxLustreCsiDriver(options));
  }

  /**
   * The FSx for OpenZFS CSI driver (its controller): makes, grows, snapshots and deletes file systems and volumes.
   *
   * Held to the account and region, and to what has the tag of a driver (`fsx.openzfs.csi.aws.com/cluster`); keys are those that you name. Raises the warning
   * `cdk-irsa:controller-unscoped`: FSx has no condition that keeps it from setting that tag on file systems of others, nor one that tells clusters apart.
   *
   * @see https://github.com/kubernetes-sigs/aws-fsx-openzfs-csi-driver
   */
  public static fsxOpenZfsCsiDriver(options: FsxOpenZfsCsiDriverOptions = {}): Controller {
    return new DefinedController(fsxOpenZfsCsiDriver(options));
  }

  /**
   * The Mountpoint for Amazon S3 CSI driver (its node part): mounts buckets.
   *
   * Held to the buckets that you name, with `prefixes` to folders of them, and to reading with `readOnly`. Keys can be used through S3 only.
   *
   * @throws when no bucket is named, when a prefix is no folder, or when `allowDelete` is set with `readOnly`
   * @see https://github.com/awslabs/mountpoint-s3-csi-driver
   */
  public static mountpointS3CsiDriver(options: MountpointS3CsiDriverOptions): Controller {
    return new DefinedController(mountpointS3CsiDriver(options));
  }

  /**
   * Velero with its plugin for AWS: backs up what is in a cluster to a bucket, and if asked to, snapshots EBS volumes.
   *
   * Held to the buckets that you name, and with `prefixes` to objects in folders of them; to snapshots of its own, by the tag of a backup, and to volumes of one cluster with
   * `clusterName`. Volumes can be restored from the snapshots of any backup in the account, so that clusters can be moved. Keys can be used through S3 and EC2 only.
   *
   * @throws when no bucket is named, when a prefix is no folder, or when an option of snapshots is set without `volumeSnapshots`
   * @see https://github.com/vmware-tanzu/velero-plugin-for-aws
   */
  public static velero(options: VeleroOptions): Controller {
    return new DefinedController(velero(options));
  }

  /**
   * The Amazon VPC CNI plugin: gives nodes network interfaces, and Pods their addresses.
   *
   * Held to the account and region, with `clusterName` to the network interfaces and nodes of one cluster, with `vpc` to subnets and security groups of one VPC. Without
   * `clusterName` it raises the warning `cdk-irsa:controller-unscoped`.
   *
   * @throws when neither `ipv4` nor `ipv6` is true, or when `networkPolicyLogs` is set without `clusterName`
   * @see https://github.com/aws/amazon-vpc-cni-k8s
   */
  public static vpcCni(options: VpcCniOptions): Controller {
    return new DefinedController(vpcCni(options));
  }

  /** The name of the controller, as its project writes it. */
  public abstract readonly controllerName: string;

  /** The namespace that its chart or manifest uses. */
  public abstract readonly namespace: string;

  /** The ServiceAccount that its chart or manifest uses. */
  public abstract readonly serviceAccountName: string;

  /**
   * What it may do, as one document for a role of your own. It may be longer than one policy can be (6,144 characters), and where a cluster's name is known at deployment
   * only it renders as a string, which an `iam.ManagedPolicy` takes.
   *
   * @param scope where the role is: its stack's partition, account and region count
   */
  public abstract policyDocument(scope: IConstruct): PolicyDocument;

  /** @internal */
  public abstract readonly _definition: ControllerDefinition;
}

class DefinedController extends Controller {
  public readonly controllerName: string;
  public readonly namespace: string;
  public readonly serviceAccountName: string;

  constructor(public readonly _definition: ControllerDefinition) {
    super();
    this.controllerName = _definition.name;
    this.namespace = _definition.namespace;
    this.serviceAccountName = _definition.serviceAccountName;
  }

  public policyDocument(scope: IConstruct): PolicyDocument {
    return controllerDocument(scope, this._definition);
  }
}
