import { KEEP_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';

/**
 * The calls of the Hadoop S3A connector, including committers that complete the uploads of other processes.
 *
 * @see https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/index.html
 *
 * @internal
 */
export function sparkOperator(options: ObjectStorageOptions): ControllerDefinition {
  return {
    name: 'spark-operator',
    namespace: 'default',
    serviceAccountName: 'spark-operator-spark',
    helmKey: 'spark.serviceAccount',
    helmValues: { 'spark.jobNamespaces': ({ namespace }) => [namespace] },
    statements: objectStorage('sparkOperator', options, {
      ...KEEP_OBJECTS,
      onBuckets: [...KEEP_OBJECTS.onBuckets, 's3:ListBucketMultipartUploads'],
      outside: ancestors,
    }),
  };
}

/** Before S3A creates a directory, it checks whether its ancestors are files: `a` and `a/b` for `a/b/`. */
function ancestors(prefix: string): string[] {
  const names = prefix.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}
