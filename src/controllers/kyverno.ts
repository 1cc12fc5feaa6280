import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { allow, ControllerDefinition } from './definition';
import { optional, requireOne, unique } from './parts';
import { onRepositories, PULL_IMAGES } from './repositories';

/**
 * Options of `Controller.kyverno`. At least one repository or key is required.
 */
export interface KyvernoOptions {
  /**
   * The ECR repositories whose images, signatures and attestations it reads.
   *
   * @default - none
   */
  readonly repositories?: IRepository[];

  /**
   * The asymmetric KMS keys that sign images (`awskms:///<arn>`). It reads their public keys and verifies signatures
   * itself.
   *
   * @default - none
   */
  readonly keys?: IKey[];
}

/**
 * @see https://kyverno.io/docs/policy-types/cluster-policy/verify-images/sigstore/
 *
 * @internal
 */
export function kyverno(options: KyvernoOptions): ControllerDefinition {
  requireOne('kyverno', { repositories: options.repositories, keys: options.keys });
  const repositories = optional('kyverno', 'repositories', 'repository', options.repositories);
  const keys = optional('kyverno', 'keys', 'KMS key', options.keys);
  return {
    name: 'kyverno',
    namespace: 'kyverno',
    serviceAccountName: 'kyverno-admission-controller',
    helmKey: 'admissionController.rbac.serviceAccount',
    statements: () => [
      ...onRepositories(repositories, [...PULL_IMAGES, 'ecr:ListImages']),
      ...(keys.length > 0
        ? [
          allow({
            actions: ['kms:DescribeKey', 'kms:GetPublicKey'],
            resources: unique(keys.map(key => key.keyArn)),
          }),
        ]
        : []),
    ],
  };
}
