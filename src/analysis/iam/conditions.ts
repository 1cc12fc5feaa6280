/**
 * Whether the conditions of a statement hold.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { foldCase, hasStandIn, isSame, join, literal, matches, pattern, splitArn, standIn, Symbols } from './patterns';
import { every, not, some, Truth } from './truth';
import { remembered } from '../../conventions/remembered';

/** What is known about a key: its values, that it is not in the request, or nothing. */
export type Knowledge = { readonly values: readonly string[]; readonly isList: boolean } | 'absent' | 'unknown';

/** What is known about a request. */
export interface Facts {
  /** Ignores the case of keys. */
  readonly lookUp: (key: string) => Knowledge;
  /** Whether policy variables are replaced. Without Version 2012-10-17 they are plain text. */
  readonly variables: boolean;
}

/** One key of a Condition element. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly unknown[];
}

/** The meaning of an operator's name. */
export interface Operator {
  readonly set?: 'any' | 'all';
  readonly ifExists: boolean;
  readonly kind: 'string' | 'arn' | 'bool' | 'null';
  readonly negated: boolean;
  readonly wildcards: boolean;
  readonly ignoreCase: boolean;
}

type Test = Pick<Operator, 'kind' | 'negated' | 'wildcards' | 'ignoreCase'>;

const test = (kind: Operator['kind'], rules: Partial<Test> = {}): Test => ({
  kind,
  negated: false,
  wildcards: false,
  ignoreCase: false,
  ...rules,
});

const TESTS: { readonly [name: string]: Test } = {
  stringequals: test('string'),
  stringnotequals: test('string', { negated: true }),
  stringequalsignorecase: test('string', { ignoreCase: true }),
  stringnotequalsignorecase: test('string', { ignoreCase: true, negated: true }),
  stringlike: test('string', { wildcards: true }),
  stringnotlike: test('string', { wildcards: true, negated: true }),
  arnequals: test('arn', { wildcards: true }),
  arnlike: test('arn', { wildcards: true }),
  arnnotequals: test('arn', { wildcards: true, negated: true }),
  arnnotlike: test('arn', { wildcards: true, negated: true }),
  bool: test('bool', { ignoreCase: true }),
  null: test('null'),
};

const SETS: { readonly [name: string]: Operator['set'] } = { foranyvalue: 'any', forallvalues: 'all' };

/** The operator with this name; undefined if it is not supported here. */
export const operatorOf = remembered((name): Operator | undefined => {
  const [, set, base, ifExists] =
    /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/.exec(name.toLowerCase()) ?? [];
  const found = Object.prototype.hasOwnProperty.call(TESTS, base) ? TESTS[base] : undefined;
  if (found === undefined || (found.kind === 'null' && (set !== undefined || ifExists !== undefined))) return undefined;
  return { ...found, ifExists: ifExists !== undefined, set: SETS[set] };
});

export function conditionHolds(condition: Condition, facts: Facts): Truth {
  const operator = operatorOf(condition.operator);
  if (operator === undefined) return `the operator ${condition.operator} is not supported`;
  if (condition.values.length === 0) return `${condition.operator} has no value for ${condition.key}`;

  const known = facts.lookUp(condition.key);
  if (known === 'unknown') return `${condition.key} is not known before the request`;
  if (operator.kind === 'null') return isNull(condition, known);
  if (known === 'absent') return holdsWithout(operator, condition);
  if (operator.set === undefined && known.isList) {
    return `${condition.key} is a list, which requires ForAnyValue: or ForAllValues:`;
  }

  const holds = (value: string) => valueHolds(operator, condition, value, facts);
  return operator.set === 'any' ? some(known.values, holds) : every(known.values, holds);
}

function isNull({ key, values }: Condition, known: Exclude<Knowledge, 'unknown'>): Truth {
  if (known !== 'absent' && known.values.length === 0) {
    return `${key} is an empty list, and AWS does not document whether that is null`;
  }
  return some(values, value => {
    const wanted = `${value}`.toLowerCase();
    return wanted === 'true' || wanted === 'false'
      ? (wanted === 'true') === (known === 'absent')
      : `Null requires true or false for ${key}`;
  });
}

