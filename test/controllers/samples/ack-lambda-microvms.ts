import { Role } from 'aws-cdk-lib/aws-iam';
import { AckService } from '../../../src';
import { ackSample, calls, own, REGION } from '../ack-samples';
import { ControllerSample } from '../sample';

const role = 'arn:aws:iam::111122223333:role/images';

export const SAMPLES: ControllerSample[] = [
  ackSample(
    'lambdamicrovms',
    'Lambda MicroVMs',
    stack => AckService.lambdaMicrovms({ namePrefix: 'apps-', roles: [Role.fromRoleName(stack, 'Images', 'images')] }),
    {
      may: [
        ...calls(['lambda:CreateMicrovmImage'], '*', REGION),
        ...calls(
          ['lambda:UpdateMicrovmImage', 'lambda:DeleteMicrovmImage', 'lambda:TagResource', 'lambda:RunMicrovm'],
          own('lambda', 'microvm-image:apps-web'),
        ),
        ...calls(['iam:PassRole'], role, { 'iam:PassedToService': 'lambda.amazonaws.com' }),
      ],
      mayNot: [
        ...calls(['lambda:CreateMicrovmImage'], '*', { 'aws:RequestedRegion': 'us-east-1' }),
        ...calls(
          ['lambda:UpdateMicrovmImage', 'lambda:DeleteMicrovmImage', 'lambda:TagResource', 'lambda:RunMicrovm'],
          own('lambda', 'microvm-image:billing'),
        ),
        ...calls(['lambda:TagResource'], own('lambda', 'function:apps-web')),
        ...calls(['iam:PassRole'], role, { 'iam:PassedToService': 'ec2.amazonaws.com' }),
        ...calls(['iam:PassRole'], 'arn:aws:iam::111122223333:role/admin', {
          'iam:PassedToService': 'lambda.amazonaws.com',
        }),
      ],
      scopedTo: 'images by the beginning of their names; roles',
    },
  ),
];
