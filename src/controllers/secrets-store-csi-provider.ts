import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IParameter } from 'aws-cdk-lib/aws-ssm';
import { allow, ControllerDefinition } from './definition';
import { throughServices } from './kms-permissions';
import { optional, requireOne } from './parts';
import { keysOf, secretArn } from './secrets';

/**
 * Options of `Controller.secretsStoreCsiProvider`. At least one secret or parameter is required.
 */
export interface SecretsStoreCsiProviderOptions {
  /**
   * The namespace of the pods that mount the secrets, not that of the provider.
   */
  readonly namespace: string;

  /**
   * The ServiceAccount of the pods that mount the secrets, not `csi-secrets-store-provider-aws`, which needs no role.
   */
  readonly serviceAccountName: string;

  /**
   * The secrets in Secrets Manager that the pods mount.
   *
   * @default - none
   */
  readonly secrets?: ISecret[];

  /**
   * The parameters in Parameter Store that the pods mount, such as
   * `StringParameter.fromSecureStringParameterAttributes`.
   *
   * @default - none
   */
  readonly parameters?: IParameter[];

  /**
   * The customer managed keys that encrypt the secrets and parameters. They can be used only through these services.
   * You need not list keys that are the `encryptionKey` of a listed secret.
   *
   * @default - the `encryptionKey` of each secret
   */
  readonly encryptionKeys?: IKey[];
}

/**
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/integrating_ascp_irsa.html
 *
 * @internal
 */
export function secretsStoreCsiProvider({
  namespace,
  serviceAccountName,
  ...options
}: SecretsStoreCsiProviderOptions): ControllerDefinition {
  requireOne('secretsStoreCsiProvider', { secrets: options.secrets, parameters: options.parameters });
  const secrets = optional('secretsStoreCsiProvider', 'secrets', 'secret', options.secrets);
  const parameters = optional('secretsStoreCsiProvider', 'parameters', 'parameter', options.parameters);
  const keys = optional('secretsStoreCsiProvider', 'encryptionKeys', 'KMS key', options.encryptionKeys);
  return {
    name: 'secrets-store-csi-driver-provider-aws',
    namespace,
    serviceAccountName,
    statements: () => [
      ...(secrets.length > 0
        ? [
          allow({
            actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
            resources: secrets.map(secretArn),
          }),
        ]
        : []),
      ...(parameters.length > 0
        ? [allow({ actions: ['ssm:GetParameters'], resources: parameters.map(parameter => parameter.parameterArn) })]
        : []),
      ...throughServices(
        ['kms:Decrypt'],
        [...(secrets.length > 0 ? ['secretsmanager'] : []), ...(parameters.length > 0 ? ['ssm'] : [])],
        [...keys, ...keysOf(secrets)],
      ),
    ],
  };
}
