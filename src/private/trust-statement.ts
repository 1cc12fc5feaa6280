import { Token } from 'aws-cdk-lib';
import { problem } from './errors';

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

/** The patterns in `sub` that reach over namespaces. */
export function wildcardNamespaces(statements: any[]): string[] {
  const patterns = statements.flatMap(({ Condition: condition }) => valuesOf(condition?.StringLike, ':sub'));
  return [...new Set(patterns.filter(sub => /[*?]/.test(sub.split(':').slice(0, 3).join(':'))).filter(sub => sub.startsWith('system:')))];
}

function isEverybody({ Principal: principal, NotPrincipal: excluded }: any): boolean {
  return excluded !== undefined || principal === '*' || list(principal?.AWS).includes('*');
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
  if (equalKeys(statement).some(key => key.startsWith(`${provider}:`))) return undefined;
  return problem(property, `hold ${provider} to an application (StringEquals on ${provider}:…)`, statement.Condition, 'Without it every user of that provider gets in.');
}

function subsOf({ Condition: condition }: any): string[] {
  return [...valuesOf(condition?.StringEquals, ':sub'), ...valuesOf(condition?.StringLike, ':sub')];
}

function isAnything(sub: string): boolean {
  return /^[*?]+$/.test(sub);
}

function valuesOf(operator: any, suffix: string): string[] {
  return Object.entries(operator ?? {}).filter(([key]) => key.endsWith(suffix)).flatMap(([, value]) => list(value)).map(value => `${value}`);
}

/** The keys that are compared to something. */
function conditionKeys({ Condition: condition }: any): string[] {
  return Object.values<any>(condition ?? {}).flatMap(Object.entries).filter(([, value]) => list(value).length > 0).map(([key]) => key);
}

function equalKeys({ Condition: condition }: any): string[] {
  return conditionKeys({ Condition: { StringEquals: condition?.StringEquals ?? {} } });
}

function matchesWebIdentity(action: string): boolean {
  const pattern = action.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${pattern}$`, 'i').test(WEB_IDENTITY_ACTION);
}

function list(value: any): any[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
