import { App, Stack, StackProps } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FileSystem } from 'aws-cdk-lib/aws-efs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import {
  AddonConflictResolution, ClusterOidcProvider, Controller, ManagedAddon, ManagedAddonProps, PodIdentityServiceAccount,
} from 'cdk-irsa';
import { Construct } from 'constructs';

const clusterName = 'production';
const ISSUER_URL = 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';

/** The managed add-ons of one cluster, each with its permissions on AWS, and a workload. */
export class ManagedAddons extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const addOn = (addOnId: string, addonName: string, options: Partial<ManagedAddonProps> = {}) =>
      new ManagedAddon(this, addOnId, { clusterName, addonName, ...options });

    // Existing resources, and resources that the add-ons need.
    const fileSystem = FileSystem.fromFileSystemAttributes(this, 'FileSystem', {
      fileSystemId: 'fs-0123456789abcdef0',
      securityGroup: SecurityGroup.fromSecurityGroupId(this, 'FileSystemGroup', 'sg-0123456789abcdef0'),
    });
    const volumeKey = new Key(this, 'VolumeKey', { alias: 'production-volumes', enableKeyRotation: true });
    const models = new Bucket(this, 'Models', {
      bucketName: 'models-111122223333',
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
    });

    // The add-ons that EKS installs by default. They need no role, or use IRSA because they need it before there are
    // nodes for the Pod Identity agent.
    const oidcProvider = ClusterOidcProvider.fromIssuerUrl(this, 'Oidc', ISSUER_URL);
    addOn('Network', 'vpc-cni', {
      oidcProvider,
      controller: Controller.vpcCni({ ipv4: true, clusterName }),
      resolveConflicts: AddonConflictResolution.OVERWRITE,
    });
    addOn('Dns', 'coredns', {
      configurationValues: { replicaCount: 3 },
      resolveConflicts: AddonConflictResolution.OVERWRITE,
    });

    // These get their roles through EKS Pod Identity. The stack installs its agent once, before them.
    const installAgent = true;
    addOn('Volumes', 'aws-ebs-csi-driver', {
      controller: Controller.ebsCsiDriver({ clusterName, kmsKeys: [volumeKey] }),
      installAgent,
      preserveOnDelete: true, // pods keep their volumes
    });
    addOn('Files', 'aws-efs-csi-driver', {
      controller: Controller.efsCsiDriver({ fileSystems: [fileSystem] }),
      installAgent,
    });
    addOn('Objects', 'aws-mountpoint-s3-csi-driver', {
      controller: Controller.mountpointS3CsiDriver({ buckets: [models], readOnly: true }),
      installAgent,
    });
    addOn('Metrics', 'amazon-cloudwatch-observability', {
      controller: Controller.cloudWatchAgent({ clusterName }),
      configurationValues: { containerLogs: { enabled: false } },
      installAgent,
    });

    // Your own workload, which uses the same agent.
    const trainer = new PodIdentityServiceAccount(this, 'Trainer', {
      clusterName,
      namespace: 'models',
      serviceAccountName: 'trainer',
      installAgent,
    });
    models.grantReadWrite(trainer);
  }
}

new ManagedAddons(new App(), 'ManagedAddons', { env: { account: '111122223333', region: 'eu-west-1' } });
