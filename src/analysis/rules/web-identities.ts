/**
 * The statements of trust policies that let web identities in.
 */
import { IdentityProvider, identityProviderOf } from '../../conventions/identity-providers';
import { StatementJson } from '../../conventions/policy-json';
import { holdsAudience, isEverybody, isWebIdentity, subsOf } from '../../conventions/web-identity';
import { AccessMap, Role } from '../access-map';
import { atPlaces, Found, Rule } from './rule';
import { claimOf, isClaim, issuerOf } from '../iam/claims';
import { operatorOf } from '../iam/conditions';
import { JsonObject, objectOf, once, propertyOf, textsOf } from '../json-values';
import { conditionsOf, issuerOfArn, statementsOf } from '../reading/trusted-subjects';
import { hasStandIn, withoutStandIns } from '../stand-in';

/** One line of a condition about a token. */
export interface Claim {
  readonly operator: string;
  /** As it is written, and its two halves. */
  readonly key: string;
  readonly issuer: string;
  /** In lower case, as IAM compares it. */
  readonly claim: string;
  readonly values: string[];
}

/** A statement that lets in whoever has a token of an OIDC provider. */
export interface WebIdentities {
  readonly role: Role;
  /** As messages name it. */
  readonly name: string;
  /** The provider that it trusts, if that is known not to be a cluster. */
  readonly known?: IdentityProvider;
  /** Those whose ARN can be read; issuers without a scheme, even where the ARN has one. */
  readonly providers: { readonly arn: string; readonly issuer: string }[];
  /** Whose tokens, for messages. */
  readonly whose: string;
  readonly claims: Claim[];
  /** All keys that it compares, for messages. */
  readonly keys: string[];
  readonly holdsAudience: boolean;
  readonly holdsAnySubject: boolean;
}

const KNOWN = new WeakMap<AccessMap, WebIdentities[]>();

/**
 * Those of all roles. Not those of public providers such as Cognito, nor what nobody can read. Read only once per map:
 * many rules want them, and without it verify takes half as long again.
 */
export function webIdentitiesOf(map: AccessMap): WebIdentities[] {
  const known = KNOWN.get(map) ?? map.roles.flatMap(role => statementsOf(role.trust).flatMap((value, index) => {
    const statement = objectOf<StatementJson>(value);
    return meansWebIdentities(statement) && isReadable(statement) ? [webIdentities(role, statement, index)] : [];
  }));
  KNOWN.set(map, known);
  return known;
}

/** A rule that looks at one Allow statement after the other. */
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
function allowStatementsOf(map: AccessMap): AllowStatement[] {
  return once(ALLOW_STATEMENTS, map, () => map.roles.flatMap(role =>
    statementsOf(role.trust).flatMap((value, index): AllowStatement[] => {
      const statement = objectOf<StatementJson>(value);
      return statement.Effect === 'Allow' ? [{ role, statement, name: statementName(role, statement, index) }] : [];
    })));
}

/** Whether a statement lets in whoever has a token. */
export function meansWebIdentities(statement: StatementJson): boolean {
  if (statement.Effect !== 'Allow' || !isWebIdentity(statement)) return false;
  return isEverybody(statement) || federated(statement)
    .some(arn => issuerOfArn(arn) !== undefined || (hasStandIn(arn) && !arn.includes(':saml-provider/')));
}

/** Whether keys and values of the conditions are there to be read. */
export function isReadable({ Condition: condition }: StatementJson): boolean {
  return (
    typeof (condition ?? {}) === 'object' && Object.values(condition ?? {}).every(keys => typeof keys === 'object')
  );
}

/** As messages name it: by its place in the policy, and its own name if it has one. */
export function statementName(role: Role, { Sid: sid }: StatementJson, index: number): string {
  return `Role ${role.name}, Statement[${index}]${typeof sid === 'string' && sid !== '' ? ` (${sid})` : ''}`;
}

/** What the operator demands of a key; undefined where the statement holds without the key. */
export function demands(operator: string): 'equal' | 'like' | undefined {
  const known = operatorOf(operator);
  if (!known || known.ifExists || known.set === 'all' || known.negated || known.kind === 'null') return undefined;
  return known.wildcards ? 'like' : 'equal';
}

function webIdentities(role: Role, statement: StatementJson, index: number): WebIdentities {
  const condition = plainCondition(statement);
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
    // For messages alone.
    get keys() {
      return all.map(
        ({ operator, key }) =>
          `${providers.some(({ issuer }) => isClaim(key) && issuerOf(key) === issuer) ? claimOf(key) : key} `
            + `(${operator})`,
      );
    },
    holdsAudience: holdsAudience(condition),
    holdsAnySubject: subsOf(condition).length > 0,
  };
}

/** Of several providers, all must be known: another one may be a cluster. */
function knownProvider(providers: WebIdentities['providers']): IdentityProvider | undefined {
  const known = providers.map(({ issuer }) => identityProviderOf(issuer));
  return known.includes(undefined) ? undefined : known[0];
}

/** How a text may begin that should be an issuer or a key of IAM. */
export const URL_SCHEME = /^https?:\/\//i;

/** An issuer, or a key, as IAM writes it. */
export function withoutScheme(text: string): string {
  return text.replace(URL_SCHEME, '');
}

/** What means the same in one spelling: keys in lower case, StringEquals for what no wildcard is in. */
function plainCondition(statement: StatementJson): JsonObject {
  const [equals, like] = [new Map<string, string[]>(), new Map<string, string[]>()];
  for (const { operator, key, values } of conditionsOf(statement)) {
    const demanded = operatorOf(operator)?.kind === 'string' ? demands(operator) : undefined;
    if (demanded === undefined) continue;
    const keys = demanded === 'like' && values.some(hasWildcard) ? like : equals;
    const name = key.toLowerCase();
    // What can never be equal is for another rule to say.
    const more = values.map(value => (demanded === 'equal' && value === '*' ? '**' : value));
    keys.set(name, [...keys.get(name) ?? [], ...more]);
  }
  return { StringEquals: Object.fromEntries(equals), StringLike: Object.fromEntries(like) };
}

/** Whether a value of IAM has a wildcard, other than in the description of a stand-in. */
export function hasWildcard(value: string): boolean {
  return /[*?]/.test(withoutStandIns(value));
}

function federated({ Principal: principal }: StatementJson): string[] {
  return textsOf(propertyOf(principal, 'Federated'));
}

/** Whether only the deployment knows a text, or a part of it. */
export function isUnknown(value: unknown): boolean {
  return typeof value === 'string' && hasStandIn(value);
}
