import { ADD_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';
import { storageLocation } from './storage-values';

/**
 * It adds to the log of a task by reading it and writing it anew. It deletes none.
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
