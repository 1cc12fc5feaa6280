/**
 * The statements of trust policies that allow web identities.
 */
import { IdentityProvider, identityProviderOf } from '../../conventions/identity-providers';
import { StatementJson } from '../../conventions/policy-json';
import { remembered } from '../../conventions/remembered';
import { hasAction, hasVariable, isEverybody, WEB_IDENTITY_ACTION } from '../../conventions/web-identity';
import { AccessMap, Role } from '../access-map';
import { atPlaces, Found, Rule } from './rule';
import { claimOf, isClaim, issuerOf } from '../iam/claims';
import { operatorOf } from '../iam/conditions';
import { grouped, objectOf, once, propertyOf, textsOf } from '../json-values';
import { Compared, conditionsOf, issuerOfArn, statementsOf } from '../reading/trusted-subjects';
import { hasStandIn, withoutStandIns } from '../stand-in';

/** One key of a condition on a token. */
export interface Claim {
  readonly operator: string;
  /** As written, followed by its two halves. */
  readonly key: string;
  readonly issuer: string;
  /** In lower case, because IAM ignores case. */
  readonly claim: string;
  readonly values: string[];
}

/** A statement that allows anyone with a token of an OIDC provider. */
export interface WebIdentities {
  readonly role: Role;
  /** Its name in messages. */
  readonly name: string;
  /** The identity provider that it trusts, if that is certainly not a cluster. */
  readonly known?: IdentityProvider;
  /** The providers with a readable ARN. Issuers have no scheme, even if the ARN does. */
  readonly providers: { readonly arn: string; readonly issuer: string }[];
  /** The issuers of the tokens, for messages. */
  readonly whose: string;
  readonly claims: Claim[];
  /** All keys of its conditions, for messages. */
  readonly keys: () => string[];
  readonly holdsAudience: boolean;
  readonly holdsAnySubject: boolean;
}

const KNOWN = new WeakMap<AccessMap, WebIdentities[]>();

/**
 * The statements of all roles, without public providers such as Cognito and unreadable statements. Cached per map:
 * many rules need them, and without the cache verify takes 50% longer.
 */
export function webIdentitiesOf(map: AccessMap): WebIdentities[] {
  const known = KNOWN.get(map) ?? map.roles.flatMap(role => statementsOf(role.trust).flatMap((value, index) => {
    const statement = objectOf<StatementJson>(value);
    return meansWebIdentities(statement) && isReadable(statement) ? [webIdentities(role, statement, index)] : [];
  }));
  KNOWN.set(map, known);
  return known;
}

/** A rule that checks each Allow statement. */
export function eachAllow(
  rule: Omit<Rule, 'check'>,
  check: (statement: StatementJson, name: string) => Omit<Found, 'place'>[],
): Rule {
  const checkAllow = ({ statement, name }: AllowStatement) => check(statement, name);
  return { ...rule, check: map => atPlaces(allowStatementsOf(map), checkAllow, ({ role }) => role.place) };
}

interface AllowStatement {
  readonly role: Role;
  readonly statement: StatementJson;
  /** As messages name it. */
  readonly name: string;
}

const ALLOW_STATEMENTS = new WeakMap<AccessMap, AllowStatement[]>();

/** Those of the trust policies of all roles. Read only once per map. */
export function allowStatementsOf(map: AccessMap): AllowStatement[] {
  return once(ALLOW_STATEMENTS, map, () => map.roles.flatMap(role =>
    statementsOf(role.trust).flatMap((value, index): AllowStatement[] => {
      const statement = objectOf<StatementJson>(value);
      return statement.Effect === 'Allow' ? [{ role, statement, name: statementName(role, statement, index) }] : [];
    })));
}

/** Whether a statement allows anyone with a token. */
export function meansWebIdentities(statement: StatementJson): boolean {
  if (statement.Effect !== 'Allow' || !hasAction(statement, WEB_IDENTITY_ACTION)) return false;
  return federated(statement)
    .some(arn => issuerOfArn(arn) !== undefined || (hasStandIn(arn) && !arn.includes(':saml-provider/')))
    || isEverybody(statement);
}

