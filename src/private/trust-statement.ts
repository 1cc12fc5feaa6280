import { Token } from 'aws-cdk-lib';
import { problem } from './errors';
import { matchesPattern } from './name-patterns';

const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** The session tags by which Pod Identity says who asks. */
export const NAMESPACE_TAG = 'aws:RequestTag/kubernetes-namespace';
export const SERVICE_ACCOUNT_TAG = 'aws:RequestTag/kubernetes-service-account';

export const WEB_IDENTITY_ACTION = 'sts:AssumeRoleWithWebIdentity';

/**
 * Why a statement of a trust policy lets in more than anyone can have meant: a web identity that is not held to both `aud` and
 * `sub`, or everybody without a condition.
 */
export function statementProblem(property: string, statement: any): string | undefined {
  if (statement.Effect !== 'Allow') return undefined;
  if (isEverybody(statement) && conditionKeys(statement).length === 0) {
    return problem(property, 'not be everybody without a condition', statement.Principal ?? { NotPrincipal: statement.NotPrincipal },
      'Name the principal, or add conditions (principal.withConditions).');
  }
  if (!isWebIdentity(statement)) return undefined;
  if (isPublicProvider(statement)) return publicProviderProblem(property, statement);

  const equal = equalKeys(statement);
  const subs = subsOf(statement);
  if (equal.some(key => key.endsWith(':aud')) && subs.length > 0 && !subs.some(isAnything)) return undefined;
  return problem(property, 'hold a web identity to both aud (StringEquals) and sub (StringEquals or StringLike, not everything)', statement.Condition,
    'Without them every pod of the cluster gets in. Use trust.addServiceAccounts(), which writes both.');
}

/**
 * The patterns in `sub`, or in the session tag of the namespace, that reach over namespaces.
 *
 * @param partsOf the literal texts that a sub is put together from
 */
export function wildcardNamespaces(statements: any[], partsOf: (sub: string) => string[]): string[] {
  const patterns = (key: string) => statements.flatMap(({ Condition: condition }) => valuesOf(condition?.StringLike, key)).map(value => `${value}`);
  const literalHead = (pattern: string) => headOf(partsOf(pattern).filter(part => part !== '').join('x'));
  const subs = patterns(':sub').filter(sub => {
    const head = literalHead(sub);
    return head !== undefined && head.startsWith(SERVICE_ACCOUNT) && !head.slice(SERVICE_ACCOUNT.length).includes(':');
  });
  return [...new Set([...subs, ...patterns(NAMESPACE_TAG).filter(namespace => literalHead(namespace) !== undefined)])];
}

function isEverybody({ Principal: principal, NotPrincipal: excluded }: any): boolean {
  const named = [principal?.AWS, principal?.Federated, principal?.CanonicalUser].flatMap(list);
  return excluded !== undefined || principal === '*' || named.some(one => `${one}`.includes('*'));
}

function isWebIdentity(statement: any): boolean {
  if (!isEverybody(statement) && list(statement.Principal?.Federated).length === 0) return false;
  return list(statement.Action ?? '*').some(one => Token.isUnresolved(one) || matchesWebIdentity(`${one}`));
}

/** Cognito, Google and the like: they go by their domain name, are no OIDC providers of the account, and may have no `sub`. */
function isPublicProvider({ Principal: principal }: any): boolean {
  const providers = list(principal?.Federated);
  return providers.length > 0 && providers.every(provider => !Token.isUnresolved(provider) && /^[a-z0-9.-]+$/.test(`${provider}`));
}

function publicProviderProblem(property: string, statement: any): string | undefined {
  const [provider] = list(statement.Principal.Federated);
  const applications = ['aud', 'oaud', 'azp', 'app_id', 'sub'].map(claim => `${provider}:${claim}`);
  if (equalKeys(statement).some(key => applications.includes(key))) return undefined;
  return problem(property, `hold ${provider} to an application (StringEquals on ${provider}:aud or the like)`, statement.Condition,
    'Without it every user of that provider gets in.');
}

function subsOf({ Condition: condition }: any): any[] {
  return [...valuesOf(condition?.StringEquals, ':sub').map(sub => ({ sub, head: undefined })),
    ...valuesOf(condition?.StringLike, ':sub').map(sub => ({ sub, head: headOf(`${sub}`) }))];
}

/** A pattern that ends before it says what kind of subject it means, or one that nobody can read yet. */
function isAnything({ sub, head }: any): boolean {
  return typeof sub !== 'string' || (head !== undefined && head !== SERVICE_ACCOUNT && SERVICE_ACCOUNT.startsWith(head));
}

/** What stands before the first wildcard, if there is one. */
function headOf(pattern: string): string | undefined {
  const at = pattern.search(/[*?]/);
  return at < 0 ? undefined : pattern.slice(0, at);
}

function valuesOf(operator: any, suffix: string): any[] {
  return Object.entries(operator ?? {}).filter(([key]) => key.endsWith(suffix)).flatMap(([, value]) => list(value));
}

/** The keys that are really compared to something: not those that pass when the key is missing, nor `*`. */
function conditionKeys({ Condition: condition }: any): string[] {
  return Object.entries<any>(condition ?? {}).filter(([operator]) => !/^ForAllValues:|IfExists$|^Null$/.test(operator))
    .flatMap(([, keys]) => Object.entries(keys)).filter(([, value]) => list(value).length > 0 && !list(value).includes('*')).map(([key]) => key);
}

function equalKeys({ Condition: condition }: any): string[] {
  return conditionKeys({ Condition: { StringEquals: condition?.StringEquals ?? {} } });
}

function matchesWebIdentity(action: string): boolean {
  return matchesPattern(action.toLowerCase(), WEB_IDENTITY_ACTION.toLowerCase());
}

function list(value: any): any[] {
  if (value === undefined) return [];
  return Array.isArray(value) && !Token.isUnresolved(value) ? value : [value];
}
