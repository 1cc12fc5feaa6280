import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { allow } from './definition';

export const PULL_IMAGES = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** Returns statements on ECR repositories as an image registry. Empty without repositories. */
export function onRepositories(repositories: IRepository[], actions: string[]): PolicyStatement[] {
  if (repositories.length === 0) return [];
  return [
    allow({ actions, resources: repositories.map(repository => repository.repositoryArn) }),
    // A token grants nothing by itself. Each call is authorized by the statement above.
    allow({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
  ];
}
