import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const key = own('kms', 'key/1');

export const SAMPLES: ControllerSample[] = [
  ackSample('kms', 'KMS', () => AckService.kms({ aliasPrefix: 'apps/', resourceTags: { owner: 'ack' } }), {
    unscoped: true,
    may: [
      ...calls(['kms:CreateKey'], '*', { ...REGION, 'aws:RequestTag/owner': 'ack' }),
      ...calls(['kms:TagResource'], key, { 'aws:RequestTag/owner': 'ack' }),
      ...calls(
        ['kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:EnableKeyRotation', 'kms:CreateGrant', 'kms:CreateAlias'],
        key,
        { 'aws:ResourceTag/owner': 'ack' },
      ),
      ...calls(['kms:CreateAlias', 'kms:DeleteAlias'], own('kms', 'alias/apps/web')),
      ...calls(['kms:ListAliases'], '*', REGION),
    ],
    mayNot: [
      ...calls(['kms:CreateKey'], '*', REGION),
      ...calls(['kms:CreateKey'], '*', { 'aws:RequestedRegion': 'us-east-1', 'aws:RequestTag/owner': 'ack' }),
      ...calls(['kms:TagResource'], key, { 'aws:RequestTag/owner': 'jane' }),
      ...calls(['kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:CreateGrant', 'kms:CreateAlias'], key),
      ...calls(['kms:PutKeyPolicy'], key, { 'aws:ResourceTag/owner': 'jane' }),
      ...calls(['kms:CreateAlias', 'kms:DeleteAlias'], own('kms', 'alias/billing')),
      ...calls(['kms:Decrypt', 'kms:GenerateDataKey'], key, { 'aws:ResourceTag/owner': 'ack' }),
    ],
    scopedTo: 'keys by tags, aliases by the beginning of their names',
  }),
];
