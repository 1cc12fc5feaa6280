import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Controller } from '../../src';
import { literalStack } from '../support';

test.each([[{}], [{ queues: [], streams: [], tables: [], tableStreams: [], cloudWatchMetrics: false, secrets: [], workloadRoles: [] }]])('needs a source: %j', options => {
  expect(() => Controller.keda(options)).toThrow(
    '[Controller.keda] `options` must name at least one source to scale by, or role to assume, got: []. Without it the controller would reach all of them, or none.',
  );
});

test('a secret of this stack is meant by its full ARN', () => {
  const stack = literalStack();
  const document = Controller.keda({ secrets: [new Secret(stack, 'Secret')] }).policyDocument(stack);
  expect(stack.resolve(document).Statement).toEqual([
    { Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: { Ref: expect.stringMatching(/^Secret/) } },
  ]);
});
