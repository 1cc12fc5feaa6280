/**
 * Statements that no token can satisfy: the template is enough to see that a statement or value matches no token.
 */
import { atPlaces, Found, Rule } from './rule';
import { Claim, demands, eachAllow, hasWildcard, WebIdentities, webIdentitiesOf } from './web-identities';
import { PrincipalJson, StatementJson } from '../../conventions/policy-json';
import { hasAction, POD_IDENTITY_SERVICE, WEB_IDENTITY_ACTION } from '../../conventions/web-identity';
import { isDeferredEksIssuer, isEksIssuer } from '../admission/trust-requests';
import { operatorOf } from '../iam/conditions';
import { canBeSubject, isSwapped, looksLikeSubject, meantSubject } from '../iam/subjects';
import { objectOf, textsOf } from '../json-values';
import { isOfPods, issuerOfArn } from '../reading/trusted-subjects';

type Problem = Omit<Found, 'place'>;

const SUBJECT_FORM = 'system:serviceaccount:<namespace>:<name>';
/** Actions that statements allow in addition to the one that assumes the role. */
const BESIDE = ['sts:TagSession', 'sts:SetSourceIdentity'];
/** The claims of a service account token for which IAM has condition keys. */
const CLAIMS = ['aud', 'sub'];

function eachClaim(
  rule: Omit<Rule, 'check'>,
  check: (claim: Claim, statement: WebIdentities) => Problem[],
): Rule {
  const checkStatement = (statement: WebIdentities) => statement.claims.flatMap(claim => check(claim, statement));
  return { ...rule, check: map => atPlaces(webIdentitiesOf(map), checkStatement, ({ role }) => role.place) };
}

export const WRONG_ACTION = eachAllow(
  {
    id: 'wrong-action',
    severity: 'error',
    title: 'The action does not match the principal',
    why:
      'Tokens of an OIDC provider need `sts:AssumeRoleWithWebIdentity`, which `FederatedPrincipal` of aws-iam does '
      + 'not use by default; EKS Pod Identity needs `sts:AssumeRole`. With any other action, the statement allows '
      + 'nobody.',
  },
  (statement, name) => {
    const principal = objectOf<PrincipalJson>(statement.Principal);
    const provider = textsOf(principal.Federated).find(arn => issuerOfArn(arn) !== undefined);
    return [
      ...(provider === undefined ? [] : wrongAction(name, statement, `tokens of ${provider}`, WEB_IDENTITY_ACTION)),
      ...(isOfPods(statement) ? wrongAction(name, statement, POD_IDENTITY_SERVICE, 'sts:AssumeRole') : []),
    ];
  },
);

function wrongAction(name: string, statement: StatementJson, whom: string, action: string): Problem[] {
  if (statement.NotAction !== undefined || hasAction(statement, action)) return [];
  const given = textsOf(statement.Action);
  if (given.every(other => BESIDE.some(beside => other.toLowerCase() === beside.toLowerCase()))) return [];
  return [{
    message: `${name}: allows ${whom} ${given.join(', ')}, but not ${action}, so nobody can assume the role this way.`,
    fix: action === WEB_IDENTITY_ACTION
      ? `Write "Action": "${action}"; in the CDK, new FederatedPrincipal(arn, conditions, '${action}') or `
        + 'trust.addServiceAccounts().'
      : `Write "Action": ["${action}", "sts:TagSession"], or use trust.addPodIdentity().`,
  }];
}

