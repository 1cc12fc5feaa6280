import { Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { problem, warn, withoutTokens } from '../errors';
import { isToken } from './is-token';
import { parameterProblem } from './parameter-safety';
import { argumentsOf, isIntrinsic, pointed, settle } from './tokens';
import { FOLLOWED_FUNCTIONS, Origin, originsIn, originsOf } from './value-origins';

/** Characters that end a JSON string or are invalid in it. */
const UNQUOTABLE = /["\\\u0000-\u001f]/; // eslint-disable-line no-control-regex
const ANY_TEXT = /^[^"\\*?${}]*$/;
/** The prefix of CloudFormation's dynamic references. */
const DYNAMIC_REFERENCE = '{{resolve:';

type Check = (property: string, value: string) => string | undefined;

/** What a place accepts in addition to the check of literals. */
export interface PlaceOptions {
  /**
   * The pattern that each literal text around a deferred part must match.
   *
   * @default - no quotes, backslashes, wildcards, $ or braces
   */
  readonly fragment?: RegExp;
  /**
   * Whether values from other apps or custom resources are trusted without a warning, such as issuers.
   *
   * @default false
   */
  readonly trustsForeign?: boolean;
}

/**
 * Returns what is wrong with a value that may be a token. If the value is known at synth time, `check` decides.
 * Otherwise all its origins are checked: an unsafe origin is an error or raises a warning.
 */
export function settledProblems(
  scope: IConstruct, property: string, value: string, check: Check, options: PlaceOptions = {},
): string[] {
  const settled = settle(scope, value);
  const literalProblem = (text: string) => dynamicProblem(property, text) ?? check(property, text);
  if (settled === undefined || settled === null) return [nothingProblem(property)];
  if (typeof settled !== 'object') return unique([literalProblem(`${settled}`)]);
  if (!isIntrinsic(settled)) return [problem(property, 'be text', settled, 'The token resolves to something else.')];
  const { value: expression, targets } = pointed(scope, value);
  const found = alternatives(expression).flatMap(alternative => (typeof alternative === 'string'
    ? [literalProblem(alternative)]
    : originProblems(scope, property, originsIn(scope, alternative, targets), options)));
  return unique(found);
}

/** Returns why a deferred value could change the meaning of the JSON or YAML text that contains it. */
export function embeddedProblems(scope: IConstruct, property: string, value: unknown): string[] {
  return unique([
    ...textsAround(value).map(text => dynamicProblem(property, text)),
    ...deferredOrigins(scope, value).map(origin => (origin.kind === 'text'
      ? unquotableProblem(property, origin.text) ?? dynamicProblem(property, origin.text)
      : origin.kind === 'computed' ? undefined : dangerousProblem(property, origin))),
  ]);
}

/** Returns why a deferred value could allow too much, although CloudFormation keeps it separate from the rest. */
export function openProblems(scope: IConstruct, property: string, value: unknown): string[] {
  return unique(deferredOrigins(scope, value).map(origin => {
    if (origin.kind === 'text') return unquotableProblem(property, origin.text);
    return origin.kind === 'parameter' ? dangerousProblem(property, origin) : undefined;
  }));
}

/** Returns why a value may be missing at deployment. */
export function vanishingProblems(scope: IConstruct, property: string, value: unknown): string[] {
  return unique(deferredOrigins(scope, value).map(origin => (
    origin.kind === 'nothing' ? dangerousProblem(property, origin) : undefined)));
}

/** Returns an error for a dynamic reference, which only CloudFormation replaces. */
export function dynamicProblem(property: string, text: string): string | undefined {
  if (!text.includes(DYNAMIC_REFERENCE)) return undefined;
  const rule = 'not be a dynamic reference, which only CloudFormation replaces, and only at deployment';
  return problem(property, rule, text,
    'Read the value at synth time instead (ssm.StringParameter.valueFromLookup), or write it as a literal.');
}

/** Whether a settled value contains a dynamic reference, which only CloudFormation replaces, and only in a template. */
export function hasDynamicReference(settled: unknown): boolean {
  if (typeof settled === 'string') return settled.includes(DYNAMIC_REFERENCE);
  return typeof settled === 'object' && settled !== null && Object.entries(settled).flat().some(hasDynamicReference);
}

/** Returns the values that `Fn::If` chooses from. */
export function alternatives(expression: unknown): unknown[] {
  const [condition, ...values] = argumentsOf(expression, 'Fn::If');
  return condition === undefined ? [expression] : values.flatMap(alternatives);
}

/** Warns if a value comes from outside this app. */
function warnOfForeign(scope: IConstruct, property: string, origins: Origin[]): void {
  for (const origin of origins) {
    if (origin.kind !== 'foreign') continue;
    warn(scope, 'cdk-irsa:unverified-value',
      `\`${property}\` comes from ${origin.description}, so cdk-irsa cannot check it: `
      + 'a wildcard, a quote or a policy variable in it would change who can assume the role. '
      + 'Make sure that its source restricts it, and acknowledge this warning.');
  }
}

function originProblems(
  scope: IConstruct, property: string, origins: Origin[],
  { fragment = ANY_TEXT, trustsForeign = false }: PlaceOptions,
): (string | undefined)[] {
  if (!trustsForeign) warnOfForeign(scope, property, origins);
  return origins.map(origin => {
    if (origin.kind !== 'text') return dangerousProblem(property, origin);
    if (origin.text.includes('{{')) {
      return dynamicProblem(property, origin.text) ?? fragmentProblem(property, origin.text);
    }
    return fragment.test(origin.text) ? undefined : fragmentProblem(property, origin.text);
  });
}

function fragmentProblem(property: string, text: string): string {
  return problem(property, 'contain only valid characters around the parts that are known only at deployment', text,
    'Correct this part of it.');
}

function unquotableProblem(property: string, text: string): string | undefined {
  if (!UNQUOTABLE.test(text)) return undefined;
  return problem(property, 'not contain quotes, backslashes or line breaks inside a function', text,
    'Move this text outside of the function.');
}

/** Returns what is wrong with an origin that is not a literal. */
function dangerousProblem(property: string, origin: Origin): string | undefined {
  switch (origin.kind) {
    case 'parameter': return parameterProblem(property, origin.parameter);
    case 'nothing': return problem(property, 'always have a value', 'AWS::NoValue',
      'CloudFormation removes a property with this value, and with it the condition that limits the role. '
      + 'Set a value in every branch of Fn::If.');
    case 'computed':
    case 'function': return problem(
      property,
      `contain only literals and ${FOLLOWED_FUNCTIONS.join(', ')}`,
      origin.name,
      'The result of this function cannot be checked at synth time. '
      + 'Write the value as a literal, or choose between literals with Fn::If.',
    );
    default: return undefined;
  }
}

/** The CDK leaves out a property whose token resolves to nothing, and with it a condition. */
function nothingProblem(property: string): string {
  return problem(property, 'always have a value', undefined, 'The token resolves to nothing.');
}

function deferredOrigins(scope: IConstruct, value: unknown): Origin[] {
  return tokensIn(value).flatMap(token => originsOf(scope, token));
}

/** Returns the tokens in a value. Each becomes a variable as a whole and cannot be escaped. */
export function tokensIn(value: unknown): unknown[] {
  if (!isToken(value)) return Array.isArray(value) ? value.flatMap(tokensIn) : [];
  return typeof value === 'string' ? Tokenization.reverseString(value).tokens : [value];
}

/** Returns the literal text in a value outside of its tokens. */
function textsAround(value: unknown): string[] {
  if (Array.isArray(value) && !isToken(value)) return value.flatMap(textsAround);
  return typeof value === 'string' ? [withoutTokens(value)] : [];
}

function unique(problems: (string | undefined)[]): string[] {
  return [...new Set(problems)].filter((text): text is string => text !== undefined);
}
