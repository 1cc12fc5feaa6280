import { ManagedPolicy, PermissionsBoundary, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'crossplaneAwsProvider',
    make: stack => {
      PermissionsBoundary.of(stack).apply(ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
      return Controller.crossplaneAwsProvider({
        statements: [
          new PolicyStatement({
            actions: ['s3:CreateBucket', 's3:DeleteBucket'],
            resources: [stack.formatArn({ service: 's3', region: '', account: '', resource: 'apps-*' })],
          }),
        ],
      });
    },
    namespace: 'crossplane-system',
    serviceAccountName: 'provider-aws',
    may: [{ action: 's3:CreateBucket', resource: 'arn:aws:s3:::apps-web' }],
    mayNot: [
      { action: 's3:CreateBucket', resource: 'arn:aws:s3:::other' },
      { action: 's3:PutBucketPolicy', resource: 'arn:aws:s3:::apps-web' },
      { action: 'iam:CreateRole', resource: 'arn:aws:iam::111122223333:role/admin' },
    ],
    scopedTo: 'your statements, inside the permissions boundary that the role must have',
  },
];
