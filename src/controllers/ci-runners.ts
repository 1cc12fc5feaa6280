import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { objectStorage, READ_OBJECTS } from './bucket-access';
import { allow, ControllerDefinition } from './definition';
import { ObjectStorageOptions } from './object-storage-options';
import { assumeRoles, optional, requireOne } from './parts';
import { onRepositories, PULL_IMAGES } from './repositories';

/**
 * Options of `Controller.gitHubRunners`. At least one repository is required.
 */
export interface GitHubRunnersOptions {
  /**
   * The ECR repositories that jobs push images to and pull images from.
   *
   * @default - none
   */
  readonly repositories?: IRepository[];

  /**
   * The ECR repositories that jobs only pull images from.
   *
   * @default - none
   */
  readonly pullRepositories?: IRepository[];
}

/**
 * Options of `Controller.gitLabRunner`.
 */
export interface GitLabRunnerOptions extends ObjectStorageOptions {
  /**
   * The roles that the runner assumes for the cache (`RoleARN`, `UploadRoleARN`). They must trust its role.
   *
   * @default - none
   */
  readonly roles?: IRole[];
}

const PUSH_IMAGES = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

/**
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
 *
 * @internal
 */
export function gitHubRunners(options: GitHubRunnersOptions): ControllerDefinition {
  const { repositories, pullRepositories } = options;
  requireOne('gitHubRunners', { repositories, pullRepositories });
  const pushed = optional('gitHubRunners', 'repositories', 'repository', repositories);
  const pulled = optional('gitHubRunners', 'pullRepositories', 'repository', pullRepositories);
  return {
    name: 'gha-runner-scale-set',
    namespace: 'arc-runners',
    serviceAccountName: 'arc-runner-set',
    helmKey: 'template.spec.serviceAccountName',
    helmNameOnly: true,
    statements: () => [
      ...onRepositories([...pushed, ...pulled], PULL_IMAGES),
      ...(pushed.length > 0
        ? [allow({ actions: PUSH_IMAGES, resources: pushed.map(repository => repository.repositoryArn) })]
        : []),
    ],
  };
}

/**
 * The runner signs the URLs that jobs use to read and write the cache, so jobs have the permissions of its role.
 *
 * @see https://docs.gitlab.com/runner/configuration/advanced-configuration/#the-runnerscaches3-section
 *
 * @internal
 */
export function gitLabRunner(options: GitLabRunnerOptions): ControllerDefinition {
  const statements = objectStorage('gitLabRunner', options, {
    ...READ_OBJECTS,
    onObjects: [...READ_OBJECTS.onObjects, 's3:PutObject'],
  });
  const roles = optional('gitLabRunner', 'roles', 'role', options.roles);
  return {
    name: 'gitlab-runner',
    namespace: 'gitlab-runner',
    serviceAccountName: 'gitlab-runner',
    statements: () => [...statements(), ...assumeRoles(roles)],
  };
}
