/**
 * Normalizes policy documents to lists of statements.
 */
import { Policy, Role } from '../../analysis/access-map';
import { isObject, JsonObject, textsOf } from '../../analysis/json-values';
import { statementsOf } from '../../analysis/reading/trusted-subjects';

/** The valid statements of a document. */
export function statementsIn(document: unknown): JsonObject[] {
  return statementsOf(document).filter(isObject);
}

/** The policies of a role without its boundary. */
export function identityPolicies({ policies }: Role): Policy[] {
  return policies.filter(({ kind }) => kind !== 'boundary');
}

/**
 * A text that is equal for equivalent statements, regardless of order, duplicates, `Sid`, and single values instead of
 * lists.
 */
export function canonical(statement: JsonObject): string {
  return JSON.stringify(normalize(statement));
}

/** Compares by code units, which is the same on every machine. */
export function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

const LISTS = ['Action', 'NotAction', 'Resource', 'NotResource'];

/** The normalized statement for {@link canonical}. */
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
