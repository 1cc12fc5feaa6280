/**
 * Responses of AWS: required parts, missing objects, and documents.
 */
import { codeOf } from './aws-errors';

/** The response of AWS; undefined for error codes that mean that the object does not exist. */
export async function orNone<T>(codes: string[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (codes.includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** A part that AWS never omits. Without it, something else has responded, such as the sign-in page of a network. */
export function requirePart<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('not an answer of AWS');
  return part;
}

/** Decodes a document, which IAM URL-encodes. Text that is not JSON stays text, which the evaluator rejects. */
export function decode(document = ''): unknown {
  try {
    return JSON.parse(document.startsWith('{') ? document : decodeURIComponent(document));
  } catch {
    return document;
  }
}
