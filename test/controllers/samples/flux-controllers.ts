/**
 * Calls of SOPS (kms/keysource.go: Decrypt), of fluxcd/source-controller (internal/oci, pkg/bucket by minio-go), and of
 * fluxcd/pkg auth/aws (GetAuthorizationToken).
 */
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Key } from 'aws-cdk-lib/aws-kms';
import { elsewhere, inStack } from './elsewhere';
import { SCOPED_TO_STORAGE, storage, storageCalls } from './object-storage';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
/** Of another account and region. */
const SHARED_KEY = 'arn:aws:kms:us-east-1:444455556666:key/99999999-2222-3333-4444-555555555555';
const REPOSITORY = 'arn:aws:ecr:eu-west-1:111122223333:repository/charts/web';
const READ = ['GetObject'];
const LIST = ['GetBucketLocation', 'ListBucket'];

function callOf(text: string): Call {
  const [action, resource] = text.split(' ');
  return { action, resource };
}

const calls = (names: string[], resource: string): Call[] => names.map(name => ({ action: `ecr:${name}`, resource }));
const artifacts = (repository: string) =>
  calls(['BatchGetImage', 'GetDownloadUrlForLayer', 'ListImages'], repository);
const token: Call = { action: 'ecr:GetAuthorizationToken', resource: '*' };
const ofStorage = storageCalls(READ, LIST, ['Decrypt']);
/** internal/controller/bucket_controller.go asks for it at the root, whatever the prefix. */
const IGNORED = 's3:GetObject arn:aws:s3:::data/.sourceignore';
const buckets = {
  may: [...ofStorage.may, callOf(IGNORED)],
  mayNot: [...ofStorage.mayNot, callOf(`${IGNORED}.bak`), callOf(IGNORED.replace('Get', 'Put'))],
};
const noImages = [
  ...artifacts(REPOSITORY.replace('web', 'other')),
  ...elsewhere(artifacts(REPOSITORY)),
  ...calls(['PutImage', 'BatchDeleteImage'], REPOSITORY),
];
const source = {
  factory: 'fluxSourceController',
  namespace: 'flux-system',
  serviceAccountName: 'source-controller',
  scopedTo: `the repositories; ${SCOPED_TO_STORAGE}`,
  needs: '`provider: aws` and `prefix` of the sources',
};

export const SAMPLES: ControllerSample[] = [
  {
    factory: 'fluxKustomizeController',
    namespace: 'flux-system',
    serviceAccountName: 'kustomize-controller',
    make: stack =>
      Controller.fluxKustomizeController({
        keys: [
          Key.fromKeyArn(stack, 'Key', inStack(stack, KEY)),
          Key.fromKeyArn(stack, 'SharedKey', inStack(stack, SHARED_KEY)),
        ],
      }),
    may: [
      { action: 'kms:Decrypt', resource: KEY },
      { action: 'kms:Decrypt', resource: KEY, context: { 'kms:EncryptionContext:environment': 'blue' } },
      { action: 'kms:Decrypt', resource: SHARED_KEY },
    ],
    mayNot: [
      { action: 'kms:Decrypt', resource: KEY.replace('1111-2', '1111-0') },
      ...elsewhere([{ action: 'kms:Decrypt', resource: KEY }]),
      ...['Encrypt', 'GenerateDataKey', 'CreateGrant', 'ReEncryptFrom', 'ScheduleKeyDeletion'].map(name => ({
        action: `kms:${name}`,
        resource: KEY,
      })),
    ],
    scopedTo: 'the keys',
    needs: '`decryption.provider: sops` of the Kustomizations',
  },
  {
    ...source,
    make: stack =>
      Controller.fluxSourceController({
        repositories: [Repository.fromRepositoryName(stack, 'Repository', 'charts/web')],
        ...storage(stack),
      }),
    may: [...artifacts(REPOSITORY), token, ...buckets.may],
    mayNot: [...noImages, ...buckets.mayNot],
  },
  {
    ...source,
    variant: 'repositories alone',
    make: stack =>
      Controller.fluxSourceController({
        repositories: [Repository.fromRepositoryName(stack, 'Repository', 'charts/web')],
      }),
    may: [...artifacts(REPOSITORY), token],
    mayNot: [...noImages, ...buckets.may],
  },
  {
    ...source,
    variant: 'buckets alone',
    make: stack => Controller.fluxSourceController(storage(stack)),
    may: buckets.may,
    mayNot: [...artifacts(REPOSITORY), token, ...buckets.mayNot],
  },
];
