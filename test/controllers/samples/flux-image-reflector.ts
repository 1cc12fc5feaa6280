import { Repository } from 'aws-cdk-lib/aws-ecr';
import { elsewhere } from './elsewhere';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const REPOSITORY = 'arn:aws:ecr:eu-west-1:111122223333:repository/shop/web';
const OTHER_REPOSITORY = 'arn:aws:ecr:eu-west-1:111122223333:repository/bank/web';
const reads = (resource: string): Call[] =>
  ['ecr:BatchGetImage', 'ecr:ListImages'].map(action => ({ action, resource }));

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'fluxImageReflector',
    make: stack =>
      Controller.fluxImageReflector({ repositories: [Repository.fromRepositoryName(stack, 'Repository', 'shop/web')] }),
    namespace: 'flux-system',
    serviceAccountName: 'image-reflector-controller',
    may: [...reads(REPOSITORY), { action: 'ecr:GetAuthorizationToken', resource: '*' }],
    mayNot: [
      ...reads(OTHER_REPOSITORY),
      ...elsewhere(reads(REPOSITORY)),
      ...['GetDownloadUrlForLayer', 'PutImage', 'BatchDeleteImage', 'DescribeRepositories'].map(action => ({
        action: `ecr:${action}`,
        resource: REPOSITORY,
      })),
    ],
    scopedTo: 'the repositories',
  },
];
