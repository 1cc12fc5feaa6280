import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/**
 * The ARN of a secret for a policy: AWS ends it with six characters, which nobody knows of one imported by its name.
 */
export function secretArn(secret: ISecret): string {
  return secret.secretFullArn ?? `${secret.secretArn}-??????`;
}

/** The keys that secrets are known to be encrypted with. */
export function keysOf(secrets: ISecret[]): IKey[] {
  return secrets.flatMap(({ encryptionKey }) => encryptionKey ?? []);
}
