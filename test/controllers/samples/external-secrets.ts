import { Stack } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { IParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team-a/db-AbCdEf';
const OTHER_SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team-b/db-AbCdEf';
const LONGER_SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team-a/db-replica-AbCdEf';
const PARAMETER = 'arn:aws:ssm:eu-west-1:111122223333:parameter/team-a/url';
const OTHER_PARAMETER = 'arn:aws:ssm:eu-west-1:111122223333:parameter/team-b/url';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const OTHER_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/99999999-2222-3333-4444-555555555555';
const BY_SECRETS_MANAGER = { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' };
const BY_PARAMETER_STORE = { 'kms:ViaService': 'ssm.eu-west-1.amazonaws.com' };
const ASKED = { 'aws:RequestTag/managed-by': 'external-secrets' };
const OWN = { 'aws:ResourceTag/managed-by': 'external-secrets' };
const FOREIGN = { 'aws:ResourceTag/managed-by': 'terraform' };

const secret = (stack: Stack, name = 'team-a/db'): ISecret => Secret.fromSecretNameV2(stack, `Secret-${name}`, name);
const parameter = (stack: Stack, name = '/team-a/url'): IParameter =>
  StringParameter.fromSecureStringParameterAttributes(stack, `Parameter-${name}`, { parameterName: name });
const key = (stack: Stack) =>
  Key.fromKeyArn(
    stack,
    'Key',
    stack.formatArn({ service: 'kms', resource: 'key', resourceName: '11111111-2222-3333-4444-555555555555' }),
  );

const common = { factory: 'externalSecrets', namespace: 'external-secrets', serviceAccountName: 'external-secrets' };

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    make: stack =>
      Controller.externalSecrets({
        secrets: [secret(stack)],
        parameters: [parameter(stack)],
        encryptionKeys: [key(stack)],
      }),
    may: [
      { action: 'secretsmanager:GetSecretValue', resource: SECRET },
      { action: 'secretsmanager:DescribeSecret', resource: SECRET },
      { action: 'ssm:GetParameter', resource: PARAMETER },
      { action: 'ssm:ListTagsForResource', resource: PARAMETER },
      { action: 'kms:Decrypt', resource: KEY, context: BY_SECRETS_MANAGER },
      { action: 'kms:Decrypt', resource: KEY, context: BY_PARAMETER_STORE },
    ],
    mayNot: [
      { action: 'secretsmanager:GetSecretValue', resource: OTHER_SECRET },
      { action: 'secretsmanager:GetSecretValue', resource: LONGER_SECRET },
      { action: 'ssm:GetParameter', resource: OTHER_PARAMETER },
      { action: 'kms:Decrypt', resource: KEY },
      { action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
      { action: 'kms:Decrypt', resource: OTHER_KEY, context: BY_SECRETS_MANAGER },
      { action: 'kms:Encrypt', resource: KEY, context: BY_PARAMETER_STORE },
      { action: 'secretsmanager:PutSecretValue', resource: SECRET, context: OWN },
      { action: 'secretsmanager:CreateSecret', resource: SECRET, context: ASKED },
      { action: 'ssm:PutParameter', resource: PARAMETER },
      { action: 'secretsmanager:ListSecrets', resource: '*' },
      { action: 'ssm:DescribeParameters', resource: '*' },
    ],
    scopedTo: 'the secrets and parameters; keys through their services',
  },
  {
    ...common,
    variant: 'search below a prefix',
    make: stack =>
      Controller.externalSecrets({
        secrets: [secret(stack, 'team-a/*')],
        parameters: [parameter(stack, '/team-a/*')],
        find: true,
      }),
    may: [
      { action: 'secretsmanager:GetSecretValue', resource: SECRET },
      { action: 'secretsmanager:ListSecrets', resource: '*' },
      { action: 'secretsmanager:BatchGetSecretValue', resource: '*' },
      { action: 'ssm:GetParameter', resource: PARAMETER },
      { action: 'ssm:GetParametersByPath', resource: PARAMETER },
      { action: 'ssm:DescribeParameters', resource: '*' },
      { action: 'tag:GetResources', resource: '*' },
    ],
    mayNot: [
      { action: 'secretsmanager:GetSecretValue', resource: OTHER_SECRET },
      { action: 'ssm:GetParameter', resource: OTHER_PARAMETER },
      { action: 'ssm:GetParametersByPath', resource: OTHER_PARAMETER },
      { action: 'kms:Decrypt', resource: KEY, context: BY_SECRETS_MANAGER },
    ],
    scopedTo: 'the secrets and parameters; names of all',
  },
  {
    ...common,
    variant: 'push',
    make: stack =>
      Controller.externalSecrets({
        secrets: [secret(stack, 'team-b/db')],
        pushSecrets: [secret(stack)],
        pushParameters: [parameter(stack)],
        encryptionKeys: [key(stack)],
      }),
    may: [
      { action: 'secretsmanager:GetSecretValue', resource: SECRET },
      { action: 'secretsmanager:GetSecretValue', resource: OTHER_SECRET },
      { action: 'secretsmanager:CreateSecret', resource: SECRET, context: ASKED },
      {
        action: 'secretsmanager:CreateSecret',
        resource: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:team-a/db',
        context: ASKED,
      },
      { action: 'secretsmanager:TagResource', resource: SECRET, context: ASKED },
      { action: 'secretsmanager:PutSecretValue', resource: SECRET, context: OWN },
      { action: 'secretsmanager:UntagResource', resource: SECRET, context: OWN },
      { action: 'secretsmanager:DeleteSecret', resource: SECRET, context: OWN },
      { action: 'secretsmanager:DeleteResourcePolicy', resource: SECRET, context: OWN },
      { action: 'ssm:GetParameter', resource: PARAMETER },
      { action: 'ssm:PutParameter', resource: PARAMETER },
      { action: 'ssm:AddTagsToResource', resource: PARAMETER },
      { action: 'ssm:DeleteParameter', resource: PARAMETER, context: OWN },
      { action: 'kms:GenerateDataKey', resource: KEY, context: BY_SECRETS_MANAGER },
      { action: 'kms:Encrypt', resource: KEY, context: BY_PARAMETER_STORE },
      { action: 'kms:Decrypt', resource: KEY, context: BY_PARAMETER_STORE },
    ],
    mayNot: [
      { action: 'secretsmanager:CreateSecret', resource: SECRET },
      { action: 'secretsmanager:TagResource', resource: SECRET },
      { action: 'secretsmanager:CreateSecret', resource: OTHER_SECRET, context: ASKED },
      { action: 'secretsmanager:PutSecretValue', resource: OTHER_SECRET, context: OWN },
      { action: 'secretsmanager:PutSecretValue', resource: SECRET, context: FOREIGN },
      { action: 'secretsmanager:DeleteSecret', resource: SECRET, context: FOREIGN },
      { action: 'secretsmanager:PutResourcePolicy', resource: SECRET, context: OWN },
      { action: 'ssm:PutParameter', resource: OTHER_PARAMETER },
      { action: 'ssm:DeleteParameter', resource: PARAMETER, context: FOREIGN },
      { action: 'ssm:GetParameter', resource: OTHER_PARAMETER },
      { action: 'kms:Encrypt', resource: KEY },
      { action: 'kms:Encrypt', resource: OTHER_KEY, context: BY_PARAMETER_STORE },
    ],
    scopedTo: 'the secrets and parameters, by the tag `managed-by`',
  },
  {
    ...common,
    variant: 'roles, and a token for ECR',
    make: stack =>
      Controller.externalSecrets({
        roles: [Role.fromRoleName(stack, 'Team', 'team-a-secrets')],
        ecrAuthorizationToken: true,
      }),
    may: [
      { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111122223333:role/team-a-secrets' },
      { action: 'sts:TagSession', resource: 'arn:aws:iam::111122223333:role/team-a-secrets' },
      { action: 'ecr:GetAuthorizationToken', resource: '*' },
    ],
    mayNot: [
      { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111122223333:role/team-b-secrets' },
      { action: 'ecr:BatchGetImage', resource: 'arn:aws:ecr:eu-west-1:111122223333:repository/web' },
      { action: 'secretsmanager:GetSecretValue', resource: SECRET },
    ],
    scopedTo: 'the roles; the token opens nothing by itself',
  },
];
