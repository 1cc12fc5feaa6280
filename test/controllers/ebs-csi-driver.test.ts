/**
 * The EBS CSI driver: what the table of all controllers cannot say.
 */
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Controller, IrsaServiceAccount } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { cluster, literalProvider, literalStack } from '../support';

test('the managed policy cannot be held to a cluster', () => {
  expect(() => Controller.ebsCsiDriver({ clusterName: 'blue', useManagedPolicy: true })).toThrow(
    '[Controller.ebsCsiDriver] `clusterName` must not be set with `useManagedPolicy`, got: "blue". '
    + 'AmazonEBSCSIDriverPolicyV2 cannot be scoped to one cluster. Use only one of them.');
});

test('the name of the cluster may be known only at deployment', () => {
  const stack = literalStack();
  const eks = cluster(stack);
  new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    controller: Controller.ebsCsiDriver({ clusterName: eks.ref }),
  });
  const policies: any[] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
  const values = { [stack.getLogicalId(eks)]: 'blue' };
  const documents = policies.map(({ Properties }) => {
    const document = deployed(Properties.PolicyDocument, { values });
    return typeof document === 'string' ? JSON.parse(document) : document;
  });
  const attach = (name: string) =>
    allows(documents, 'ec2:AttachVolume', 'arn:aws:ec2:eu-west-1:111122223333:instance/i-1', {
      [`aws:ResourceTag/kubernetes.io/cluster/${name}`]: 'owned',
    });
  const remove = (name: string) =>
    allows(documents, 'ec2:DeleteVolume', 'arn:aws:ec2:eu-west-1:111122223333:volume/vol-1', {
      'aws:ResourceTag/ebs.csi.aws.com/cluster-name': name,
    });
  expect([attach('blue'), attach('green'), remove('blue'), remove('green')]).toEqual([true, false, true, false]);
});

test('a role of one\'s own takes the document', () => {
  const stack = new Stack();
  expect(Controller.ebsCsiDriver({ useManagedPolicy: true }).policyDocument(stack).isEmpty).toBe(true);
});
