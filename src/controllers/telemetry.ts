import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { allow, arn, inRegion } from './definition';
import { problem } from '../private/errors';
import { isToken } from '../private/values/is-token';
import { settledProblems } from '../private/values/value-safety';

const WORKSPACE_ID = /^ws-[0-9A-Za-z-]{1,61}$/;
const WORKSPACE_ID_FRAGMENT = /^[0-9A-Za-z-]*$/;

/** Returns a statement to write to workspaces of Amazon Managed Service for Prometheus. */
export function writeMetrics(scope: IConstruct, workspaceIds: string[], actions: string[] = []): PolicyStatement {
  return allow({ actions: ['aps:RemoteWrite', ...actions], resources: workspaceArns(scope, workspaceIds) });
}

export function workspaceArns(scope: IConstruct, workspaceIds: string[]): string[] {
  return workspaceIds.map(id => arn(scope, 'aps', `workspace/${id}`));
}

/** Returns what is wrong with the IDs of workspaces, which may be deferred. */
export function workspaceProblems(scope: IConstruct, property: string, ids: string[]): string[] {
  return ids.flatMap(id =>
    settledProblems(scope, property, id, workspaceProblem, { fragment: WORKSPACE_ID_FRAGMENT, trustsForeign: true }),
  );
}

function workspaceProblem(property: string, id: string): string | undefined {
  if (isToken(id) || WORKSPACE_ID.test(id)) return undefined;
  return problem(
    property,
    'contain IDs of workspaces, which begin with ws-',
    id,
    '`aws amp list-workspaces` prints them. For a CDK construct, use `workspace.attrWorkspaceId`.',
  );
}

/**
 * Returns a statement to write to log groups. The ARNs end with `:*`, which IAM requires and `ILogGroup.logGroupArn`
 * includes.
 *
 * @param create whether it also may create the log groups, including their retention
 */
export function writeLogs(logGroupArns: string[], create: boolean): PolicyStatement {
  return allow({
    actions: [
      'logs:CreateLogStream',
      'logs:DescribeLogStreams',
      'logs:PutLogEvents',
      ...(create ? ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'] : []),
    ],
    resources: logGroupArns,
  });
}

/** Returns a statement to write traces. X-Ray has no resources, so it is scoped to the region. */
export function writeTraces(scope: IConstruct): PolicyStatement {
  return allow({
    actions: [
      'xray:GetSamplingRules',
      'xray:GetSamplingStatisticSummaries',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ],
    resources: ['*'],
    conditions: inRegion(scope),
  });
}
