import { Role } from 'aws-cdk-lib/aws-iam';
import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const workflow = own('airflow-serverless', 'workflow/etl-1');
const role = 'arn:aws:iam::111122223333:role/workflows';
const made = { 'aws:RequestTag/owner': 'ack' };

export const SAMPLES: ControllerSample[] = [
  ackSample(
    'mwaaserverless',
    'MWAA Serverless',
    stack =>
      AckService.mwaaServerless({
        resourceTags: { owner: 'ack' },
        executionRoles: [Role.fromRoleName(stack, 'Workflows', 'workflows')],
      }),
    {
      unscoped: true,
      may: [
        ...calls(['airflow-serverless:CreateWorkflow'], '*', { ...REGION, ...made }),
        ...calls(['airflow-serverless:TagResource'], workflow, made),
        ...calls(['airflow-serverless:UpdateWorkflow', 'airflow-serverless:DeleteWorkflow'], workflow, {
          'aws:ResourceTag/owner': 'ack',
        }),
        ...calls(['iam:PassRole'], role, { 'iam:PassedToService': 'airflow-serverless.amazonaws.com' }),
      ],
      mayNot: [
        ...calls(['airflow-serverless:CreateWorkflow'], '*', REGION),
        ...calls(
          ['airflow-serverless:UpdateWorkflow', 'airflow-serverless:DeleteWorkflow', 'airflow-serverless:TagResource'],
          workflow,
        ),
        ...calls(['airflow-serverless:StartWorkflowRun'], workflow, { 'aws:ResourceTag/owner': 'ack' }),
        ...calls(['iam:PassRole'], role, { 'iam:PassedToService': 'ec2.amazonaws.com' }),
        ...calls(['iam:PassRole'], 'arn:aws:iam::111122223333:role/admin', {
          'iam:PassedToService': 'airflow-serverless.amazonaws.com',
        }),
      ],
      scopedTo: 'workflows by tags; roles',
    },
  ),
];
