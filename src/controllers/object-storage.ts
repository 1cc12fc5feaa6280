import { KEEP_OBJECTS, KEEP_TAGGED_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';

/**
 * @see https://grafana.com/docs/loki/latest/setup/install/helm/deployment-guides/aws/
 *
 * @internal
 */
export function grafanaLoki(options: ObjectStorageOptions): ControllerDefinition {
  return {
    name: 'loki',
    namespace: 'loki',
    serviceAccountName: 'loki',
    statements: objectStorage('grafanaLoki', options, KEEP_OBJECTS),
  };
}

/**
 * @see https://grafana.com/docs/mimir/latest/configure/configure-object-storage-backend/
 *
 * @internal
 */
export function grafanaMimir(options: ObjectStorageOptions): ControllerDefinition {
  return {
    name: 'mimir',
    namespace: 'mimir',
    serviceAccountName: 'mimir',
    statements: objectStorage('grafanaMimir', options, KEEP_OBJECTS),
  };
}

/**
 * @see https://grafana.com/docs/tempo/latest/configuration/hosted-storage/s3/
 *
 * @internal
 */
export function grafanaTempo(options: ObjectStorageOptions): ControllerDefinition {
  return {
    name: 'tempo',
    namespace: 'tempo',
    serviceAccountName: 'tempo',
    statements: objectStorage('grafanaTempo', options, KEEP_TAGGED_OBJECTS),
  };
}

/**
 * @see https://thanos.io/tip/thanos/storage.md/#s3
 *
 * @internal
 */
export function thanos(options: ObjectStorageOptions): ControllerDefinition {
  return {
    name: 'thanos',
    namespace: 'thanos',
    serviceAccountName: 'thanos-thanos',
    helmKey: 'global.serviceAccount',
    statements: objectStorage('thanos', options, KEEP_OBJECTS),
  };
}

/**
 * @see https://cortexmetrics.io/docs/blocks-storage/
 *
 * @internal
 */
export function cortex(options: ObjectStorageOptions): ControllerDefinition {
  return {
    name: 'cortex',
    namespace: 'cortex',
    serviceAccountName: 'cortex',
    statements: objectStorage('cortex', options, KEEP_OBJECTS),
  };
}
