import { Annotations, App, Duration, Stack, StackProps } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { FileSystem } from 'aws-cdk-lib/aws-efs';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { ClusterOidcProvider, Controller, IrsaServiceAccount } from 'cdk-irsa';
import { Construct } from 'constructs';

const clusterName = 'blue';
const ISSUER_URL = 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';

/** The roles of the add-ons of one cluster, the resources that they need, and the values for their charts. */
export class ClusterAddOns extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);

    // Existing resources, created with the cluster or by the teams that use it.
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    });
    const nodeRole = Role.fromRoleName(this, 'NodeRole', 'blue-nodes');
    const zone = HostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId: 'Z0123456789EXAMPLE',
      zoneName: 'example.com',
    });
    const fileSystem = FileSystem.fromFileSystemAttributes(this, 'FileSystem', {
      fileSystemId: 'fs-0123456789abcdef0',
      securityGroup: SecurityGroup.fromSecurityGroupId(this, 'FileSystemGroup', 'sg-0123456789abcdef0'),
    });
    const secrets = Secret.fromSecretNameV2(this, 'AppSecrets', 'blue/*'); // all secrets whose names start with blue/
    const jobs = Queue.fromQueueArn(this, 'Jobs', this.formatArn({ service: 'sqs', resource: 'blue-jobs' }));

    // Resources that the add-ons need.
    const volumeKey = new Key(this, 'VolumeKey', { alias: 'blue-volumes', enableKeyRotation: true });
    const backups = new Bucket(this, 'Backups', {
      bucketName: 'blue-backups-111122223333',
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
    });
    const podLogs = new LogGroup(this, 'PodLogs', {
      logGroupName: '/eks/blue/pods',
      retention: RetentionDays.ONE_MONTH,
    });
    const interruptionQueue = new Queue(this, 'Interruptions', {
      queueName: 'blue-interruptions',
      retentionPeriod: Duration.minutes(5),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    new Rule(this, 'InterruptionEvents', {
      eventPattern: {
        source: ['aws.ec2', 'aws.health'],
        detailType: [
          'AWS Health Event',
          'EC2 Capacity Reservation Instance Interruption Warning',
          'EC2 Instance Rebalance Recommendation',
          'EC2 Instance State-change Notification',
          'EC2 Spot Instance Interruption Warning',
        ],
      },
      targets: [new SqsQueue(interruptionQueue)],
    });

    // The add-ons: for each, a role that trusts the ServiceAccount of its chart, and the values for the chart.
    const oidcProvider = new ClusterOidcProvider(this, 'Oidc', { issuerUrl: ISSUER_URL });
    const addOn = (addOnId: string, controller: Controller): IrsaServiceAccount => {
      const serviceAccount = new IrsaServiceAccount(this, addOnId, {
        oidcProvider,
        controller,
        createServiceAccount: false,
      });
      serviceAccount.writeHelmValues(`${controller.controllerName}.values.yaml`);
      return serviceAccount;
    };
    const loadBalancers = addOn('LoadBalancers', Controller.awsLoadBalancerController({ clusterName, vpc }));
    addOn('Dns', Controller.externalDns({ hostedZones: [zone] }));
    addOn('Certificates', Controller.certManager({ hostedZones: [zone] }));
    addOn('Nodes', Controller.karpenter({ clusterName, nodeRoles: [nodeRole], interruptionQueue }));
    addOn('Volumes', Controller.ebsCsiDriver({ clusterName, kmsKeys: [volumeKey] }));
    addOn('Files', Controller.efsCsiDriver({ fileSystems: [fileSystem] }));
    addOn('Secrets', Controller.externalSecrets({ secrets: [secrets] }));
    addOn(
      'Backup',
      Controller.velero({ buckets: [backups], volumeSnapshots: true, clusterName, volumeKmsKeys: [volumeKey] }),
    );
    addOn('Logs', Controller.fluentBit({ logGroups: [podLogs] }));
    addOn('Scaling', Controller.keda({ queues: [jobs] }));

    Annotations.of(loadBalancers).acknowledgeWarning(
      'cdk-irsa:controller-unscoped',
      'AWS WAF and Shield know no tag of a load balancer',
    );
  }
}

new ClusterAddOns(new App(), 'ClusterAddOns', { env: { account: '111122223333', region: 'eu-west-1' } });
