/**
 * Explains why Allow statements do not match a request.
 */
import { claimOf, isClaim, issuerOf, readSubject } from './claims';
import { Condition, conditionHolds, Facts, Operator, operatorOf } from './conditions';
import { listInShort } from '../lists';
import { arnParts, literal, matches, pattern } from './patterns';
import { actionMatches, PrincipalTexts, Statement } from './policy-document';
import { principalMatches, RequestPrincipal, trustedPrincipals } from './principals';
import { likeness, nearest } from '../../conventions/nearest';

/** One difference between a statement and a request. */
export interface Mismatch {
  /** Index of the statement. */
  readonly statement: number;
  readonly sid?: string;
  readonly what: 'action' | 'principal' | 'condition';
  /** Of a condition, as written in the document. */
  readonly key?: string;
  readonly operator?: string;
  readonly got?: string[];
  /** The values that the statement allows, nearest first. */
  readonly trusted?: string[];
  /** In words. */
  readonly text: string;
}

type Miss = Omit<Mismatch, 'statement' | 'sid'>;

const SHOWN = 3;

/** Nearest first: statements that differ in conditions, then in the principal, then in the action. */
export function nearMisses(
  statements: readonly Statement[],
  request: { action: string; principal: RequestPrincipal },
  facts: Facts,
): Mismatch[] {
  return statements
    .map(statement => ({ statement, misses: missesOf(statement, request, facts) }))
    .sort((left, right) => distanceOf(left.misses) - distanceOf(right.misses))
    .flatMap(({ statement: { index, sid }, misses }) =>
      misses.map(miss => ({ statement: index, ...(sid !== undefined && { sid }), ...miss })),
    );
}

function missesOf(
  statement: Statement,
  { action, principal }: { action: string; principal: RequestPrincipal },
  facts: Facts,
): Miss[] {
  if (actionMatches(statement, action) === false) return [actionMiss(statement, action)];
  if (statement.principal !== undefined && principalMatches(statement.principal, principal) === false) {
    return [principalMiss(statement.principal, principal)];
  }
  const conditions = statement.conditions as readonly Condition[]; // readable, since the answer is certain
  return conditions
    .filter(condition => conditionHolds(condition, facts) === false)
    .map(condition => conditionMiss(condition, facts));
}

/** How far a statement is from a match: conditions are nearer than the principal, which is nearer than the action. */
export function distanceOf(misses: readonly Miss[]): number {
  const [{ what, got, trusted }] = misses;
  const order = { condition: misses.length, principal: 1000, action: 2000 }[what];
  return order - likeness(trusted?.[0] ?? '', got?.[0] ?? '');
}

function actionMiss({ actions: { values, inverted } }: Statement, action: string): Miss {
  const trusted = nearest(action, values);
  const text = inverted
    ? `NotAction excludes ${action}`
    : `action differs: got ${action}, trusted ${describeValues(trusted)}`;
  return { what: 'action', got: [action], trusted, text };
}

function principalMiss(principal: PrincipalTexts, { type, id }: RequestPrincipal): Miss {
  const all = trustedPrincipals(principal);
  const trusted = nearest(id, all.map(candidate => candidate.id));
  const elsewhere = all.find(candidate => candidate.id === id);
  const text =
    elsewhere !== undefined
      ? `principal is listed under ${elsewhere.type}, but IAM expects it under ${type}: ${id}`
      : (principalDifference(id, trusted[0]) ?? `principal differs: got ${id}, trusted ${describeValues(trusted)}`);
  return { what: 'principal', got: [id], trusted, text };
}

/** The only part in which two ARNs differ, if that is the partition or the account. */
function principalDifference(id: string, trusted: string | undefined): string | undefined {
  const [got, wanted] = [id, trusted ?? ''].map(arnParts);
  const parts = got.length === wanted.length ? [...got.keys()].filter(part => got[part] !== wanted[part]) : [];
  const name = parts.length === 1 ? { 1: 'partition', 4: 'account' }[parts[0]] : undefined;
  return name && `principal differs in the ${name}: got ${got[parts[0]]}, trusted ${wanted[parts[0]]} (${trusted})`;
}

