/**
 * What a statement of a trust policy says of web identities, without the CDK: the analysis reads templates by the same rules.
 */
import { matchesPattern } from './name-patterns';

export const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** The session tags by which Pod Identity says who asks. */
export const NAMESPACE_TAG = 'aws:RequestTag/kubernetes-namespace';
export const SERVICE_ACCOUNT_TAG = 'aws:RequestTag/kubernetes-service-account';

export const WEB_IDENTITY_ACTION = 'sts:AssumeRoleWithWebIdentity';

/** Who assumes roles for EKS Pod Identity. */
export const POD_IDENTITY_SERVICE = 'pods.eks.amazonaws.com';

/** The audience of a service-account token for AWS, in every partition. */
export const DEFAULT_AUDIENCE = 'sts.amazonaws.com';

/** Whether a value, a list too, is known at deployment only. */
export type IsUnknown = (value: any) => boolean;

/** One value of `sub`. */
export interface Sub {
  readonly sub: any;
  /** Of a pattern what stands before its first wildcard. */
  readonly head?: string;
}

export function isEverybody({ Principal: principal, NotPrincipal: excluded }: any): boolean {
  const hasStar = (named: any) => (Array.isArray(named) ? named.some(one => text(one).includes('*')) : text(named).includes('*'));
  return excluded !== undefined || principal === '*' || [principal?.AWS, principal?.Federated, principal?.CanonicalUser].some(hasStar);
}

export function isWebIdentity(statement: any, isUnknown: IsUnknown): boolean {
  if (!isEverybody(statement) && list(statement.Principal?.Federated, isUnknown).length === 0) return false;
  return list(statement.Action ?? '*', isUnknown).some(one => isUnknown(one) || matchesAction(text(one), WEB_IDENTITY_ACTION));
}

/** Cognito, Google and the like: they go by their domain name, are no OIDC providers of the account, and may have no `sub`. */
export function publicProviderOf({ Principal: principal }: any, isUnknown: IsUnknown): string | undefined {
  const providers = list(principal?.Federated, isUnknown);
  return providers.every(provider => !isUnknown(provider) && /^[a-z0-9.-]+$/.test(text(provider))) ? providers[0] : undefined;
}

/** Whether tokens must be for one audience. A key that only has to be right if it is there, or a pattern, does not count. */
export function holdsAudience(condition: any, isUnknown: IsUnknown): boolean {
  return equalKeys(condition, isUnknown).some(key => key.endsWith(':aud'));
}

/** Whether a claim of `sub` says more than nothing. */
export function holdsSubject(condition: any, isUnknown: IsUnknown): boolean {
  const subs = subsOf(condition, isUnknown);
  return subs.length > 0 && !subs.some(isAnything);
}

/** What `sub` must be equal to, or like. */
export function subsOf(condition: any, isUnknown: IsUnknown): Sub[] {
  return [...valuesOf(condition?.StringEquals, ':sub', isUnknown).map(sub => ({ sub })),
    ...valuesOf(condition?.StringLike, ':sub', isUnknown).map(sub => ({ sub, head: headOf(text(sub)) }))];
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

export function valuesOf(operator: any, suffix: string, isUnknown: IsUnknown): any[] {
  return Object.entries(operator ?? {}).filter(([key]) => key.endsWith(suffix)).flatMap(([, value]) => list(value, isUnknown));
}

/** The keys that are really compared to something: not those that pass when the key is missing, nor `*`. */
export function conditionKeys(condition: any, isUnknown: IsUnknown): string[] {
  return Object.entries<any>(condition ?? {}).filter(([operator]) => !/^ForAllValues:|IfExists$|^Null$/.test(operator))
    .flatMap(([, keys]) => Object.entries(keys ?? {})).filter(([, value]) => isCompared(list(value, isUnknown))).map(([key]) => key);
}

export function equalKeys(condition: any, isUnknown: IsUnknown): string[] {
  return conditionKeys({ StringEquals: condition?.StringEquals ?? {} }, isUnknown);
}

/** Whether a pattern of a policy means an action: upper and lower case are one. */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesPattern(pattern.toLowerCase(), action.toLowerCase());
}

function isCompared(values: any[]): boolean {
  return values.length > 0 && !values.includes('*');
}

/** A pattern that ends before it says what kind of subject it means, or one that nobody can read yet. */
function isAnything({ sub, head }: Sub): boolean {
  return typeof sub !== 'string' || (head !== undefined && head !== SERVICE_ACCOUNT && SERVICE_ACCOUNT.startsWith(head));
}

/** Of what is none nothing can be told. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: any, isUnknown: IsUnknown): any[] {
  if (value === undefined) return [];
  return Array.isArray(value) && !isUnknown(value) ? value : [value];
}
