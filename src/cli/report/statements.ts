/**
 * Policy documents as lists of statements, whoever wrote them and however.
 */
import { Policy, Role } from '../../analysis/access-map';
import { isObject, JsonObject, textsOf } from '../../analysis/json-values';
import { statementsOf } from '../../analysis/reading/trusted-subjects';

/** The statements of a document, without what is none. */
export function statementsIn(document: unknown): JsonObject[] {
  return statementsOf(document).filter(isObject);
}

/** The policies that give or deny; a boundary does neither. */
export function identityPolicies({ policies }: Role): Policy[] {
  return policies.filter(({ kind }) => kind !== 'boundary');
}

/**
 * A statement as a text that is equal for what means the same: order, repeats, `Sid` and one instead of a list are
 * nothing.
 */
export function canonical(statement: JsonObject): string {
  return JSON.stringify(normalize(statement));
}

/** The order of code units: the same on every machine. */
export function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

const LISTS = ['Action', 'NotAction', 'Resource', 'NotResource'];

/** The statement that {@link canonical} writes. */
export function normalize(statement: JsonObject): JsonObject {
  const entries = Object.entries(statement).filter(([key]) => key !== 'Sid').map(([key, value]): [string, unknown] => [
    key,
    /Action$/.test(key) ? sortedTexts(textsOf(value).map(action => action.toLowerCase()))
      : LISTS.includes(key) ? sortedTexts(textsOf(value))
        : key.endsWith('Principal') || key === 'Condition' ? sortedDeep(value) : value,
  ]);
  return Object.fromEntries(entries.sort(([left], [right]) => compare(left, right)));
}

function sortedDeep(value: unknown): unknown {
  if (!isObject(value)) return sortedTexts(textsOf(value));
  const entries = Object.entries(value).map(([key, inner]) => [key, sortedDeep(inner)] as const);
  return Object.fromEntries(entries.sort(([left], [right]) => compare(left, right)));
}

export function sortedTexts(texts: string[]): string[] {
  return [...new Set(texts)].sort(compare);
}
