import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { ControllerDefinition, required } from './definition';
import { onRepositories } from './repositories';

/**
 * Options of `Controller.fluxImageReflector`.
 */
export interface FluxImageReflectorOptions {
  /**
   * The repositories of ECR whose tags it reads; at least one.
   */
  readonly repositories: IRepository[];
}

/**
 * It lists tags, and asks for the digest of the latest one. Narrower than the `AmazonEC2ContainerRegistryReadOnly` of
 * Flux's guide, which reads every repository.
 *
 * @see https://fluxcd.io/flux/components/image/imagerepositories/#aws
 *
 * @internal
 */
export function fluxImageReflector(options: FluxImageReflectorOptions): ControllerDefinition {
  const repositories = required('fluxImageReflector', 'repositories', 'repository', options.repositories);
  return {
    name: 'image-reflector-controller',
    namespace: 'flux-system',
    serviceAccountName: 'image-reflector-controller',
    helmKey: 'imageReflectionController.serviceAccount',
    statements: () => onRepositories(repositories, ['ecr:BatchGetImage', 'ecr:ListImages']),
  };
}
