import { AckResourceTagsOptions } from './options';
import { ackController, allOf, checkedTags } from './parts';
import { allow, arn, ControllerDefinition, inRegion } from '../definition';

/** On what carries the tags. Writing and querying metrics is not among it. */
const ACTIONS = [
  'aps:CreateAlertManagerDefinition',
  'aps:DeleteAlertManagerDefinition',
  'aps:DeleteRuleGroupsNamespace',
  'aps:DeleteWorkspace',
  'aps:DescribeAlertManagerDefinition',
  'aps:DescribeRuleGroupsNamespace',
  'aps:DescribeWorkspace',
  'aps:ListTagsForResource',
  'aps:PutAlertManagerDefinition',
  'aps:PutRuleGroupsNamespace',
  'aps:TagResource',
  'aps:UntagResource',
  'aps:UpdateWorkspaceAlias',
];

/**
 * @see
 * https://github.com/aws-controllers-k8s/prometheusservice-controller/blob/main/config/iam/recommended-inline-policy
 */
export function ackPrometheusService(options: AckResourceTagsOptions): ControllerDefinition {
  const { request, resource } = checkedTags(options);
  const unscoped =
    'AWS does not tell tags that a workspace is made with from tags that it gets later, so it may put the tags on '
      + 'workspaces of others, and rule groups into them.';
  return ackController('prometheusservice', { unscoped }, scope => {
    const workspaces = arn(scope, 'aps', 'workspace/*');
    const ruleGroups = arn(scope, 'aps', 'rulegroupsnamespace/*');
    return [
      allow({ actions: ['aps:CreateWorkspace'], resources: ['*'], conditions: allOf(inRegion(scope), request) }),
      allow({ actions: ['aps:CreateRuleGroupsNamespace'], resources: [ruleGroups], conditions: request }),
      allow({ actions: ['aps:TagResource'], resources: [workspaces, ruleGroups], conditions: request }),
      allow({ actions: ACTIONS, resources: [workspaces, ruleGroups], conditions: resource }),
    ];
  });
}
