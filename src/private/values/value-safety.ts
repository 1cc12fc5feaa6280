import { Token, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { problem, warn, withoutTokens } from '../errors';
import { parameterProblem } from './parameter-safety';
import { argumentsOf, pointed, settle } from './tokens';
import { FOLLOWED_FUNCTIONS, Origin, originsIn, originsOf } from './value-origins';

/** What ends a JSON string, and what CloudFormation would replace once more. */
const UNQUOTABLE = /["\\\u0000-\u001f]/; // eslint-disable-line no-control-regex
const ANY_TEXT = /^[^"\\*?${}]*$/;
/** How CloudFormation's dynamic references begin. */
const DYNAMIC_REFERENCE = '{{resolve:';

type Check = (property: string, value: string) => string | undefined;

/** What a place takes, beside what its check says of a literal. */
export interface PlaceOptions {
  /**
   * What each literal text around a deferred part must match.
   *
   * @default - no quotes, backslashes, wildcards, $ or braces
   */
  readonly fragment?: RegExp;
  /**
   * Whether values that other apps or custom resources make are trusted without a warning, as those of issuers are.
   *
   * @default false
   */
  readonly trustsForeign?: boolean;
}

/**
 * What is wrong with a value that may be a token. The check decides where synth knows the value. Where only the
 * deployment does, everything that has a part in it is judged: what cannot be judged is refused, or raises a warning.
 */
export function settledProblems(
  scope: IConstruct, property: string, value: string, check: Check, options: PlaceOptions = {},
): string[] {
  const settled = settle(scope, value);
  const literalProblem = (text: string) => dynamicProblem(property, text) ?? check(property, text);
  if (typeof settled === 'string') return unique([literalProblem(settled)]);
  const { value: expression, targets } = pointed(scope, value);
  const found = alternatives(expression).flatMap(alternative => (typeof alternative === 'string'
    ? [literalProblem(alternative)]
    : originProblems(scope, property, originsIn(scope, alternative, targets), options)));
  return unique(found);
}

/** Why a deferred value could change the meaning of the JSON or YAML text that it is put into. */
export function embeddedProblems(scope: IConstruct, property: string, value: unknown): string[] {
  return unique([
    ...textsAround(value).map(text => dynamicProblem(property, text)),
    ...deferredOrigins(scope, value).map(origin => (origin.kind === 'text'
      ? unquotableProblem(property, origin.text) ?? dynamicProblem(property, origin.text)
      : origin.kind === 'computed' ? undefined : dangerousProblem(property, origin))),
  ]);
}

/** Why a deferred value could mean more than was meant, where CloudFormation keeps it apart from the rest. */
export function openProblems(scope: IConstruct, property: string, value: unknown): string[] {
  return unique(deferredOrigins(scope, value).map(origin => {
    if (origin.kind === 'text') return unquotableProblem(property, origin.text);
    return origin.kind === 'parameter' ? dangerousProblem(property, origin) : undefined;
  }));
}

/** Why a value may be missing at deployment. */
export function vanishingProblems(scope: IConstruct, property: string, value: unknown): string[] {
  return unique(deferredOrigins(scope, value).map(origin => (
    origin.kind === 'nothing' ? dangerousProblem(property, origin) : undefined)));
}

/** What is wrong with a text that CloudFormation would replace at deployment, and nobody else. */
export function dynamicProblem(property: string, text: string): string | undefined {
  if (!text.includes(DYNAMIC_REFERENCE)) return undefined;
  const rule = 'not be a dynamic reference, which CloudFormation replaces where it deploys and nobody else does';
  return problem(property, rule, text,
    'Read the value at synth time instead (ssm.StringParameter.valueFromLookup), or write it as a literal.');
}

/** Whether a settled value holds a text that only CloudFormation replaces, and only in a template. */
export function hasDynamicReference(settled: unknown): boolean {
  if (typeof settled === 'string') return settled.includes(DYNAMIC_REFERENCE);
  return typeof settled === 'object' && settled !== null && Object.entries(settled).flat().some(hasDynamicReference);
}

/** The values that `Fn::If` chooses from. */
export function alternatives(expression: unknown): unknown[] {
  const [condition, ...values] = argumentsOf(expression, 'Fn::If');
  return condition === undefined ? [expression] : values.flatMap(alternatives);
}

/** Warns where a value comes from where this app cannot look. */
function warnOfForeign(scope: IConstruct, property: string, origins: Origin[]): void {
  for (const origin of origins) {
    if (origin.kind !== 'foreign') continue;
    warn(scope, 'cdk-irsa:unverified-value',
      `\`${property}\` comes from ${origin.description}, so cdk-irsa cannot check it: `
      + 'a wildcard, a quote or a policy variable in it changes who can assume the role. '
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
  return problem(property, 'be put together from valid characters, around what the deployment fills in', text,
    'Correct this part of it.');
}

function unquotableProblem(property: string, text: string): string | undefined {
  if (!UNQUOTABLE.test(text)) return undefined;
  return problem(property, 'not bring quotes, backslashes or line breaks inside a function', text,
    'Put this text beside the function instead of into it.');
}

/** What is wrong with an origin that is no literal. */
function dangerousProblem(property: string, origin: Origin): string | undefined {
  switch (origin.kind) {
    case 'parameter': return parameterProblem(property, origin.parameter);
    case 'nothing': return problem(property, 'always have a value', 'AWS::NoValue',
      'CloudFormation removes what has this value, and with it the condition that limits the role. '
      + 'Give every branch of Fn::If a value.');
    case 'computed':
    case 'function': return problem(
      property,
      `be made of literals and ${FOLLOWED_FUNCTIONS.join(', ')} only`,
      origin.name,
      'What this function returns cannot be checked at synth time. '
      + 'Write the value itself, or choose between literals with Fn::If.',
    );
    default: return undefined;
  }
}

function deferredOrigins(scope: IConstruct, value: unknown): Origin[] {
  return tokensIn(value).flatMap(token => originsOf(scope, token));
}

/** The tokens in a value: what becomes a variable as a whole, and cannot be escaped inside. */
function tokensIn(value: unknown): unknown[] {
  if (!Token.isUnresolved(value)) return Array.isArray(value) ? value.flatMap(tokensIn) : [];
  return typeof value === 'string' ? Tokenization.reverseString(value).tokens : [value];
}

/** The literal texts in a value, outside of its tokens. */
function textsAround(value: unknown): string[] {
  if (Array.isArray(value) && !Token.isUnresolved(value)) return value.flatMap(textsAround);
  return typeof value === 'string' ? [withoutTokens(value)] : [];
}

function unique(problems: (string | undefined)[]): string[] {
  return [...new Set(problems)].filter((text): text is string => text !== undefined);
}
