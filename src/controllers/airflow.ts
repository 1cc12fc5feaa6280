import { ADD_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';
import { storageLocation } from './storage-values';

/**
 * Airflow appends to a task log by reading and rewriting it. It does not delete logs.
 *
 * @see https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/logging/s3-task-handler.html
 *
 * @internal
 */
export function airflow(options: ObjectStorageOptions): ControllerDefinition {
  const statements = objectStorage('airflow', options, ADD_OBJECTS);
  const location = storageLocation(options);
  const path = location && [location.bucket, location.folder].filter(part => part !== undefined).join('/');
  return {
    name: 'airflow',
    namespace: 'airflow',
    serviceAccountName: 'airflow-worker',
    helmKey: 'workers.serviceAccount',
    helmValues: {
      'config.logging': path === undefined
        ? undefined
        : { remote_logging: 'True', remote_base_log_folder: `s3://${path}` },
    },
    statements,
  };
}
