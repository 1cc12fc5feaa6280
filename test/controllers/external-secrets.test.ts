import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Controller, controllers } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { agnosticStack, literalStack } from '../support';

const values = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '111122223333',
  'SecretA720EF05': 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:own-AbCdEf',
};

function policy(stack: Stack, options: controllers.ExternalSecretsOptions): any {
  return stack.resolve(Controller.externalSecrets(options).policyDocument(stack));
}

test.each<[string, controllers.ExternalSecretsOptions, string]>([
  [
    'nothing',
    {},
    '[Controller.externalSecrets] `secrets` must be given, or `parameters` or `pushSecrets` or `pushParameters` '
      + 'or `roles` or `ecrAuthorizationToken`, got: '
      + 'nothing. Otherwise the controller would have no permissions.',
  ],
  [
    'no secret',
    { secrets: [] },
    '[Controller.externalSecrets] `secrets` must name at least one secret, got: []. Otherwise the controller would '
      + 'have access to all of them, or to none.',
  ],
  [
    'no parameter',
    { parameters: [] },
    '[Controller.externalSecrets] `parameters` must name at least one parameter, got: []. Otherwise the controller '
      + 'would have access to all of them, or to none.',
  ],
  [
    'nothing to push',
    { pushSecrets: [] },
    '[Controller.externalSecrets] `pushSecrets` must name at least one secret, got: []. Otherwise the controller '
      + 'would have access to all of them, or to none.',
  ],
  [
    'no parameter to push',
    { pushParameters: [] },
    '[Controller.externalSecrets] `pushParameters` must name at least one parameter, got: []. Otherwise the '
      + 'controller would have access to all of them, or to none.',
  ],
])('refuses %s', (_, options, message) => {
  expect(() => Controller.externalSecrets(options)).toThrow(new Error(message));
});

test('refuses an empty list of keys', () => {
  const secrets = [Secret.fromSecretNameV2(literalStack(), 'Secret', 'db')];
  expect(() => Controller.externalSecrets({ secrets, encryptionKeys: [] })).toThrow(
    new Error(
      '[Controller.externalSecrets] `encryptionKeys` must name at least one KMS key, got: []. Otherwise the '
        + 'controller would have access to all of them, or to none.',
    ),
  );
});

const BY_ITS_KEY =
  "decrypts with the key of a secret, through Secrets Manager of the key's region, where nobody has named it";
test(BY_ITS_KEY, () => {
  const stack = literalStack();
  const key = Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/abc');
  const secret = Secret.fromSecretAttributes(stack, 'Secret', {
    secretCompleteArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf',
    encryptionKey: key,
  });
  const document = policy(stack, { secrets: [secret] });
  expect(
    allows([document], 'kms:Decrypt', key.keyArn, { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' }),
  ).toBe(true);
  expect(allows([document], 'kms:Decrypt', key.keyArn, { 'kms:ViaService': 'ssm.us-east-1.amazonaws.com' })).toBe(
    false,
  );
  expect(
    allows([document], 'kms:GenerateDataKey', key.keyArn, {
      'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
    }),
  ).toBe(false);
  expect(allows([document], 'secretsmanager:GetSecretValue', secret.secretArn)).toBe(true);
});

test('encrypts only with keys of what it pushes', () => {
  const stack = literalStack();
  const keys = ['read', 'push'].map(id => Key.fromKeyArn(stack, id, `arn:aws:kms:eu-west-1:111122223333:key/${id}`));
  const [read, push] = keys.map((encryptionKey, index) => Secret.fromSecretAttributes(stack, `Secret${index}`, {
    secretCompleteArn: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:s${index}-AbCdEf`, encryptionKey,
  }));
  const document = policy(stack, { secrets: [read], pushSecrets: [push] });
  const may = (action: string) =>
    keys.map(({ keyArn }) =>
      allows([document], action, keyArn, { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' }),
    );
  expect(may('kms:Decrypt')).toEqual([true, true]);
  expect(may('kms:GenerateDataKey')).toEqual([false, true]);
});

test('takes a secret of the same app, in whichever account and region', () => {
  const stack = agnosticStack();
  const secret = new Secret(stack, 'Secret');
  const document = deployed(policy(stack, { secrets: [secret] }), { values });
  expect(allows([document], 'secretsmanager:GetSecretValue', values.SecretA720EF05)).toBe(true);
  expect(
    allows(
      [document],
      'secretsmanager:GetSecretValue',
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf',
    ),
  ).toBe(false);
});
