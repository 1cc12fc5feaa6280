import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { allow, Permission } from './definition';
import { unique } from './parts';

/** The actions that a service needs on the key that encrypts a volume. */
const VOLUME_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'];

/**
 * Returns statements for keys of volumes or file systems: usable only through their service, with grants only to AWS
 * services. Empty without keys.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions
 */
export function volumeKeys(service: string, keys: IKey[] = [], moreActions: string[] = []): PolicyStatement[] {
  return [
    ...throughServices([...VOLUME_ACTIONS, ...moreActions].sort(), [service], keys),
    ...throughServices(['kms:CreateGrant'], [service], keys, { Bool: { 'kms:GrantIsForAWSResource': 'true' } }),
  ];
}

/** Returns the encryption key of a queue, if the CDK knows it. */
export function queueKeys(queue: IQueue | undefined): IKey[] {
  return queue?.encryptionMasterKey ? [queue.encryptionMasterKey] : [];
}

/**
 * Returns statements that allow a controller to use keys only through services. Empty without keys. A service uses keys
 * in its own region, and its name ends with `amazonaws.com` in every partition, including China.
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
