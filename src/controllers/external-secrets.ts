import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IParameter } from 'aws-cdk-lib/aws-ssm';
import { allow, ControllerDefinition } from './definition';
import { throughServices } from './kms-permissions';
import { assumeRoles, optional, requireOne, unique } from './parts';
import { keysOf, secretArn } from './secrets';

/**
 * Options of `Controller.externalSecrets`. At least one secret, parameter or role, or `ecrAuthorizationToken`, is
 * required.
 */
export interface ExternalSecretsOptions {
  /**
   * The secrets in Secrets Manager that it reads. A secret that is imported as
   * `Secret.fromSecretNameV2(scope, id, 'team-a/*')` represents all secrets below `team-a/`.
   *
   * @default - none
   */
  readonly secrets?: ISecret[];

  /**
   * The parameters in Parameter Store that it reads, such as `StringParameter.fromSecureStringParameterAttributes`.
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

  /**
   * The secrets that a `PushSecret` creates, overwrites and deletes, and therefore also reads. It overwrites and
   * deletes existing secrets only if they have its tag `managed-by: external-secrets`. For a secret that does not exist
   * yet, use `Secret.fromSecretNameV2`. Permissions for resource policies and replicas are not included.
   *
   * @default - none
   */
  readonly pushSecrets?: ISecret[];

  /**
   * The parameters that a `PushSecret` creates, overwrites and deletes, and therefore also reads. It deletes only
   * parameters with its tag.
   *
   * @default - none
   */
  readonly pushParameters?: IParameter[];

  /**
   * Whether it may search by name or tag (`dataFrom.find`). It then may list the names of all secrets or parameters of
   * the account, but not their values.
   *
   * @default false
   */
  readonly find?: boolean;

  /**
   * The roles that it assumes, those of `role` in a SecretStore. They must trust its role.
   *
   * @default - none
   */
  readonly roles?: IRole[];

  /**
   * Whether the generator `ECRAuthorizationToken` may get a token for ECR. The access of the token depends on the other
   * permissions of the role.
   *
   * @default false
   */
  readonly ecrAuthorizationToken?: boolean;
}

/**
 * Narrower than the published policy: the provider does not call `ListSecretVersionIds`, and calls `GetResourcePolicy`
 * only for resource policies.
 *
 * @see https://external-secrets.io/latest/provider/aws-secrets-manager/#iam-policy
 * @see https://external-secrets.io/latest/provider/aws-parameter-store/#iam-policy
 *
 * @internal
 */
export function externalSecrets(options: ExternalSecretsOptions): ControllerDefinition {
  const { find, encryptionKeys, ecrAuthorizationToken, ...scopes } = options;
  requireOne('externalSecrets', {
    secrets: undefined,
    parameters: undefined,
    pushSecrets: undefined,
    pushParameters: undefined,
    roles: undefined,
    ecrAuthorizationToken,
    ...scopes,
  });
  const secrets = optional('externalSecrets', 'secrets', 'secret', scopes.secrets);
  const parameters = optional('externalSecrets', 'parameters', 'parameter', scopes.parameters);
  const pushSecrets = optional('externalSecrets', 'pushSecrets', 'secret', scopes.pushSecrets);
  const pushParameters = optional('externalSecrets', 'pushParameters', 'parameter', scopes.pushParameters);
  const roles = optional('externalSecrets', 'roles', 'role', scopes.roles);
  const keys = optional('externalSecrets', 'encryptionKeys', 'KMS key', encryptionKeys);
  const allSecrets = unique([...secrets, ...pushSecrets]);
  const allParameters = unique([...parameters, ...pushParameters]);
  return {
    name: 'external-secrets',
    namespace: 'external-secrets',
    serviceAccountName: 'external-secrets',
    statements: () => [
      ...assumeRoles(roles),
      ...(ecrAuthorizationToken ? [allow({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] })] : []),
      ...(allSecrets.length > 0 ? readSecrets(allSecrets, find) : []),
      ...(allParameters.length > 0 ? readParameters(allParameters, find) : []),
      ...throughServices(['kms:Decrypt'], services(allSecrets, allParameters), [...keys, ...keysOf(allSecrets)]),
      ...(pushSecrets.length > 0 ? writeSecrets(pushSecrets) : []),
      ...(pushParameters.length > 0 ? writeParameters(pushParameters) : []),
      ...(pushSecrets.length + pushParameters.length > 0
        ? throughServices(['kms:Encrypt', 'kms:GenerateDataKey'], services(pushSecrets, pushParameters), [
          ...keys,
          ...keysOf(pushSecrets),
        ])
        : []),
    ],
  };
}

function services(secrets: ISecret[], parameters: IParameter[]): string[] {
  return [...secrets.length > 0 ? ['secretsmanager'] : [], ...parameters.length > 0 ? ['ssm'] : []];
}

function readSecrets(secrets: ISecret[], find?: boolean): PolicyStatement[] {
  return [
    allow({
      actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      resources: secrets.map(secretArn),
    }),
    // Returns no values by itself, because each also requires GetSecretValue on the secret.
    ...(find
      ? [allow({ actions: ['secretsmanager:BatchGetSecretValue', 'secretsmanager:ListSecrets'], resources: ['*'] })]
      : []),
  ];
}

function readParameters(parameters: IParameter[], find?: boolean): PolicyStatement[] {
  return [
    allow({
      actions: ['ssm:GetParameter', 'ssm:ListTagsForResource', ...find ? ['ssm:GetParametersByPath'] : []],
      resources: parameters.map(parameter => parameter.parameterArn),
    }),
    ...find ? [allow({ actions: ['ssm:DescribeParameters', 'tag:GetResources'], resources: ['*'] })] : [],
  ];
}

function writeSecrets(secrets: ISecret[]): PolicyStatement[] {
  return [
    allow({
      actions: ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
      // During creation, a secret does not yet have its six random characters.
      resources: unique(secrets.flatMap(secret => [secretArn(secret), secret.secretArn])),
      conditions: managed('aws:RequestTag'),
    }),
    allow({
      // It deletes the resource policy of every secret that it updates, unless one is configured.
      actions: [
        'secretsmanager:DeleteResourcePolicy',
        'secretsmanager:DeleteSecret',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UntagResource',
      ],
      resources: secrets.map(secretArn),
      conditions: managed('aws:ResourceTag'),
    }),
  ];
}

function writeParameters(parameters: IParameter[]): PolicyStatement[] {
  const resources = parameters.map(parameter => parameter.parameterArn);
  return [
    allow({ actions: ['ssm:AddTagsToResource', 'ssm:PutParameter'], resources }),
    allow({
      actions: ['ssm:DeleteParameter', 'ssm:RemoveTagsFromResource'],
      resources,
      conditions: managed('aws:ResourceTag'),
    }),
  ];
}

/** The tag that it sets on everything it creates, and requires before it changes or deletes anything. */
function managed(key: string): { [operator: string]: { [key: string]: string } } {
  return { StringEquals: { [`${key}/managed-by`]: 'external-secrets' } };
}
