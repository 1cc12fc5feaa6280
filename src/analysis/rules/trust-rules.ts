/**
 * Problems of a trust policy by itself, regardless of manifests.
 */
import { isOpenToEverybody } from './role-rules';
import { atPlaces, Found, Rule } from './rule';
import {
  allowStatementsOf,
  Claim,
  demands,
  eachAllow,
  hasWildcard,
  isReadable,
  isUnknown,
  meansWebIdentities,
  URL_SCHEME,
  WebIdentities,
  webIdentitiesOf,
  withoutScheme,
} from './web-identities';
import { issuerMistake } from '../../conventions/eks-issuers';
import { identityProviderOf, leavesSubjectOpen } from '../../conventions/identity-providers';
import { StatementJson } from '../../conventions/policy-json';
import {
  ASSUMED_ISSUER,
  ASSUMED_LENGTHS,
  ASSUMED_OTHER,
  DEFAULT_TRUST_QUOTA,
  MAX_TRUST_QUOTA,
  TRUST_QUOTA_NAME,
} from '../../conventions/policy-quotas';
import { remembered } from '../../conventions/remembered';
import { headOf, NAMESPACE_TAG, reachesOverNamespaces, SERVICE_ACCOUNT } from '../../conventions/web-identity';
import { AccessMap, Role } from '../access-map';
import { isDeferredEksIssuer } from '../admission/trust-requests';
import { claimOf } from '../iam/claims';
import { arnParts, literal, matches, pattern } from '../iam/patterns';
import { grouped, propertyOf } from '../json-values';
import { andMore } from '../lists';
import { conditionsOf, isOfPods, issuerOfArn, statementsOf } from '../reading/trusted-subjects';
import { hasStandIn, isStandIn, standInsOf, withoutStandIns } from '../stand-in';

/** A rule that checks each statement for web identities. */
function eachStatement(
  rule: Omit<Rule, 'check'>,
  check: (statement: WebIdentities, map: AccessMap) => Omit<Found, 'place'>[],
): Rule {
  return {
    ...rule,
    check: map =>
      atPlaces(
        webIdentitiesOf(map),
        statement => check(statement, map),
        ({ role }) => role.place,
      ),
  };
}

/** A rule that checks each role. */
function eachRole(rule: Omit<Rule, 'check'>, check: (role: Role) => Omit<Found, 'place'>[]): Rule {
  return { ...rule, check: ({ roles }) => atPlaces(roles, check, ({ place }) => place) };
}

const PROVIDER_ARN = /^.*oidc-provider\//i;

export const HTTPS_IN_KEY = eachStatement(
  {
    id: 'https-in-key',
    severity: 'error',
    title: 'A condition key, or the issuer in a provider ARN, that starts with `https://`',
    why: 'IAM writes issuers without the scheme. It rejects such a key, so the deployment fails. No provider has such '
      + 'an ARN.',
  },
  ({ name, providers, claims }) => [
    ...claims
      .filter(({ key }) => URL_SCHEME.test(key))
      .map(({ key }) => ({
        message: `${name}: the condition key ${key} starts with a URL scheme, which IAM rejects.`,
        fix: `Write ${withoutScheme(key)}.`,
      })),
    ...providers
      .filter(({ arn, issuer }) => issuerOfArn(arn) !== issuer)
      .map(({ arn, issuer }) => ({
        message: `${name}: the ARN ${arn} contains a URL scheme, which no provider ARN has.`,
        fix: `Write ${arn.slice(0, arn.indexOf('oidc-provider/'))}oidc-provider/${issuer}.`,
      })),
  ],
);

export const PROVIDER_ARN_IN_KEY = eachStatement(
  {
    id: 'provider-arn-in-key',
    severity: 'error',
    title: 'A condition key that contains the provider ARN, or `oidc-provider/`',
    why: 'No token has such a claim, so the statement allows nobody or IAM rejects it. Keys start with the host of '
      + 'the issuer.',
  },
  ({ name, claims }) =>
    claims
      .filter(({ key }) => PROVIDER_ARN.test(key))
      .map(({ key }) => ({
        message: `${name}: the condition key ${key} contains oidc-provider/, which is part of the provider ARN but `
          + 'not of any token.',
        fix: `Write ${key.replace(PROVIDER_ARN, '')}.`,
      })),
);

