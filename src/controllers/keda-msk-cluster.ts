import { Fn } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { required } from './definition';
import { failIf, problem } from '../private/errors';
import { isToken } from '../private/values/is-token';
import { settledProblems } from '../private/values/value-safety';

/**
 * Topics of an Amazon MSK cluster, provisioned or serverless, whose lag KEDA may read.
 */
export interface KedaMskCluster {
  /**
   * The ARN of the cluster, in any region. For a `CfnCluster` or `CfnServerlessCluster`, use `attrArn`.
   */
  readonly clusterArn: string;

  /**
   * The names of the topics. At least one. A trailing `*` matches all topics with this prefix: `orders-*`.
   */
  readonly topics: string[];

  /**
   * The names of the consumer groups whose offsets are compared. At least one. A trailing `*` matches all groups with
   * this prefix.
   */
  readonly consumerGroups: string[];
}

const CLUSTER_ARN = /^arn:aws[a-z0-9-]*:kafka:[a-z0-9-]+:\d{12}:cluster\/[\w-]{1,64}\/[A-Za-z0-9-]+$/;
/** No wildcards. */
const CLUSTER_ARN_FRAGMENT = /^[A-Za-z0-9:/_-]*$/;
const NAME = /^[^\s*?$]+\*?$/;

/**
 * Returns the ARNs of clusters, their topics and groups.
 *
 * @throws if a cluster has no topic or no group, or a literal is not a valid ARN or name
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html
 *
 * @internal
 */
export function mskArns(clusters: KedaMskCluster[]): {
  clusters: string[];
  topics: string[];
  consumerGroups: string[];
} {
  const checkNames = (property: string, what: string, names: string[]) => {
    const found = required('keda', property, what, names);
    found.forEach(name => failIf('Controller.keda', nameProblem(property, name)));
    return found;
  };
  for (const { clusterArn } of clusters) {
    failIf('Controller.keda', clusterProblem('mskClusters.clusterArn', clusterArn));
  }
  return {
    clusters: clusters.map(({ clusterArn }) => clusterArn),
    topics: clusters.flatMap(({ clusterArn, topics }) =>
      checkNames('mskClusters.topics', 'topic', topics).map(name => inCluster(clusterArn, 'topic', name)),
    ),
    consumerGroups: clusters.flatMap(({ clusterArn, consumerGroups }) =>
      checkNames('mskClusters.consumerGroups', 'consumer group', consumerGroups).map(name =>
        inCluster(clusterArn, 'group', name),
      ),
    ),
  };
}

/** The ARN contains its type instead of `cluster`, and its name after that of the cluster. */
function inCluster(clusterArn: string, type: string, name: string): string {
  const [before, after] = [0, 1].map(index => Fn.select(index, Fn.split(':cluster/', clusterArn)));
  return `${before}:${type}/${after}/${name}`;
}

/**
 * Returns what is wrong with clusters and names, which may be deferred.
 *
 * @internal
 */
export function mskClusterProblems(scope: IConstruct, clusters: KedaMskCluster[]): string[] {
  return clusters.flatMap(({ clusterArn, topics, consumerGroups }) => [
    ...settledProblems(scope, 'mskClusters.clusterArn', clusterArn, clusterProblem, {
      fragment: CLUSTER_ARN_FRAGMENT,
      trustsForeign: true,
    }),
    ...topics.flatMap(name => settledProblems(scope, 'mskClusters.topics', name, nameProblem, { trustsForeign: true })),
    ...consumerGroups.flatMap(name =>
      settledProblems(scope, 'mskClusters.consumerGroups', name, nameProblem, { trustsForeign: true }),
    ),
  ]);
}

function clusterProblem(property: string, arn: string): string | undefined {
  if (isToken(arn) || CLUSTER_ARN.test(arn)) return undefined;
  return problem(
    property,
    'be the ARN of an MSK cluster: arn:<partition>:kafka:<region>:<account>:cluster/<name>/<id>',
    arn,
    '`aws kafka list-clusters-v2` prints it.',
  );
}

function nameProblem(property: string, name: string): string | undefined {
  if (isToken(name) || NAME.test(name)) return undefined;
  return problem(
    property,
    'contain names, optionally with a trailing *, without other wildcards, $ or whitespace',
    name,
    'Use the names in your ScaledObjects.',
  );
}
