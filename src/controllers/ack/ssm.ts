import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { AckNamePrefixOptions } from './options';
import { ackController, allOf, checkedPrefix, checkedTags, TagConditions } from './parts';
import { failIf, problem } from '../../private/errors';
import { allow, arn, ControllerDefinition, inRegion } from '../definition';

/**
 * Options of `AckService.ssm`. `namePrefix` applies to documents and resource data syncs.
 */
export interface AckSsmOptions extends AckNamePrefixOptions {
  /**
   * The prefix of the names of parameters that the controller may create, read, change and delete: `/apps/`.
   *
   * @default - no access to parameters
   */
  readonly parameterPrefix?: string;

  /**
   * Tags of the patch baselines that the controller creates. It may change and delete only patch baselines with these
   * tags. Set the same tags in the value `resourceTags` of its chart.
   *
   * @default - it may not create patch baselines
   */
  readonly resourceTags?: { [key: string]: string };
}

/**
 * @see https://github.com/aws-controllers-k8s/ssm-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackSsm(options: AckSsmOptions): ControllerDefinition {
  const prefix = checkedPrefix(options);
  const parameters = checkedParameterPrefix(options.parameterPrefix);
  const tags = options.resourceTags && checkedTags({ resourceTags: options.resourceTags });
  const unscoped =
    tags
    && 'AWS cannot distinguish tags at creation from tags that are added later, so it may add the '
      + 'tags to existing patch baselines.';
  return ackController('ssm', { unscoped }, scope => [
    allow({
      actions: [
        'ssm:AddTagsToResource',
        'ssm:CreateDocument',
        'ssm:DeleteDocument',
        'ssm:DescribeDocument',
        'ssm:ListTagsForResource',
        'ssm:RemoveTagsFromResource',
        'ssm:UpdateDocument',
      ],
      resources: [arn(scope, 'ssm', `document/${prefix}*`)],
    }),
    allow({
      actions: ['ssm:CreateResourceDataSync', 'ssm:DeleteResourceDataSync', 'ssm:UpdateResourceDataSync'],
      resources: [arn(scope, 'ssm', `resource-data-sync/${prefix}*`)],
    }),
    allow({ actions: ['ssm:ListResourceDataSync'], resources: ['*'], conditions: inRegion(scope) }),
    ...(parameters === undefined ? [] : parameterStatements(scope, parameters)),
    ...(tags ? patchBaselines(scope, tags) : []),
  ]);
}

/** The ARN of `/apps/web` contains only one slash before `apps`, so `/` would match all parameters. */
function checkedParameterPrefix(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const prefix = checkedPrefix({ namePrefix: given }, 'parameterPrefix').replace(/^\/+/, '');
  failIf(
    'AckService',
    prefix
      ? undefined
      : problem(
        'parameterPrefix',
        'contain more than /',
        given,
        'Without a prefix, the controller would have access to the parameters of others.',
      ),
  );
  return prefix;
}

/** These are missing in the recommended policy, but the controller has an object for them. */
function parameterStatements(scope: IConstruct, prefix: string): PolicyStatement[] {
  return [
    allow({
      actions: [
        'ssm:AddTagsToResource',
        'ssm:DeleteParameter',
        'ssm:GetParameter',
        'ssm:GetParameters',
        'ssm:ListTagsForResource',
        'ssm:PutParameter',
        'ssm:RemoveTagsFromResource',
      ],
      resources: [arn(scope, 'ssm', `parameter/${prefix}*`)],
    }),
  ];
}

function patchBaselines(scope: IConstruct, { request, resource }: TagConditions): PolicyStatement[] {
  const resources = [arn(scope, 'ssm', 'patchbaseline/*')];
  return [
    allow({ actions: ['ssm:CreatePatchBaseline'], resources: ['*'], conditions: allOf(inRegion(scope), request) }),
    allow({ actions: ['ssm:AddTagsToResource'], resources, conditions: request }),
    allow({
      actions: [
        'ssm:AddTagsToResource',
        'ssm:DeletePatchBaseline',
        'ssm:GetPatchBaseline',
        'ssm:ListTagsForResource',
        'ssm:RemoveTagsFromResource',
        'ssm:UpdatePatchBaseline',
      ],
      resources,
      conditions: resource,
    }),
  ];
}
