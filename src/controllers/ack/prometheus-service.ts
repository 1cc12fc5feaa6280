import { AckResourceTagsOptions } from './options';
import { ackController, allOf, checkedTags } from './parts';
import { allow, arn, ControllerDefinition, inRegion } from '../definition';

/** Actions on resources with the tags. Writing and querying metrics is not included. */
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
    'AWS cannot distinguish tags at creation from tags that are added later, so it may add the tags to '
      + 'existing workspaces, and add rule groups to them.';
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
