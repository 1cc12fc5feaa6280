import { Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { propertyOf } from '../../conventions/json';
import { StatementJson as WrittenStatement } from '../../conventions/policy-json';
import { isToken } from '../values/is-token';
import { parameterProblem } from '../values/parameter-safety';
import { argumentsOf, isIntrinsic, joinedParts, pointed, PointedValue } from '../values/tokens';
import { Origin, originsIn } from '../values/value-origins';
import { alternatives } from '../values/value-safety';

/** A statement of a trust policy as plain JSON. Stand-ins `⟨…⟩` represent values that are known only at deployment. */
export interface StatementJson {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string[];
  readonly Principal?: '*' | { readonly [type: string]: string[] };
  readonly NotPrincipal?: unknown;
  readonly Condition: { readonly [operator: string]: { readonly [key: string]: string[] } };
}

/** Represents a value that may be anything: a wildcard, a policy variable, or the key that it is compared to. */
export const ANYTHING = '${anything}';
const DEFERRED = '⟨deferred⟩';
/** Characters in function text that could make it a pattern, a policy variable or a dynamic reference. */
const SPECIAL = /[*?${}]/;
const PATTERN_OPERATOR = /Like$|Arn(Not)?Equals$/i;

/** What a value may resolve to: text, or nothing. */
type Outcome = { readonly text: string; readonly isForeign?: boolean } | 'nothing';

/**
 * Returns a statement with the worst values that a deployment could fill in: an unknown value allows everything it
 * could mean.
 */
export function worstCase(scope: IConstruct, statement: WrittenStatement): StatementJson {
  const outcomes = (value: unknown): Outcome[][] => {
    const { value: expression, targets } = pointed(scope, value);
    return [expression].flat()
      .map(item => alternatives(item).map(alternative => outcomeOf(scope, alternative, targets)));
  };
  const plain = (value: unknown) => (isToken(value) ? pointed(scope, value).value : value);
  return rewritten(statement, outcomes, plain);
}

/** Returns a statement before the app is complete. Tokens become stand-ins, which are validated at synth. */
export function preliminary(statement: WrittenStatement): StatementJson {
  const outcomes = (value: unknown): Outcome[][] => [value].flat().map(item => {
    if (typeof item !== 'string') {
      return [{ text: isToken(item) || isIntrinsic(item) ? DEFERRED : `${item}` }];
    }
    const text = Tokenization.reverseString(item).mapTokens({ mapToken: () => DEFERRED })
      .join({ join: (left, right) => `${left ?? ''}${right ?? ''}` });
    return [{ text }];
  });
  return rewritten(statement, outcomes, value => value);
}

/** @param outcomes returns what each item of a value may resolve to */
function rewritten(
  statement: WrittenStatement,
  outcomes: (value: unknown) => Outcome[][],
  plain: (value: unknown) => unknown,
): StatementJson {
  const { Effect: effect, Action: action, Principal: principal, NotPrincipal, Condition: condition } = statement;
  return {
    Effect: outcomes(effect ?? 'Allow').flat().every(outcome => outcome !== 'nothing' && outcome.text === 'Deny')
      ? 'Deny'
      : 'Allow',
    ...action !== undefined && {
      Action: outcomes(action).flat()
        .map(outcome => (outcome === 'nothing' || isOpen(outcome.text) ? '*' : outcome.text)),
    },
    ...principal !== undefined && { Principal: principalOf(plain(principal), outcomes) },
    ...NotPrincipal !== undefined && { NotPrincipal },
    Condition: mapOf(plain(condition), (keys, operator) => mapOf(plain(keys), values => {
      const isPattern = PATTERN_OPERATOR.test(operator);
      const items = outcomes(values);
      // If all values are missing, there is no condition. If only some are, the condition excludes more.
      if (items.every(item => item.includes('nothing'))) return [];
      return texts(items.flat()).map(({ text, isForeign }) => (isPattern && isForeign ? ANYTHING : text));
    })),
  };
}

function principalOf(principal: unknown, outcomes: (value: unknown) => Outcome[][]): StatementJson['Principal'] {
  if (typeof principal !== 'object' || principal === null) return '*';
  if (isIntrinsic(principal) || isToken(principal)) return '*';
  return mapOf(principal, values => texts(outcomes(values).flat()).map(({ text }) => (text === ANYTHING ? '*' : text)));
}

/**
 * Maps the items. A map that is known only at deployment as a whole is empty, because its conditions may be missing.
 */
function mapOf<T>(map: unknown, item: (value: unknown, key: string) => T): { [key: string]: T } {
  if (typeof map !== 'object' || map === null || isIntrinsic(map) || isToken(map)) return {};
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, item(value, key)]));
}

function texts(outcomes: Outcome[]): Exclude<Outcome, 'nothing'>[] {
  return outcomes.filter(outcome => outcome !== 'nothing') as Exclude<Outcome, 'nothing'>[];
}

function isOpen(text: string): boolean {
  return text.includes('⟨') || text.includes(ANYTHING);
}

function outcomeOf(scope: IConstruct, expression: unknown, targets: PointedValue['targets']): Outcome {
  if (expression === undefined) return 'nothing';
  if (typeof expression !== 'object' || expression === null) {
    const text = `${expression}`;
    return { text: text.includes('{{resolve:') ? ANYTHING : text };
  }
  const parts = partsOf(expression);
  if (parts !== undefined) return joinedOutcome(parts.map(part => outcomeOf(scope, part, targets)));
  const origins = originsIn(scope, expression, targets);
  if (origins.some(({ kind }) => kind === 'nothing')) return 'nothing';
  if (!isIntrinsic(expression) || origins.some(isUnrestricted)) return { text: ANYTHING };
  const standIn = `⟨${JSON.stringify(expression).replace(/[⟨⟩]/g, '')}⟩`;
  return { text: standIn, isForeign: origins.some(({ kind }) => kind === 'foreign') };
}

/** Returns the parts that Fn::Join or Fn::Sub concatenates. */
function partsOf(expression: object): unknown[] | undefined {
  const joined = joinedParts(expression);
  if (joined !== undefined) return joined;
  const [template, variables] = argumentsOf(expression, 'Fn::Sub');
  if (typeof template !== 'string') return undefined;
  // Every second piece is a name.
  return template.split(/\$\{([^!}][^}]*)\}/).map((piece, index) => {
    if (index % 2 === 0) return piece.replaceAll('${!', '${');
    return propertyOf(variables, piece) ?? (piece.includes('.') ? { 'Fn::GetAtt': piece } : { Ref: piece });
  });
}

function joinedOutcome(outcomes: Outcome[]): Outcome {
  if (outcomes.includes('nothing')) return 'nothing';
  const known = texts(outcomes);
  return { text: known.map(({ text }) => text).join(''), isForeign: known.some(({ isForeign }) => isForeign) };
}

function isUnrestricted(origin: Origin): boolean {
  switch (origin.kind) {
    case 'text': return SPECIAL.test(origin.text);
    case 'parameter': return parameterProblem('value', origin.parameter) !== undefined;
    default: return origin.kind === 'function';
  }
}
