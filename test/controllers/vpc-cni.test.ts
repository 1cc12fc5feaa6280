/**
 * The VPC CNI: what the table of all controllers cannot say.
 */
import { Template } from 'aws-cdk-lib/assertions';
import { Controller, IrsaServiceAccount } from '../../src';
import { deployed } from '../judges/deployment';
import { allows } from '../judges/iam-simulator';
import { cluster, literalProvider, literalStack } from '../support';

test.each([
  [{}, 'nothing'],
  [{ ipv4: false, ipv6: false }, 'false'],
])('an address family must be chosen: %j', (options, got) => {
  expect(() => Controller.vpcCni(options)).toThrow(
    `[Controller.vpcCni] \`ipv4\` must be true, or \`ipv6\`, got: ${got}. Set the address family of the cluster.`,
  );
});

test('logs of network policies need the name of the cluster', () => {
  expect(() => Controller.vpcCni({ ipv4: true, networkPolicyLogs: true })).toThrow(
    '[Controller.vpcCni] `clusterName` must be set with `networkPolicyLogs`, got: nothing. The name of the log group '
      + 'contains the name of the cluster.',
  );
});

test('the name of the cluster may be known only at deployment', () => {
  const stack = literalStack();
  const eks = cluster(stack);
  new IrsaServiceAccount(stack, 'Sa', {
    oidcProvider: literalProvider(stack),
    controller: Controller.vpcCni({ ipv4: true, clusterName: eks.ref }),
  });
  const values = { [stack.getLogicalId(eks)]: 'blue' };
  const documents = Object.values<any>(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy')).map(
    ({ Properties }) => {
      const document = deployed(Properties.PolicyDocument, { values });
      return typeof document === 'string' ? JSON.parse(document) : document;
    },
  );
  const attach = (name: string) =>
    allows(documents, 'ec2:AttachNetworkInterface', 'arn:aws:ec2:eu-west-1:111122223333:instance/i-1', {
      [`aws:ResourceTag/kubernetes.io/cluster/${name}`]: 'owned',
    });
  expect([attach('blue'), attach('green')]).toEqual([true, false]);
});
