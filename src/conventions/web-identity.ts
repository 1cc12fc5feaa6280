/**
 * Reads trust policy statements about web identities.
 */
import { propertyOf } from './json';
import { StatementJson } from './policy-json';
import { matchesPattern } from './wildcards';

export const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** The session tags by which Pod Identity identifies the service account. */
export const NAMESPACE_TAG = 'aws:RequestTag/kubernetes-namespace';
export const SERVICE_ACCOUNT_TAG = 'aws:RequestTag/kubernetes-service-account';

export const WEB_IDENTITY_ACTION = 'sts:AssumeRoleWithWebIdentity';

/** The service principal that assumes roles for EKS Pod Identity. */
export const POD_IDENTITY_SERVICE = 'pods.eks.amazonaws.com';

/** The audience of a service-account token for AWS, in every partition. */
export const DEFAULT_AUDIENCE = 'sts.amazonaws.com';

/** One value of `sub`. */
export interface Sub {
  readonly sub: unknown;
  /** The text before the first wildcard of a pattern. */
  readonly head?: string;
}

/** Whether a Principal includes everyone. One such member of a list is sufficient. */
export function isEverybody({ Principal: principal, NotPrincipal: excluded }: StatementJson): boolean {
  return (
    excluded !== undefined
    || principal === '*'
    || PRINCIPALS_OF_ANYONE.some(type => hasStar(propertyOf(principal, type)))
  );
}

const PRINCIPALS_OF_ANYONE = ['AWS', 'Federated', 'CanonicalUser'];

function hasStar(named: unknown): boolean {
  return typeof named === 'string' ? named.includes('*') : list(named).some(name => text(name).includes('*'));
}

/** Whether a statement is about tokens of identity providers. */
export function isWebIdentity(statement: StatementJson): boolean {
  if (!isEverybody(statement) && federatedOf(statement).length === 0) return false;
  return hasAction(statement, WEB_IDENTITY_ACTION);
}

/** Whether a statement covers, or may cover, an action. A deferred action counts as any. */
export function hasAction(statement: StatementJson, action: string): boolean {
  return list(statement.Action ?? '*').some(pattern => isDeferred(pattern) || matchesAction(text(pattern), action));
}

/** Returns the providers that a statement trusts. Each is checked separately. */
export function federatedOf({ Principal: principal }: StatementJson): unknown[] {
  return list(propertyOf(principal, 'Federated'));
}

/**
 * Whether a provider is a public one such as Cognito or Google. These are named by domain, and `sub` may be missing.
 */
export function isPublicProvider(provider: unknown): provider is string {
  return typeof provider === 'string' && /^[a-z0-9.-]+$/.test(provider);
}

/**
 * Whether the audience is restricted. A key that is compared only if it exists, or a pattern, does not count.
 */
export function holdsAudience(condition: unknown): boolean {
  return equalKeys(condition).some(key => key.endsWith(':aud'));
}

/** Whether a condition on `sub` excludes anyone. */
export function holdsSubject(condition: unknown): boolean {
  const subs = subsOf(condition);
  return subs.length > 0 && !subs.some(isAnything);
}

/** Returns the values and patterns that `sub` must match. */
export function subsOf(condition: unknown): Sub[] {
  return [...valuesOf(propertyOf(condition, 'StringEquals'), ':sub').map(sub => ({ sub })),
    ...valuesOf(propertyOf(condition, 'StringLike'), ':sub').map(sub => ({ sub, head: headOf(text(sub)) }))];
}

/** Whether a pattern of `sub` with this head matches several namespaces. */
export function reachesOverNamespaces(head: string): boolean {
  return head.startsWith(SERVICE_ACCOUNT) && !head.slice(SERVICE_ACCOUNT.length).includes(':');
}

/** Returns the text before the first wildcard, if there is one. */
export function headOf(pattern: string): string | undefined {
  const at = pattern.search(/[*?]/);
  return at < 0 ? undefined : pattern.slice(0, at);
}

