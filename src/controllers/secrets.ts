import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { allow } from './definition';
import { literalPartition } from '../private/tokens';

/** The ARN of a secret for a policy: AWS ends it with six characters, which nobody knows of one imported by its name. */
export function secretArn(secret: ISecret): string {
  return secret.secretFullArn ?? `${secret.secretArn}-??????`;
}

/** What a service may do with keys for the controller; not the controller by itself. None without keys. */
export function throughServices(scope: IConstruct, actions: string[], services: string[], keys: IKey[]): PolicyStatement[] {
  if (keys.length === 0) return [];
  const domains = ['aws-cn', undefined].includes(literalPartition(Stack.of(scope))) ? ['amazonaws.com', 'amazonaws.com.cn'] : ['amazonaws.com'];
  const regions = unique(keys.map(key => key.env.region));
  return [allow({
    actions,
    resources: unique(keys.map(key => key.keyArn)),
    conditions: { StringEquals: { 'kms:ViaService': services.flatMap(service => regions.flatMap(region => domains.map(domain => `${service}.${region}.${domain}`))) } },
  })];
}

/** The keys that secrets are known to be encrypted with. */
export function keysOf(secrets: ISecret[]): IKey[] {
  return secrets.flatMap(({ encryptionKey }) => encryptionKey ?? []);
}

export function unique<T>(values: T[]): T[] {
  return [...new Set(values)];
}
