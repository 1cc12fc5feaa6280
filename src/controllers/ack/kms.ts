import { AckResourceTagsOptions } from './options';
import { ackController, allOf, checkedPrefix, checkedTags } from './parts';
import { allow, arn, ControllerDefinition, inRegion } from '../definition';

/**
 * Options of `AckService.kms`.
 */
export interface AckKmsOptions extends AckResourceTagsOptions {
  /**
   * The prefix of the names of aliases, after `alias/`: `apps/`.
   */
  readonly aliasPrefix: string;
}

/**
 * Actions on keys with the tags. Using a key is not included, although anyone who can write its policy can allow that.
 */
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
    'KMS cannot distinguish tags at creation from tags that are added later, so it may add the tags to other keys '
      + 'whose policies delegate this to IAM.';
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
