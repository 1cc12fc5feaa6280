import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketAccess, objectStorage, READ_OBJECTS } from './bucket-access';
import { allow, ControllerDefinition, required } from './definition';
import { optional, requireOne, unique } from './parts';
import { onRepositories, PULL_IMAGES } from './repositories';
import { fail, problem } from '../private/errors';

/**
 * Options of `Controller.fluxKustomizeController`.
 */
export interface FluxKustomizeControllerOptions {
  /**
   * The keys with which SOPS encrypted the secrets. At least one.
   */
  readonly keys: IKey[];
}

/**
 * Options of `Controller.fluxSourceController`. At least one repository or bucket is required.
 */
export interface FluxSourceControllerOptions {
  /**
   * The ECR repositories with the artifacts and charts of `OCIRepository` and `HelmRepository` sources.
   *
   * @default - none
   */
  readonly repositories?: IRepository[];

  /**
   * The buckets of `Bucket` sources.
   *
   * @default - none
   */
  readonly buckets?: IBucket[];

  /**
   * The folders of each bucket that it reads, the `prefix` of the sources with a trailing slash: `clusters/blue/`. It
   * can nevertheless list the names of objects in the whole bucket. Requires `buckets`.
   *
   * @default - whole buckets
   */
  readonly prefixes?: string[];

  /**
   * Customer managed keys that encrypt the objects, in addition to the `encryptionKey` of the buckets. They can be used
   * only through S3. Requires `buckets`.
   *
   * @default - the `encryptionKey` of the buckets
   */
  readonly kmsKeys?: IKey[];
}

/** It reads ignore rules at the root, regardless of the prefix. A source fails if this is not allowed. */
const READ_SOURCES: BucketAccess = { ...READ_OBJECTS, outside: () => ['.sourceignore'] };

/**
 * SOPS calls KMS directly, not through another service.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#aws-kms
 *
 * @internal
 */
export function fluxKustomizeController(options: FluxKustomizeControllerOptions): ControllerDefinition {
  const keys = required('fluxKustomizeController', 'keys', 'KMS key', options.keys);
  return {
    name: 'kustomize-controller',
    namespace: 'flux-system',
    serviceAccountName: 'kustomize-controller',
    helmKey: 'kustomizeController.serviceAccount',
    statements: () => [allow({ actions: ['kms:Decrypt'], resources: unique(keys.map(key => key.keyArn)) })],
  };
}

/**
 * @see https://fluxcd.io/flux/components/source/ocirepositories/#aws
 * @see https://fluxcd.io/flux/components/source/buckets/#aws
 *
 * @internal
 */
export function fluxSourceController(options: FluxSourceControllerOptions): ControllerDefinition {
  const { buckets, prefixes, kmsKeys } = options;
  requireOne('fluxSourceController', { repositories: options.repositories, buckets });
  const repositories = optional('fluxSourceController', 'repositories', 'repository', options.repositories);
  if (!buckets && (prefixes || kmsKeys)) {
    fail(
      'Controller.fluxSourceController',
      problem('buckets', 'be set with `prefixes` or `kmsKeys`', buckets, 'Name the buckets that they belong to.'),
    );
  }
  const reading = buckets
    ? objectStorage('fluxSourceController', { buckets, prefixes, kmsKeys }, READ_SOURCES)
    : () => [];
  return {
    name: 'source-controller',
    namespace: 'flux-system',
    serviceAccountName: 'source-controller',
    helmKey: 'sourceController.serviceAccount',
    statements: () => [
      ...onRepositories(repositories, [...PULL_IMAGES, 'ecr:ListImages']),
      ...reading(),
    ],
  };
}
