/**
 * Answers of AWS: parts that must be there, what is not there, and documents.
 */
import { codeOf } from './aws-errors';

/** The answer of AWS; undefined for one of these error codes, which say that the thing does not exist. */
export async function orNone<T>(codes: string[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (codes.includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** A part that AWS never leaves out: without it somebody else has answered, such as the sign-in page of a network. */
export function requirePart<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('not an answer of AWS');
  return part;
}

/**
 * URL-encoded by RFC 3986, says IAM. What is no JSON stays a text, of which the evaluator says that it is no document.
 */
export function decode(document = ''): unknown {
  try {
    return JSON.parse(document.startsWith('{') ? document : decodeURIComponent(document));
  } catch {
    return document;
  }
}
