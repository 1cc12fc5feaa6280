/**
 * Parses policy documents as IAM does, or explains why IAM would reject them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { Condition } from './conditions';
import { PolicyJson, StatementJson } from '../../conventions/policy-json';
import { isObject, listOf, objectOf } from '../json-values';
import { foldCase, literal, matches, pattern } from './patterns';
import { isStandIn } from '../stand-in';
import { not, some, Truth } from './truth';

/** A trust policy names principals, an identity policy resources. */
type PolicyKind = 'trust' | 'identity';

export interface Statement {
  readonly index: number;
  readonly sid?: string;
  /** Undefined if it is only known at deployment. */
  readonly effect?: 'Allow' | 'Deny';
  readonly actions: Choice;
  readonly resources: Choice;
  /** Undefined for NotPrincipal. */
  readonly principal?: PrincipalTexts;
  /** A string explains why the conditions cannot be read. */
  readonly conditions: readonly Condition[] | string;
}

/** A map of texts, `*`, or a stand-in. */
export type PrincipalTexts = string | { readonly [type: string]: string | readonly string[] };

/** A list of values; if `inverted`, everything except them. */
export interface Choice {
  readonly values: readonly string[];
  readonly inverted: boolean;
}

export interface PolicyDocument {
  readonly statements: readonly Statement[];
  /** Whether policy variables are replaced. */
  readonly variables: boolean;
}

const ELEMENTS: { readonly [kind in PolicyKind]: readonly string[] } = {
  trust: ['Sid', 'Effect', 'Action', 'NotAction', 'Condition', 'Principal', 'NotPrincipal'],
  identity: ['Sid', 'Effect', 'Action', 'NotAction', 'Condition', 'Resource', 'NotResource'],
};
const PAIRS: { readonly [kind in PolicyKind]: readonly [string, string][] } = {
  trust: [['Action', 'NotAction'], ['Principal', 'NotPrincipal']],
  identity: [['Action', 'NotAction'], ['Resource', 'NotResource']],
};
const LISTS = ['Action', 'NotAction', 'Resource', 'NotResource'];
const VERSIONS = ['2012-10-17', '2008-10-17'];
const PRINCIPALS = ['AWS', 'Federated', 'Service', 'CanonicalUser'];

/** A statement that `problemOf` has accepted. */
interface CheckedStatement extends StatementJson {
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Principal?: PrincipalTexts;
  /** Strings are stand-ins for parts that are only known at deployment. */
  readonly Condition?: string | { readonly [operator: string]: string | { readonly [key: string]: unknown } };
}

/** The parsed document, or a text that explains why it cannot be evaluated. */
export function readDocument(document: unknown, kind: PolicyKind): PolicyDocument | string {
  if (!isObject(document)) return 'the document is not an object';
  const stranger = Object.keys(document).find(key => !['Version', 'Id', 'Statement'].includes(key));
  if (stranger !== undefined) return `${stranger} is not an element of an IAM policy`;
  const { Version: version, Statement: statement }: PolicyJson = document;
  if (version !== undefined && !VERSIONS.some(known => known === version)) {
    return `Version must be ${VERSIONS.join(' or ')}`;
  }
  if (!isObject(statement) && !Array.isArray(statement)) return 'the document has no Statement';

  const statements = listOf<unknown>(statement);
  for (const [at, value] of statements.entries()) {
    const problem = problemOf(value, kind);
    if (problem !== undefined) return `statement ${at}: ${problem}`;
  }
  return {
    statements: statements.map((value, index) => readStatement(value as CheckedStatement, index)),
    variables: version === VERSIONS[0],
  };
}

/** Whether a statement covers an action, ignoring case. */
export function actionMatches({ actions: { values, inverted } }: Statement, action: string): Truth {
  if (inverted && values.length === 0) return 'NotAction is empty';
  const found = some(values, value => oneActionMatches(value, action));
  return inverted ? not(found) : found;
}

function oneActionMatches(value: string, action: string): Truth {
  const found = matches(foldCase(pattern(value)), foldCase(literal(action)));
  if (found === undefined) return `whether ${action} is ${value} cannot be determined yet`;
  return found && !/^(\*+$|[^:*?]+:)/.test(value) ? `IAM does not document wildcards in the service: ${value}` : found;
}

function problemOf(statement: unknown, kind: PolicyKind): string | undefined {
  if (!isObject(statement)) return 'it is not an object';
  for (const key in statement) if (!ELEMENTS[kind].includes(key)) return `${key} is not allowed here`;
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny' && !isStandIn(effect)) return 'Effect must be Allow or Deny';
  for (const [one, other] of PAIRS[kind]) {
    if ((statement[one] === undefined) === (statement[other] === undefined)) {
      return `it must have either ${one} or ${other}`;
    }
  }
  for (const list of LISTS) {
    if (statement[list] !== undefined && !isTexts(statement[list])) {
      return `${list} must be a string or a list of strings`;
    }
  }
  return kind === 'trust' && !isPrincipal(statement.Principal ?? statement.NotPrincipal)
    ? 'Principal must be * or a map of strings'
    : conditionProblem(statement.Condition);
}

function isPrincipal(principal: unknown): boolean {
  return (
    principal === '*'
    || isStandIn(principal)
    || (isObject(principal)
      && Object.entries(principal).every(([type, ids]) => PRINCIPALS.includes(type) && isTexts(ids)))
  );
}

function conditionProblem(condition: unknown): string | undefined {
  if (condition === undefined || isStandIn(condition)) return undefined;
  if (!isObject(condition)) return 'Condition must be an object';
  for (const operator in condition) {
    if (!isObject(condition[operator]) && !isStandIn(condition[operator])) return `${operator} must be an object`;
  }
  for (const keys of Object.values(condition)) {
    // A stand-in has no keys.
    const values = objectOf(keys);
    for (const key in values) {
      if (!listOf(values[key]).every(isScalar)) return `the value of ${key} must be a string or a list of strings`;
    }
  }
  return undefined;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number';
}

function readStatement(statement: CheckedStatement, index: number): Statement {
  const { Sid: sid, Effect: effect } = statement;
  return {
    index,
    sid: typeof sid === 'string' ? sid : undefined,
    effect: effect === 'Allow' || effect === 'Deny' ? effect : undefined,
    actions: choice(statement.Action, statement.NotAction),
    resources: choice(statement.Resource, statement.NotResource),
    principal: statement.Principal,
    conditions: readConditions(statement.Condition ?? {}),
  };
}

function choice(named: string | string[] | undefined, others: string | string[] | undefined): Choice {
  return { values: listOf(named ?? others ?? []), inverted: named === undefined };
}

function readConditions(condition: CheckedStatement['Condition'] & {}): Condition[] | string {
  if (typeof condition === 'string' || Object.values(condition).some(keys => typeof keys === 'string')) {
    return 'the conditions are only known at deployment';
  }
  return Object.entries(condition).flatMap(([operator, keys]) => Object.entries(keys)
    .map(([key, values]) => ({ operator, key, values: listOf(values) })));
}

function isTexts(value: unknown): boolean {
  return listOf(value).every(text => typeof text === 'string');
}