export function valuesOf(operator: unknown, suffix: string): unknown[] {
  return Object.entries(operator ?? {}).filter(([key]) => key.endsWith(suffix)).flatMap(([, value]) => list(value));
}

/**
 * Returns the keys that are effectively compared: not those that match if the key is missing, nor `*`, nor a policy
 * variable.
 */
export function conditionKeys(condition: unknown): string[] {
  return comparisons(condition).filter(isCompared).map(({ key }) => key);
}

export function equalKeys(condition: unknown): string[] {
  return conditionKeys({ StringEquals: propertyOf(condition, 'StringEquals') ?? {} });
}

/**
 * Whether conditions restrict the identity of callers: by ARN, account or organization. Tags, session names, external
 * IDs, IP addresses and transport do not count, because the caller chooses them.
 *
 * @see
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties
 */
export function limitsCallers(condition: unknown): boolean {
  return comparisons(condition).some(({ operator, key, values }) => {
    const identifies = CALLER_KEYS.get(key.toLowerCase());
    return (
      identifies !== undefined
      && POSITIVE_OPERATOR.test(operator)
      && values.length > 0
      && values.every(
        value => typeof value === 'string' && (/^⟨[^⟩]*⟩$/.test(value) || identifies(value.replace(/⟨[^⟩]*⟩/g, 'x'))),
      )
    );
  });
}

/** Whether a pattern in a policy matches an action, ignoring case. */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesPattern(pattern.toLowerCase(), action.toLowerCase());
}

const POSITIVE_OPERATOR = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/;

/** For each key that identifies the caller: whether a value names one account or organization. */
const CALLER_KEYS = new Map<string, (value: string) => boolean>([
  ['aws:principalarn', value => {
    const parts = value.split(':');
    return parts.length >= 6 && parts[0] === 'arn' && isOne(parts[4]);
  }],
  ['aws:principalaccount', value => isOne(value, '${aws:ResourceAccount}')],
  ['aws:principalorgid', value => isOne(value, '${aws:ResourceOrgID}')],
  ['aws:principalorgpaths', value => isOne(value.split('/')[0])],
]);

/** Whether a value names exactly one account or organization, or is the variable of the role's own. */
function isOne(value: string, own?: string): boolean {
  return value === own || (value !== '' && !/[*?$]/.test(value));
}

interface Comparison {
  readonly operator: string;
  readonly key: string;
  readonly values: unknown[];
}

/** Returns the comparisons of conditions, except those that apply only if the key exists. */
function comparisons(condition: unknown): Comparison[] {
  return Object.entries(condition ?? {})
    .filter(([operator]) => !/^ForAllValues:|IfExists$|^Null$/i.test(operator))
    .flatMap(([operator, keys]) =>
      Object.entries(keys ?? {}).map(([key, value]) => ({ operator, key, values: list(value) })),
    );
}

/** A policy variable may be the same key that it is compared to. */
function isCompared({ operator, values }: Comparison): boolean {
  const anything = /Like$|^(ForAnyValue:)?Arn/i.test(operator) ? /^\*+$/ : /^\*$/;
  return values.length > 0 && !values.some(value => anything.test(text(value)) || hasVariable(value));
}

/**
 * Whether a value does not restrict `sub`: a pattern with a wildcard in the prefix, a policy variable, or a deferred
 * value.
 */
function isAnything({ sub, head }: Sub): boolean {
  return (
    typeof sub !== 'string'
    || hasVariable(sub)
    || (head !== undefined && head !== SERVICE_ACCOUNT && SERVICE_ACCOUNT.startsWith(head))
  );
}

/** Whether a value contains a policy variable, which may be the same key that it is compared to. */
export function hasVariable(value: unknown): boolean {
  return text(value).includes('${');
}

/** Whether a value or a part of it is known only at deployment. */
function isDeferred(value: unknown): boolean {
  return typeof value !== 'string' || value.includes('⟨');
}

/** Returns the value, or the empty string if it is not a string. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
