/**
 * What a statement of a trust policy says of web identities.
 */
import { propertyOf } from './json';
import { StatementJson } from './policy-json';
import { matchesPattern } from './wildcards';

export const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** The session tags by which Pod Identity says who asks. */
export const NAMESPACE_TAG = 'aws:RequestTag/kubernetes-namespace';
export const SERVICE_ACCOUNT_TAG = 'aws:RequestTag/kubernetes-service-account';

export const WEB_IDENTITY_ACTION = 'sts:AssumeRoleWithWebIdentity';

/** Who assumes roles for EKS Pod Identity. */
export const POD_IDENTITY_SERVICE = 'pods.eks.amazonaws.com';

/** The audience of a service-account token for AWS, in every partition. */
export const DEFAULT_AUDIENCE = 'sts.amazonaws.com';

/** One value of `sub`. */
export interface Sub {
  readonly sub: unknown;
  /** Of a pattern what stands before its first wildcard. */
  readonly head?: string;
}

/** Whether a Principal means everyone. A list is judged by its worst member. */
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

/** Whether a statement is about an action, or may be: a deferred action counts as any. */
export function hasAction(statement: StatementJson, action: string): boolean {
  return list(statement.Action ?? '*').some(pattern => isDeferred(pattern) || matchesAction(text(pattern), action));
}

/** The providers that a statement trusts, each of which is judged by itself. */
export function federatedOf({ Principal: principal }: StatementJson): unknown[] {
  return list(propertyOf(principal, 'Federated'));
}

/** Whether a provider is Cognito, Google or the like: those go by their domain names and may have no `sub`. */
export function isPublicProvider(provider: unknown): provider is string {
  return typeof provider === 'string' && /^[a-z0-9.-]+$/.test(provider);
}

/**
 * Whether tokens must be for one audience. A key that only has to be right if it is there, or a pattern, does not
 * count.
 */
export function holdsAudience(condition: unknown): boolean {
  return equalKeys(condition).some(key => key.endsWith(':aud'));
}

/** Whether a claim of `sub` excludes anyone. */
export function holdsSubject(condition: unknown): boolean {
  const subs = subsOf(condition);
  return subs.length > 0 && !subs.some(isAnything);
}

/** What `sub` must be equal to, or like. */
export function subsOf(condition: unknown): Sub[] {
  return [...valuesOf(propertyOf(condition, 'StringEquals'), ':sub').map(sub => ({ sub })),
    ...valuesOf(propertyOf(condition, 'StringLike'), ':sub').map(sub => ({ sub, head: headOf(text(sub)) }))];
}

/** Whether a pattern of `sub` with this head reaches over namespaces. */
export function reachesOverNamespaces(head: string): boolean {
  return head.startsWith(SERVICE_ACCOUNT) && !head.slice(SERVICE_ACCOUNT.length).includes(':');
}

/** What stands before the first wildcard, if there is one. */
export function headOf(pattern: string): string | undefined {
  const at = pattern.search(/[*?]/);
  return at < 0 ? undefined : pattern.slice(0, at);
}

export function valuesOf(operator: unknown, suffix: string): unknown[] {
  return Object.entries(operator ?? {}).filter(([key]) => key.endsWith(suffix)).flatMap(([, value]) => list(value));
}

/**
 * The keys that are really compared to something: not those that pass when the key is missing, nor `*`, nor a policy
 * variable.
 */
export function conditionKeys(condition: unknown): string[] {
  return comparisons(condition).filter(isCompared).map(({ key }) => key);
}

export function equalKeys(condition: unknown): string[] {
  return conditionKeys({ StringEquals: propertyOf(condition, 'StringEquals') ?? {} });
}

/**
 * Whether conditions exclude callers by who they are: by ARN, account or organization. Tags, session names, external
 * IDs, IP addresses and transport do not count, since whoever calls chooses them.
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

/** Whether a pattern of a policy means an action: upper and lower case are one. */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesPattern(pattern.toLowerCase(), action.toLowerCase());
}

const POSITIVE_OPERATOR = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$/;

/** For each key that says who calls: whether a value names one account or organization. */
const CALLER_KEYS = new Map<string, (value: string) => boolean>([
  ['aws:principalarn', value => {
    const parts = value.split(':');
    return parts.length >= 6 && parts[0] === 'arn' && isOne(parts[4]);
  }],
  ['aws:principalaccount', value => isOne(value, '${aws:ResourceAccount}')],
  ['aws:principalorgid', value => isOne(value, '${aws:ResourceOrgID}')],
  ['aws:principalorgpaths', value => isOne(value.split('/')[0])],
]);

/** Whether a value is one, and not a pattern. The variable of the role's own account or organization is. */
function isOne(value: string, own?: string): boolean {
  return value === own || (value !== '' && !/[*?$]/.test(value));
}

interface Comparison {
  readonly operator: string;
  readonly key: string;
  readonly values: unknown[];
}

/** What conditions compare, and do not merely compare when the key is there. */
function comparisons(condition: unknown): Comparison[] {
  return Object.entries(condition ?? {})
    .filter(([operator]) => !/^ForAllValues:|IfExists$|^Null$/i.test(operator))
    .flatMap(([operator, keys]) =>
      Object.entries(keys ?? {}).map(([key, value]) => ({ operator, key, values: list(value) })),
    );
}

/** A policy variable may be the very key that it is compared to. */
function isCompared({ operator, values }: Comparison): boolean {
  const anything = /Like$|^(ForAnyValue:)?Arn/i.test(operator) ? /^\*+$/ : /^\*$/;
  return values.length > 0 && !values.some(value => anything.test(text(value)) || hasVariable(value));
}

/**
 * A pattern that ends before it says what kind of subject it means, a policy variable, or one that nobody can read yet.
 */
function isAnything({ sub, head }: Sub): boolean {
  return (
    typeof sub !== 'string'
    || hasVariable(sub)
    || (head !== undefined && head !== SERVICE_ACCOUNT && SERVICE_ACCOUNT.startsWith(head))
  );
}

function hasVariable(value: unknown): boolean {
  return text(value).includes('${');
}

/** Whether only the deployment knows a value, or a part of it. */
function isDeferred(value: unknown): boolean {
  return typeof value !== 'string' || value.includes('⟨');
}

/** Values that are not strings count as the empty string. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