export const IMPOSSIBLE_SUBJECT = eachClaim(
  {
    id: 'impossible-subject',
    severity: 'error',
    title: `A \`sub\` that no service account can have: the form is \`${SUBJECT_FORM}\`, with valid Kubernetes names`,
    why: 'The value matches no token. Typical causes: a slash, a missing prefix, an upper-case letter, or `sub` and '
      + '`aud` swapped.',
  },
  ({ claim, operator, values }, { name, providers }) => {
    const demanded = demands(operator);
    if (demanded === undefined) return [];
    const { ignoreCase } = operatorOf(operator)!;
    const isCluster = providers.length > 0 && providers.every(({ issuer }) => isClusterIssuer(issuer));
    return values.flatMap(value => {
      if (isSwapped(claim, value)) return [swapProblem(name, claim, value)];
      if (claim !== 'sub' || !(isCluster || looksLikeSubject(value))) return [];
      const wildcards = demanded === 'like';
      if (!wildcards && hasWildcard(value)) return []; // another rule reports it
      return canBeSubject(value, { wildcards, ignoreCase }) ? [] : [subjectProblem(name, value)];
    });
  },
);

function subjectProblem(name: string, value: string): Problem {
  const meant = meantSubject(value);
  return {
    message: `${name}: \`sub\` is compared with ${value}, which no service account has, so it matches no token.`,
    fix: meant === undefined
      ? `Write ${SUBJECT_FORM}, or use ServiceAccountSubject.exact(namespace, name).`
      : `Write ${meant}.`,
  };
}

function swapProblem(name: string, claim: string, value: string): Problem {
  return {
    message: `${name}: \`${claim}\` is compared with ${value}: \`sub\` and \`aud\` are swapped, so no token matches.`,
    fix: `Compare \`sub\` with ${SUBJECT_FORM} and \`aud\` with sts.amazonaws.com.`,
  };
}

export const UNKNOWN_CLAIM = eachClaim(
  {
    id: 'unknown-claim',
    severity: 'error',
    title: "A condition key of a cluster's issuer that is neither `:sub` nor `:aud`",
    why: 'IAM has no such key for service account tokens, so the condition is never true.',
  },
  ({ key, claim, operator }, { name, providers }) => {
    const isOfCluster = providers.some(({ issuer }) => isClusterIssuer(issuer) && key.startsWith(`${issuer}:`));
    if (!isOfCluster || demands(operator) === undefined || CLAIMS.includes(claim)) return [];
    return [{
      message: `${name}: no service account token has the condition key ${key}, so the condition is never true.`,
      fix: `Use the keys ending in :sub and :aud, such as ${key.slice(0, key.lastIndexOf(':'))}:sub.`,
    }];
  },
);

export const MISSING_CLAIM = eachAllow(
  {
    id: 'missing-claim',
    severity: 'error',
    title: 'A condition key that is only the issuer, without `:sub` or `:aud`',
    why: 'No request has such a key, so the condition is never true.',
  },
  ({ Principal: principal, Condition: condition }, name) => {
    const issuers = textsOf(objectOf<PrincipalJson>(principal).Federated).map(issuerOfArn);
    return Object.entries(objectOf(condition)).flatMap(([operator, keys]) =>
      (demands(operator) === undefined ? [] : Object.keys(objectOf(keys)))
        .filter(key => issuers.includes(key))
        .map(key => ({
          message: `${name}: the condition key ${key} does not name a claim, so the condition is never true.`,
          fix: `Write ${key}:sub or ${key}:aud.`,
        })),
    );
  },
);

export const RESOURCE_IN_TRUST = eachAllow(
  {
    id: 'resource-in-trust',
    severity: 'error',
    title: 'A trust policy with `Resource`',
    why: 'IAM rejects the policy, so the deployment fails: `Has prohibited field Resource`.',
  },
  ({ Resource: resource, NotResource: notResource }, name) =>
    resource === undefined && notResource === undefined
      ? []
      : [{
        message: `${name}: a trust policy must not contain ${resource === undefined ? 'NotResource' : 'Resource'}.`,
        fix: 'Remove it. The resource of a trust policy is the role itself.',
      }],
);

/** Whether an issuer is certainly a cluster. */
function isClusterIssuer(issuer: string): boolean {
  return isEksIssuer(issuer) || isDeferredEksIssuer(issuer);
}
