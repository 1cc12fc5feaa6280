import { Fn, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { isDeferred, problem } from '../errors';
import { accountProblem, partitionProblem } from './issuer';
import { CLUSTER_NAME } from '../../conventions/name-rules';
import { arnParts } from '../values/tokens';
import { settledProblems } from '../values/value-safety';

const CLUSTER_NAME_FRAGMENT = /^[A-Za-z0-9_-]*$/;
const CLUSTER_ARN = /^arn:aws[a-z0-9-]*:eks:[a-z0-9-]+:\d{12}:cluster\/[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;
/** No wildcards, which `ArnEquals` would take. */
const CLUSTER_ARN_FRAGMENT = /^[A-Za-z0-9:/_-]*$/;

/** Whether a literal is the name of an EKS cluster. */
export function isClusterName(name: string): boolean {
  return typeof name === 'string' && CLUSTER_NAME.test(name);
}

/** What is wrong with the name of an EKS cluster. Tokens pass. */
export function clusterNameProblem(property: string, name: string): string | undefined {
  if (isDeferred(name) || isClusterName(name)) return undefined;
  const rule = 'be the name of an EKS cluster: at most 100 letters, digits, - and _';
  return problem(property, rule, name, '`aws eks list-clusters` prints the ones you have.');
}

/** What is wrong with the name of an EKS cluster that may be deferred. */
export function clusterNameProblems(scope: IConstruct, property: string, name: string): string[] {
  const place = { fragment: CLUSTER_NAME_FRAGMENT, trustsForeign: true };
  return settledProblems(scope, property, name, clusterNameProblem, place);
}

/** What is wrong with the ARN of an EKS cluster. Tokens pass. */
export function clusterArnProblem(property: string, arn: string): string | undefined {
  return isDeferred(arn) || (typeof arn === 'string' && CLUSTER_ARN.test(arn)) ? undefined : notACluster(property, arn);
}

/**
 * What is wrong with the ARN of an EKS cluster that roles in the stack of `scope` are to trust, and that may be
 * deferred.
 */
export function clusterArnProblems(scope: IConstruct, property: string, arn: string): string[] {
  const stack = Stack.of(scope);
  const advice = 'EKS Pod Identity takes a role of the cluster\'s own account: '
    + 'put the role there, and reach other accounts by `targetRole`.';
  const elsewhere = (value: string) => {
    const [, partition, , , account] = arnParts(value);
    return partitionProblem(property, stack, partition, value, advice)
      ?? accountProblem(property, stack, account, value, advice);
  };
  const check = (_: string, value: string) => clusterArnProblem(property, value) ?? elsewhere(value);
  const found = settledProblems(scope, property, arn, check, { fragment: CLUSTER_ARN_FRAGMENT });
  if (found.length > 0) return found;
  return [partialArnProblem(property, arn) ?? elsewhere(arn)].filter(text => text !== undefined);
}

/** Of an ARN that is deferred, the parts that are not. */
function partialArnProblem(property: string, arn: string): string | undefined {
  const [, , service, , , resource] = arnParts(arn);
  const wrong = (part: string | undefined, right: string) => (
    part !== undefined && !Token.isUnresolved(part) && part !== right);
  return wrong(service, 'eks') || wrong(resource?.split('/')[0], 'cluster') ? notACluster(property, arn) : undefined;
}

function notACluster(property: string, arn: string): string {
  const rule = 'be the ARN of an EKS cluster: arn:<partition>:eks:<region>:<account>:cluster/<name>';
  return problem(property, rule, arn, '`aws eks describe-cluster --query cluster.arn` prints it.');
}

/** The account in an ARN. */
export function accountOfArn(arn: string): string {
  const parts = arnParts(arn);
  return parts.length > 5 ? parts[4] : Fn.select(4, Fn.split(':', arn));
}