export const ISSUER_MISMATCH = eachStatement({
  id: 'issuer-mismatch',
  severity: 'error',
  title: 'A condition on a different issuer than the trusted provider',
  why: 'Tokens have only claims of their own issuer, so the condition is never true and the statement allows nobody.',
}, ({ name, providers, claims }) => providers.flatMap(({ issuer }) => {
  const strange = claims.find(claim => isOfAnother(issuer, claim));
  return strange === undefined
    ? []
    : [
      {
        message: `${name}: trusts tokens of ${issuer}, but compares ${strange.key}, a claim of another issuer, `
            + 'so the condition is never true.',
        fix: `Write ${issuer}:${strange.claim}, or trust the provider of ${strange.issuer}. Use a separate statement `
          + 'for each issuer.',
      },
    ];
}));

function isOfAnother(issuer: string, { operator, key, issuer: other }: Claim): boolean {
  if (demands(operator) === undefined || URL_SCHEME.test(key) || PROVIDER_ARN.test(key)) return false;
  return !hasStandIn(issuer) && !hasStandIn(other) && issuer.toLowerCase() !== other.toLowerCase();
}

export const MISSING_AUD = eachStatement(
  {
    id: 'missing-aud',
    severity: 'error',
    title: 'A statement for web identities that does not restrict the audience; a note for identity providers that '
      + 'are not clusters',
    why: 'Any other service that a pod sends its token to can then use the token in AWS. A condition that passes '
      + 'without the key (`IfExists`, `ForAllValues:`, `Null`) or a pattern does not restrict anyone.',
  },
  statement =>
    statement.holdsAudience
      ? []
      : [
        {
          message: `${statement.name}: accepts tokens of ${statement.whose} for every `
            + `${statement.known ? 'client ID of the provider' : 'audience'}: \`aud\` is not restricted by `
            + `StringEquals, ${conditionsIn(statement)}.`,
          ...statement.known
            ? {
              severity: 'note' as const,
              fix: `Add "StringEquals": { "${keyOf(statement, 'aud')}": "${statement.known.audience}" }.`,
            }
            : {
              fix: `Add "StringEquals": { "${keyOf(statement, 'aud')}": "sts.amazonaws.com" }, or use `
                + 'trust.addServiceAccounts(), which adds aud and sub.',
            },
        },
      ],
);

export const MISSING_SUB = eachStatement(
  {
    id: 'missing-sub',
    severity: 'error',
    title: 'A statement for web identities that does not restrict the subject',
    why: 'Every pod of the cluster can assume the role. A condition that passes without the key (`IfExists`, '
      + '`ForAllValues:`, `Null`) does not restrict anyone.',
  },
  statement =>
    statement.holdsAnySubject || (statement.known && statement.known.subject === undefined)
      ? []
      : [
        {
          message: `${statement.name}: accepts every token of ${statement.whose}: \`sub\` is not restricted by `
              + `StringEquals or StringLike, ${conditionsIn(statement)}.`,
          fix: statement.known
            ? `Add "StringLike": { "${keyOf(statement, 'sub')}": "${statement.known.subject}" }.`
            : `Add "StringEquals": { "${keyOf(statement, 'sub')}": "${SERVICE_ACCOUNT}<namespace>:<name>" }, or use `
              + 'trust.addServiceAccounts(), which adds aud and sub.',
        },
      ],
);

function conditionsIn(statement: WebIdentities): string {
  const keys = statement.keys();
  return keys.length === 0 ? 'there are no conditions' : `the conditions are on ${keys.join(', ')}`;
}

function keyOf({ providers: [first] }: WebIdentities, claim: string): string {
  return `${first?.issuer ?? '<issuer>'}:${claim}`;
}

