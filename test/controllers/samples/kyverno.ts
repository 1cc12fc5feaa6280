/**
 * Calls of kyverno/kyverno: pkg/registryclient (by amazon-ecr-credential-helper and go-containerregistry), and of
 * sigstore/sigstore pkg/signature/kms/aws/client.go (DescribeKey, GetPublicKey; it verifies by itself).
 */
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Key } from 'aws-cdk-lib/aws-kms';
import { elsewhere, inStack } from './elsewhere';
import { Controller } from '../../../src';
import { Call, ControllerSample } from '../sample';

/** Of another account. */
const REPOSITORY = 'arn:aws:ecr:eu-west-1:444455556666:repository/shop/web';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';

const images = (resource: string): Call[] =>
  ['BatchGetImage', 'GetDownloadUrlForLayer', 'ListImages'].map(name => ({ action: `ecr:${name}`, resource }));
const token: Call = { action: 'ecr:GetAuthorizationToken', resource: '*' };
const publicKey = (resource: string): Call[] =>
  ['DescribeKey', 'GetPublicKey'].map(name => ({ action: `kms:${name}`, resource }));
const never: Call[] = [
  ...images(REPOSITORY.replace('web', 'other')),
  ...images(REPOSITORY.replace('444455556666', '111122223333')),
  ...elsewhere([...images(REPOSITORY), ...publicKey(KEY)]),
  ...['PutImage', 'BatchDeleteImage'].map(name => ({ action: `ecr:${name}`, resource: REPOSITORY })),
  ...publicKey(KEY.replace('1111-2', '1111-0')),
  ...['Sign', 'Decrypt', 'CreateGrant'].map(name => ({ action: `kms:${name}`, resource: KEY })),
];
const common = {
  factory: 'kyverno',
  namespace: 'kyverno',
  serviceAccountName: 'kyverno-admission-controller',
  scopedTo: 'the repositories and keys',
  needs: 'trust in `kyverno-reports-controller`, for background scans',
};

export const SAMPLES: ControllerSample[] = [
  {
    ...common,
    make: stack =>
      Controller.kyverno({
        repositories: [
          Repository.fromRepositoryAttributes(stack, 'Repository', {
            repositoryArn: inStack(stack, REPOSITORY),
            repositoryName: 'shop/web',
          }),
        ],
        keys: [Key.fromKeyArn(stack, 'Key', inStack(stack, KEY))],
      }),
    may: [...images(REPOSITORY), token, ...publicKey(KEY)],
    mayNot: never,
  },
  {
    ...common,
    variant: 'keys alone',
    make: stack => Controller.kyverno({ keys: [Key.fromKeyArn(stack, 'Key', inStack(stack, KEY))] }),
    may: publicKey(KEY),
    mayNot: [...images(REPOSITORY), token, ...never],
  },
];
