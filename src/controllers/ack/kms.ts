import { AckResourceTagsOptions } from './options';
import { ackController, allOf, checkedPrefix, checkedTags } from './parts';
import { allow, arn, ControllerDefinition, inRegion } from '../definition';

/**
 * Options of `AckService.kms`.
 */
export interface AckKmsOptions extends AckResourceTagsOptions {
  /**
   * How the names of aliases begin, after `alias/`: `apps/`.
   */
  readonly aliasPrefix: string;
}

/** On keys that carry the tags. Using a key is not among it, though who may write its policy can allow that. */
const KEY_ACTIONS = [
  'kms:CreateAlias',
  'kms:CreateGrant',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKeyRotation',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

/**
 * @see https://github.com/aws-controllers-k8s/kms-controller/blob/main/config/iam/recommended-inline-policy
 *
 * @internal
 */
export function ackKms(options: AckKmsOptions): ControllerDefinition {
  const prefix = checkedPrefix({ namePrefix: options.aliasPrefix }, 'aliasPrefix');
  const { request, resource } = checkedTags(options);
  const unscoped =
    'KMS does not tell tags that a key is made with from tags that it gets later, so it may put the tags on keys of '
      + 'others, as far as their policies let IAM decide.';
  return ackController('kms', { unscoped }, scope => {
    const keys = [arn(scope, 'kms', 'key/*')];
    return [
      allow({ actions: ['kms:CreateKey'], resources: ['*'], conditions: allOf(inRegion(scope), request) }),
      allow({ actions: ['kms:TagResource'], resources: keys, conditions: request }),
      allow({ actions: KEY_ACTIONS, resources: keys, conditions: resource }),
      allow({
        actions: ['kms:CreateAlias', 'kms:DeleteAlias', 'kms:UpdateAlias'],
        resources: [arn(scope, 'kms', `alias/${prefix}*`)],
      }),
      allow({ actions: ['kms:ListAliases'], resources: ['*'], conditions: inRegion(scope) }),
    ];
  });
}
