import { App, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Controller } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { literalStack } from '../support';

test('no Auto Scaling group is an error', () => {
  expect(() =>
    Controller.awsNodeTerminationHandler({ queue: new Queue(new Stack(), 'Queue'), autoScalingGroups: [] }),
  ).toThrow(
    '[Controller.awsNodeTerminationHandler] `autoScalingGroups` must name at least one Auto Scaling group, got: []. '
      + 'Otherwise the controller would have access to all of them, or to none.',
  );
});

test.each([
  ['eu-west-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
])('decrypts through SQS of %s with the key of a queue of this app', (region, partition) => {
  const stack = literalStack(new App(), 'Stack', { account: '111122223333', region });
  const key = new Key(stack, 'Key');
  const queue = new Queue(stack, 'Queue', { encryptionMasterKey: key });
  const logicalId = (construct: any) => stack.getLogicalId(construct.node.defaultChild);
  const keyArn = `arn:${partition}:kms:${region}:111122223333:key/12345678`;
  const document = deployed(stack.resolve(Controller.awsNodeTerminationHandler({ queue }).policyDocument(stack)), {
    values: {
      [`${logicalId(key)}.Arn`]: keyArn,
      [`${logicalId(queue)}.Arn`]: `arn:${partition}:sqs:${region}:111122223333:nth`,
    },
  });
  const decrypts = (service: string) => allows([document], 'kms:Decrypt', keyArn, { 'kms:ViaService': service });
  expect([decrypts(`sqs.${region}.amazonaws.com`), decrypts(`sns.${region}.amazonaws.com`)]).toEqual([true, false]);
});
