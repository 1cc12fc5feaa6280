import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { AckNamePrefixOptions } from './options';
import { ackController, checkedPrefix, passRoles } from './parts';
import { allow, arn, ControllerDefinition, inRegion, required } from '../definition';
import { optional } from '../parts';

/**
 * Options of `AckService.lambda`.
 */
export interface AckLambdaOptions extends AckNamePrefixOptions {
  /**
   * The roles that functions may have. At least one, because every function requires a role.
   */
  readonly roles: IRole[];

  /**
   * The buckets from which functions and layers may load code.
   *
   * @default - none: functions use images, or their code is in the object itself
   */
  readonly codeBuckets?: IBucket[];

  /**
   * The ECR repositories from which functions may load images.
   *
   * @default - none
   */
  readonly imageRepositories?: IRepository[];

  /**
   * The layer versions that functions may use in addition to those with the prefix: layers of AWS or of a vendor.
   *
   * @default - only the layers that it creates itself
   */
  readonly layers?: ILayerVersion[];
}

/** Actions on functions, their versions and aliases. Invoking is not included. */
const FUNCTION_ACTIONS = [
  'lambda:AddPermission',
  'lambda:CreateAlias',
  'lambda:CreateFunction',
  'lambda:DeleteAlias',
  'lambda:DeleteFunction',
  'lambda:DeleteFunctionCodeSigningConfig',
  'lambda:DeleteFunctionConcurrency',
  'lambda:DeleteFunctionEventInvokeConfig',
  'lambda:DeleteProvisionedConcurrencyConfig',
  'lambda:GetAlias',
  'lambda:GetFunction',
  'lambda:GetFunctionCodeSigningConfig',
  'lambda:GetFunctionConcurrency',
  'lambda:GetFunctionConfiguration',
  'lambda:GetFunctionEventInvokeConfig',
  'lambda:GetPolicy',
  'lambda:GetProvisionedConcurrencyConfig',
  'lambda:ListAliases',
  'lambda:ListTags',
  'lambda:ListVersionsByFunction',
  'lambda:PublishVersion',
  'lambda:PutFunctionConcurrency',
  'lambda:PutFunctionEventInvokeConfig',
  'lambda:PutProvisionedConcurrencyConfig',
  'lambda:RemovePermission',
  'lambda:TagResource',
  'lambda:UntagResource',
  'lambda:UpdateAlias',
  'lambda:UpdateFunctionCode',
  'lambda:UpdateFunctionConfiguration',
  'lambda:UpdateFunctionEventInvokeConfig',
];

/**
 * @see https://github.com/aws-controllers-k8s/lambda-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackLambda(options: AckLambdaOptions): ControllerDefinition {
  const prefix = checkedPrefix(options);
  const roles = required('ackController', 'roles', 'role', options.roles);
  const buckets = optional('ackController', 'codeBuckets', 'bucket', options.codeBuckets);
  const repositories = optional('ackController', 'imageRepositories', 'repository', options.imageRepositories);
  const layers = optional('ackController', 'layers', 'layer', options.layers);
  return ackController('lambda', {}, scope => {
    const functions = [arn(scope, 'lambda', `function:${prefix}*`)];
    const ofFunctions = { ArnLike: { 'lambda:FunctionArn': functions } };
    return [
      allow({ actions: FUNCTION_ACTIONS, resources: functions }),
      // A URL without IAM authentication would be public.
      allow({
        actions: [
          'lambda:CreateFunctionUrlConfig',
          'lambda:DeleteFunctionUrlConfig',
          'lambda:GetFunctionUrlConfig',
          'lambda:UpdateFunctionUrlConfig',
        ],
        resources: functions,
        conditions: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
      }),
      allow({
        actions: ['lambda:CreateEventSourceMapping'],
        resources: ['*'],
        conditions: { ...inRegion(scope), ...ofFunctions },
      }),
      allow({
        actions: ['lambda:DeleteEventSourceMapping', 'lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
        resources: [arn(scope, 'lambda', 'event-source-mapping:*')],
        conditions: ofFunctions,
      }),
      allow({
        // Lambda reads the network of a function in a VPC with the permissions of its caller.
        actions: [
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeSubnets',
          'ec2:DescribeVpcs',
          'lambda:ListEventSourceMappings',
          'lambda:ListLayerVersions',
        ],
        resources: ['*'],
        conditions: inRegion(scope),
      }),
      allow({
        actions: ['lambda:DeleteLayerVersion', 'lambda:GetLayerVersion', 'lambda:PublishLayerVersion'],
        resources: [arn(scope, 'lambda', `layer:${prefix}*`)],
      }),
      ...(layers.length > 0
        ? [allow({ actions: ['lambda:GetLayerVersion'], resources: layers.map(layer => layer.layerVersionArn) })]
        : []),
      ...passRoles(roles, ['lambda.amazonaws.com']),
      ...code(buckets, repositories),
    ];
  });
}

function code(buckets: IBucket[], repositories: IRepository[]): PolicyStatement[] {
  return [
    ...(buckets.length > 0
      ? [
        allow({
          actions: ['s3:GetObject', 's3:GetObjectVersion'],
          resources: buckets.map(bucket => bucket.arnForObjects('*')),
        }),
      ]
      : []),
    ...(repositories.length > 0
      ? [
        allow({
          actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetRepositoryPolicy'],
          resources: repositories.map(repository => repository.repositoryArn),
        }),
      ]
      : []),
  ];
}
