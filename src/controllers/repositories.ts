import { IRepository } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { allow } from './definition';

/** Calls on repositories of ECR, as a registry of images. */
export function onRepositories(repositories: IRepository[], actions: string[]): PolicyStatement[] {
  return [
    allow({ actions, resources: repositories.map(repository => repository.repositoryArn) }),
    // A token opens nothing by itself: each call is checked against the statement above.
    allow({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
  ];
}
