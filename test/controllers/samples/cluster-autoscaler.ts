import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const GROUP = 'arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:7f0a:autoScalingGroupName/nodes';
const REGION = { 'aws:RequestedRegion': 'eu-west-1' };

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'clusterAutoscaler',
    make: () => Controller.clusterAutoscaler({ clusterNames: ['blue', 'green'] }),
    namespace: 'kube-system',
    serviceAccountName: 'cluster-autoscaler',
    may: [
      {
        action: 'autoscaling:SetDesiredCapacity',
        resource: GROUP,
        context: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/blue': 'owned' },
      },
      {
        action: 'autoscaling:TerminateInstanceInAutoScalingGroup',
        resource: GROUP,
        context: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/green': 'owned' },
      },
      { action: 'autoscaling:DescribeAutoScalingGroups', resource: '*', context: REGION },
      { action: 'ec2:GetInstanceTypesFromInstanceRequirements', resource: '*', context: REGION },
      { action: 'eks:DescribeNodegroup', resource: 'arn:aws:eks:eu-west-1:111122223333:nodegroup/blue/workers/0bc1' },
    ],
    mayNot: [
      { action: 'autoscaling:SetDesiredCapacity', resource: GROUP },
      {
        action: 'autoscaling:SetDesiredCapacity',
        resource: GROUP,
        context: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/red': 'owned' },
      },
      {
        action: 'autoscaling:SetDesiredCapacity',
        resource: GROUP,
        context: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/enabled': 'true' },
      },
      {
        action: 'autoscaling:SetDesiredCapacity',
        resource: GROUP.replace('eu-west-1', 'us-east-1'),
        context: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/blue': 'owned' },
      },
      {
        action: 'autoscaling:UpdateAutoScalingGroup',
        resource: GROUP,
        context: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/blue': 'owned' },
      },
      {
        action: 'autoscaling:DescribeAutoScalingGroups',
        resource: '*',
        context: { 'aws:RequestedRegion': 'us-east-1' },
      },
      ...['nodegroup/red/workers/0bc1', 'nodegroup/blue-2/workers/0bc1'].map(group => ({
        action: 'eks:DescribeNodegroup',
        resource: `arn:aws:eks:eu-west-1:111122223333:${group}`,
      })),
      ...['us-east-1:111122223333', 'eu-west-1:444455556666'].map(place => ({
        action: 'eks:DescribeNodegroup',
        resource: `arn:aws:eks:${place}:nodegroup/blue/workers/0bc1`,
      })),
    ],
    scopedTo: 'Auto Scaling groups with the tag of the clusters, the region',
  },
];
