/**
 * Issuers that are only known at deployment may turn out to be equal. Some answers do not depend on that.
 */
import { claimOf, isClaim, issuerOf } from '../iam/claims';
import { literal, matches } from '../iam/patterns';
import { evaluateTrust, TrustAnswer, TrustRequest } from '../iam/trust-evaluator';
import { propertyOf, textsOf } from '../json-values';
import { conditionsOf, issuerOfArn, statementsOf } from '../reading/trusted-subjects';
import { hasStandIn } from '../stand-in';

/** Each further issuer doubles the number of evaluations. */
const MAX_OTHERS = 6;

type IssuerRequest = TrustRequest & { readonly issuer?: string };

/** The issuers in a trust policy, from principals and condition keys. */
export function issuersIn(trust: unknown): string[] {
  const keys = statementsOf(trust).flatMap(conditionsOf)
    .filter(({ key }) => isClaim(key) && ['sub', 'aud'].includes(claimOf(key)));
  const all = [...providersIn(trust).map(issuerOfArn), ...keys.map(({ key }) => issuerOf(key))];
  return [...new Set(all)].filter(issuer => issuer !== undefined);
}

/** The values of `Federated` in the principals of a trust policy. */
export function providersIn(trust: unknown): string[] {
  return statementsOf(trust).flatMap(statement =>
    textsOf(propertyOf(statement, 'Principal', 'Federated')));
}

/**
 * The answer if it is the same for all combinations of other issuers that may turn out to be the token's issuer.
 * Undefined if it is not, or if there is no such issuer.
 */
export function evaluateForAnyIssuers(trust: unknown, request: IssuerRequest): TrustAnswer | undefined {
  const { issuer } = request;
  if (issuer === undefined) return undefined;
  const others = issuersIn(trust).filter(other => other !== issuer && canBeEqual(issuer, other));
  if (others.length === 0 || others.length > MAX_OTHERS) return undefined;

  const answers = subsetsOf(others).flatMap(equal => {
    const names = literalNames(issuer, others, equal);
    return names === undefined ? [] : [evaluateTrust(rename(trust, names), rename(request, names) as TrustRequest)];
  });
  const [{ decision, statement }] = answers;
  if (decision === 'unknown' || answers.some(answer => answer.decision !== decision)) return undefined;
  const { nearMisses } = evaluateTrust(trust, withClaimsOf(others, issuer, request)); // with the names of the document
  const isOneStatement = answers.every(answer => answer.statement === statement);
  return { decision, ...isOneStatement && statement !== undefined && { statement }, nearMisses, unknowns: [] };
}

function canBeEqual(issuer: string, other: string): boolean {
  return matches(literal(issuer), literal(other)) === undefined;
}

function subsetsOf(issuers: readonly string[]): string[][] {
  return issuers.reduce<string[][]>(
    (subsets, issuer) => subsets.flatMap(subset => [subset, [...subset, issuer]]), [[]]);
}

/** A literal per issuer, so that exactly the given ones equal the requested issuer; undefined if that is impossible. */
function literalNames(
  issuer: string, others: readonly string[], equal: readonly string[],
): Map<string, string> | undefined {
  const literals = [issuer, ...equal].filter(name => !hasStandIn(name));
  if (literals.length > 1) return undefined;
  const [name = 'asked.invalid'] = literals;
  const apart = (other: string, index: number) => (hasStandIn(other) ? `deferred-${index}.invalid` : other);
  return new Map([
    [issuer, name],
    ...others.map((other, index): [string, string] => [other, equal.includes(other) ? name : apart(other, index)]),
  ]);
}

/** Replaces all occurrences of issuers, longest first, because one can be a prefix of another. */
function rename<T>(value: T, names: ReadonlyMap<string, string>): unknown {
  const longestFirst = [...names.keys()].sort((left, right) => right.length - left.length);
  const mark = (index: number) => `\u0001${index}\u0001`;
  const marked = longestFirst.reduce((text, name, index) => text.split(name).join(mark(index)), JSON.stringify(value));
  return JSON.parse(longestFirst.reduce((text, name, index) => text.split(mark(index)).join(names.get(name)), marked));
}

/** Adds the claims of the token for all of the other issuers. */
function withClaimsOf(others: readonly string[], issuer: string, request: IssuerRequest): TrustRequest {
  const claims = Object.entries(request.context).filter(([key]) => issuerOf(key) === issuer);
  const copies = others.flatMap(other => claims.map(([key, value]) => [`${other}:${claimOf(key)}`, value]));
  return { ...request, context: { ...request.context, ...Object.fromEntries(copies) } };
}
