import { ackAcm, AckAcmOptions } from './ack/acm';
import { ackCloudFront, AckCloudFrontOptions } from './ack/cloud-front';
import { ackCloudWatchLogs, AckCloudWatchLogsOptions } from './ack/cloud-watch-logs';
import { ackDms, AckDmsOptions } from './ack/dms';
import { ackEks, AckEksOptions } from './ack/eks';
import { ackEmrContainers, AckEmrContainersOptions } from './ack/emr-containers';
import { ackIam, AckIamOptions } from './ack/iam';
import { ackKinesis } from './ack/kinesis';
import { ackKms, AckKmsOptions } from './ack/kms';
import { ackLambda, AckLambdaOptions } from './ack/lambda';
import { ackLambdaMicrovms, AckLambdaMicrovmsOptions } from './ack/lambda-microvms';
import { ackMwaaServerless, AckMwaaServerlessOptions } from './ack/mwaa-serverless';
import { AckNamePrefixOptions, AckResourceTagsOptions } from './ack/options';
import { ackController, badName } from './ack/parts';
import { ackPrometheusService } from './ack/prometheus-service';
import { ackRds, AckRdsOptions } from './ack/rds';
import { ackS3, AckS3Options } from './ack/s3';
import { ackS3Vectors } from './ack/s3-vectors';
import { ackSsm, AckSsmOptions } from './ack/ssm';
import { ControllerDefinition, given } from './definition';
import { failIf } from '../private/errors';

/**
 * A service that AWS Controllers for Kubernetes (ACK) have a controller for, with what that controller may do: less
 * than its repository recommends, wherever AWS lets it be held to names, tags or roles of yours.
 *
 * @see https://aws-controllers-k8s.github.io/community/docs/community/services/
 * @example
 * import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
 * import { AckService, Controller } from 'cdk-irsa';
 *
 * declare const boundary: ManagedPolicy;
 *
 * Controller.ackController({ service: AckService.s3({ namePrefix: 'apps-' }) });
 * Controller.ackController({ service: AckService.iam({ path: '/ack/', permissionsBoundary: boundary }) });
 * Controller.ackController({ service: AckService.withManagedPolicy('sqs', 'AmazonSQSFullAccess') });
 */
export abstract class AckService {
  /**
   * AWS Certificate Manager. It may request certificates for the domain names only, but change, export and delete any
   * of the account and region: raises `cdk-irsa:controller-unscoped`. For private certificates grant
   * `acm-pca:IssueCertificate` on your certificate authority.
   *
   * @throws when no domain name is given
   * @see https://github.com/aws-controllers-k8s/acm-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static acm(options: AckAcmOptions): AckService {
    return new DefinedService(ackAcm(given(options)));
  }

  /**
   * CloudFront: functions whose names begin with the prefix, and distributions and VPC origins that carry the tags.
   * Cache, origin request and response headers policies and origin access controls have no tags, so that it may change
   * those of others: raises `cdk-irsa:controller-unscoped`.
   *
   * @throws on a prefix that is empty or holds other characters, or without tags
   * @see https://github.com/aws-controllers-k8s/cloudfront-controller/blob/main/config/iam/recommended-policy-arn
   */
  public static cloudFront(options: AckCloudFrontOptions): AckService {
    return new DefinedService(ackCloudFront(given(options)));
  }

