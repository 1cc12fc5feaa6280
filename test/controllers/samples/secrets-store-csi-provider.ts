import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf';
const OTHER_SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:bank/db-AbCdEf';
const PARAMETER = 'arn:aws:ssm:eu-west-1:111122223333:parameter/shop/url';
const OTHER_PARAMETER = 'arn:aws:ssm:eu-west-1:111122223333:parameter/bank/url';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'secretsStoreCsiProvider',
    make: stack =>
      Controller.secretsStoreCsiProvider({
        namespace: 'shop',
        serviceAccountName: 'web',
        secrets: [Secret.fromSecretNameV2(stack, 'Secret', 'shop/db')],
        parameters: [
          StringParameter.fromSecureStringParameterAttributes(stack, 'Parameter', { parameterName: '/shop/url' }),
        ],
        encryptionKeys: [
          Key.fromKeyArn(
            stack,
            'Key',
            stack.formatArn({ service: 'kms', resource: 'key', resourceName: '11111111-2222-3333-4444-555555555555' }),
          ),
        ],
      }),
    namespace: 'shop',
    serviceAccountName: 'web',
    may: [
      { action: 'secretsmanager:GetSecretValue', resource: SECRET },
      { action: 'secretsmanager:DescribeSecret', resource: SECRET },
      { action: 'ssm:GetParameters', resource: PARAMETER },
      { action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
      { action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 'ssm.eu-west-1.amazonaws.com' } },
    ],
    mayNot: [
      { action: 'secretsmanager:GetSecretValue', resource: OTHER_SECRET },
      { action: 'secretsmanager:PutSecretValue', resource: SECRET },
      { action: 'secretsmanager:ListSecrets', resource: '*' },
      { action: 'ssm:GetParameters', resource: OTHER_PARAMETER },
      { action: 'kms:Decrypt', resource: KEY },
      { action: 'kms:Decrypt', resource: KEY, context: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
    ],
    scopedTo: 'the secrets and parameters; keys through their services',
  },
];
