/**
 * Evaluates trust policies by IAM's rules.
 *
 * The answer is unknown, never a guess, if it depends on the deployment, on the request, or on behavior that AWS does
 * not document.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { isClaim, issuerOf } from './claims';
import { conditionHolds, Facts, Knowledge } from './conditions';
import { listOf } from '../json-values';
import { Mismatch, nearMisses } from './near-misses';
import { foldCase, literal, matches, pattern, textOfSymbols } from './patterns';
import { actionMatches, PolicyDocument, readDocument, Statement } from './policy-document';
import { principalMatches, RequestPrincipal } from './principals';
import { hasStandIn } from '../stand-in';
import { every, Truth } from './truth';
import { remembered } from '../../conventions/remembered';

type Decision = 'allow' | 'deny' | 'unknown';

/**
 * The caller and what is known about the request. Values may contain stand-ins `⟨…⟩`: texts that are only known at
 * deployment.
 */
export interface TrustRequest {
  /** For example sts:AssumeRoleWithWebIdentity. */
  readonly action: string;
  readonly principal: RequestPrincipal;
  /** Keys are case-insensitive. */
  readonly context: { readonly [key: string]: string | readonly string[] };
  /**
   * Keys that are certainly not in the request, in addition to keys of other issuers for a web identity. All other
   * keys without a value are unknown.
   *
   * @default - none
   */
  readonly absent?: (key: string) => boolean;
}

export interface TrustAnswer {
  readonly decision: Decision;
  /**
   * Index of the deciding Allow or Deny statement. Undefined if no statement allows it, or if the answer is unknown.
   */
  readonly statement?: number;
  /** Why the Allow statements do not match, nearest first. */
  readonly nearMisses: Mismatch[];
  /** Why it is unknown. */
  readonly unknowns: string[];
}

/**
 * Evaluates a trust policy. For a principal of an account that is trusted as a whole, `allow` means that the decision
 * is left to the account's own policies.
 */
export function evaluateTrust(document: unknown, request: TrustRequest): TrustAnswer {
  const policy = readDocument(document, 'trust');
  if (typeof policy === 'string') return { decision: 'unknown', nearMisses: [], unknowns: [policy] };

  const facts = factsOf(request, policy);
  const answers = policy.statements.map(statement => ({
    statement,
    truth: statementMatches(statement, request, facts),
  }));
  const { decision, statement, unknowns } = decide(answers);
  const missing = answers
    .filter(answer => answer.truth === false && answer.statement.effect === 'Allow')
    .map(answer => answer.statement);
  const given = { decision, ...statement !== undefined && { statement }, unknowns };
  return missing.length === 0 ? { ...given, nearMisses: [] } : {
    ...given,
    // Many callers need only the decision.
    get nearMisses() { return nearMisses(missing, request, facts); },
  };
}

interface StatementAnswer {
  readonly statement: Statement;
  readonly truth: Truth;
}

function decide(answers: readonly StatementAnswer[]): Omit<TrustAnswer, 'nearMisses'> {
  const certain = (effect: string) =>
    answers.find(({ statement, truth }) => statement.effect === effect && truth === true)?.statement.index;
  const denied = certain('Deny');
  if (denied !== undefined) return { decision: 'deny', statement: denied, unknowns: [] };

  const allowed = certain('Allow');
  const open = answers
    .filter(({ truth }) => typeof truth === 'string')
    .filter(({ statement }) => statement.effect !== (allowed === undefined ? 'Deny' : 'Allow'));
  if (open.length > 0) {
    return {
      decision: 'unknown',
      unknowns: open.map(({ statement, truth }) => `statement ${statement.index}: ${truth}`),
    };
  }
  return allowed === undefined
    ? { decision: 'deny', unknowns: [] }
    : { decision: 'allow', statement: allowed, unknowns: [] };
}

function statementMatches(statement: Statement, request: TrustRequest, facts: Facts): Truth {
  return every(
    [
      () => actionMatches(statement, request.action),
      () => principalMatches(statement.principal, request.principal),
      () =>
        typeof statement.conditions === 'string'
          ? statement.conditions
          : every(statement.conditions, condition => conditionHolds(condition, facts)),
      () => statement.effect !== undefined || 'the Effect is only known at deployment',
    ],
    part => part(),
  );
}

function factsOf({ context, principal, absent }: TrustRequest, { variables }: PolicyDocument): Facts {
  const known = Object.entries(context).map(([key, values]) => ({ name: fold(key), knowledge: knowledge(values) }));
  const byName = new Map(known.map(({ name, knowledge: found }) => [name, found]));
  const deferred = known.some(({ name }) => hasStandIn(name));
  const isAbsent = (key: string) =>
    (principal.type === 'Federated' && isOfAnotherIssuer(key, Object.keys(context))) || (absent?.(key) ?? false);
  const lookUp = (key: string): Knowledge => {
    const name = fold(key);
    const found = byName.get(name);
    if (found !== undefined) return found;
    const maybe =
      (deferred || hasStandIn(name)) && known.some(fact => matches(literal(fact.name), literal(name)) === undefined);
    return !maybe && isAbsent(key) ? 'absent' : 'unknown';
  };
  return { lookUp, variables };
}

/** AWS does not document whether an empty text is a value. */
function knowledge(values: string | readonly string[]): Knowledge {
  return values === ''
    ? 'unknown'
    : { values: listOf(values as string | string[]), isList: typeof values !== 'string' };
}

/** Whether a key is a claim of an issuer other than the one of the token. */
function isOfAnotherIssuer(key: string, given: readonly string[]): boolean {
  const issuers = given.filter(isClaim).map(claim => fold(issuerOf(claim)));
  return issuers.length > 0
    && isClaim(key)
    && issuers.every(issuer => matches(literal(issuer), literal(fold(issuerOf(key)))) === false);
}

/** Converts to lower case, except for stand-ins. A pattern only to keep these apart, not for wildcards. */
const fold = remembered(text => textOfSymbols(foldCase(pattern(text))));
