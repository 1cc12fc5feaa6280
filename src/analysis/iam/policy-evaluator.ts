/**
 * What the policies of an identity let it do, by IAM's rules. Runs in the browser, too.
 *
 * Nothing is known of the request but action and resource: whatever else a statement asks for makes the answer
 * conditional.
 */
import { conditionHolds, Facts, resolve } from './conditions';
import { covers, foldCase, literal, matches, overlap, pattern, splitArn, Symbols } from './patterns';
import { actionMatches, Choice, PolicyDocument, readDocument, Statement } from './policy-document';
import { every, not, some, Truth } from './truth';

interface PolicyQuestion {
  readonly action: string;
  /** `*` for actions that know no resource. */
  readonly resource: string;
}

/** Without conditions; under conditions, or nobody knows; by a Deny; not at all. */
type PolicyDecision = 'allow' | 'conditional' | 'deny' | 'none';

interface PolicyAnswer {
  readonly decision: PolicyDecision;
  /**
   * Indexes of document and statement: those that allow, or deny, or make it conditional. The boundary counts as the
   * document after the last.
   */
  readonly statements: [number, number][];
}

/** Patterns with `*` and `?` for what somebody looks for; left out: anything. */
interface PolicySearch {
  readonly action?: string;
  readonly resource?: string;
}

interface Part {
  readonly place: [number, number];
  readonly effect?: 'Allow' | 'Deny';
  readonly truth: Truth;
}

/** Whether identity policies allow a call. */
export function evaluatePolicies(
  documents: readonly unknown[],
  question: PolicyQuestion,
  boundary?: unknown,
): PolicyAnswer {
  const granted = decide(documents.flatMap((document, index) => partsOf(document, index, question)));
  if (boundary === undefined || granted.decision === 'deny') return granted;

  const bounded = decide(partsOf(boundary, documents.length, question));
  if (bounded.decision === 'deny') return bounded;
  if (granted.decision === 'none' || bounded.decision === 'none') return { decision: 'none', statements: [] };
  const decision = granted.decision === 'allow' ? bounded.decision : granted.decision;
  return { decision, statements: [...granted.statements, ...bounded.statements] };
}

/**
 * The statements by which a call that somebody looks for may be allowed. A Deny takes them away only if it covers
 * everything looked for.
 */
export function findStatements(
  documents: readonly unknown[],
  search: PolicySearch,
  boundary?: unknown,
): [number, number][] {
  const all = documents.flatMap((document, index) => reachOf(document, index, search));
  const bounds = boundary === undefined ? undefined : reachOf(boundary, documents.length, search);
  const isDenied = [...all, ...bounds ?? []].some(({ reach }) => reach === 'denies');
  const places = (reaches: Reach[]) => reaches.filter(({ reach }) => reach === 'allows').map(({ place }) => place);
  return isDenied || (bounds && places(bounds).length === 0) ? [] : places(all);
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

/** A document that nobody can read may do anything, at its first statement. */
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
      () => statement.effect !== undefined || 'only the deployment knows the Effect',
    ],
    part => part(),
  );
}

function resourceMatches({ values, inverted }: Choice, resource: string, facts: Facts): Truth {
  if (inverted && values.length === 0) return 'NotResource is empty';
  const found = some(values, value => oneResourceMatches(value, literal(resource), facts));
  const short = inverted && found === false ? values.find(value => missingFields(value) > 0) : undefined;
  if (short !== undefined) return `AWS says nothing of an incomplete ARN in NotResource, as ${short}`;
  return inverted ? not(found) : found;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html */
function oneResourceMatches(value: string, resource: Symbols, facts: Facts): Truth {
  const wanted = resourcePattern(value, facts);
  const whole = matches(wanted, resource);
  if (whole !== true || /^\*+$/.test(value)) return whole ?? `whether the resource is ${value}`;
  const [parts, given] = [wanted, resource].map(splitArn);
  // At the end of a part `*` "can expand to match beyond the colon boundaries", AWS says, and leaves open when.
  return (
    (parts.length === given.length && parts.every((part, at) => matches(part, given[at]) === true))
    || `whether * in ${value} reaches over a colon`
  );
}

/** "If you specify an incomplete ARN", AWS adds `*` for all missing fields. */
function resourcePattern(value: string, facts: Facts): Symbols {
  // what no request knows is a stand-in, never without a value
  return resolve(value + ':*'.repeat(missingFields(value)), true, facts)!;
}

function missingFields(value: string): number {
  return value.startsWith('arn:') && !value.includes('⟨') ? 6 - splitArn(value).length : 0;
}

interface Reach {
  readonly place: [number, number];
  readonly reach?: 'allows' | 'denies';
}

function reachOf(document: unknown, index: number, search: PolicySearch): Reach[] {
  const policy = readDocument(document, 'identity');
  if (typeof policy === 'string') return [{ place: [index, 0], reach: 'allows' }];
  return policy.statements.map(statement => ({
    place: [index, statement.index],
    reach: statementReach(statement, policy, search),
  }));
}

function statementReach(
  statement: Statement,
  { variables }: PolicyDocument,
  { action = '*', resource = '*' }: PolicySearch,
): Reach['reach'] {
  const facts: Facts = { variables, lookUp: () => 'unknown' };
  const actions = { ...statement.actions, values: statement.actions.values.map(value => foldCase(pattern(value))) };
  const resources = {
    ...statement.resources,
    values: statement.resources.values.map(value => resourcePattern(value, facts)),
  };
  const pairs: [Patterns, Symbols][] = [
    [actions, foldCase(pattern(action))],
    [resources, pattern(resource)],
  ];
  if (statement.effect !== 'Deny') {
    return pairs.every(([choice, looked]) => meets(choice, looked)) ? 'allows' : undefined;
  }
  return statement.conditions.length === 0 && pairs.every(([choice, looked]) => includes(choice, looked))
    ? 'denies'
    : undefined;
}

type Patterns = { readonly values: readonly Symbols[]; readonly inverted: boolean };

function meets({ values, inverted }: Patterns, looked: Symbols): boolean {
  return inverted ? !values.some(value => covers(value, looked)) : values.some(value => overlap(value, looked));
}

function includes({ values, inverted }: Patterns, looked: Symbols): boolean {
  return inverted
    ? values.length > 0 && !values.some(value => overlap(value, looked))
    : values.some(value => covers(value, looked));
}