/** Whether keys and values of the conditions are known. */
export function isReadable({ Condition: condition }: StatementJson): boolean {
  return (
    typeof (condition ?? {}) === 'object' && Object.values(condition ?? {}).every(keys => typeof keys === 'object')
  );
}

/** The name of a statement in messages: its index in the policy, and its Sid if it has one. */
export function statementName(role: Role, { Sid: sid }: StatementJson, index: number): string {
  return `Role ${role.name}, Statement[${index}]${typeof sid === 'string' && sid !== '' ? ` (${sid})` : ''}`;
}

/** What the operator requires of a key; undefined if the condition passes without the key. */
export const demands = remembered((operator): 'equal' | 'like' | undefined => {
  const known = operatorOf(operator);
  if (!known || known.ifExists || known.set === 'all' || known.negated || known.kind === 'null') return undefined;
  return known.wildcards ? 'like' : 'equal';
});

function webIdentities(role: Role, statement: StatementJson, index: number): WebIdentities {
  const arns = federated(statement);
  const providers = arns.flatMap(arn => {
    const issuer = issuerOfArn(arn);
    return issuer === undefined ? [] : [{ arn, issuer: withoutScheme(issuer) }];
  });
  const all = conditionsOf(statement);
  return {
    role,
    name: statementName(role, statement, index),
    known: knownProvider(providers),
    providers,
    whose: arns.length === 0 ? 'every issuer' : arns.map(arn => withoutScheme(issuerOfArn(arn) ?? arn)).join(', '),
    claims: all
      .filter(({ key }) => isClaim(key) || key.includes('oidc-provider/'))
      .map(({ operator, key, values }) => ({
        operator,
        key,
        issuer: issuerOf(key),
        claim: claimOf(key).toLowerCase(),
        values,
      })),
    keys: () =>
      all.map(
        ({ operator, key }) =>
          `${providers.some(({ issuer }) => isClaim(key) && issuerOf(key) === issuer) ? claimOf(key) : key} `
            + `(${operator})`,
      ),
    holdsAudience: holdsAudience(all),
    holdsAnySubject: all.some(condition => isRequired(condition, ':sub') && condition.values.length > 0),
  };
}

/** All providers must be known, because any other may be a cluster. */
function knownProvider(providers: WebIdentities['providers']): IdentityProvider | undefined {
  const known = providers.map(({ issuer }) => identityProviderOf(issuer));
  return known.includes(undefined) ? undefined : known[0];
}

/** A scheme, which issuers and condition keys of IAM must not have. */
export const URL_SCHEME = /^https?:\/\//i;

/** An issuer or a condition key as IAM writes it. */
export function withoutScheme(text: string): string {
  return text.replace(URL_SCHEME, '');
}

/** Whether the audience must be one of certain texts. Another rule reports those that can never match. */
function holdsAudience(all: readonly Compared[]): boolean {
  const exact = all.filter(condition => isRequired(condition, ':aud')
    && !(demands(condition.operator) === 'like' && condition.values.some(hasWildcard)));
  return [...grouped(exact, ({ key }) => key.toLowerCase()).values()].some(same => {
    const values = same.flatMap(condition => condition.values);
    return values.length > 0 && !values.some(hasVariable);
  });
}

/** Whether a condition on the text of a claim fails without the claim. */
function isRequired({ operator, key }: Compared, claim: ':aud' | ':sub'): boolean {
  return key.toLowerCase().endsWith(claim)
    && demands(operator) !== undefined && operatorOf(operator)!.kind === 'string';
}

/** Whether a value has an IAM wildcard outside the descriptions of stand-ins. */
export function hasWildcard(value: string): boolean {
  return /[*?]/.test(withoutStandIns(value));
}

function federated({ Principal: principal }: StatementJson): string[] {
  return textsOf(propertyOf(principal, 'Federated'));
}

/** Whether all or part of a text is only known at deployment. */
export function isUnknown(value: unknown): boolean {
  return typeof value === 'string' && hasStandIn(value);
}
