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
 * A service with a controller of AWS Controllers for Kubernetes (ACK), and the permissions of that controller. They are
 * narrower than its repository recommends if AWS can scope them to your names, tags or roles.
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
   * Returns AWS Certificate Manager. The controller may request certificates only for the domain names, but may change,
   * export and delete any certificate in the account and region, which raises the warning
   * `cdk-irsa:controller-unscoped`. For private certificates, grant `acm-pca:IssueCertificate` on your certificate
   * authority.
   *
   * @throws if no domain name is set
   * @see https://github.com/aws-controllers-k8s/acm-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static acm(options: AckAcmOptions): AckService {
    return new DefinedService(ackAcm(given(options)));
  }

  /**
   * Returns CloudFront, scoped to functions whose names begin with the prefix, and to distributions and VPC origins
   * with the tags. Cache, origin request and response headers policies and origin access controls have no tags, so the
   * controller may change all of them, which raises the warning `cdk-irsa:controller-unscoped`.
   *
   * @throws if the prefix is empty or contains other characters, or there are no tags
   * @see https://github.com/aws-controllers-k8s/cloudfront-controller/blob/main/config/iam/recommended-policy-arn
   */
  public static cloudFront(options: AckCloudFrontOptions): AckService {
    return new DefinedService(ackCloudFront(given(options)));
  }

  /**
   * Returns CloudWatch Logs, scoped to log groups whose names begin with the prefix.
   *
   * @throws if the prefix is empty or contains other characters
   * @see
   * https://github.com/aws-controllers-k8s/cloudwatchlogs-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static cloudWatchLogs(options: AckCloudWatchLogsOptions): AckService {
    return new DefinedService(ackCloudWatchLogs(given(options)));
  }

  /**
   * Returns Database Migration Service, scoped to endpoints, replication instances and tasks, certificates and other
   * resources with the tags. Everything that the controller creates must have the tags. However, it may also add them
   * to existing resources, which raises the warning `cdk-irsa:controller-unscoped`.
   *
   * @throws if there are no tags, or `roles` is empty
   * @see https://github.com/aws-controllers-k8s/dms-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static dms(options: AckDmsOptions): AckService {
    return new DefinedService(ackDms(given(options)));
  }

  /**
   * Returns EKS, scoped to clusters whose names begin with the prefix, with their node groups, Fargate profiles,
   * add-ons and Pod Identity associations. The prefix should not match the cluster that the controller runs in. The
   * controller may pass only the roles. It may create access entries only with the access policies that you name.
   * However, the creator of a cluster is its administrator, unless the object sets
   * `bootstrapClusterCreatorAdminPermissions: false`. AWS cannot scope `CreateCluster` to a name, so the controller may
   * create clusters with other names, but not change them.
   *
   * @throws if the prefix is empty or contains other characters, there are no roles, or `accessPolicies` is empty or
   * contains an ARN
   * @see https://github.com/aws-controllers-k8s/eks-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static eks(options: AckEksOptions): AckService {
    return new DefinedService(ackEks(given(options)));
  }

  /**
   * Returns EMR on EKS, scoped to virtual clusters with the tags, and to jobs in them that run as the roles. Everything
   * that the controller creates must have the tags. However, it may also add them to existing virtual clusters, which
   * raises the warning `cdk-irsa:controller-unscoped`.
   *
   * @throws if there are no tags or no roles
   * @see https://github.com/aws-controllers-k8s/emrcontainers-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static emrContainers(options: AckEmrContainersOptions): AckService {
    return new DefinedService(ackEmrContainers(given(options)));
  }

  /**
   * Returns IAM, scoped to roles below the path with the permissions boundary, and to managed policies below the path.
   * The controller cannot omit, remove or change the boundary. Permissions for groups, OIDC providers, SAML providers
   * and instance profiles are not included.
   *
   * @throws if the path is `/`, or there is no permissions boundary
   * @see https://github.com/aws-controllers-k8s/iam-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static iam(options: AckIamOptions): AckService {
    return new DefinedService(ackIam(given(options)));
  }

  /**
   * Returns Kinesis Data Streams, scoped to streams whose names begin with the prefix. AWS cannot scope
   * `UpdateShardCount`, `UpdateStreamMode` and the shard metrics to a stream, so the controller may change these for
   * any stream in the region, which raises the warning `cdk-irsa:controller-unscoped`. If your own key encrypts a
   * stream, also grant the key.
   *
   * @throws if the prefix is empty or contains other characters
   * @see https://github.com/aws-controllers-k8s/kinesis-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static kinesis(options: AckNamePrefixOptions): AckService {
    return new DefinedService(ackKinesis(given(options)));
  }

  /**
   * Returns KMS, scoped to keys with the tags, and to aliases that begin with the prefix. Everything that the
   * controller creates must have the tags. However, it may also add them to other keys in the account and region, if
   * the key policy delegates this to IAM, which raises the warning `cdk-irsa:controller-unscoped`. Permissions for
   * custom key stores and replicas are not included.
   *
   * @throws if the prefix is empty or contains other characters, or there are no tags
   * @see https://github.com/aws-controllers-k8s/kms-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static kms(options: AckKmsOptions): AckService {
    return new DefinedService(ackKms(given(options)));
  }

  /**
   * Returns Lambda, scoped to functions and layers whose names begin with the prefix, with their aliases, versions,
   * event source mappings, and URLs with IAM authentication. The controller may pass only the roles, and read code only
   * from the buckets and repositories that you name. Permissions for code signing configurations, whose IDs AWS
   * generates, are not included.
   *
   * @throws if the prefix is empty or contains other characters, there are no roles, or a list is empty
   * @see https://github.com/aws-controllers-k8s/lambda-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static lambda(options: AckLambdaOptions): AckService {
    return new DefinedService(ackLambda(given(options)));
  }

  /**
   * Returns Lambda MicroVMs, scoped to images whose names begin with the prefix. The controller may pass only the
   * roles. AWS cannot scope the creation of an image to a name, so the controller may create images with other names,
   * but not change them.
   *
   * @throws if the prefix is empty or contains other characters, or there are no roles
   * @see
   * https://github.com/aws-controllers-k8s/lambdamicrovms-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static lambdaMicrovms(options: AckLambdaMicrovmsOptions): AckService {
    return new DefinedService(ackLambdaMicrovms(given(options)));
  }

  /**
   * Returns MWAA Serverless, scoped to workflows with the tags that run as the roles. Everything that the controller
   * creates must have the tags. However, it may also add them to existing workflows, which raises the warning
   * `cdk-irsa:controller-unscoped`.
   *
   * @throws if there are no tags or no roles
   * @see
   * https://github.com/aws-controllers-k8s/mwaaserverless-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static mwaaServerless(options: AckMwaaServerlessOptions): AckService {
    return new DefinedService(ackMwaaServerless(given(options)));
  }

  /**
   * Returns Amazon Managed Service for Prometheus, scoped to workspaces with the tags, with their alert manager
   * definitions and rule groups. Everything that the controller creates must have the tags. However, it may also add
   * them to existing workspaces, which raises the warning `cdk-irsa:controller-unscoped`. Permissions for scrapers and
   * logging configurations are not included; the latter would require write access to the resource policies of the
   * account's logs.
   *
   * @throws if there are no tags
   * @see
   * https://github.com/aws-controllers-k8s/prometheusservice-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static prometheusService(options: AckResourceTagsOptions): AckService {
    return new DefinedService(ackPrometheusService(given(options)));
  }

  /**
   * Returns RDS and Aurora, scoped to databases, clusters, snapshots, and parameter, option and subnet groups whose
   * names begin with the prefix. Databases may also use the `default` groups of RDS. The controller may use passwords
   * that RDS manages, but not read them. Permissions for proxies, whose IDs AWS generates, are not included.
   *
   * @throws if the prefix is empty or contains other characters, or a list is empty
   * @see https://github.com/aws-controllers-k8s/rds-controller/blob/main/config/iam/recommended-policy-arn
   */
  public static rds(options: AckRdsOptions): AckService {
    return new DefinedService(ackRds(given(options)));
  }

  /**
   * Returns S3, scoped to buckets whose names begin with the prefix, with all their settings, including bucket
   * policies. Access to objects is not included.
   *
   * @throws if the prefix is empty or contains other characters, or `replicationRoles` is empty
   * @see https://github.com/aws-controllers-k8s/s3-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static s3(options: AckS3Options): AckService {
    return new DefinedService(ackS3(given(options)));
  }

  /**
   * Returns S3 Vectors, scoped to vector buckets whose names begin with the prefix, and their indexes. Access to
   * vectors is not included.
   *
   * @throws if the prefix is empty or contains other characters
   * @see https://github.com/aws-controllers-k8s/s3vectors-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static s3Vectors(options: AckNamePrefixOptions): AckService {
    return new DefinedService(ackS3Vectors(given(options)));
  }

  /**
   * Returns Systems Manager, scoped to documents and resource data syncs whose names begin with the prefix, to
   * parameters that begin with `parameterPrefix`, and to patch baselines with the tags. If you set tags, the controller
   * may also add them to existing patch baselines, which raises the warning `cdk-irsa:controller-unscoped`.
   *
   * @throws if the prefix is empty or contains other characters, or `resourceTags` is empty
   * @see https://github.com/aws-controllers-k8s/ssm-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static ssm(options: AckSsmOptions): AckService {
    return new DefinedService(ackSsm(given(options)));
  }

  /**
   * Returns a service whose controller recommends an AWS managed policy, in `config/iam/recommended-policy-arn` of its
   * repository. This is usually full access to the whole service, so it raises the warning
   * `cdk-irsa:controller-unscoped`. Consider writing your own policy for an `IrsaServiceAccount` instead.
   *
   * @param service the service, as in the name of its chart, `ack-<service>-controller`: `sqs`, `ec2`
   * @param managedPolicyName the name after `:policy/` in the ARN: `AmazonSQSFullAccess`
   * @throws if a name is invalid
   */
  public static withManagedPolicy(service: string, managedPolicyName: string): AckService {
    failIf(
      'AckService.withManagedPolicy',
      badName('service', service, /^[a-z0-9]+$/, 'Use the service in the name of the chart: ack-<service>-controller.'),
    );
    failIf(
      'AckService.withManagedPolicy',
      badName('managedPolicyName', managedPolicyName, /^[\w+=,.@/-]+$/, 'Use the part after :policy/ in its ARN.'),
    );
    const unscoped = `the managed policy ${managedPolicyName} does not name resources.`;
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
   * The service that it controls, and the scope of its permissions.
   */
  readonly service: AckService;
}

class DefinedService extends AckService {
  constructor(public readonly _definition: ControllerDefinition) {
    super();
  }
}
