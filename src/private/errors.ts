import { Annotations, Tokenization } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { isToken } from './values/is-token';

const MAX_LENGTH = 200;
/** The placeholder in messages for a value that is known only at deployment. */
export const DEFERRED = '<known only at deployment>';

/**
 * Formats an error in the pattern of this library, without the construct path, which CDK's validation report adds.
 */
export function problem(property: string, rule: string, got: unknown, advice: string): string {
  return `\`${property}\` must ${rule}, got: ${show(got)}. ${advice}`;
}

/** Returns an error if a required property is missing, for callers without types. */
export function missingProblem(property: string, value: unknown, advice: string): string | undefined {
  return value === undefined || value === null ? problem(property, 'be given', value ?? undefined, advice) : undefined;
}

/** Throws `[path] message`. Pass a string if there is no construct, as in a static factory. */
export function fail(where: IConstruct | string, message: string): never {
  const path = typeof where === 'string' ? where : where.node.path || 'App';
  throw new Error(`[${path}] ${message}`);
}

/** Returns the path of a construct that does not exist yet. */
export function childPath(scope: IConstruct, id: string): string {
  return [scope.node.path, id].filter(part => part !== '').join('/');
}

/** Throws if there is a message. */
export function failIf(where: IConstruct | string, message: string | undefined): void {
  if (message !== undefined) fail(where, message);
}

/**
 * Adds the warning to the default child, because an earlier acknowledgment on a construct does not apply to the
 * construct itself, only to its children.
 */
export function warn(scope: IConstruct, id: string, message: string): void {
  Annotations.of(scope.node.defaultChild ?? scope).addWarningV2(id, message);
}

/** Formats a value for an error message, without token text and constructs, which would not help the reader. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (isDeferredObject(value)) return 'a value known only at deployment';
  if (typeof value === 'string') return shorten(JSON.stringify(withoutTokens(value)));
  if (Construct.isConstruct(value)) return `the construct ${value.node.path || 'App'}`;
  return shorten(JSON.stringify(readable(value, [])) ?? `a ${typeof value}`);
}

function shorten(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}… (${text.length} characters)` : text;
}

/** Converts any value to one that JSON can represent. */
function readable(value: unknown, around: readonly unknown[]): unknown {
  if (typeof value === 'string') return withoutTokens(value);
  if (isDeferredObject(value)) return DEFERRED;
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value !== 'object' || value === null) return value;
  if (Construct.isConstruct(value)) return `<construct ${value.node.path || 'App'}>`;
  if (around.includes(value)) return '<itself>';
  const inside = [...around, value];
  if (Array.isArray(value)) return value.map(item => readable(item, inside));
  if (value.constructor !== Object && value.constructor !== undefined) return `<${value.constructor.name}>`;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [withoutTokens(key), readable(item, inside)]));
}

function isDeferredObject(value: unknown): boolean {
  return typeof value !== 'string' && isDeferred(value);
}

/** Whether a value is a token. A Stack has a `resolve` method too, but is not a token. */
export function isDeferred(value: unknown): boolean {
  return isToken(value) && !Construct.isConstruct(value);
}

/** Replaces tokens in a text with a placeholder. */
export function withoutTokens(text: string): string {
  return Tokenization.reverseString(text).mapTokens({ mapToken: () => DEFERRED }).join({
    join: (left, right) => `${left ?? ''}${right ?? ''}`,
  });
}
