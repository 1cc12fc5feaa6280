import { Role } from 'aws-cdk-lib/aws-iam';
import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const cluster = own('emr-containers', '/virtualclusters/1');
const made = { 'aws:RequestTag/owner': 'ack' };
const there = { 'aws:ResourceTag/owner': 'ack' };
const linkedRole =
  'arn:aws:iam::111122223333:role/aws-service-role/emr-containers.amazonaws.com/AWSServiceRoleForAmazonEMRContainers';
const asJobs = { 'emr-containers:ExecutionRoleArn': 'arn:aws:iam::111122223333:role/jobs' };

export const SAMPLES: ControllerSample[] = [
  ackSample(
    'emrcontainers',
    'EMR on EKS',
    stack =>
      AckService.emrContainers({
        resourceTags: { owner: 'ack' },
        executionRoles: [Role.fromRoleName(stack, 'Jobs', 'jobs')],
      }),
    {
      unscoped: true,
      may: [
        ...calls(['emr-containers:CreateVirtualCluster'], '*', { ...REGION, ...made }),
        ...calls(['emr-containers:TagResource'], cluster, made),
        ...calls(['emr-containers:StartJobRun'], cluster, { ...made, ...there, ...asJobs }),
        ...calls(['emr-containers:DeleteVirtualCluster', 'emr-containers:DescribeVirtualCluster'], cluster, there),
        ...calls(['emr-containers:ListVirtualClusters'], '*', REGION),
        ...calls(['emr-containers:CancelJobRun', 'emr-containers:DescribeJobRun'], `${cluster}/jobruns/1`, there),
        ...calls(['iam:CreateServiceLinkedRole'], linkedRole, { 'iam:AWSServiceName': 'emr-containers.amazonaws.com' }),
      ],
      mayNot: [
        ...calls(['emr-containers:CreateVirtualCluster'], '*', REGION),
        ...calls(['emr-containers:TagResource', 'emr-containers:DeleteVirtualCluster'], cluster),
        ...calls(['emr-containers:StartJobRun'], cluster, { ...made, ...asJobs }),
        ...calls(['emr-containers:StartJobRun'], cluster, { ...there, ...asJobs }),
        ...calls(['emr-containers:StartJobRun'], cluster, {
          ...made,
          ...there,
          'emr-containers:ExecutionRoleArn': 'arn:aws:iam::111122223333:role/admin',
        }),
        ...calls(['emr-containers:CancelJobRun'], `${cluster}/jobruns/1`),
        ...calls(['iam:CreateServiceLinkedRole'], linkedRole, { 'iam:AWSServiceName': 'rds.amazonaws.com' }),
        ...calls(['s3:GetObject'], 'arn:aws:s3:::billing/2026.csv'),
      ],
      scopedTo: 'virtual clusters and jobs by tags; roles',
    },
  ),
];
