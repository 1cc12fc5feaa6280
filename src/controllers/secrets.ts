import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/**
 * Returns the ARN of a secret for a policy. AWS appends six random characters, which are unknown if it is imported by
 * name.
 */
export function secretArn(secret: ISecret): string {
  return secret.secretFullArn ?? `${secret.secretArn}-??????`;
}

/** Returns the known encryption keys of secrets. */
export function keysOf(secrets: ISecret[]): IKey[] {
  return secrets.flatMap(({ encryptionKey }) => encryptionKey ?? []);
}
