import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Controller } from '../../../src';
import { ControllerSample } from '../sample';

const REPOSITORY = 'arn:aws:ecr:eu-west-1:111122223333:repository/shop/web';
const OTHER_REPOSITORY = 'arn:aws:ecr:eu-west-1:111122223333:repository/bank/web';

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'argoCdImageUpdater',
    make: stack =>
      Controller.argoCdImageUpdater({ repositories: [Repository.fromRepositoryName(stack, 'Repository', 'shop/web')] }),
    namespace: 'argocd',
    serviceAccountName: 'argocd-image-updater',
    may: [
      ...['ListImages', 'BatchGetImage', 'DescribeImages', 'GetDownloadUrlForLayer', 'BatchCheckLayerAvailability'].map(
        action => ({ action: `ecr:${action}`, resource: REPOSITORY }),
      ),
      { action: 'ecr:GetAuthorizationToken', resource: '*' },
    ],
    mayNot: [
      { action: 'ecr:ListImages', resource: OTHER_REPOSITORY },
      { action: 'ecr:BatchGetImage', resource: OTHER_REPOSITORY },
      { action: 'ecr:PutImage', resource: REPOSITORY },
      { action: 'ecr:BatchDeleteImage', resource: REPOSITORY },
      { action: 'ecr:DescribeRepositories', resource: OTHER_REPOSITORY },
    ],
    scopedTo: 'the repositories',
  },
];
