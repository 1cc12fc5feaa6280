import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { allow, arn, ControllerDefinition, Permission, required } from './definition';
import { fail, failIf, problem } from '../private/errors';

/**
 * Options of `AckService.cloudWatchLogs` and `AckService.kinesis`.
 */
export interface AckNamePrefixOptions {
  /**
   * How the names begin of all that the controller may make, change and delete: letters, digits and `_./#-`; without it, it could delete what others have made.
   */
  readonly namePrefix: string;
}

/**
 * Options of `AckService.acm`.
 */
export interface AckAcmOptions {
  /**
   * The domain names that certificates may be requested for, `*.example.com` for all below one; at least one.
   */
  readonly domainNames: string[];
}

/**
 * A service that AWS Controllers for Kubernetes (ACK) have a controller for, with what that controller may do.
 *
 * @see https://aws-controllers-k8s.github.io/community/docs/community/services/
 * @example
 * import { AckService, Controller } from 'cdk-irsa';
 *
 * Controller.ackController({ service: AckService.cloudWatchLogs({ namePrefix: '/apps/' }) });
 * Controller.ackController({ service: AckService.withManagedPolicy('sqs', 'AmazonSQSFullAccess') });
 */
export abstract class AckService {
  /**
   * AWS Certificate Manager. It may request certificates for the domain names only, but change, export and delete any of the account and region: raises
   * `cdk-irsa:controller-unscoped`. For private certificates grant `acm-pca:IssueCertificate` on your certificate authority.
   *
   * @throws when no domain name is given
   * @see https://github.com/aws-controllers-k8s/acm-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static acm(options: AckAcmOptions): AckService {
    const domainNames = required('ackController', 'domainNames', 'domain name', options.domainNames);
    const unscoped = 'a certificate\'s ARN does not tell who has made it, so it may change, export and delete those of others in the account and region.';
    return new DefinedService('acm', { unscoped }, scope => [
      { actions: ['acm:RequestCertificate'], resources: ['*'], conditions: { ...inRegion(scope), 'ForAllValues:StringLike': { 'acm:DomainNames': domainNames }, 'Null': { 'acm:DomainNames': 'false' } } },
      {
        actions: [
          'acm:AddTagsToCertificate',
          'acm:DeleteCertificate',
          'acm:DescribeCertificate',
          'acm:ExportCertificate',
          'acm:ImportCertificate',
          'acm:ListTagsForCertificate',
          'acm:RemoveTagsFromCertificate',
          'acm:UpdateCertificateOptions',
        ],
        resources: [arn(scope, 'acm', 'certificate/*')],
      },
    ]);
  }

  /**
   * CloudWatch Logs: log groups whose names begin with the prefix.
   *
   * @throws on a prefix that is empty or holds other characters
   * @see https://github.com/aws-controllers-k8s/cloudwatchlogs-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static cloudWatchLogs(options: AckNamePrefixOptions): AckService {
    const prefix = checkedPrefix(options);
    return new DefinedService('cloudwatchlogs', {}, scope => [
      { actions: ['logs:DescribeLogGroups'], resources: ['*'], conditions: inRegion(scope) },
      {
        actions: [
          'logs:CreateLogGroup',
          'logs:DeleteLogGroup',
          'logs:DeleteRetentionPolicy',
          'logs:DescribeSubscriptionFilters',
          'logs:ListTagsForResource',
          'logs:PutRetentionPolicy',
          'logs:TagLogGroup',
          'logs:TagResource',
          'logs:UntagLogGroup',
          'logs:UntagResource',
        ],
        resources: [arn(scope, 'logs', `log-group:${prefix}*`)],
      },
    ]);
  }

  /**
   * Kinesis Data Streams: streams whose names begin with the prefix. AWS cannot hold `UpdateShardCount` to a stream: it may resize any of the region, and raises
   * `cdk-irsa:controller-unscoped`.
   *
   * @throws on a prefix that is empty or holds other characters
   * @see https://github.com/aws-controllers-k8s/kinesis-controller/blob/main/config/iam/recommended-inline-policy
   */
  public static kinesis(options: AckNamePrefixOptions): AckService {
    const prefix = checkedPrefix(options);
    const unscoped = 'AWS cannot hold kinesis:UpdateShardCount to a stream, so it may resize those of others in the region.';
    return new DefinedService('kinesis', { unscoped }, scope => [
      { actions: ['kinesis:ListStreams', 'kinesis:UpdateShardCount'], resources: ['*'], conditions: inRegion(scope) },
      {
        actions: [
          // Tags and retention are not in the recommended policy, but the controller sets them.
          'kinesis:AddTagsToStream',
          'kinesis:CreateStream',
          'kinesis:DecreaseStreamRetentionPeriod',
          'kinesis:DeleteResourcePolicy',
          'kinesis:DeleteStream',
          'kinesis:DescribeStream',
          'kinesis:DescribeStreamSummary',
          'kinesis:GetResourcePolicy',
          'kinesis:IncreaseStreamRetentionPeriod',
          'kinesis:ListShards',
          'kinesis:ListTagsForStream',
          'kinesis:PutResourcePolicy',
          'kinesis:RemoveTagsFromStream',
          'kinesis:UpdateMaxRecordSize',
        ],
        resources: [arn(scope, 'kinesis', `stream/${prefix}*`)],
      },
    ]);
  }

  /**
   * A service whose controller recommends a managed policy of AWS, in its repository's `config/iam/recommended-policy-arn`: mostly full access to the whole service. Raises
   * `cdk-irsa:controller-unscoped`; rather write a policy of your own for an `IrsaServiceAccount`.
   *
   * @param service as in the name of its chart, `ack-<service>-controller`: `sqs`, `ec2`
   * @param managedPolicyName the name after `:policy/`: `AmazonSQSFullAccess`
   * @throws on a name that no service or policy can have
   */
  public static withManagedPolicy(service: string, managedPolicyName: string): AckService {
    failIf('AckService.withManagedPolicy', badName('service', service, /^[a-z0-9]+$/, 'The name of the chart has it: ack-<service>-controller.'));
    failIf('AckService.withManagedPolicy', badName('managedPolicyName', managedPolicyName, /^[\w+=,.@/-]+$/, 'Give what stands after :policy/ in its ARN.'));
    return new DefinedService(service, { unscoped: `the managed policy ${managedPolicyName} names no resources.`, managedPolicyNames: [managedPolicyName] }, () => []);
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
  public readonly _definition: ControllerDefinition;

  constructor(service: string, reach: { unscoped?: string; managedPolicyNames?: string[] }, permissions: (scope: IConstruct) => Permission[]) {
    super();
    const name = `ack-${service}-controller`;
    this._definition = { ...reach, name, namespace: 'ack-system', serviceAccountName: name, statements: scope => permissions(scope).map(allow) };
  }
}

function checkedPrefix({ namePrefix }: AckNamePrefixOptions): string {
  const found = badName('namePrefix', namePrefix, /^[\w./#-]+$/, 'Without a prefix the controller would reach what others have made.');
  return found === undefined ? namePrefix : fail('AckService', found);
}

function badName(property: string, value: string | undefined, pattern: RegExp, advice: string): string | undefined {
  if (value !== undefined && !Token.isUnresolved(value) && pattern.test(value)) return undefined;
  return problem(property, `be known at synth and match ${pattern.source}`, value, advice);
}

function inRegion(scope: IConstruct): { [operator: string]: { [key: string]: any } } {
  return { StringEquals: { 'aws:RequestedRegion': Stack.of(scope).region } };
}
