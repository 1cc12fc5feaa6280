import { Aws } from 'aws-cdk-lib';
import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { IConstruct } from 'constructs';
import { ADD_OBJECTS, READ_OBJECTS } from './bucket-access';
import { allow, arn, ControllerDefinition } from './definition';
import { throughServices } from './kms-permissions';
import { assumeRoles, optional, requireOne, unique } from './parts';
import { bucketKeys, objectArns } from './s3-objects';
import { failIf, missingProblem, problem } from '../private/errors';
import { isToken } from '../private/values/is-token';
import { settledProblems } from '../private/values/value-safety';

/**
 * A Cost and Usage Report that Athena queries.
 */
export interface CostReport {
  /**
   * The Athena work group that runs the queries.
   *
   * @default 'primary'
   */
  readonly workGroup?: string;

  /**
   * The AWS Glue database with the table of the report (`athenaDatabase`).
   */
  readonly database: string;

  /**
   * The table of the report (`athenaTable`).
   */
  readonly table: string;

  /**
   * The bucket that the report is delivered to.
   */
  readonly reportBucket: IBucket;

  /**
   * The bucket for the results of the queries (`athenaBucketName`).
   */
  readonly resultBucket: IBucket;

  /**
   * The region of Athena, the database and the buckets.
   *
   * @default - the region of the role
   */
  readonly region?: string;
}

/**
 * Options of `Controller.openCost` and `Controller.kubecost`. At least one cost source or role to assume is required.
 */
export interface CostMonitoringOptions {
  /**
   * The Cost and Usage Report that it queries with Athena, in the account of the role.
   *
   * @default - none
   */
  readonly costReport?: CostReport;

  /**
   * The buckets with the Spot Instance data feed.
   *
   * @default - none
   */
  readonly spotFeedBuckets?: IBucket[];

  /**
   * Whether it may describe the volumes and addresses of the account in every region, to find unused ones.
   *
   * @default false
   */
  readonly unusedResources?: boolean;

  /**
   * The roles that it assumes, for example for a report in the management account. They must trust its role.
   *
   * @default - none
   */
  readonly roles?: IRole[];
}

const DESCRIBE_UNUSED = ['ec2:DescribeAddresses', 'ec2:DescribeVolumes'];

const READ_CATALOG = [
  'glue:BatchGetPartition',
  'glue:GetDatabase',
  'glue:GetPartition',
  'glue:GetPartitions',
  'glue:GetTable',
];

/**
 * @see https://opencost.io/docs/configuration/aws
 *
 * @internal
 */
export function openCost(options: CostMonitoringOptions): ControllerDefinition {
  const statements = costStatements('openCost', options);
  const cloudIntegrationJSON = cloudIntegration(options.costReport);
  return {
    name: 'opencost',
    namespace: 'opencost',
    serviceAccountName: 'opencost',
    helmValues: { opencost: cloudIntegrationJSON && { cloudCost: { enabled: true }, cloudIntegrationJSON } },
    statements,
    problems: scope => reportProblems(scope, options.costReport),
  };
}

/**
 * @see https://docs.kubecost.com/install-and-configure/install/cloud-integration/aws-cloud-integrations
 *
 * @internal
 */
export function kubecost(options: CostMonitoringOptions): ControllerDefinition {
  const statements = costStatements('kubecost', options);
  return {
    name: 'kubecost',
    namespace: 'kubecost',
    serviceAccountName: 'kubecost',
    helmValues: { 'cloudCost.cloudIntegrationJSON': cloudIntegration(options.costReport) },
    statements,
    problems: scope => reportProblems(scope, options.costReport),
  };
}

/** The file that both read, with the ServiceAccount instead of access keys. */
function cloudIntegration(report: CostReport | undefined): string | undefined {
  if (!report) return undefined;
  const { workGroup: workgroup = 'primary', database, table, resultBucket, region = Aws.REGION } = report;
  const athena = {
    bucket: `s3://${resultBucket.bucketName}`,
    region,
    database,
    table,
    workgroup,
    account: Aws.ACCOUNT_ID,
    authorizer: { authorizerType: 'AWSServiceAccount' },
  };
  return JSON.stringify({ aws: { athena: [athena] } });
}

function costStatements(
  factory: string, { costReport, unusedResources, ...lists }: CostMonitoringOptions,
): (scope: IConstruct) => PolicyStatement[] {
  const { spotFeedBuckets, roles } = lists;
  requireOne(factory, { costReport, spotFeedBuckets, unusedResources, roles });
  const feeds = optional(factory, 'spotFeedBuckets', 'bucket', spotFeedBuckets);
  const assumed = optional(factory, 'roles', 'role', roles);
  if (costReport) checkReport(factory, costReport);
  return scope => [
    ...(costReport ? reportStatements(scope, costReport) : []),
    ...readBuckets(feeds),
    ...(unusedResources ? [allow({ actions: DESCRIBE_UNUSED, resources: ['*'] })] : []),
    ...assumeRoles(assumed),
  ];
}

function checkReport(factory: string, { database, table, reportBucket, resultBucket }: CostReport): void {
  for (const [property, value] of Object.entries({ database, table, reportBucket, resultBucket })) {
    failIf(
      `Controller.${factory}`,
      missingProblem(`costReport.${property}`, value, 'Copy it from the settings of the report and of Athena.'),
    );
  }
}

/** Returns what is wrong with the names, which may be deferred. A wildcard would grant access to other tables. */
function reportProblems(scope: IConstruct, { workGroup, database, table, region }: Partial<CostReport> = {}): string[] {
  return Object.entries({ workGroup, database, table, region }).flatMap(([property, value]) =>
    value === undefined
      ? []
      : settledProblems(scope, `costReport.${property}`, value, nameProblem, { trustsForeign: true }),
  );
}

function nameProblem(property: string, name: string): string | undefined {
  if (isToken(name) || /^[\w.-]+$/.test(name)) return undefined;
  return problem(property, 'be a name of letters, digits, _, - and .', name, 'Wildcards are not allowed here.');
}

/** Athena reads the catalog and the buckets with the permissions of the role that runs the query. */
function reportStatements(
  scope: IConstruct, { workGroup = 'primary', database, table, reportBucket, resultBucket, region }: CostReport,
): PolicyStatement[] {
  const keys = unique(bucketKeys([resultBucket]));
  return [
    allow({
      actions: ['athena:GetQueryExecution', 'athena:GetQueryResults', 'athena:StartQueryExecution'],
      resources: [arn(scope, 'athena', `workgroup/${workGroup}`, { region })],
    }),
    allow({
      actions: READ_CATALOG,
      resources: ['catalog', `database/${database}`, `table/${database}/${table}`].map(resource =>
        arn(scope, 'glue', resource, { region }),
      ),
    }),
    ...readBuckets([reportBucket]),
    allow({ actions: [...ADD_OBJECTS.onBuckets], resources: [resultBucket.bucketArn] }),
    allow({ actions: [...ADD_OBJECTS.onObjects], resources: objectArns([resultBucket], undefined) }),
    ...throughServices(['kms:Decrypt', 'kms:GenerateDataKey'], ['s3'], keys),
  ];
}

function readBuckets(buckets: IBucket[]): PolicyStatement[] {
  if (buckets.length === 0) return [];
  return [
    allow({ actions: [...READ_OBJECTS.onBuckets], resources: buckets.map(bucket => bucket.bucketArn) }),
    allow({ actions: [...READ_OBJECTS.onObjects], resources: objectArns(buckets, undefined) }),
    ...throughServices(['kms:Decrypt'], ['s3'], unique(bucketKeys(buckets))),
  ];
}
