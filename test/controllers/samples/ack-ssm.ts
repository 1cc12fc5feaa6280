import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const baseline = own('ssm', 'patchbaseline/pb-1');
const parameter = own('ssm', 'parameter/apps/web');
const made = { 'aws:RequestTag/owner': 'ack' };
const there = { 'aws:ResourceTag/owner': 'ack' };

const may = [
  ...calls(
    ['ssm:CreateDocument', 'ssm:UpdateDocument', 'ssm:DeleteDocument', 'ssm:AddTagsToResource'],
    own('ssm', 'document/apps-web'),
  ),
  ...calls(['ssm:CreateResourceDataSync'], own('ssm', 'resource-data-sync/apps-web')),
  ...calls(['ssm:ListResourceDataSync'], '*', REGION),
];

const more = [
  ...calls(['ssm:PutParameter', 'ssm:GetParameters', 'ssm:DeleteParameter'], parameter),
  ...calls(['ssm:CreatePatchBaseline'], '*', { ...REGION, ...made }),
  ...calls(['ssm:AddTagsToResource'], baseline, made),
  ...calls(['ssm:UpdatePatchBaseline', 'ssm:DeletePatchBaseline'], baseline, there),
];

const mayNot = [
  ...calls(['ssm:UpdateDocument', 'ssm:DeleteDocument', 'ssm:AddTagsToResource'], own('ssm', 'document/billing')),
  ...calls(['ssm:SendCommand', 'ssm:ModifyDocumentPermission'], own('ssm', 'document/apps-web')),
  ...calls(['ssm:DeleteResourceDataSync'], own('ssm', 'resource-data-sync/billing')),
  ...calls(['ssm:GetParameters', 'ssm:PutParameter'], own('ssm', 'parameter/billing/password')),
  ...calls(['ssm:CreatePatchBaseline'], '*', REGION),
  ...calls(['ssm:UpdatePatchBaseline', 'ssm:DeletePatchBaseline', 'ssm:AddTagsToResource'], baseline),
  ...calls(['ssm:UpdatePatchBaseline'], baseline, { 'aws:ResourceTag/owner': 'jane' }),
];

export const SAMPLES: ControllerSample[] = [
  ackSample('ssm', 'Systems Manager', () => AckService.ssm({ namePrefix: 'apps-' }), {
    may,
    mayNot: [...mayNot, ...more],
    scopedTo: 'documents by the beginning of their names',
  }),
  ackSample(
    'ssm',
    'Systems Manager, all',
    () => AckService.ssm({ namePrefix: 'apps-', parameterPrefix: '/apps/', resourceTags: { owner: 'ack' } }),
    {
      unscoped: true,
      may: [...may, ...more],
      mayNot,
      scopedTo: 'documents and parameters by the beginning of their names, patch baselines by tags',
    },
  ),
];
