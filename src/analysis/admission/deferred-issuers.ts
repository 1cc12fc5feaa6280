/**
 * Issuers that only the deployment knows can turn out to be one and the same. Some answers do not depend on that.
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

/** The issuers that a trust policy names, in a principal or in the key of a condition. */
export function issuersIn(trust: unknown): string[] {
  const keys = statementsOf(trust).flatMap(conditionsOf)
    .filter(({ key }) => isClaim(key) && ['sub', 'aud'].includes(claimOf(key)));
  const all = [...providersIn(trust).map(issuerOfArn), ...keys.map(({ key }) => issuerOf(key))];
  return [...new Set(all)].filter(issuer => issuer !== undefined);
}

/** What stands under `Federated` in the principals of a trust policy. */
export function providersIn(trust: unknown): string[] {
  return statementsOf(trust).flatMap(statement =>
    textsOf(propertyOf(statement, 'Principal', 'Federated')));
}

/**
 * The answer, if it is the same whichever of the other issuers turn out to be the one that issued the token. Undefined
 * if it is not, or if there is no such issuer.
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

/** A literal for each issuer, so that exactly some are equal to the one asked for; undefined if that cannot be. */
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

/** Replaces issuers wherever they occur, the longest first: one can be the beginning of another. */
function rename<T>(value: T, names: ReadonlyMap<string, string>): unknown {
  const longestFirst = [...names.keys()].sort((left, right) => right.length - left.length);
  const mark = (index: number) => `\u0001${index}\u0001`;
  const marked = longestFirst.reduce((text, name, index) => text.split(name).join(mark(index)), JSON.stringify(value));
  return JSON.parse(longestFirst.reduce((text, name, index) => text.split(mark(index)).join(names.get(name)), marked));
}

/** As if the token came from all of the issuers at once. */
function withClaimsOf(others: readonly string[], issuer: string, request: IssuerRequest): TrustRequest {
  const claims = Object.entries(request.context).filter(([key]) => issuerOf(key) === issuer);
  const copies = others.flatMap(other => claims.map(([key, value]) => [`${other}:${claimOf(key)}`, value]));
  return { ...request, context: { ...request.context, ...Object.fromEntries(copies) } };
}
