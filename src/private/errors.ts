import { Token, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

const LONGEST_VALUE = 200;

/**
 * The one sentence pattern of this library's errors, without the construct path:
 * what CDK's own validation report puts in front of it.
 */
export function problem(property: string, rule: string, got: unknown, advice: string): string {
  return `\`${property}\` must ${rule}, got: ${show(got)}. ${advice}`;
}

/** Throws `[path] message`. A string stands for a place that has no construct, such as a static factory. */
export function fail(where: IConstruct | string, message: string): never {
  const path = typeof where === 'string' ? where : where.node.path || 'App';
  throw new Error(`[${path}] ${message}`);
}

/** Throws when there is a message. */
export function failIf(where: IConstruct | string, message: string | undefined): void {
  if (message !== undefined) fail(where, message);
}

/** A value as it reads in an error text. Never token text: that means nothing to the reader. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Token.isUnresolved(value)) {
    return typeof value === 'string' ? showText(value) : 'a value known at deployment only';
  }
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}… (${text.length} characters)` : text;
}

function showText(value: string): string {
  return JSON.stringify(withoutTokens(value));
}

/** A text with words where only the deployment knows a part of it. */
export function withoutTokens(text: string): string {
  return Tokenization.reverseString(text).mapTokens({ mapToken: () => '<known at deployment only>' }).join({
    join: (left, right) => `${left ?? ''}${right ?? ''}`,
  });
}
