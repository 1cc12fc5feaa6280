import { ADD_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';

/**
 * It adds to the log of a task by reading it and writing it anew. It deletes none.
 *
 * @see https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/logging/s3-task-handler.html
 *
 * @internal
 */
export function airflow(options: ObjectStorageOptions): ControllerDefinition {
  return {
    name: 'airflow',
    namespace: 'airflow',
    serviceAccountName: 'airflow-worker',
    helmKey: 'workers.serviceAccount',
    statements: objectStorage('airflow', options, ADD_OBJECTS),
  };
}