  /**
   * CloudWatch Logs: log groups whose names begin with the prefix.
   *
   * @throws on a prefix that is empty or holds other characters
   * @see
   * https://github.com/aws-controllers-k8s/cloudwatchlogs-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static cloudWatchLogs(options: AckCloudWatchLogsOptions): AckService {
    return new DefinedService(ackCloudWatchLogs(given(options)));
  }

  /**
   * Database Migration Service: endpoints, replication instances and tasks, certificates and the rest that carry the
   * tags. What it makes must carry the tags; but it may put them on what others have made too: raises
   * `cdk-irsa:controller-unscoped`.
   *
   * @throws without tags, or when `roles` is empty
   * @see https://github.com/aws-controllers-k8s/dms-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static dms(options: AckDmsOptions): AckService {
    return new DefinedService(ackDms(given(options)));
  }

  /**
   * EKS: clusters whose names begin with the prefix, with their node groups, Fargate profiles, add-ons and Pod Identity
   * associations; keep the cluster that it runs in out of the prefix. It passes the roles only. Access entries it makes
   * with the access policies that you name, and none without; but the cluster's creator is its administrator, unless
   * the object sets `bootstrapClusterCreatorAdminPermissions: false`. AWS cannot hold `CreateCluster` to a name: of
   * others it may make, but no more.
   *
   * @throws on a prefix that is empty or holds other characters, without roles, or when `accessPolicies` is empty or
   * holds an ARN
   * @see https://github.com/aws-controllers-k8s/eks-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static eks(options: AckEksOptions): AckService {
    return new DefinedService(ackEks(given(options)));
  }

  /**
   * EMR on EKS: virtual clusters that carry the tags, and jobs in them that run as the roles. What it makes must carry
   * the tags; but it may put them on virtual clusters of others too: raises `cdk-irsa:controller-unscoped`.
   *
   * @throws without tags or roles
   * @see https://github.com/aws-controllers-k8s/emrcontainers-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static emrContainers(options: AckEmrContainersOptions): AckService {
    return new DefinedService(ackEmrContainers(given(options)));
  }

  /**
   * IAM: roles below the path and inside the permissions boundary, and managed policies below the path. It can neither
   * leave the boundary out, nor take it away, nor change it. Groups, OIDC providers, SAML providers and instance
   * profiles are not among it.
   *
   * @throws on a path that is `/`, or without a permissions boundary
   * @see https://github.com/aws-controllers-k8s/iam-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static iam(options: AckIamOptions): AckService {
    return new DefinedService(ackIam(given(options)));
  }

  /**
   * Kinesis Data Streams: streams whose names begin with the prefix. AWS cannot hold `UpdateShardCount`,
   * `UpdateStreamMode` and the shard metrics to a stream: it may change those of any stream of the region, and raises
   * `cdk-irsa:controller-unscoped`. For a stream that a key of yours encrypts, grant the key too.
   *
   * @throws on a prefix that is empty or holds other characters
   * @see https://github.com/aws-controllers-k8s/kinesis-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static kinesis(options: AckNamePrefixOptions): AckService {
    return new DefinedService(ackKinesis(given(options)));
  }

  /**
   * KMS: keys that carry the tags, and aliases that begin with the prefix. What it makes must carry the tags; but it
   * may put them on other keys of the account and region too, where the key's policy leaves that to IAM: raises
   * `cdk-irsa:controller-unscoped`. Custom key stores and replicas are not among it.
   *
   * @throws on a prefix that is empty or holds other characters, or without tags
   * @see https://github.com/aws-controllers-k8s/kms-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static kms(options: AckKmsOptions): AckService {
    return new DefinedService(ackKms(given(options)));
  }

  /**
   * Lambda: functions and layers whose names begin with the prefix, with their aliases, versions, event source
   * mappings, and URLs that IAM guards. It passes the roles only, and reads code from the buckets and repositories that
   * you name. Code signing configurations, whose ids AWS makes up, are not among it.
   *
   * @throws on a prefix that is empty or holds other characters, without roles, or when a list is empty
   * @see https://github.com/aws-controllers-k8s/lambda-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static lambda(options: AckLambdaOptions): AckService {
    return new DefinedService(ackLambda(given(options)));
  }

  /**
   * Lambda MicroVMs: images whose names begin with the prefix. It passes the roles only. AWS cannot hold making an
   * image to a name: of others it may make, but no more.
   *
   * @throws on a prefix that is empty or holds other characters, or without roles
   * @see
   * https://github.com/aws-controllers-k8s/lambdamicrovms-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static lambdaMicrovms(options: AckLambdaMicrovmsOptions): AckService {
    return new DefinedService(ackLambdaMicrovms(given(options)));
  }

  /**
   * MWAA Serverless: workflows that carry the tags and run as the roles. What it makes must carry the tags; but it may
   * put them on workflows of others too: raises `cdk-irsa:controller-unscoped`.
   *
   * @throws without tags or roles
   * @see
   * https://github.com/aws-controllers-k8s/mwaaserverless-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static mwaaServerless(options: AckMwaaServerlessOptions): AckService {
    return new DefinedService(ackMwaaServerless(given(options)));
  }

  /**
   * Amazon Managed Service for Prometheus: workspaces that carry the tags, with their alert manager definitions and
   * rule groups. What it makes must carry the tags; but it may put them on workspaces of others too: raises
   * `cdk-irsa:controller-unscoped`. Logging configurations, for which it would have to write the account's log
   * policies, and scrapers are not among it.
   *
   * @throws without tags
   * @see
   * https://github.com/aws-controllers-k8s/prometheusservice-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static prometheusService(options: AckResourceTagsOptions): AckService {
    return new DefinedService(ackPrometheusService(given(options)));
  }

  /**
   * RDS and Aurora: databases, clusters, snapshots, and parameter, option and subnet groups whose names begin with the
   * prefix; beside them databases may use RDS's own `default` groups. Passwords that RDS manages it may have made, not
   * read. Proxies, whose ids AWS makes up, are not among it.
   *
   * @throws on a prefix that is empty or holds other characters, or when a list is empty
   * @see https://github.com/aws-controllers-k8s/rds-controller/blob/main/config/iam/recommended-policy-arn
   */
  public static rds(options: AckRdsOptions): AckService {
    return new DefinedService(ackRds(given(options)));
  }

