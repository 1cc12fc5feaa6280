import { Fn, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { isDeferred, problem } from '../errors';
import { accountProblem, partitionProblem } from './issuer';
import { CLUSTER_NAME } from '../../conventions/name-rules';
import { isToken } from '../values/is-token';
import { arnParts } from '../values/tokens';
import { settledProblems } from '../values/value-safety';

const CLUSTER_NAME_FRAGMENT = /^[A-Za-z0-9_-]*$/;
const CLUSTER_ARN = /^arn:aws[a-z0-9-]*:eks:[a-z0-9-]+:\d{12}:cluster\/[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;
/** No wildcards, because `ArnEquals` would interpret them. */
const CLUSTER_ARN_FRAGMENT = /^[A-Za-z0-9:/_-]*$/;

/** Whether a literal is the name of an EKS cluster. */
export function isClusterName(name: string): boolean {
  return typeof name === 'string' && CLUSTER_NAME.test(name);
}

/** Returns what is wrong with the name of an EKS cluster. Tokens are accepted. */
export function clusterNameProblem(property: string, name: string): string | undefined {
  if (isDeferred(name) || isClusterName(name)) return undefined;
  const rule = 'be the name of an EKS cluster: at most 100 letters, digits, - and _';
  return problem(property, rule, name, '`aws eks list-clusters` prints your clusters.');
}

/** Returns what is wrong with the name of an EKS cluster that may be deferred. */
export function clusterNameProblems(scope: IConstruct, property: string, name: string): string[] {
  const place = { fragment: CLUSTER_NAME_FRAGMENT, trustsForeign: true };
  return settledProblems(scope, property, name, clusterNameProblem, place);
}

/** Returns what is wrong with the ARN of an EKS cluster. Tokens are accepted. */
export function clusterArnProblem(property: string, arn: string): string | undefined {
  return isDeferred(arn) || (typeof arn === 'string' && CLUSTER_ARN.test(arn)) ? undefined : notACluster(property, arn);
}

/**
 * Returns what is wrong with the ARN, which may be deferred, of an EKS cluster that roles in the stack of `scope`
 * trust.
 */
export function clusterArnProblems(scope: IConstruct, property: string, arn: string): string[] {
  const stack = Stack.of(scope);
  const advice = 'EKS Pod Identity requires a role in the account of the cluster. '
    + 'Create the role there, and use `targetRole` for roles in other accounts.';
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

/** Checks the literal parts of a deferred ARN. */
function partialArnProblem(property: string, arn: string): string | undefined {
  const [, , service, , , resource] = arnParts(arn);
  const wrong = (part: string | undefined, right: string) => (
    part !== undefined && !isToken(part) && part !== right);
  return wrong(service, 'eks') || wrong(resource?.split('/')[0], 'cluster') ? notACluster(property, arn) : undefined;
}

function notACluster(property: string, arn: string): string {
  const rule = 'be the ARN of an EKS cluster: arn:<partition>:eks:<region>:<account>:cluster/<name>';
  return problem(property, rule, arn, '`aws eks describe-cluster --query cluster.arn` prints it.');
}

/** Returns the account in an ARN. */
export function accountOfArn(arn: string): string {
  const parts = arnParts(arn);
  return parts.length > 5 ? parts[4] : Fn.select(4, Fn.split(':', arn));
}
