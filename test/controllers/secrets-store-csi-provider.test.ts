import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Controller, IrsaServiceAccount } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { literalProvider, literalStack } from '../support';

const pods = { namespace: 'shop', serviceAccountName: 'web' };

test('refuses neither secrets nor parameters', () => {
  expect(() => Controller.secretsStoreCsiProvider(pods)).toThrow(
    new Error(
      '[Controller.secretsStoreCsiProvider] `secrets` must be given, or `parameters`, got: nothing. Otherwise the '
        + 'controller would have no permissions.',
    ),
  );
});

test.each([['secrets', 'secret'], ['parameters', 'parameter']])('refuses empty %s', (property, what) => {
  expect(() => Controller.secretsStoreCsiProvider({ ...pods, [property]: [] })).toThrow(
    new Error(
      `[Controller.secretsStoreCsiProvider] \`${property}\` must name at least one ${what}, got: []. ` + 'Otherwise '
        + 'the controller would have access to all of them, or to none.',
    ),
  );
});

test('has no part of what is not given', () => {
  const stack = literalStack();
  const secrets = [Secret.fromSecretNameV2(stack, 'Secret', 'shop/db')];
  const parameters = [
    StringParameter.fromSecureStringParameterAttributes(stack, 'Parameter', { parameterName: '/shop/url' }),
  ];
  const document = (options: object) =>
    deployed(stack.resolve(Controller.secretsStoreCsiProvider({ ...pods, ...options }).policyDocument(stack)), {
      values: { 'AWS::Partition': 'aws' },
    });
  const parameter = 'arn:aws:ssm:eu-west-1:111122223333:parameter/shop/url';
  const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf';
  expect(allows([document({ secrets })], 'ssm:GetParameters', parameter)).toBe(false);
  expect(allows([document({ secrets })], 'secretsmanager:GetSecretValue', secret)).toBe(true);
  expect(allows([document({ parameters })], 'secretsmanager:GetSecretValue', secret)).toBe(false);
  expect(allows([document({ parameters })], 'ssm:GetParameters', parameter)).toBe(true);
});

test('refuses a namespace that is none, where it is used', () => {
  const stack = literalStack();
  const controller = Controller.secretsStoreCsiProvider({
    ...pods,
    namespace: 'Shop',
    secrets: [Secret.fromSecretNameV2(stack, 'Secret', 'shop/db')],
  });
  expect(() => new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller })).toThrow(
    '[Stack/Sa] `namespace` must be a DNS-1123 label',
  );
});
