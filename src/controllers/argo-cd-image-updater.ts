import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { ControllerDefinition, required } from './definition';
import { onRepositories } from './repositories';

/**
 * Options of `Controller.argoCdImageUpdater`.
 */
export interface ArgoCdImageUpdaterOptions {
  /**
   * The ECR repositories whose images it reads. At least one.
   */
  readonly repositories: IRepository[];
}

/**
 * @see https://argocd-image-updater.readthedocs.io/en/stable/configuration/registries/
 *
 * @internal
 */
export function argoCdImageUpdater(options: ArgoCdImageUpdaterOptions): ControllerDefinition {
  const repositories = required('argoCdImageUpdater', 'repositories', 'repository', options.repositories);
  return {
    name: 'argocd-image-updater',
    namespace: 'argocd',
    serviceAccountName: 'argocd-image-updater',
    statements: () =>
      onRepositories(repositories, [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:DescribeImages',
        'ecr:GetDownloadUrlForLayer',
        'ecr:ListImages',
      ]),
  };
}
