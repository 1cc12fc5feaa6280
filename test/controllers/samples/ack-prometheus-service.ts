import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const workspace = own('aps', 'workspace/ws-1');
const rules = own('aps', 'rulegroupsnamespace/ws-1/rules');
const made = { 'aws:RequestTag/owner': 'ack' };
const there = { 'aws:ResourceTag/owner': 'ack' };

export const SAMPLES: ControllerSample[] = [
  ackSample(
    'prometheusservice',
    'Managed Prometheus',
    () => AckService.prometheusService({ resourceTags: { owner: 'ack' } }),
    {
      unscoped: true,
      may: [
        ...calls(['aps:CreateWorkspace'], '*', { ...REGION, ...made }),
        ...calls(['aps:TagResource'], workspace, made),
        ...calls(['aps:CreateRuleGroupsNamespace'], rules, made),
        ...calls(
          ['aps:DeleteWorkspace', 'aps:CreateAlertManagerDefinition', 'aps:UpdateWorkspaceAlias'],
          workspace,
          there,
        ),
        ...calls(['aps:PutRuleGroupsNamespace', 'aps:DeleteRuleGroupsNamespace'], rules, there),
      ],
      mayNot: [
        ...calls(['aps:CreateWorkspace'], '*', REGION),
        ...calls(['aps:CreateWorkspace'], '*', { ...made, 'aws:RequestedRegion': 'us-east-1' }),
        ...calls(['aps:DeleteWorkspace', 'aps:CreateAlertManagerDefinition', 'aps:TagResource'], workspace),
        ...calls(['aps:PutRuleGroupsNamespace', 'aps:CreateRuleGroupsNamespace'], rules),
        ...calls(['aps:RemoteWrite', 'aps:QueryMetrics', 'aps:PutResourcePolicy'], workspace, there),
        ...calls(['logs:PutResourcePolicy'], '*', REGION),
      ],
      scopedTo: 'workspaces and rule groups by tags',
    },
  ),
];
