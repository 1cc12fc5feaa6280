import { KEEP_OBJECTS, objectStorage } from './bucket-access';
import { ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';
import { storageLocation } from './storage-values';

/**
 * @see https://argo-workflows.readthedocs.io/en/latest/configure-artifact-repository/#configuring-aws-s3
 *
 * @internal
 */
export function argoWorkflows(options: ObjectStorageOptions): ControllerDefinition {
  const statements = objectStorage('argoWorkflows', options, KEEP_OBJECTS);
  const location = storageLocation(options);
  const { bucket, region, endpoint, folder } = location ?? {};
  return {
    name: 'argo-workflows',
    namespace: 'argo',
    serviceAccountName: 'argo-workflow',
    helmKey: 'workflow.serviceAccount',
    helmValues: {
      'artifactRepository.s3': location && {
        bucket,
        region,
        endpoint,
        useSDKCreds: true,
        ...folder === undefined ? {} : { keyFormat: `${folder}/{{workflow.name}}/{{pod.name}}` },
      },
      'controller.workflowDefaults.spec.serviceAccountName': ({ serviceAccountName }) => serviceAccountName,
    },
    statements,
  };
}
