import { Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { allow, arn, inRegion } from './definition';
import { problem } from '../private/errors';
import { settledProblems } from '../private/values/value-safety';

const WORKSPACE_ID = /^ws-[0-9A-Za-z-]{1,61}$/;
const WORKSPACE_ID_FRAGMENT = /^[0-9A-Za-z-]*$/;

/** Writing to workspaces of Amazon Managed Service for Prometheus. */
export function writeMetrics(scope: IConstruct, workspaceIds: string[], actions: string[] = []): PolicyStatement {
  return allow({ actions: ['aps:RemoteWrite', ...actions], resources: workspaceArns(scope, workspaceIds) });
}

export function workspaceArns(scope: IConstruct, workspaceIds: string[]): string[] {
  return workspaceIds.map(id => arn(scope, 'aps', `workspace/${id}`));
}

/** What is wrong with the ids of workspaces, of which a deployment may fill in some. */
export function workspaceProblems(scope: IConstruct, property: string, ids: string[]): string[] {
  return ids.flatMap(id =>
    settledProblems(scope, property, id, workspaceProblem, { fragment: WORKSPACE_ID_FRAGMENT, trustsForeign: true }),
  );
}

function workspaceProblem(property: string, id: string): string | undefined {
  if (Token.isUnresolved(id) || WORKSPACE_ID.test(id)) return undefined;
  return problem(
    property,
    'hold ids of workspaces, which begin with ws-',
    id,
    '`aws amp list-workspaces` prints them; of one in CDK it is `workspace.attrWorkspaceId`.',
  );
}

/**
 * Writing to log groups. The ARNs end with `:*`, as IAM wants it and `ILogGroup.logGroupArn` has it.
 *
 * @param create whether the groups may be created too, which includes how long they keep their events
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

/** Writing traces. X-Ray has no resources that could be named: what is left is the region. */
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
