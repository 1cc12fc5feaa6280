import { KEEP_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';
import { storageLocation } from './storage-values';

/**
 * @see https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes
 *
 * @internal
 */
export function harbor(options: ObjectStorageOptions): ControllerDefinition {
  const statements = objectStorage('harbor', options, {
    ...KEEP_OBJECTS,
    onBuckets: [...KEEP_OBJECTS.onBuckets, 's3:ListBucketMultipartUploads'],
  });
  const location = storageLocation(options);
  const { bucket, region, folder } = location ?? {};
  return {
    name: 'harbor',
    namespace: 'harbor',
    serviceAccountName: 'harbor-registry',
    helmKey: 'registry.serviceAccountName',
    helmNameOnly: true,
    helmValues: {
      'persistence.imageChartStorage': location && {
        type: 's3',
        s3: { bucket, region, ...folder === undefined ? {} : { rootdirectory: folder } },
      },
    },
    statements,
  };
}
