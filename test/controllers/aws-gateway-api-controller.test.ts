import { Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Controller } from '../../src';

test('an empty list of clusters to take over from is an error', () => {
  const vpc = Vpc.fromVpcAttributes(new Stack(), 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a'],
  });
  expect(() => Controller.awsGatewayApiController({ clusterName: 'blue', vpc, takeoverFrom: [] })).toThrow(
    '[Controller.awsGatewayApiController] `takeoverFrom` must name at least one cluster, got: []. Otherwise the '
      + 'controller would have access to all of them, or to none.',
  );
});

test('a name that no cluster has is an error', () => {
  const vpc = Vpc.fromVpcAttributes(new Stack(), 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a'],
  });
  expect(() => Controller.awsGatewayApiController({ clusterName: '', vpc })).toThrow(
    '[Controller.awsGatewayApiController] `clusterName` must be the name of an EKS cluster: at most 100 letters, '
      + 'digits, - and _, got: "". `aws eks list-clusters` prints your clusters.',
  );
});
