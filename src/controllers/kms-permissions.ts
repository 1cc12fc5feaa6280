import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { allow, Permission } from './definition';
import { unique } from './parts';

/** What a service that stores volumes asks of a key, when somebody lets it encrypt one. */
const VOLUME_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'];

/**
 * For keys of volumes or file systems: usable through their service only, grants to AWS services only. Nothing without
 * keys.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions
 */
export function volumeKeys(service: string, keys: IKey[] = [], moreActions: string[] = []): PolicyStatement[] {
  return [
    ...throughServices([...VOLUME_ACTIONS, ...moreActions].sort(), [service], keys),
    ...throughServices(['kms:CreateGrant'], [service], keys, { Bool: { 'kms:GrantIsForAWSResource': 'true' } }),
  ];
}

/** The key that CDK knows a queue to be encrypted with. */
export function queueKeys(queue: IQueue | undefined): IKey[] {
  return queue?.encryptionMasterKey ? [queue.encryptionMasterKey] : [];
}

/**
 * What services may do with keys for the controller; not the controller by itself. None without keys. A service uses
 * keys of its own region, and goes by `amazonaws.com` in every partition, China too.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#viaService_table
 */
export function throughServices(
  actions: string[], services: string[], keys: IKey[], moreConditions: Permission['conditions'] = {},
): PolicyStatement[] {
  if (keys.length === 0) return [];
  const regions = unique(keys.map(key => key.env.region));
  return [
    allow({
      actions,
      resources: keys.map(key => key.keyArn),
      conditions: {
        StringEquals: {
          'kms:ViaService': services.flatMap(service => regions.map(region => `${service}.${region}.amazonaws.com`)),
        },
        ...moreConditions,
      },
    }),
  ];
}