export const WILDCARD_UNDER_STRING_EQUALS = eachStatement(
  {
    id: 'wildcard-under-string-equals',
    severity: 'error',
    title: 'A wildcard in `sub` or `aud` under `StringEquals`',
    why: '`StringEquals` treats `*` and `?` literally, and no name contains them, so the value never matches.',
  },
  ({ name, known, claims }) =>
    claims
      .filter(({ operator, claim }) => ['sub', 'aud'].includes(claim) && demandsEqual(operator))
      .flatMap(({ operator, key, claim, values }) =>
        values
          .filter(hasWildcard)
          .map(value => ({
            message: `${name}: ${key} is compared with ${value} by ${operator}, which treats the wildcard literally, `
              + 'so it never matches.',
            fix:
              claim === 'sub'
                ? `Use StringLike${
                  known ? '' : ', as ServiceAccountSubject.matching() does, or name the service account exactly'
                }.`
                : `Name the audience, for example ${known?.audience ?? 'sts.amazonaws.com'}.`,
          })),
      ),
);

const demandsEqual = remembered(operator => demands(operator.replace(/IfExists$/i, '')) === 'equal');

export const WHOLE_CLUSTER = eachStatement({
  id: 'whole-cluster',
  severity: 'error',
  title: 'A pattern for `sub` that matches every service account of the cluster',
  why: 'Anyone who can start a pod anywhere in the cluster can assume the role.',
}, ({ role, name, known, whose, claims }) => {
  const hasVariables = propertyOf(role.trust, 'Version') === VERSION_WITH_VARIABLES;
  const isLikeAny = (sub: string) => (known ? !hasStandIn(sub) && leavesSubjectOpen(known, sub) : isWholeCluster(sub));
  const isOpen = ({ operator, key }: Claim, sub: string) => {
    const own = hasVariables ? withOwnVariable(sub, key) : sub;
    return demands(operator) === 'like' ? isLikeAny(own) : own === '*' && sub !== '*';
  };
  const subs = claims.filter(({ operator, claim }) => claim === 'sub' && demands(operator) !== undefined);
  if (!subs.every(claim => claim.values.some(sub => isOpen(claim, sub)))) return [];
  return subs
    .slice(0, 1)
    .map(claim => {
      const sub = claim.values.find(value => isOpen(claim, value));
      return known
        ? {
          message: `${name}: \`sub\` is compared with ${sub}, which does not restrict `
            + `who can use a token of ${known.name}.`,
          fix: `Write it as "${known.subject}".`,
        }
        : {
          message: `${name}: \`sub\` is compared with ${sub}, which matches every service account of ${whose}.`,
          fix: 'List the service accounts with ServiceAccountSubject.exact(namespace, name), or their namespace with '
            + 'ServiceAccountSubject.anyInNamespace(namespace).',
        };
    });
});

/** Older policy versions treat variables as plain text. */
const VERSION_WITH_VARIABLES = '2012-10-17';

/** Replaces a policy variable that is the compared key itself with `*`, because it matches any value. */
function withOwnVariable(value: string, key: string): string {
  return value.replace(/\$\{([^},]*)[^}]*\}/g, (variable, name: string) =>
    (name.trim().toLowerCase() === key.toLowerCase() ? '*' : variable));
}

/** Common names of several lengths, and one that shares no letter with them. */
const ANYBODY = ['default:default', 'kube-system:coredns', 'zzzzz:11111'].map(name => literal(SERVICE_ACCOUNT + name));

function isWholeCluster(sub: string): boolean {
  return ANYBODY.every(anybody => matches(pattern(sub), anybody) === true);
}

export const NOT_PRINCIPAL = eachAllow(
  {
    id: 'not-principal',
    severity: 'error',
    title: 'A trust policy that allows everyone except a `NotPrincipal`',
    why: 'Everyone else in AWS can assume the role, including anonymous callers.',
  },
  ({ NotPrincipal: excluded }, name) =>
    excluded === undefined
      ? []
      : [{
        message: `${name}: allows everyone except ${JSON.stringify(excluded)}.`,
        fix: 'List the trusted principals under Principal, and exclude others with a statement with "Effect": "Deny".',
      }],
);

