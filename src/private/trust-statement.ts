import { Token } from 'aws-cdk-lib';
import { problem } from './errors';
import {
  conditionKeys, equalKeys, headOf, holdsAudience, holdsSubject, isEverybody, isWebIdentity, NAMESPACE_TAG, publicProviderOf, reachesOverNamespaces,
  valuesOf,
} from './web-identity';

const isUnknown = (value: any): boolean => Token.isUnresolved(value);

/**
 * Why a statement of a trust policy lets in more than anyone can have meant: a web identity that is not held to both `aud` and
 * `sub`, or everybody without a condition.
 */
export function statementProblem(property: string, statement: any): string | undefined {
  const { Condition: condition } = statement;
  if (statement.Effect !== 'Allow') return undefined;
  if (isEverybody(statement) && conditionKeys(condition, isUnknown).length === 0) {
    return problem(property, 'not be everybody without a condition', statement.Principal ?? { NotPrincipal: statement.NotPrincipal },
      'Name the principal, or add conditions (principal.withConditions).');
  }
  if (!isWebIdentity(statement, isUnknown)) return undefined;
  const provider = publicProviderOf(statement, isUnknown);
  if (provider !== undefined) return publicProviderProblem(property, provider, condition);
  if (holdsAudience(condition, isUnknown) && holdsSubject(condition, isUnknown)) return undefined;
  return problem(property, 'hold a web identity to both aud (StringEquals) and sub (StringEquals or StringLike, not everything)', condition,
    'Without them every pod of the cluster gets in. Use trust.addServiceAccounts(), which writes both.');
}

/**
 * The patterns in `sub`, or in the session tag of the namespace, that reach over namespaces.
 *
 * @param partsOf the literal texts that a sub is put together from
 */
export function wildcardNamespaces(statements: any[], partsOf: (sub: string) => string[]): string[] {
  const patterns = (key: string) => statements.flatMap(({ Condition: condition }) => valuesOf(condition?.StringLike, key, isUnknown)).map(value => `${value}`);
  const literalHead = (pattern: string) => headOf(partsOf(pattern).filter(part => part !== '').join('x'));
  const subs = patterns(':sub').filter(sub => {
    const head = literalHead(sub);
    return head !== undefined && reachesOverNamespaces(head);
  });
  return [...new Set([...subs, ...patterns(NAMESPACE_TAG).filter(namespace => literalHead(namespace) !== undefined)])];
}

function publicProviderProblem(property: string, provider: string, condition: any): string | undefined {
  const applications = ['aud', 'oaud', 'azp', 'app_id', 'sub'].map(claim => `${provider}:${claim}`);
  if (equalKeys(condition, isUnknown).some(key => applications.includes(key))) return undefined;
  return problem(property, `hold ${provider} to an application (StringEquals on ${provider}:aud or the like)`, condition,
    'Without it every user of that provider gets in.');
}
