/**
 * Calls of `docker push` and `docker pull` as AWS's guide of ECR has them (image-push-iam.html), and of GitLab Runner:
 * cache/s3v2/adapter.go (URLs for GetObject, HeadObject and PutObject), docs/configuration/advanced-configuration.md.
 */
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Role } from 'aws-cdk-lib/aws-iam';
import { elsewhere, inStack } from './elsewhere';
import { SCOPED_TO_STORAGE, storage, storageCalls } from './object-storage';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const PUSHED = 'arn:aws:ecr:eu-west-1:111122223333:repository/shop/web';
/** Of another account and region. */
const PULLED = 'arn:aws:ecr:us-east-1:444455556666:repository/base/node';
const ROLE = 'arn:aws:iam::444455556666:role/cache';

const calls = (names: string[], resource: string): Call[] => names.map(name => ({ action: `ecr:${name}`, resource }));
const PULL = ['BatchGetImage', 'GetDownloadUrlForLayer'];
const PUSH = [
  'BatchCheckLayerAvailability',
  'CompleteLayerUpload',
  'InitiateLayerUpload',
  'PutImage',
  'UploadLayerPart',
];
const token: Call = { action: 'ecr:GetAuthorizationToken', resource: '*' };
const never: Call[] = [
  ...calls([...PUSH, ...PULL], PUSHED.replace('shop', 'bank')),
  ...elsewhere(calls([...PUSH, ...PULL], PUSHED)),
  ...calls(['BatchDeleteImage', 'DeleteRepository', 'SetRepositoryPolicy', 'PutLifecyclePolicy'], PUSHED),
  ...calls(['CreateRepository'], PUSHED.replace('web', 'new')),
];
const cache = storageCalls(
  ['GetObject', 'PutObject'],
  ['GetBucketLocation', 'ListBucket'],
  ['Decrypt', 'GenerateDataKey'],
);
const runners = {
  factory: 'gitHubRunners',
  namespace: 'arc-runners',
  serviceAccountName: 'arc-runner-set',
  scopedTo: 'the repositories',
  needs: 'the ServiceAccount: the chart creates none of this name',
};

export const SAMPLES: ControllerSample[] = [
  {
    ...runners,
    make: stack =>
      Controller.gitHubRunners({
        repositories: [Repository.fromRepositoryName(stack, 'Pushed', 'shop/web')],
        pullRepositories: [
          Repository.fromRepositoryAttributes(stack, 'Pulled', {
            repositoryArn: inStack(stack, PULLED),
            repositoryName: 'base/node',
          }),
        ],
      }),
    may: [...calls([...PUSH, ...PULL], PUSHED), ...calls(PULL, PULLED), token],
    mayNot: [...calls(PUSH, PULLED), ...never],
  },
  {
    ...runners,
    variant: 'pull alone',
    make: stack =>
      Controller.gitHubRunners({ pullRepositories: [Repository.fromRepositoryName(stack, 'Pulled', 'shop/web')] }),
    may: [...calls(PULL, PUSHED), token],
    mayNot: [...calls(PUSH, PUSHED), ...calls(PULL, PULLED), ...never],
  },
  {
    factory: 'gitLabRunner',
    namespace: 'gitlab-runner',
    serviceAccountName: 'gitlab-runner',
    make: stack =>
      Controller.gitLabRunner({
        ...storage(stack),
        roles: [Role.fromRoleArn(stack, 'Role', inStack(stack, ROLE))],
      }),
    may: [...cache.may, ...['AssumeRole', 'TagSession'].map(name => ({ action: `sts:${name}`, resource: ROLE }))],
    mayNot: [...cache.mayNot, { action: 'sts:AssumeRole', resource: ROLE.replace('cache', 'admin') }],
    scopedTo: SCOPED_TO_STORAGE,
    needs: '`AuthenticationType = "iam"`, `BucketLocation` and `Path` in the `runners.cache` of `runners.config`',
  },
];
