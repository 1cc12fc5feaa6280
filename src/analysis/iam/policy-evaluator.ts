/**
 * Evaluates identity policies by IAM's rules. Also runs in the browser.
 *
 * Only action and resource of the request are known: any condition on anything else makes the answer conditional.
 */
import { conditionHolds, Facts, resolve } from './conditions';
import { covers, foldCase, literal, matches, overlap, pattern, splitArn, Symbols } from './patterns';
import { actionMatches, Choice, PolicyDocument, readDocument, Statement } from './policy-document';
import { every, not, some, Truth } from './truth';

interface PolicyQuestion {
  readonly action: string;
  /** `*` for actions without a resource. */
  readonly resource: string;
}

/** `conditional`: depends on conditions, or is unknown. `deny`: by a Deny statement. `none`: nothing allows it. */
type PolicyDecision = 'allow' | 'conditional' | 'deny' | 'none';

interface PolicyAnswer {
  readonly decision: PolicyDecision;
  /**
   * Indexes of document and statement of the statements that decide. The limits have the indexes after the last
   * document.
   */
  readonly statements: [number, number][];
}

/** Patterns with `*` and `?`; undefined matches anything. */
interface PolicySearch {
  readonly action?: string;
  readonly resource?: string;
}

interface Part {
  readonly place: [number, number];
  readonly effect?: 'Allow' | 'Deny';
  readonly truth: Truth;
}

/**
 * Whether identity policies allow a call.
 *
 * @param limits policies that must also allow it: permissions boundary and session policy, if any
 */
export function evaluatePolicies(
  documents: readonly unknown[],
  question: PolicyQuestion,
  ...limits: readonly unknown[]
): PolicyAnswer {
  const granted = decide(documents.flatMap((document, index) => partsOf(document, index, question)));
  const limited = [...limits.entries()].filter(([, limit]) => limit !== undefined)
    .map(([index, limit]) => decide(partsOf(limit, documents.length + index, question)));
  const answers = [granted, ...limited];
  const denied = answers.find(({ decision }) => decision === 'deny');
  if (denied) return denied;
  if (answers.some(({ decision }) => decision === 'none')) return { decision: 'none', statements: [] };
  return {
    decision: answers.every(({ decision }) => decision === 'allow') ? 'allow' : 'conditional',
    statements: answers.flatMap(({ statements }) => statements),
  };
}

/**
 * The statements that may allow a matching call within the limits. A Deny removes them only if it covers the whole
 * search.
 */
export function findStatements(
  documents: readonly unknown[],
  search: PolicySearch,
  ...limits: readonly unknown[]
): [number, number][] {
  const all = documents.flatMap((document, index) => reachOf(document, index, search));
  const bounds = limits.filter(limit => limit !== undefined).map(limit => reachOf(limit, documents.length, search));
  if ([...all, ...bounds.flat()].some(({ reach }) => reach === 'denies')) return [];
  const allowing = (reaches: Reach[]) => reaches.filter(({ reach }) => reach === 'allows');
  return allowing(all)
    .filter(one => bounds.every(bound => allowing(bound).some(limit => canMeet(one, limit, search))))
    .map(({ place }) => place);
}

function decide(parts: readonly Part[]): PolicyAnswer {
  const places = (effect: string, settled: boolean) =>
    parts
      .filter(
        part =>
          part.truth !== false
          && (part.truth === true) === settled
          && (part.effect === effect || (!settled && part.effect === undefined)),
      )
      .map(({ place }) => place);
  const denied = places('Deny', true);
  if (denied.length > 0) return { decision: 'deny', statements: denied };

  const [allowed, maybeAllowed, maybeDenied] = [places('Allow', true), places('Allow', false), places('Deny', false)];
  if (allowed.length > 0 && maybeDenied.length === 0) return { decision: 'allow', statements: allowed };
  if (allowed.length + maybeAllowed.length === 0) return { decision: 'none', statements: [] };
  return { decision: 'conditional', statements: [...new Set([...allowed, ...maybeAllowed, ...maybeDenied])] };
}

/** An unreadable document may allow or deny anything; it counts as its first statement. */
function partsOf(document: unknown, index: number, question: PolicyQuestion): Part[] {
  const policy = readDocument(document, 'identity');
  if (typeof policy === 'string') return [{ place: [index, 0], truth: policy }];
  return policy.statements.map(statement => ({
    place: [index, statement.index],
    effect: statement.effect,
    truth: statementMatches(statement, policy, question),
  }));
}

function statementMatches(statement: Statement, policy: PolicyDocument, { action, resource }: PolicyQuestion): Truth {
  const facts: Facts = { variables: policy.variables, lookUp: () => 'unknown' };
  return every(
    [
      () => actionMatches(statement, action),
      () => resourceMatches(statement.resources, resource, facts),
      () =>
        typeof statement.conditions === 'string'
          ? statement.conditions
          : every(statement.conditions, condition => conditionHolds(condition, facts)),
      () => statement.effect !== undefined || 'the Effect is only known at deployment',
    ],
    part => part(),
  );
}

