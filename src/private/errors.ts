import { Annotations, Token, Tokenization } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';

const MAX_LENGTH = 200;
/** What stands in a message for a value that only the deployment knows. */
export const DEFERRED = '<known at deployment only>';

/**
 * The one sentence pattern of this library's errors, without the construct path:
 * what CDK's own validation report puts in front of it.
 */
export function problem(property: string, rule: string, got: unknown, advice: string): string {
  return `\`${property}\` must ${rule}, got: ${show(got)}. ${advice}`;
}

/** What is wrong with a required property that is missing, for callers without types. */
export function missingProblem(property: string, value: unknown, advice: string): string | undefined {
  return value === undefined || value === null ? problem(property, 'be given', value ?? undefined, advice) : undefined;
}

/** Throws `[path] message`. A string stands for a place that has no construct, such as a static factory. */
export function fail(where: IConstruct | string, message: string): never {
  const path = typeof where === 'string' ? where : where.node.path || 'App';
  throw new Error(`[${path}] ${message}`);
}

/** The path of a construct that is not made yet. */
export function childPath(scope: IConstruct, id: string): string {
  return [scope.node.path, id].filter(part => part !== '').join('/');
}

/** Throws when there is a message. */
export function failIf(where: IConstruct | string, message: string | undefined): void {
  if (message !== undefined) fail(where, message);
}

/**
 * Warns on the child: an acknowledgement on the construct, made before the warning, does not count for the construct
 * itself.
 */
export function warn(scope: IConstruct, id: string, message: string): void {
  Annotations.of(scope.node.defaultChild ?? scope).addWarningV2(id, message);
}

/** A value as it reads in an error text: no token text and no construct, which mean nothing to the reader. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (isDeferredObject(value)) return 'a value known at deployment only';
  if (typeof value === 'string') return shorten(JSON.stringify(withoutTokens(value)));
  if (Construct.isConstruct(value)) return `the construct ${value.node.path || 'App'}`;
  return shorten(JSON.stringify(readable(value, [])) ?? `a ${typeof value}`);
}

function shorten(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}… (${text.length} characters)` : text;
}

/** A value that JSON can hold, whatever is in it. */
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

/** Whether a value is a token. A Stack has a method of the same name, but is none. */
export function isDeferred(value: unknown): boolean {
  return Token.isUnresolved(value) && !Construct.isConstruct(value);
}

/** A text with words where only the deployment knows a part of it. */
export function withoutTokens(text: string): string {
  return Tokenization.reverseString(text).mapTokens({ mapToken: () => DEFERRED }).join({
    join: (left, right) => `${left ?? ''}${right ?? ''}`,
  });
}
