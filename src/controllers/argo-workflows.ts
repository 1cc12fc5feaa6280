import { KEEP_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';

/**
 * @see https://argo-workflows.readthedocs.io/en/latest/configure-artifact-repository/#configuring-aws-s3
 *
 * @internal
 */
export function argoWorkflows(options: ObjectStorageOptions): ControllerDefinition {
  return {
    name: 'argo-workflows',
    namespace: 'argo',
    serviceAccountName: 'argo-workflow',
    helmKey: 'workflow.serviceAccount',
    statements: objectStorage('argoWorkflows', options, KEEP_OBJECTS),
  };
}