export const PROVIDER_OF_ANOTHER_ACCOUNT = eachStatement(
  {
    id: 'provider-of-another-account',
    severity: 'error',
    title: 'The trusted provider is in a different account than the role',
    why: "STS looks for the provider only in the role's account, so the statement allows nobody.",
  },
  ({ name, role, providers }) =>
    providers
      .filter(({ arn }) => isInAnotherAccount(arn, role))
      .map(({ arn, issuer }) => ({
        message: `${name}: trusts ${arn}, a provider of account ${accountOf(arn)}, but the role is in account `
          + `${role.account}.`,
        fix: `Register the issuer in account ${role.account} with ${registration(issuer)}, and trust that provider.`,
      })),
);

function registration(issuer: string): string {
  return identityProviderOf(issuer)
    ? `new OidcProviderNative(stack, 'Oidc', { url: 'https://${issuer}' })`
    : `new ClusterOidcProvider(stack, 'Oidc', { issuerUrl: 'https://${issuer}' })`;
}

/** Another rule reports other partitions. */
function isInAnotherAccount(arn: string, { account, partition }: Role): boolean {
  return differs(accountOf(arn), account) && !differs(partitionOf(arn), partition);
}

export const PROVIDER_OF_ANOTHER_PARTITION = eachStatement(
  {
    id: 'provider-of-another-partition',
    severity: 'error',
    title: 'The trusted provider is in a different partition than the role',
    why: 'Partitions (`aws`, `aws-cn`, `aws-us-gov`) are isolated from each other, so IAM rejects the policy or the '
      + 'statement allows nobody.',
  },
  ({ name, role, providers }) =>
    providers
      .filter(({ arn }) => differs(partitionOf(arn), role.partition))
      .map(({ arn, issuer }) => ({
        message: `${name}: trusts ${arn} of partition ${partitionOf(arn)}, but the role is in partition `
          + `${role.partition}.`,
        fix: `Use the partition of the stack in the ARN${
          identityProviderOf(issuer)
            ? ''
            : `, or use ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', 'https://${issuer}')`
        }.`,
      })),
);

const partitionOf = remembered((arn): string => arnParts(arn)[1]);
const accountOf = remembered((arn): string => arnParts(arn)[4]);

/** Whether two texts certainly differ. */
function differs(one: string, other: string): boolean {
  return one !== other && !hasStandIn(one) && !hasStandIn(other);
}

export const AUDIENCE_NOT_A_CLIENT_ID: Rule = {
  id: 'audience-not-a-client-id',
  severity: 'error',
  title: 'The audience is not a client ID of the provider',
  why: 'STS rejects tokens for an audience that is not a client ID of the provider: `Incorrect token audience`.',
  check: map => {
    const providers = new Map(map.providers.map(provider => [provider.arn, provider]));
    return webIdentitiesOf(map).flatMap(({ name, role, providers: trusted, claims }) =>
      trusted.flatMap(({ arn }): Found[] => {
        const { audiences = [], place } = providers.get(arn) ?? {};
        if (audiences.length === 0 || audiences.some(hasStandIn)) return [];
        const wanted = claims
          .filter(({ operator, claim }) => claim === 'aud' && demands(operator) !== undefined)
          .flatMap(({ values }) => values);
        const strange = wanted.filter(value => !hasStandIn(value) && !hasWildcard(value) && !audiences.includes(value));
        return [...new Set(strange)].map(value => ({
          message: `${name}: accepts tokens for the audience ${value}, which is not a client ID of ${arn}. Its client `
            + `IDs are ${audiences.join(', ')}.`,
          fix: 'Add it to the provider with audiences: '
            + `[${[...audiences, value].map(audience => `'${audience}'`).join(', ')}], or use one of its client IDs.`,
          place: role.place,
          others: [place!],
        }));
      }),
    );
  },
};

export const TRUST_POLICY_QUOTA = eachRole(
  {
    id: 'trust-policy-quota',
    severity: 'error',
    title: `A trust policy that exceeds IAM's quota: an error over ${MAX_TRUST_QUOTA.toLocaleString('en')} characters, `
      + `a warning over ${DEFAULT_TRUST_QUOTA.toLocaleString('en')}`,
    why: `IAM rejects the role. The default quota (${TRUST_QUOTA_NAME}) can be increased up to `
      + `${MAX_TRUST_QUOTA.toLocaleString('en')}. Whitespace does not count.`,
  },
  role => {
    const text = JSON.stringify(role.trust ?? {});
    const size = assumedLength(text);
    const message = (quota: number) =>
      `Role ${role.name}: its trust policy has ${hasStandIn(text) ? 'about ' : ''}${size} characters, more than `
        + `${quota}.`;
    if (size > MAX_TRUST_QUOTA) {
      return [
        { message: message(MAX_TRUST_QUOTA), fix: 'Split the subjects across several roles; IAM allows no more.' },
      ];
    }
    if (size <= DEFAULT_TRUST_QUOTA) return [];
    return [
      {
        severity: 'warning',
        message: message(DEFAULT_TRUST_QUOTA),
        fix: `Request a quota increase (${TRUST_QUOTA_NAME}), or split the subjects across several roles.`,
      },
    ];
  },
);

/** The length of a policy, with the library's assumptions about values that are only known at deployment. */
function assumedLength(text: string): number {
  return standInsOf(text).reduce((sum, standIn) => sum - standIn.length + lengthOf(standIn), text.length);
}

function lengthOf(one: string): number {
  return (
    ASSUMED_LENGTHS[one.slice(1, -1)] ?? (isDeferredEksIssuer(one) ? ASSUMED_ISSUER : ASSUMED_OTHER)
  );
}

export const WILDCARD_NAMESPACE: Rule = {
  id: 'wildcard-namespace',
  severity: 'warning',
  title: 'A pattern that matches several namespaces',
  why: 'Anyone who can create a matching namespace can assume the role.',
  check: map => [
    ...webIdentitiesOf(map).flatMap(({ role, name, known, claims }) =>
      patterns(
        role,
        name,
        claims.filter(({ claim }) => claim === 'sub' && !known),
        hasPatternOfNamespaces,
      ),
    ),
    ...allowStatementsOf(map).flatMap(({ role, statement, name }) =>
      patterns(role, name, tagsOf(statement), hasWildcard)),
  ],
};

const TAG = NAMESPACE_TAG.toLowerCase();

function tagsOf(statement: StatementJson): { operator: string; values: string[] }[] {
  return conditionsOf(statement).filter(({ key }) => key.toLowerCase() === TAG);
}

function patterns(
  { place }: Role,
  name: string,
  conditions: { operator: string; values: string[] }[],
  reaches: (value: string) => boolean,
): Found[] {
  const values = conditions.flatMap(condition =>
    (demands(condition.operator) === 'like' ? condition.values.filter(reaches) : []));
  return [...new Set(values)].map(value => ({
    message: `${name}: the pattern ${value} matches several namespaces.`,
    fix: 'List the namespaces explicitly with ServiceAccountSubject.exact(namespace, name). Or restrict who can create '
      + 'matching namespaces, and suppress this rule on the role with that reason.',
    place,
  }));
}

function hasPatternOfNamespaces(sub: string): boolean {
  const head = isWholeCluster(sub) ? undefined : headOf(withoutStandIns(sub));
  return head !== undefined && (reachesOverNamespaces(head) || SERVICE_ACCOUNT.startsWith(head));
}

export const UNREADABLE_TRUST = eachRole({
  id: 'unreadable-trust',
  severity: 'warning',
  title: 'A trust policy that cannot be read',
  why: 'Who can assume the role is only known at deployment, so the other rules cannot check it.',
}, role => {
  const reasons = [...role.unresolved, ...unreadableParts(role)];
  return reasons.length === 0
    ? []
    : [
      {
        message: `Role ${role.name}: its trust policy cannot be read: ${[...new Set(reasons)].join('; ')}.`,
        fix: 'Use IrsaRole, or a policy document whose intrinsic functions refer only to resources and parameters of '
            + 'the app.',
      },
    ];
});

function unreadableParts({ trust, unresolved }: Role): string[] {
  if (trust === undefined && unresolved.length > 0) return [];
  if (typeof trust !== 'object' || trust === null) return ['it is only known at deployment'];
  const statements = statementsOf(trust);
  if (statements.length === 0) return ['it has no Statement'];
  return statements.flatMap((statement, index) => {
    if (typeof statement !== 'object' || statement === null) return [`Statement[${index}] is only known at deployment`];
    const part = unreadablePart(statement);
    return part === undefined ? [] : [`${part} of Statement[${index}] is only known at deployment`];
  });
}

/** The part that decides which callers are allowed. */
function unreadablePart(statement: StatementJson): string | undefined {
  const { Effect: effect, Principal: principal } = statement;
  const isOpen = isUnknown(effect) || isUnknown(principal);
  const worst = !isOpen ? statement : {
    ...statement,
    ...isUnknown(effect) && { Effect: 'Allow' },
    ...isUnknown(principal) && { Principal: '*' },
  };
  const isOfOthers = isUnknown(effect) && (isOfPods(worst) || isOpenToEverybody(worst));
  if (!meansWebIdentities(worst) && !isOfOthers) return undefined;
  if (isOpen) return isUnknown(effect) ? 'the Effect' : 'the Principal';
  if (!isReadable(statement)) return 'the Condition';
  const isAnything = conditionsOf(statement).some(
    ({ operator, key, values }) =>
      claimOf(key).toLowerCase() === 'sub' && demands(operator) === 'like' && values.some(isStandIn),
  );
  return isAnything ? 'the pattern for `sub`' : undefined; // it may be *
}

export const WRONG_ISSUER: Rule = {
  id: 'wrong-issuer',
  severity: 'error',
  title: 'A provider whose URL is not the issuer of a cluster, such as the endpoint of its API server',
  why: 'IAM registers the provider, but no token has this issuer, so no pod can assume a role that trusts it.',
  check: map => {
    const registered = map.providers.map(({ arn, place }) => ({ arn, place, message: `Provider ${arn}` }));
    const known = new Set(map.providers.map(({ arn }) => arn));
    const trusted = webIdentitiesOf(map).flatMap(({ providers, name, role }) => providers
      .filter(({ arn }) => !known.has(arn))
      .map(({ arn }) => ({ arn, place: role.place, message: `${name}: trusts ${arn}` })));
    return [...registered, ...trusted].flatMap(({ arn, place, message }): Found[] => {
      const mistake = mistakeInArn(arn);
      return mistake
        ? [{ message: `${message}: the part after oidc-provider/ must ${mistake.rule}.`, fix: mistake.advice, place }]
        : [];
    });
  },
};

const mistakeInArn = remembered(arn => {
  const issuer = issuerOfArn(arn);
  // whether IAM ignores case in other hosts is not documented
  return issuer === undefined || hasStandIn(issuer) ? undefined : issuerMistake(withLowerCaseHost(issuer));
});

function withLowerCaseHost(issuer: string): string {
  return issuer.replace(/^[^/]*/, host => host.toLowerCase());
}

export const PROVIDER_NOT_IN_APP: Rule = {
  id: 'provider-not-in-app',
  severity: 'note',
  title: 'The app neither registers nor imports the provider that a role trusts',
  why: 'Usually the app that owns the cluster registers it. If nobody has registered it, STS responds with `No '
    + 'OpenIDConnect provider found in your account`.',
  check: map => {
    const known = grouped(
      [...map.providers.map(({ arn }) => arn), ...map.existingProviders],
      arn => issuerOfArn(arn) ?? arn,
    );
    const trusted = webIdentitiesOf(map).flatMap(statement =>
      statement.providers.map(provider => ({ ...provider, statement })),
    );
    const missing = grouped(
      trusted.filter(
        ({ arn, issuer }) =>
          identityProviderOf(issuer) === undefined
          && !(known.get(issuer) ?? []).some(provider => !differs(accountOf(provider), accountOf(arn))),
      ),
      ({ arn }) => arn,
    );
    return [...missing].map(([arn, [{ statement: first }, ...more]]) => ({
      message: `${first.name}${andMore(more.length)}: trusts ${arn}, which the app neither registers nor imports.`,
      fix: "Check that it exists in the role's account: aws iam list-open-id-connect-providers.",
      place: first.role.place,
    }));
  },
};
