import { KEEP_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';

/**
 * @see https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes
 *
 * @internal
 */
export function harbor(options: ObjectStorageOptions): ControllerDefinition {
  return {
    name: 'harbor',
    namespace: 'harbor',
    serviceAccountName: 'harbor-registry',
    insteadOfHelmValues: 'Name the ServiceAccount in `registry.serviceAccountName`.',
    statements: objectStorage('harbor', options, {
      ...KEEP_OBJECTS,
      onBuckets: [...KEEP_OBJECTS.onBuckets, 's3:ListBucketMultipartUploads'],
    }),
  };
}
