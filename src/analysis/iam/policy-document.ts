/**
 * A policy document as IAM takes it, or why IAM would not take it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { Condition } from './conditions';
import { PolicyJson, StatementJson } from '../../conventions/policy-json';
import { isObject, listOf, objectOf } from '../json-values';
import { foldCase, literal, matches, pattern } from './patterns';
import { isStandIn } from '../stand-in';
import { not, some, Truth } from './truth';

/** A trust policy names principals, a policy of an identity resources. */
type PolicyKind = 'trust' | 'identity';

export interface Statement {
  readonly index: number;
  readonly sid?: string;
  /** Left out: only the deployment knows. */
  readonly effect?: 'Allow' | 'Deny';
  readonly actions: Choice;
  readonly resources: Choice;
  /** Left out: NotPrincipal. */
  readonly principal?: PrincipalTexts;
  /** Or why they cannot be read. */
  readonly conditions: readonly Condition[] | string;
}

/** A map of texts, `*`, or a stand-in. */
export type PrincipalTexts = string | { readonly [type: string]: string | readonly string[] };

/** A list, or everything but what it names. */
export interface Choice {
  readonly values: readonly string[];
  readonly inverted: boolean;
}

export interface PolicyDocument {
  readonly statements: readonly Statement[];
  /** Policy variables are replaced. */
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

/** A statement that `problemOf` finds no problem in. */
interface CheckedStatement extends StatementJson {
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Principal?: PrincipalTexts;
  /** Texts stand for what only the deployment knows. */
  readonly Condition?: string | { readonly [operator: string]: string | { readonly [key: string]: unknown } };
}

/** The document; or a text that says why nobody can know what it allows. */
export function readDocument(document: unknown, kind: PolicyKind): PolicyDocument | string {
  if (!isObject(document)) return 'the document is no object';
  const stranger = Object.keys(document).find(key => !['Version', 'Id', 'Statement'].includes(key));
  if (stranger !== undefined) return `IAM knows no element ${stranger} of a document`;
  const { Version: version, Statement: statement }: PolicyJson = document;
  if (version !== undefined && !VERSIONS.some(known => known === version)) {
    return `Version is none of ${VERSIONS.join(', ')}`;
  }
  if (!isObject(statement) && !Array.isArray(statement)) return 'the document has no Statement';

  const statements = listOf<unknown>(statement);
  for (const [at, one] of statements.entries()) {
    const problem = problemOf(one, kind);
    if (problem !== undefined) return `statement ${at}: ${problem}`;
  }
  return {
    statements: statements.map((value, index) => readStatement(value as CheckedStatement, index)),
    variables: version === VERSIONS[0],
  };
}

/** Whether a statement is about an action; upper and lower case are one. */
export function actionMatches({ actions: { values, inverted } }: Statement, action: string): Truth {
  if (inverted && values.length === 0) return 'NotAction is empty';
  const found = some(values, value => oneActionMatches(value, action));
  return inverted ? not(found) : found;
}

function oneActionMatches(value: string, action: string): Truth {
  const found = matches(foldCase(pattern(value)), foldCase(literal(action)));
  if (found === undefined) return `whether ${action} is ${value} is known only later`;
  return found && !/^(\*+$|[^:*?]+:)/.test(value) ? `IAM documents no wildcard for a service, as in ${value}` : found;
}

function problemOf(statement: unknown, kind: PolicyKind): string | undefined {
  if (!isObject(statement)) return 'it is no object';
  for (const key in statement) if (!ELEMENTS[kind].includes(key)) return `IAM knows no ${key} there`;
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny' && !isStandIn(effect)) return 'Effect is neither Allow nor Deny';
  for (const [one, other] of PAIRS[kind]) {
    if ((statement[one] === undefined) === (statement[other] === undefined)) {
      return `it must have one of ${one} and ${other}`;
    }
  }
  for (const list of LISTS) {
    if (statement[list] !== undefined && !isTexts(statement[list])) {
      return `${list} is neither a text nor a list of texts`;
    }
  }
  return kind === 'trust' && !isPrincipal(statement.Principal ?? statement.NotPrincipal)
    ? 'Principal is neither * nor a map of texts'
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
  if (!isObject(condition)) return 'Condition is no object';
  for (const operator in condition) {
    if (!isObject(condition[operator]) && !isStandIn(condition[operator])) return `${operator} is no object`;
  }
  for (const keys of Object.values(condition)) {
    // A stand-in has no keys to be read.
    const values = objectOf(keys);
    for (const key in values) {
      if (!listOf(values[key]).every(isScalar)) return `the value of ${key} is neither a text nor a list of texts`;
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
    return 'only the deployment knows the conditions';
  }
  return Object.entries(condition).flatMap(([operator, keys]) => Object.entries(keys)
    .map(([key, values]) => ({ operator, key, values: listOf(values) })));
}

function isTexts(value: unknown): boolean {
  return listOf(value).every(text => typeof text === 'string');
}