/**
 * @see
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function holdsWithout({ set, ifExists, negated }: Operator, { operator, key }: Condition): Truth {
  if (set === 'all') return true;
  if (set === 'any') {
    return ifExists && `${key} is not in the request, and the documentation of ${operator} is inconsistent`;
  }
  return ifExists || negated;
}

function valueHolds(operator: Operator, { key, values }: Condition, value: string, facts: Facts): Truth {
  const holds = some(values, wanted => {
    if (typeof wanted !== 'string' && typeof wanted !== 'boolean') return `a value for ${key} is not a string`;
    if (operator.kind === 'bool') return boolHolds(key, `${wanted}`, value);
    const resolved = resolve(`${wanted}`, operator.wildcards, facts);
    if (resolved === undefined) return false; // a variable without a value matches nothing
    return (operator.kind === 'arn' ? arnHolds(resolved, value) : textHolds(resolved, value, operator.ignoreCase))
      ?? `whether ${key} (${value}) is ${wanted} cannot be determined yet`;
  });
  return operator.negated ? not(holds) : holds;
}

function boolHolds(key: string, wanted: string, value: string): Truth {
  const [one, other] = [wanted.toLowerCase(), value.toLowerCase()];
  return [one, other].every(text => text === 'true' || text === 'false')
    ? one === other
    : `Bool compares ${key} with a value other than true or false`;
}

function textHolds(wanted: Symbols, value: string, ignoreCase: boolean): boolean | undefined {
  return ignoreCase ? matches(foldCase(wanted), foldCase(literal(value))) : matches(wanted, literal(value));
}

/**
 * Compares each of the six parts of an ARN separately: `*` does not match a colon. Also undefined for anything that is
 * not an ARN, because AWS does not document that.
 */
function arnHolds(wanted: Symbols, value: string): boolean | undefined {
  const text = literal(value);
  const [parts, values] = [splitArn(wanted), splitArn(text)];
  const areArns = parts.length === 6 && values.length === 6;
  if (areArns && parts.every((part, index) => matches(part, values[index]))) return true;
  if (!hasStandIn(wanted) && !hasStandIn(text)) return areArns ? false : undefined;
  if (isSame(wanted, text)) return true;
  return matches(wanted, text) === false ? false : undefined; // a stand-in may contain colons
}

/**
 * A value with its variables replaced; undefined if one of them has no value.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function resolve(text: string, wildcards: boolean, { variables, lookUp }: Facts): Symbols | undefined {
  const plain = wildcards ? pattern : literal;
  if (!variables || !text.includes('${')) return plain(text);

  const parts: Symbols[] = [];
  let from = 0;
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', from)) {
    const end = text.indexOf('}', at);
    const body = text.slice(at + 2, end < 0 ? undefined : end);
    const value = end < 0 ? standIn(body) : variable(body, wildcards, lookUp);
    if (value === undefined) return undefined;
    parts.push(plain(text.slice(from, at)), value);
    from = end < 0 ? text.length : end + 1;
  }
  return join([...parts, plain(text.slice(from))]);
}

function variable(body: string, wildcards: boolean, lookUp: Facts['lookUp']): Symbols | undefined {
  if (body === '*' || body === '?' || body === '$') return literal(body);
  const quote = body.indexOf(', \'');
  const fallback = quote >= 0 && body.endsWith('\'') && body.length > quote + 3 ? body.slice(quote + 3, -1) : undefined;
  const known = lookUp((quote < 0 ? body : body.slice(0, quote)).trim());
  if (known === 'unknown' || (known !== 'absent' && known.isList)) return standIn(body);
  const value = known === 'absent' ? fallback : known.values[0];
  // AWS does not document whether a wildcard in a request value acts as a wildcard.
  return value !== undefined && wildcards && /[*?]/.test(value) ? standIn(body) : value && literal(value);
}
