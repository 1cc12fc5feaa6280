import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IConstruct } from 'constructs';
import { allow } from './definition';

/** What a service that stores volumes asks of a key, when somebody lets it encrypt one. */
const VOLUME_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'];

/**
 * For keys of volumes or file systems: usable through their service only, grants to AWS services only. Nothing without keys.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions
 */
export function volumeKeys(scope: IConstruct, service: string, keys: IKey[] | undefined, moreActions: string[] = []): PolicyStatement[] {
  if (!keys?.length) return [];
  const resources = keys.map(key => key.keyArn);
  const through = { StringLike: { 'kms:ViaService': viaService(service, Stack.of(scope).region) } };
  return [
    allow({ actions: [...VOLUME_ACTIONS, ...moreActions].sort(), resources, conditions: through }),
    allow({ actions: ['kms:CreateGrant'], resources, conditions: { ...through, Bool: { 'kms:GrantIsForAWSResource': 'true' } } }),
  ];
}

/** Of `kms:ViaService`. The asterisk at the end stands for the suffix of China. */
export function viaService(service: string, region: string): string {
  return `${service}.${region}.amazonaws.com*`;
}