function conditionMiss(condition: Condition, facts: Facts): Miss {
  const { key, operator } = condition;
  const rules = operatorOf(operator)!;
  const known = facts.lookUp(key);
  const got = typeof known === 'string' ? undefined : [...known.values];
  const trusted = nearest(got?.[0] ?? '', condition.values.map(value => `${value}`));
  return {
    what: 'condition',
    key,
    operator,
    ...(got && { got }),
    trusted,
    text: conditionText(condition, rules, got, trusted, facts),
  };
}

function conditionText(
  { key, operator }: Condition,
  rules: Operator,
  got: string[] | undefined,
  trusted: string[],
  facts: Facts,
): string {
  const name = `\`${claimOf(key)}\``;
  if (rules.kind === 'null') {
    return got === undefined
      ? `${name} must be in the request`
      : `${name} must not be in the request, got: ${describeValues(got)}`;
  }
  if (got === undefined) return absence(key);
  if (rules.negated) return `${name} must not be ${describeValues(trusted)} (${operator}), got: ${describeValues(got)}`;
  const cause = got.length === 1 ? causeOf(rules, operator, got[0], trusted[0], facts) : undefined;
  if (cause !== undefined) return `${name} differs: got ${got[0]}, trusted ${describeValues(trusted)}: ${cause}`;
  return subjectText(name, got, trusted)
    ?? `${name} differs: got ${describeValues(got)}, trusted ${describeValues(trusted)}`;
}

/** Explains why a key is not in the request. */
function absence(key: string): string {
  for (const prefix of ['https://', 'oidc-provider/']) {
    if (isClaim(key) && key.toLowerCase().includes(prefix)) {
      return `the key ${key} contains \`${prefix}\`, but keys of IAM start with the host of the issuer`;
    }
  }
  return isClaim(key)
    ? `\`${claimOf(key)}\` of the issuer ${issuerOf(key)} is not in the request`
    : `\`${key}\` is not in the request`;
}

/** The common mistake that explains why a text does not match a value, if any. */
function causeOf(
  { kind, wildcards, ignoreCase }: Operator,
  operator: string,
  got: string,
  trusted: string,
  facts: Facts,
): string | undefined {
  if (kind !== 'string') return undefined;
  if (trusted.includes('${') && !facts.variables) return 'a variable is plain text without Version 2012-10-17';
  if (!wildcards && /[*?]/.test(trusted)) return `a wildcard with ${operator} never matches; use StringLike`;
  if (!ignoreCase && got.toLowerCase() === trusted.toLowerCase()) return 'they differ only in case';
  return got.trim() === trusted.trim() ? 'they differ only in leading or trailing whitespace' : undefined;
}

/** Which half of system:serviceaccount:<namespace>:<name> differs. */
function subjectText(claim: string, got: readonly string[], trusted: readonly string[]): string | undefined {
  const asking = got.length === 1 ? halvesOf(got[0]) : undefined;
  const wanted = trusted.map(halvesOf).filter(halves => halves !== undefined);
  if (asking === undefined || wanted.length !== trusted.length || wanted.length === 0) return undefined;

  const agrees = (half: number) => wanted.filter(halves => matches(pattern(halves[half]), literal(asking[half])));
  const [sameNamespace, sameName] = [agrees(0), agrees(1)];
  const differs = (value: string, others: string[], which: string) =>
    `${claim} differs: got ${value}, trusted ${describeValues(others)} (${which})`;
  const [namespace, name] = asking;
  if (sameNamespace.length > 0) {
    return differs(
      name,
      sameNamespace.map(halves => halves[1]),
      `the service account; the namespace ${namespace} matches`,
    );
  }
  if (sameName.length > 0) {
    return differs(
      namespace,
      sameName.map(halves => halves[0]),
      `the namespace; the service account ${name} matches`,
    );
  }
  return differs(asking.join(':'), wanted.map(halves => halves.join(':')), 'namespace and service account');
}

/** Namespace and name, if neither is empty. */
function halvesOf(subject: string): [string, string] | undefined {
  const { namespace = '', serviceAccount = '' } = readSubject(subject) ?? {};
  return namespace === '' || serviceAccount === '' ? undefined : [namespace, serviceAccount];
}

function describeValues(values: readonly string[]): string {
  return values.length === 0 ? 'nothing' : listInShort(values, SHOWN);
}
