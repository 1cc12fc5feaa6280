import { CfnResource } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { PodCaller, podAdmission } from '../../analysis/admission/admission';
import { hasStandIn, standIn } from '../../analysis/stand-in';
import { objectOf } from '../../conventions/json';
import { PolicyJson, StatementJson } from '../../conventions/policy-json';
import { NAMESPACE_TAG, SERVICE_ACCOUNT, SERVICE_ACCOUNT_TAG } from '../../conventions/web-identity';
import type { ServiceAccountSubject } from '../../service-account-subject';
import { isToken } from '../values/is-token';
import { argumentsOf, isIntrinsic, joinedParts, literalRoleArn, pointed, PointedValue } from '../values/tokens';

/** How one service account requests a role. */
export type Asking = WebIdentityAsking | PodIdentityAsking;

interface WebIdentityAsking {
  readonly subject: ServiceAccountSubject;
  readonly providerArn: string;
  readonly issuer: string;
  readonly audience: string;
}

interface PodIdentityAsking {
  readonly subject: ServiceAccountSubject;
  readonly clusterArn: string;
  readonly account: string;
  readonly sessionTags: boolean;
}

/**
 * Whether a role certainly does not admit a service account. This evaluates the whole document, regardless of who wrote
 * its statements. A value that is known only at deployment may match.
 *
 * @param document the trust policy as JSON, tokens unresolved
 * @param own the statements in it that TrustPolicy wrote; a deferred name in them is assumed to differ from any other
 * name
 */
export function refuses(scope: IConstruct, document: PolicyJson, own: unknown[], asking: Asking): boolean {
  const reader = new PlainReader(scope);
  const caller = callerOf(text => reader.json(text), asking);
  const written = new Set(own.map(statement => JSON.stringify(statement)));
  const names = 'podIdentity' in caller ? caller.podIdentity : caller.webIdentity;
  const statements = [document.Statement ?? []].flat().map(statement => (
    written.has(JSON.stringify(statement))
      ? withOtherNames(reader.json(objectOf(statement)), names)
      : reader.json(statement)));
  const policy = { ...reader.json({ ...document, Statement: [] }), Statement: statements };
  const clusterArn = 'podIdentity' in caller ? caller.podIdentity.clusterArn : undefined;
  const trust = clusterArn === undefined ? policy : withoutOtherClusters(policy, clusterArn, reader.resources);
  return podAdmission(trust, caller).answer === 'out';
}

function callerOf(text: (value: string) => string, asking: Asking): PodCaller {
  const { subject } = asking;
  const names = { namespace: text(subject._namespace), serviceAccount: text(subject._name) };
  if ('issuer' in asking) {
    const { providerArn, issuer, audience } = asking;
    return {
      webIdentity: { ...names, providerArn: text(providerArn), issuer: text(issuer), audience: text(audience) },
    };
  }
  const { clusterArn, account, sessionTags } = asking;
  return {
    podIdentity: { ...names, clusterArn: text(clusterArn), account: text(account), sessionTags },
  };
}

/** Replaces deferred names of other service accounts, which differ from those of the caller. */
function withOtherNames(
  statement: StatementJson,
  { namespace, serviceAccount }: { readonly namespace: string; readonly serviceAccount: string },
): StatementJson {
  const condition = objectOf(statement.Condition);
  const own: Record<string, string> = {
    sub: `${SERVICE_ACCOUNT}${namespace}:${serviceAccount}`,
    [NAMESPACE_TAG]: namespace,
    [SERVICE_ACCOUNT_TAG]: serviceAccount,
  };
  const renamed = Object.entries(objectOf(condition.StringEquals)).map(([key, values]) => {
    const name = own[key.endsWith(':sub') ? 'sub' : key];
    const isAnother = (value: unknown) => name !== undefined && value !== name && hasStandIn(`${value}`);
    return [key, [values].flat().map(value => (isAnother(value) ? 'another name' : value))];
  });
  return { ...statement, Condition: { ...condition, StringEquals: Object.fromEntries(renamed) } };
}

/** Two resources of one app are two clusters, regardless of their names. */
function withoutOtherClusters(policy: PolicyJson, clusterArn: string, resources: ReadonlySet<string>): PolicyJson {
  const [, own] = clusterArn.split(':cluster/');
  if (!resources.has(own)) return policy;
  const ofAnother = (value: string) => (
    value.includes(':cluster/') && resources.has(value.split(':cluster/')[1]) && !value.endsWith(own));
  return JSON.parse(JSON.stringify(policy), (_, value) => (
    typeof value === 'string' && ofAnother(value) ? 'another cluster' : value));
}

/**
 * Reads values in the same way as the analysis: values that are known only at deployment become stand-ins, which are
 * equal for equal values. The ARN of a role with a fixed name is literal, regardless of how it is written.
 */
export class PlainReader {
  /** The stand-ins for attributes of resources of the app. */
  public readonly resources = new Set<string>();

  constructor(private readonly scope: IConstruct) {}

  public json<T>(value: T): T;
  public json(value: unknown): unknown {
    if (typeof value === 'string' || isToken(value)) return this.pointed(value);
    if (Array.isArray(value)) return value.flatMap(item => this.json(item));
    if (typeof value !== 'object' || value === null) return value;
    if (isIntrinsic(value)) return this.pointed(value);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.json(key), this.json(item)]));
  }

  private pointed(value: unknown): unknown {
    const { value: expression, targets } = pointed(this.scope, value);
    return this.withStandIns(expression, targets);
  }

  private withStandIns(expression: unknown, targets: PointedValue['targets']): unknown {
    const inner = (part: unknown) => this.withStandIns(part, targets);
    if (typeof expression !== 'object' || expression === null) return expression;
    if (Array.isArray(expression)) return expression.map(inner);
    if (!isIntrinsic(expression)) {
      return Object.fromEntries(Object.entries(expression).map(([key, item]) => [key, inner(item)]));
    }
    const parts = joinedParts(expression);
    if (parts !== undefined) return parts.map(inner).join('');
    const [id, attribute] = argumentsOf(expression, 'Fn::GetAtt');
    const target = targets.get(`${id}`);
    const arn = attribute === 'Arn' && target instanceof CfnRole ? literalRoleArn(target) : undefined;
    if (arn !== undefined) return arn;
    const text = standIn(JSON.stringify(expression));
    if (CfnResource.isCfnResource(target)) this.resources.add(text);
    return text;
  }
}
