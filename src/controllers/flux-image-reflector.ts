import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { ControllerDefinition, required } from './definition';
import { onRepositories } from './repositories';

/**
 * Options of `Controller.fluxImageReflector`.
 */
export interface FluxImageReflectorOptions {
  /**
   * The ECR repositories whose tags it reads. At least one.
   */
  readonly repositories: IRepository[];
}

/**
 * It lists tags and gets the digest of the latest one. Narrower than `AmazonEC2ContainerRegistryReadOnly` in Flux's
 * guide, which covers every repository.
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
