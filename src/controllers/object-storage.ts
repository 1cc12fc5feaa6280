import { KEEP_OBJECTS, KEEP_TAGGED_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { BucketStorageOptions, ObjectStorageOptions } from './object-storage-options';
import { refusePrefix } from './s3-objects';
import { StorageLocation, storageLocation, storageRegion } from './storage-values';
import { failIf, problem } from '../private/errors';

/**
 * @see https://grafana.com/docs/loki/latest/setup/install/helm/deployment-guides/aws/
 *
 * @internal
 */
export function grafanaLoki(options: ObjectStorageOptions): ControllerDefinition {
  const statements = objectStorage('grafanaLoki', options, KEEP_OBJECTS);
  checkStoragePrefixes('grafanaLoki', options.prefixes);
  const location = storageLocation(options);
  const { folder, region, endpoint } = location ?? {};
  return {
    name: 'loki',
    namespace: 'loki',
    serviceAccountName: 'loki',
    helmValues: {
      // Only this kind of object store has a prefix.
      'loki.storage': folder === undefined
        ? undefined
        : {
          use_thanos_objstore: true,
          object_store: { type: 's3', storage_prefix: folder, s3: { region, endpoint } },
        },
      'loki.storage.bucketNames': location && { chunks: location.bucket, ruler: location.bucket },
      'loki.storage.s3.region': storageRegion(options)?.region,
      'loki.analytics.reporting_enabled': options.prefixes ? false : undefined,
    },
    statements,
  };
}

/**
 * @see https://grafana.com/docs/mimir/latest/configure/configure-object-storage-backend/
 *
 * @internal
 */
export function grafanaMimir(options: ObjectStorageOptions): ControllerDefinition {
  const statements = objectStorage('grafanaMimir', options, KEEP_OBJECTS);
  checkStoragePrefixes('grafanaMimir', options.prefixes);
  const s3 = storageRegion(options);
  return {
    name: 'mimir',
    namespace: 'mimir',
    serviceAccountName: 'mimir',
    helmValues: {
      'minio.enabled': false,
      'mimir.structuredConfig.common.storage': s3 && { backend: 's3', s3 },
    },
    statements,
  };
}

/**
 * @see https://grafana.com/docs/tempo/latest/configuration/hosted-storage/s3/
 *
 * @internal
 */
export function grafanaTempo(options: ObjectStorageOptions): ControllerDefinition {
  const statements = objectStorage('grafanaTempo', options, KEEP_TAGGED_OBJECTS);
  const location = storageLocation(options);
  const { bucket, region, endpoint, folder } = location ?? {};
  return {
    name: 'tempo',
    namespace: 'tempo',
    serviceAccountName: 'tempo',
    helmValues: {
      'storage.trace': location && {
        backend: 's3',
        s3: { bucket, region, endpoint, ...folder === undefined ? {} : { prefix: folder } },
      },
    },
    statements,
  };
}

/**
 * @see https://thanos.io/tip/thanos/storage.md/#s3
 *
 * @internal
 */
export function thanos(options: ObjectStorageOptions): ControllerDefinition {
  const statements = objectStorage('thanos', options, KEEP_OBJECTS);
  const location = storageLocation(options);
  return {
    name: 'thanos',
    namespace: 'thanos',
    serviceAccountName: 'thanos-thanos',
    helmKey: 'global.serviceAccount',
    helmValues: { 'global.objstore': location && { createSecret: true, config: objstoreConfig(location) } },
    statements,
  };
}

/**
 * Cortex does not support a prefix: the folders of tenants are in the root of the bucket, next to `__markers__`.
 *
 * @see https://cortexmetrics.io/docs/blocks-storage/
 *
 * @internal
 */
export function cortex(options: BucketStorageOptions): ControllerDefinition {
  checkNoPrefixes('cortex', options);
  const statements = objectStorage('cortex', options, KEEP_OBJECTS);
  const location = storageLocation(options);
  const { bucket, region, endpoint } = location ?? {};
  return {
    name: 'cortex',
    namespace: 'cortex',
    serviceAccountName: 'cortex',
    helmValues: {
      'config.blocks_storage': location && { backend: 's3', s3: { bucket_name: bucket, region, endpoint } },
    },
    statements,
  };
}

/** The file that the components of Thanos read. */
function objstoreConfig({ bucket, region, endpoint, folder }: StorageLocation): string {
  const lines = ['type: S3', 'config:', `  bucket: ${bucket}`, `  region: ${region}`, `  endpoint: ${endpoint}`];
  return [...lines, ...folder === undefined ? [] : [`prefix: ${folder}`], ''].join('\n');
}

/**
 * Rejects prefixes, which the type system may allow. The controller would write outside of them.
 *
 * @throws if there are prefixes
 */
function checkNoPrefixes(factory: string, { prefixes }: ObjectStorageOptions): void {
  failIf(
    `Controller.${factory}`,
    prefixes === undefined
      ? undefined
      : problem('prefixes', 'be left out', prefixes, 'It does not support prefixes. Use dedicated buckets.'),
  );
}

/**
 * Loki and Mimir accept a single folder, not a nested one, and otherwise fail to start.
 *
 * @throws if a literal prefix is not a single folder
 */
function checkStoragePrefixes(factory: string, prefixes: string[] | undefined): void {
  refusePrefix(factory, prefixes, /^[\da-zA-Z-]+\/$/, {
    rule: 'be a single folder of letters, digits and dashes',
    advice: 'Its `storage_prefix` accepts nothing else. For example `blue/`.',
  });
}