  /**
   * S3: buckets whose names begin with the prefix, with all their settings, bucket policies among them; no objects.
   *
   * @throws on a prefix that is empty or holds other characters, or when `replicationRoles` is empty
   * @see https://github.com/aws-controllers-k8s/s3-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static s3(options: AckS3Options): AckService {
    return new DefinedService(ackS3(given(options)));
  }

  /**
   * S3 Vectors: vector buckets whose names begin with the prefix, and their indexes; no vectors.
   *
   * @throws on a prefix that is empty or holds other characters
   * @see https://github.com/aws-controllers-k8s/s3vectors-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static s3Vectors(options: AckNamePrefixOptions): AckService {
    return new DefinedService(ackS3Vectors(given(options)));
  }

  /**
   * Systems Manager: documents and resource data syncs whose names begin with the prefix, parameters that begin with
   * another, and patch baselines that carry the tags. It may put the tags on patch baselines of others too, where you
   * give tags: raises `cdk-irsa:controller-unscoped` then.
   *
   * @throws on a prefix that is empty or holds other characters, or when `resourceTags` is empty
   * @see https://github.com/aws-controllers-k8s/ssm-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static ssm(options: AckSsmOptions): AckService {
    return new DefinedService(ackSsm(given(options)));
  }

  /**
   * A service whose controller recommends a managed policy of AWS, in its repository's
   * `config/iam/recommended-policy-arn`: mostly full access to the whole service. Raises
   * `cdk-irsa:controller-unscoped`; rather write a policy of your own for an `IrsaServiceAccount`.
   *
   * @param service as in the name of its chart, `ack-<service>-controller`: `sqs`, `ec2`
   * @param managedPolicyName the name after `:policy/`: `AmazonSQSFullAccess`
   * @throws on a name that no service or policy can have
   */
  public static withManagedPolicy(service: string, managedPolicyName: string): AckService {
    failIf(
      'AckService.withManagedPolicy',
      badName('service', service, /^[a-z0-9]+$/, 'The name of the chart has it: ack-<service>-controller.'),
    );
    failIf(
      'AckService.withManagedPolicy',
      badName('managedPolicyName', managedPolicyName, /^[\w+=,.@/-]+$/, 'Give what stands after :policy/ in its ARN.'),
    );
    const unscoped = `the managed policy ${managedPolicyName} names no resources.`;
    return new DefinedService(ackController(service, { unscoped, managedPolicyNames: [managedPolicyName] }, () => []));
  }

  /** @internal */
  public abstract readonly _definition: ControllerDefinition;
}

/**
 * Options of `Controller.ackController`.
 */
export interface AckControllerOptions {
  /**
   * The service that it controls, and what of it.
   */
  readonly service: AckService;
}

class DefinedService extends AckService {
  constructor(public readonly _definition: ControllerDefinition) {
    super();
  }
}
