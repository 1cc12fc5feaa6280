import { Token } from 'aws-cdk-lib';

/** A part of every token in a text or a list. */
const TOKEN_MARK = 'Token[';
/** The end of every number token in a text: the CDK encodes it as `-1.888…e+289`. */
const NUMBER_MARK = 'e+289';
const NUMBER_TOKEN = /-1\.\d{10,16}e\+289/;

/** Whether a text may contain a token. Fast, since most texts contain none. */
export function isMarked(text: string): boolean {
  return text.includes(TOKEN_MARK) || text.includes(NUMBER_MARK);
}

/**
 * Whether a value is a token, or a text with a token in it.
 *
 * Newer versions of `Token.isUnresolved` overlook a text whose only tokens are numbers.
 */
export function isToken(value: unknown): boolean {
  if (typeof value !== 'string') return Token.isUnresolved(value);
  return isMarked(value) && (Token.isUnresolved(value) || NUMBER_TOKEN.test(value));
}
