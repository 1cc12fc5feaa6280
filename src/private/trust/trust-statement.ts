import { StatementJson as Written } from '../../conventions/policy-json';
import {
  equalKeys, federatedOf, hasAction, headOf, holdsAudience, holdsSubject, isEverybody, isPublicProvider, isWebIdentity,
  limitsCallers, NAMESPACE_TAG, reachesOverNamespaces, valuesOf, WEB_IDENTITY_ACTION,
} from '../../conventions/web-identity';
import { DEFERRED, problem } from '../errors';
import { ANYTHING, StatementJson } from './worst-case';

const SAML_ACTION = 'sts:AssumeRoleWithSAML';

/**
 * Returns why a statement of a trust policy certainly allows too much, or allows nobody.
 *
 * @param statement the statement with the worst values that the deployment could fill in
 * @param written the statement as it was written, for the message
 */
export function statementProblem(property: string, statement: StatementJson, written: Written): string | undefined {
  if (statement.Effect === 'Deny') return undefined;
  return everybodyProblem(property, statement, written)
    ?? federatedActionProblem(property, statement, written)
    ?? webIdentityProblem(property, statement, written);
}

/** Returns patterns in `sub`, or in the session tag of the namespace, that match several namespaces. */
export function wildcardNamespaces(statements: StatementJson[]): string[] {
  const patterns = (key: string) => statements
    .flatMap(({ Condition: condition }) => valuesOf(condition.StringLike, key))
    .map(value => `${value}`);
  const literalHead = (pattern: string) => headOf(pattern.replaceAll(ANYTHING, '*').replace(/⟨[^⟩]*⟩/g, 'x'));
  const subs = patterns(':sub').filter(sub => {
    const head = literalHead(sub);
    return head !== undefined && reachesOverNamespaces(head);
  });
  const found = [...subs, ...patterns(NAMESPACE_TAG).filter(namespace => literalHead(namespace) !== undefined)];
  return [...new Set(found.map(pattern => pattern.replaceAll(ANYTHING, DEFERRED).replace(/⟨[^⟩]*⟩/g, DEFERRED)))];
}

/** A web identity token has no AWS account. The next check covers its claims. */
function everybodyProblem(property: string, statement: StatementJson, written: Written): string | undefined {
  const isByToken = (action: string) => action.toLowerCase() === WEB_IDENTITY_ACTION.toLowerCase();
  const byTokenOnly = statement.Action?.every(isByToken) ?? false;
  if (byTokenOnly || !isEverybody(statement) || limitsCallers(statement.Condition)) return undefined;
  const caller = written.Principal ?? { NotPrincipal: written.NotPrincipal };
  return problem(property, 'not be everyone without a condition on the caller', caller,
    'Name the principal, or limit it with aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalOrgID or '
    + 'aws:PrincipalOrgPaths (principal.withConditions) with values that name one account or organization. '
    + 'Tags, session names, external IDs, IP addresses and transport do not count.');
}

/** CDK's default action of a FederatedPrincipal is sts:AssumeRole. */
function federatedActionProblem(property: string, statement: StatementJson, written: Written): string | undefined {
  if (federatedOf(statement).length === 0 || !hasAction(statement, 'sts:AssumeRole')) return undefined;
  if ([WEB_IDENTITY_ACTION, SAML_ACTION].some(action => hasAction(statement, action))) return undefined;
  return problem(property, `allow ${WEB_IDENTITY_ACTION} to a federated principal`, written.Action,
    'sts:AssumeRole does not work with an identity provider. Use iam.WebIdentityPrincipal, or pass '
    + `'${WEB_IDENTITY_ACTION}' as the third argument of iam.FederatedPrincipal (${SAML_ACTION} for SAML).`);
}

function webIdentityProblem(property: string, statement: StatementJson, written: Written): string | undefined {
  if (!isWebIdentity(statement)) return undefined;
  const { Condition: condition } = statement;
  const providers = federatedOf(statement);
  const others = providers.filter(provider => !isPublicProvider(provider));
  const needsBoth = others.length > 0 || providers.length === 0;
  if (needsBoth && !(holdsAudience(condition) && holdsSubject(condition))) {
    const rule = 'have conditions on aud (StringEquals) and sub (StringEquals or StringLike, not *) for a web identity';
    return problem(property, rule, written.Condition,
      'Without them, every pod of the cluster can assume the role. Use trust.addServiceAccounts(), which adds both.');
  }
  return providers.filter(isPublicProvider)
    .map(provider => publicProviderProblem(property, provider, condition, written))
    .find(text => text !== undefined);
}

function publicProviderProblem(
  property: string, provider: string, condition: StatementJson['Condition'], written: Written,
): string | undefined {
  const applications = ['aud', 'oaud', 'azp', 'app_id', 'sub'].map(claim => `${provider}:${claim}`);
  if (equalKeys(condition).some(key => applications.includes(key))) return undefined;
  const rule = `limit ${provider} to an application (StringEquals on ${provider}:aud or a similar key)`;
  return problem(property, rule, written.Condition,
    'Otherwise every user of that provider can assume the role.');
}
