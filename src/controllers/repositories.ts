import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { allow } from './definition';

export const PULL_IMAGES = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

/** Calls on repositories of ECR, as a registry of images. None without repositories. */
export function onRepositories(repositories: IRepository[], actions: string[]): PolicyStatement[] {
  if (repositories.length === 0) return [];
  return [
    allow({ actions, resources: repositories.map(repository => repository.repositoryArn) }),
    // A token opens nothing by itself: each call is checked against the statement above.
    allow({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
  ];
}
