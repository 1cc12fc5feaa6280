import { Fn } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AckService, Controller, IrsaServiceAccount } from '../../src';
import { literalProvider, literalStack, warnings } from '../support';

test('a managed policy is attached by its name, and warned about', () => {
  const stack = literalStack();
  const controller = Controller.ackController({ service: AckService.withManagedPolicy('sqs', 'AmazonSQSFullAccess') });
  new IrsaServiceAccount(stack, 'Sa', { oidcProvider: literalProvider(stack), controller });
  const [role] = Object.values<any>(Template.fromStack(stack).findResources('AWS::IAM::Role'));
  expect(role.Properties.ManagedPolicyArns).toEqual([{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/AmazonSQSFullAccess']] }]);
  expect(role.Properties.Policies).toBeUndefined();
  expect([controller.namespace, controller.serviceAccountName]).toEqual(['ack-system', 'ack-sqs-controller']);
  expect(warnings(stack).join()).toContain('`controller` (ack-sqs-controller) reaches beyond what you have named: the managed policy AmazonSQSFullAccess names no resources. [ack: cdk-irsa:controller-unscoped]');
});

test.each<[string, () => unknown, string]>([
  ['an empty prefix', () => AckService.kinesis({ namePrefix: '' }), '[AckService] `namePrefix` must be known at synth and match ^[\\w./#-]+$, got: "". Without a prefix the controller would reach what others have made.'],
  ['a wildcard', () => AckService.cloudWatchLogs({ namePrefix: '*' }), '[AckService] `namePrefix` must be known at synth and match ^[\\w./#-]+$, got: "*". Without a prefix'],
  ['a deferred prefix', () => AckService.kinesis({ namePrefix: Fn.ref('Prefix') }), '[AckService] `namePrefix` must be known at synth and match ^[\\w./#-]+$, got: "<known at deployment only>". Without a prefix'],
  ['no domain name', () => AckService.acm({ domainNames: [] }), '[Controller.ackController] `domainNames` must name at least one domain name, got: []. Without it the controller would reach all of them, or none.'],
  ['no service', () => AckService.withManagedPolicy('', 'AmazonSQSFullAccess'), '[AckService.withManagedPolicy] `service` must be known at synth and match ^[a-z0-9]+$, got: "". The name of the chart has it: ack-<service>-controller.'],
  ['an ARN', () => AckService.withManagedPolicy('sqs', 'arn:aws:iam::aws:policy/AmazonSQSFullAccess'), '[AckService.withManagedPolicy] `managedPolicyName` must be known at synth and match ^[\\w+=,.@/-]+$, got: "arn:aws:iam::aws:policy/AmazonSQSFullAccess". Give what stands after :policy/ in its ARN.'],
])('does not take %s', (_, make, message) => {
  expect(make).toThrow(message);
});