function resourceMatches({ values, inverted }: Choice, resource: string, facts: Facts): Truth {
  if (inverted && values.length === 0) return 'NotResource is empty';
  const found = some(values, value => oneResourceMatches(value, literal(resource), facts));
  const short = inverted && found === false ? values.find(value => missingFields(value) > 0) : undefined;
  if (short !== undefined) return `AWS does not document incomplete ARNs in NotResource: ${short}`;
  return inverted ? not(found) : found;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html */
function oneResourceMatches(value: string, resource: Symbols, facts: Facts): Truth {
  const wanted = resourcePattern(value, facts);
  const whole = matches(wanted, resource);
  if (whole !== true || /^\*+$/.test(value)) {
    return whole ?? `whether the resource is ${value} cannot be determined yet`;
  }
  const [parts, given] = [wanted, resource].map(splitArn);
  // AWS says that `*` at the end of a part "can expand to match beyond the colon boundaries", but not when.
  return (
    (parts.length === given.length && parts.every((part, at) => matches(part, given[at]) === true))
    || `AWS does not document whether * in ${value} matches a colon`
  );
}

/** "If you specify an incomplete ARN", AWS adds `*` for all missing fields. */
function resourcePattern(value: string, facts: Facts): Symbols {
  // unknown variables become stand-ins, so the result is never undefined
  return resolve(value + ':*'.repeat(missingFields(value)), true, facts)!;
}

function missingFields(value: string): number {
  return value.startsWith('arn:') && !value.includes('⟨') ? 6 - splitArn(value).length : 0;
}

interface Reach {
  readonly place: [number, number];
  readonly reach?: 'allows' | 'denies';
  readonly actions: Patterns;
  readonly resources: Patterns;
}

type Patterns = { readonly values: readonly Symbols[]; readonly inverted: boolean };

const ANYTHING: Patterns = { values: ['*'], inverted: false };

function reachOf(document: unknown, index: number, search: PolicySearch): Reach[] {
  const policy = readDocument(document, 'identity');
  if (typeof policy === 'string') {
    return [{ place: [index, 0], reach: 'allows', actions: ANYTHING, resources: ANYTHING }];
  }
  const facts: Facts = { variables: policy.variables, lookUp: () => 'unknown' };
  return policy.statements.map(statement => {
    const actions = { ...statement.actions, values: statement.actions.values.map(value => foldCase(pattern(value))) };
    const resources = {
      ...statement.resources,
      values: statement.resources.values.map(value => resourcePattern(value, facts)),
    };
    const reach = statementReach(statement, { actions, resources }, search);
    return { place: [index, statement.index], reach, actions, resources };
  });
}

type Called = Pick<Reach, 'actions' | 'resources'>;

function pairsOf({ actions, resources }: Called, { action = '*', resource = '*' }: PolicySearch) {
  return [
    { choice: actions, looked: foldCase(pattern(action)) },
    { choice: resources, looked: pattern(resource) },
  ];
}

function statementReach(statement: Statement, called: Called, search: PolicySearch): Reach['reach'] {
  const pairs = pairsOf(called, search);
  if (statement.effect !== 'Deny') {
    return pairs.every(({ choice, looked }) => meets(choice, looked)) ? 'allows' : undefined;
  }
  return statement.conditions.length === 0 && pairs.every(({ choice, looked }) => includes(choice, looked))
    ? 'denies'
    : undefined;
}

/** Whether two statements can apply to the same call within the search. */
function canMeet(one: Called, other: Called, search: PolicySearch): boolean {
  const [others, pairs] = [other, one].map(called => pairsOf(called, search));
  return pairs.every(({ choice, looked }, index) => haveCommon(choice, others[index].choice, looked));
}

function haveCommon(one: Patterns, other: Patterns, looked: Symbols): boolean {
  if (one.inverted) {
    return other.inverted
      || near(other, looked).some(value => !one.values.some(excluded => covers(excluded, value)));
  }
  return other.inverted
    ? haveCommon(other, one, looked)
    : near(one, looked).some(value => near(other, looked).some(limit => overlap(value, limit)));
}

function near({ values }: Patterns, looked: Symbols): Symbols[] {
  return values.filter(value => overlap(value, looked));
}

function meets({ values, inverted }: Patterns, looked: Symbols): boolean {
  return inverted ? !values.some(value => covers(value, looked)) : values.some(value => overlap(value, looked));
}

function includes({ values, inverted }: Patterns, looked: Symbols): boolean {
  return inverted
    ? values.length > 0 && !values.some(value => overlap(value, looked))
    : values.some(value => covers(value, looked));
}
