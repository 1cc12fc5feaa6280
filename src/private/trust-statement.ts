import { Token } from 'aws-cdk-lib';
import { problem } from './errors';

export const WEB_IDENTITY_ACTION = 'sts:AssumeRoleWithWebIdentity';

/**
 * Why a statement of a trust policy lets in more than anyone can have meant: a web identity of an OIDC provider
 * that is not held to both `aud` and `sub`, or everybody without a condition.
 */
export function statementProblem(property: string, statement: any): string | undefined {
  if (statement.Effect !== 'Allow') return undefined;
  if (isEverybody(statement) && !statement.Condition) {
    return problem(property, 'not be everybody without a condition', statement.Principal ?? { NotPrincipal: statement.NotPrincipal }, 'Name the principal, or add conditions (principal.withConditions).');
  }
  if (!isWebIdentity(statement)) return undefined;
  const equals = Object.keys(statement.Condition?.StringEquals ?? {});
  const like = Object.keys(statement.Condition?.StringLike ?? {});
  if (equals.some(key => key.endsWith(':aud')) && [...equals, ...like].some(key => key.endsWith(':sub'))) return undefined;
  return problem(property, 'hold a web identity to both aud (StringEquals) and sub (StringEquals or StringLike)', statement.Condition,
    'Without them every pod of the cluster gets in. Use trust.addServiceAccounts(), which writes both.');
}

function isEverybody({ Principal: principal, NotPrincipal: excluded }: any): boolean {
  return excluded !== undefined || principal === '*' || [...list(principal?.AWS), ...list(principal?.Federated)].includes('*');
}

/** Identity providers that are not OIDC providers of the account, such as Cognito, go by their domain name and have no `sub`. */
function isWebIdentity({ Action: action, Principal: principal }: any): boolean {
  const oidc = list(principal?.Federated).some(federated => Token.isUnresolved(federated) || `${federated}`.includes(':oidc-provider/'));
  return oidc && list(action ?? '*').some(one => matchesWebIdentity(`${one}`));
}

function matchesWebIdentity(action: string): boolean {
  const pattern = action.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${pattern}$`, 'i').test(WEB_IDENTITY_ACTION);
}

function list(value: any): any[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
