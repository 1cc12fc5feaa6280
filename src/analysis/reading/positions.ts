import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { yaml } from './yaml-parser';

/** Keys and indexes from an object to a part of it. */
export type Path = readonly (string | number)[];

/** The offset of a part, including its key; undefined if it does not exist. */
export function offsetOf(document: Document, object: unknown, path: Path): number | undefined {
  const { isAlias, isMap, isSeq } = yaml();
  let [node, offset]: [unknown, number | undefined] = [object, undefined];
  for (const step of path) {
    const parent = isAlias(node) ? node.resolve(document) : node;
    if (isMap(parent)) {
      const pair = lastPair(parent, step);
      [node, offset] = [pair?.value, (pair?.key as Node | undefined)?.range?.[0]];
    } else if (isSeq(parent)) {
      node = parent.items[Number(step)];
      offset = (node as Node | undefined)?.range?.[0];
    } else {
      return undefined;
    }
  }
  return offset;
}

/** The last pair with a key, because the last of duplicate keys wins. */
function lastPair({ items }: YAMLMap, wanted: string | number): Pair | undefined {
  const { isScalar } = yaml();
  for (let index = items.length - 1; index >= 0; index--) {
    const { key } = items[index];
    if (isScalar(key) && key.value === wanted) return items[index];
  }
  return undefined;
}
